"""Bad input (reliability.md, rule 8 and F13): the contract's status, a problem in the reader's
language, nothing of our insides, and nothing written."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.clients import Client, Tablet, new_id
from tests.house import Host, House, Template

TYPE = "group_visit"
INSIDES = re.compile(
    r"Traceback|File \"|\.py\b|sqlalchemy|sqlite|psycopg|postgres|marshmallow|webargs|werkzeug|"
    r"orjson|KeyError|TypeError|ValueError|site-packages|SELECT |INSERT |"
    + re.escape(str(Path(__file__).parents[2])),
    re.IGNORECASE,
)
CHINESE = re.compile("[\u4e00-\u9fff]")
JSON = {"Content-Type": "application/json"}
DEEP = "[" * 10_000 + "]" * 10_000


class Bank:
    """One open incident, and those who send nonsense about it."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.person("manager1").listens()
        self.teller = house.person("teller1")
        self.group = self.teller.raise_(TYPE)
        self.tablet: Tablet = house.tablet()

    def path(self, command: str) -> str:
        return f"/incidents/{self.group['id']}/{command}"

    def refuses(
        self, status: int, kind: str, method: str, path: str, body: Any, **options: Any
    ) -> None:
        """Refused so in both languages, and nothing written."""
        who: Client = options.pop("who", self.teller)
        before = self.position()
        details = {}
        for lang in ("zh", "en"):
            who.lang = lang
            raw = {"data": body} if isinstance(body, (str, bytes)) else {"json": body}
            headers = {**(JSON if "data" in raw else {}), **options.get("headers", {})}
            answer = who.ask(method, path, None, headers=headers, **raw)
            assert answer.status_code == status, (lang, answer.status_code, answer.text[:500])
            details[lang] = self.problem_of(answer, status, kind)
        who.lang = "en"
        assert CHINESE.search(details["zh"]), details
        assert not CHINESE.search(details["en"]), details
        assert self.position() == before

    def position(self) -> int:
        """Of the last event of all."""
        self.house.settle()
        return self.house.position

    @staticmethod
    def problem_of(answer: requests.Response, status: int, kind: str) -> str:
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["type"].rsplit("/", 1)[1] == kind, problem
        assert problem["title"]
        assert not INSIDES.search(answer.text), answer.text[:500]
        assert "Server" not in answer.headers or "gevent" not in answer.headers["Server"].lower()
        places = [each["detail"] for each in problem.get("errors", ())]
        return " ".join([problem["title"], problem["detail"], *places])


@pytest.fixture(scope="module")
def bank(
    host: Host, template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bank]:
    """One for all tests: what is refused leaves it as it was."""
    data = template.copied_to(tmp_path_factory.mktemp("bank") / "data")
    house = House(host, data, template.tokens)
    yield Bank(house)
    house.close()


RAISES: list[tuple[str, int, str, Any]] = [
    ("unknown type", 422, "invalid", {"type": "volcano"}),
    ("type of another kind", 422, "invalid", {"type": 7}),
    ("no type", 422, "invalid", {}),
    ("an unknown field", 422, "invalid", {"type": TYPE, "colour": "red"}),
    ("an id that is no UUID", 422, "invalid", {"type": TYPE, "id": "42"}),
    ("an unknown branch", 422, "invalid", {"type": TYPE, "branch": "north-09"}),
    ("another branch", 403, "forbidden", {"type": TYPE, "branch": "east-02"}),
    ("a drill by a teller", 403, "forbidden", {"type": TYPE, "drill": True}),
    ("a drill that is a word", 422, "invalid", {"type": TYPE, "drill": "true"}),
    ("an unknown fact", 422, "invalid", {"type": TYPE, "facts": {"weather": 1}}),
    ("heads below zero", 422, "invalid", {"type": TYPE, "facts": {"head_count": -1}}),
    ("a thousand heads", 422, "invalid", {"type": TYPE, "facts": {"head_count": 1000}}),
    ("half a head", 422, "invalid", {"type": TYPE, "facts": {"head_count": 2.5}}),
    ("heads that are true", 422, "invalid", {"type": TYPE, "facts": {"head_count": True}}),
    ("2^64", 422, "invalid", {"type": TYPE, "facts": {"amount_fen": 2**64}}),
    ("2^53", 422, "invalid", {"type": TYPE, "facts": {"amount_fen": 2**53}}),
    ("an injury in words", 422, "invalid", {"type": TYPE, "facts": {"injury": "yes"}}),
    ("a profile nobody has", 422, "invalid", {"type": TYPE, "facts": {"profile": "happy"}}),
    ("manners that are no list", 422, "invalid", {"type": TYPE, "facts": {"manners": "rude"}}),
    ("a subject nobody knows", 422, "invalid", {"type": TYPE, "facts": {"subject_staff": "x9"}}),
    ("facts that are a list", 422, "invalid", {"type": TYPE, "facts": []}),
    ("NUL", 422, "invalid", {"type": TYPE, "note": "a\0b"}),
    ("an empty note", 422, "invalid", {"type": TYPE, "note": ""}),
    ("a note of blanks", 422, "invalid", {"type": TYPE, "note": " \t\n\u3000\u200b"}),
    ("4,001 characters", 422, "invalid", {"type": TYPE, "note": "字" * 4001}),
    ("a note that is a number", 422, "invalid", {"type": TYPE, "note": 1}),
    (
        "a sealed text without its text",
        422,
        "invalid",
        {"type": TYPE, "note": {"sealed": "0" * 64}},
    ),
    ("a list", 422, "invalid", [{"type": TYPE}]),
    (
        "a time without a zone",
        422,
        "invalid",
        {
            "type": TYPE,
            "occurred": {"device_at": "2026-03-11T10:00:00", "mono_ms": 1, "session": "a"},
        },
    ),
    (
        "a time that is none",
        422,
        "invalid",
        {"type": TYPE, "occurred": {"device_at": "noon", "mono_ms": 1, "session": "a"}},
    ),
    (
        "a clock below zero",
        422,
        "invalid",
        {
            "type": TYPE,
            "occurred": {"device_at": "2026-03-11T10:00:00Z", "mono_ms": -1, "session": "a"},
        },
    ),
    (
        "a clock of 2^64",
        422,
        "invalid",
        {
            "type": TYPE,
            "occurred": {"device_at": "2026-03-11T10:00:00Z", "mono_ms": 2**64, "session": "a"},
        },
    ),
    ("a command id that is none", 422, "invalid", {"type": TYPE, "command_id": "one"}),
]


@pytest.mark.parametrize(
    ("status", "kind", "body"), [each[1:] for each in RAISES], ids=[each[0] for each in RAISES]
)
def test_a_raise_that_is_wrong(bank: Bank, status: int, kind: str, body: Any) -> None:
    bank.refuses(status, kind, "POST", "/incidents", body)


BODIES: list[tuple[str, int, str, str | bytes]] = [
    ("half a body", 400, "bad-request", '{"type": '),
    ("no JSON at all", 400, "bad-request", "type=group_visit"),
    ("an empty body", 400, "bad-request", b" "),
    ("NaN", 400, "bad-request", '{"type": "group_visit", "facts": {"head_count": NaN}}'),
    ("Infinity", 400, "bad-request", '{"type": "group_visit", "facts": {"head_count": Infinity}}'),
    ("depth 10,000", 400, "bad-request", f'{{"type": "group_visit", "facts": {DEEP}}}'),
    (
        "depth 33",
        400,
        "bad-request",
        '{"type": "group_visit", "facts": ' + "[" * 33 + "]" * 33 + "}",
    ),
    ("a name twice", 400, "bad-request", '{"type": "group_visit", "type": "help"}'),
    ("a name twice, once escaped", 400, "bad-request", '{"type": "help", "\\u0074ype" : "help"}'),
    (
        "a name twice further in",
        400,
        "bad-request",
        '{"type": "group_visit", "facts": {"injury": false, "injury": true}}',
    ),
    (
        "a name twice beside a surrogate",
        400,
        "bad-request",
        '{"type": "help", "type": "help", "note": "\\ud800"}',
    ),
    ("bytes that are no UTF-8", 400, "bad-request", b'{"type": "group_visit", "note": "\xff\xfe"}'),
    ("a lone surrogate", 422, "invalid", '{"type": "group_visit", "note": "\\ud800"}'),
    ("a lone surrogate as a key", 422, "invalid", '{"type": "group_visit", "\\udfff": 1}'),
    (
        "a lone surrogate in a fact",
        422,
        "invalid",
        '{"type": "group_visit", "facts": {"\\ud800": 1}}',
    ),
    ("a lone surrogate as a type", 422, "invalid", '{"type": "\\ud800"}'),
    ("NUL as a type", 422, "invalid", '{"type": "\\u0000"}'),
    (
        "a number of 400 digits",
        422,
        "invalid",
        '{"type": "group_visit", "facts": {"head_count": ' + "9" * 400 + "}}",
    ),
    ("1e999", 422, "invalid", '{"type": "group_visit", "facts": {"head_count": 1e999}}'),
    (
        "1 MB",
        413,
        "request-entity-too-large",
        '{"type": "group_visit", "note": "' + "x" * 2**20 + '"}',
    ),
]


@pytest.mark.parametrize(
    ("status", "kind", "body"), [each[1:] for each in BODIES], ids=[each[0] for each in BODIES]
)
def test_a_body_that_cannot_be_read(bank: Bank, status: int, kind: str, body: str | bytes) -> None:
    for path in ("/incidents", bank.path("record-facts")):
        if path != "/incidents" and status == 422:
            continue
        bank.refuses(status, kind, "POST", path, body)


@pytest.mark.parametrize("text", ['他说："type": "help"', ":", '"a":1,"a":2', '\\":'])
def test_what_looks_like_a_name_in_a_text_is_none(bank: Bank, text: str) -> None:
    bank.teller.command(bank.group, "add-note", text=text)
    kept = bank.teller.timeline(bank.group)["sealed"].values()
    assert text in [each["text"] for each in kept]


COMMANDS: list[tuple[str, int, str, str, Any]] = [
    ("an unknown step", 422, "invalid", "complete-step", {"step": "fly"}),
    ("no step", 422, "invalid", "complete-step", {}),
    (
        "a record that the step lacks",
        422,
        "invalid",
        "complete-step",
        {"step": "divert", "record": {"x": 1}},
    ),
    (
        "a record of 2^64",
        422,
        "invalid",
        "complete-step",
        {"step": "fill_record_form", "record": {"amount_yuan": 2**64}},
    ),
    (
        "a date that is none",
        422,
        "invalid",
        "complete-step",
        {"step": "fill_record_form", "record": {"call_before": "soon"}},
    ),
    (
        "a choice that is none",
        422,
        "invalid",
        "complete-step",
        {"step": "fill_record_form", "record": {"relation": "aunt"}},
    ),
    ("minutes below zero", 422, "invalid", "acknowledge", {"eta_minutes": -1}),
    ("minutes without end", 422, "invalid", "acknowledge", {"eta_minutes": 2**64}),
    ("an unknown playbook", 422, "invalid", "add-playbook", {"playbook": "fire"}),
    ("an unknown outcome", 422, "invalid", "close", {"resolution": "x", "outcome": "won"}),
    ("a reason that is missing", 422, "invalid", "cancel", {}),
    ("a reason of blanks", 422, "invalid", "cancel", {"reason": "   "}),
    ("a text of blanks", 422, "invalid", "add-note", {"text": "\u3000"}),
    (
        "a fact of blanks",
        422,
        "invalid",
        "record-facts",
        {"facts": {"demand": " "}},
    ),
    ("NUL in a note", 422, "invalid", "add-note", {"text": "\0"}),
    ("a wrong role", 403, "forbidden", "reopen-step", {"step": "divert", "reason": "x"}),
    (
        "a signature without a device",
        422,
        "invalid",
        "add-note",
        {"text": "x", "device": {"seq": 1, "signature": "AA", "signed": "{}"}},
    ),
]


@pytest.mark.parametrize(
    ("status", "kind", "command", "body"),
    [each[1:] for each in COMMANDS],
    ids=[each[0] for each in COMMANDS],
)
def test_a_command_that_is_wrong(
    bank: Bank, status: int, kind: str, command: str, body: Any
) -> None:
    who = bank.house.person("manager1") if command in ("acknowledge", "close") else bank.teller
    bank.refuses(status, kind, "POST", bank.path(command), body, who=who)


@pytest.mark.parametrize("token", ["dead", "", "a" * 10_000, "é".encode().decode("latin-1")])
def test_a_dead_token_is_401_everywhere(bank: Bank, token: str) -> None:
    nobody = bank.house.nobody(token)
    for method, path, body in (
        ("POST", "/incidents", {"type": TYPE}),
        ("POST", bank.path("add-note"), {"text": "x"}),
        ("GET", "/incidents", None),
        ("POST", "/sync", {}),
        ("POST", "/notes", {"text": "x"}),
    ):
        bank.refuses(401, "unauthenticated", method, path, body, who=nobody)


@pytest.mark.parametrize(
    "incident",
    [
        "no-such",
        "018f3b1e-0000-7000-8000-000000000001",
        "%00",
        "%F0%9F%92%A9",
        "a" * 2000,
        "%ff",
        "..%2f..",
    ],
)
def test_an_incident_that_is_not_there_is_404(bank: Bank, incident: str) -> None:
    bank.refuses(404, "not-found", "GET", f"/incidents/{incident}", None)
    bank.refuses(404, "not-found", "POST", f"/incidents/{incident}/add-note", {"text": "x"})


def test_another_branchs_incident_is_404(bank: Bank) -> None:
    stranger = bank.house.person("teller3")
    bank.refuses(404, "not-found", "GET", f"/incidents/{bank.group['id']}", None, who=stranger)
    bank.refuses(404, "not-found", "POST", bank.path("add-note"), {"text": "x"}, who=stranger)


@pytest.mark.parametrize(
    "query",
    [
        "status=burning",
        "since=yesterday",
        "until=2026-03-11T02:00:00",
        "limit=0",
        "limit=201",
        "limit=NaN",
        "limit=99999999999999999999",
        "drill=perhaps",
        "cursor=abc",
        "cursor=%00",
        "cursor=WzFd",
        "q=%00",
        "q=" + "x" * 201,
        "branch=%00",
        "type=" + "x" * 65,
    ],
)
def test_a_list_asked_for_wrongly_is_422(bank: Bank, query: str) -> None:
    bank.refuses(422, "invalid", "GET", f"/incidents?{query}", None)


def test_a_branch_note_of_blanks_is_422(bank: Bank) -> None:
    bank.refuses(422, "invalid", "POST", "/notes", {"text": " \n "}, who=bank.tablet)


SYNC: dict[str, Any] = {"device_now": "2026-03-11T02:00:00Z", "mono_now": 1000, "commands": []}


@pytest.mark.parametrize(
    ("status", "kind", "change"),
    [
        (422, "invalid", {"commands": None}),
        (422, "invalid", {"commands": ["x"]}),
        (422, "invalid", {"commands": {}}),
        (422, "invalid", {"device_now": "noon"}),
        (422, "invalid", {"mono_now": 2**64}),
        (422, "invalid", {"mono_now": -1}),
        (422, "invalid", {"session": "\0"}),
        (422, "invalid", {"commands": [{}] * 1001}),
        (413, "request-entity-too-large", {"session": "x" * (2 * 2**20)}),
    ],
)
def test_a_sync_that_is_wrong_as_a_whole(
    bank: Bank, status: int, kind: str, change: dict[str, Any]
) -> None:
    bank.refuses(status, kind, "POST", "/sync", {**SYNC, **change}, who=bank.tablet)


@pytest.mark.parametrize(
    "command",
    [
        {},
        {"command_id": 1},
        {"command_id": "\ud800", "command": "open", "data": {}},
        {"command_id": new_id(), "command": "open", "data": {}},
        {"command_id": new_id(), "command": "open", "data": []},
        {"command_id": new_id(), "command": "open", "data": {"type": "volcano"}},
        {"command_id": new_id(), "command": "open", "data": {"type": TYPE, "branch": "east-02"}},
        {"command_id": new_id(), "command": "open", "incident": "x", "data": {"type": TYPE}},
        {"command_id": new_id(), "command": "open", "incident": 7, "data": {"type": TYPE}},
        {"command_id": new_id(), "command": "fly", "incident": new_id(), "data": {}},
        {"command_id": new_id(), "command": ["open"], "data": {}},
        {"command_id": new_id(), "command": "add-note", "data": {"text": "x"}},
        {"command_id": new_id(), "command": "add-note", "incident": "\0", "data": {"text": "x"}},
        {"command_id": new_id(), "command": "open", "data": {"type": TYPE, "note": "\ud800"}},
        {"command_id": new_id(), "command": "open", "data": {"type": TYPE}, "occurred": []},
        {
            "command_id": new_id(),
            "command": "open",
            "data": {"type": TYPE},
            "occurred": {"session": {}},
        },
        {"command_id": new_id(), "command": "open", "data": {"type": TYPE}, "extra": 1},
    ],
)
def test_one_wrong_command_of_a_sync_is_refused_and_the_next_one_counts(
    bank: Bank, command: dict[str, Any]
) -> None:
    good = {
        "command_id": new_id(),
        "incident": new_id(),
        "command": "open",
        "data": {"type": "disruptive_customer"},
    }
    body = json.dumps({**SYNC, "commands": [command, good]})
    answer = bank.tablet.ask("POST", "/sync", data=body, headers=JSON)
    assert answer.status_code == 200, answer.text[:500]
    refused, applied = answer.json()["results"]
    assert refused["outcome"] == "refused"
    assert refused["problem"]["status"] in (403, 404, 422)
    assert not INSIDES.search(answer.text)
    assert applied == {"command_id": good["command_id"], "outcome": "applied"}


def test_a_form_instead_of_json_is_refused(bank: Bank) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    before = bank.position()
    answer = bank.teller.ask("POST", "/incidents", data="type=group_visit", headers=headers)
    assert answer.status_code in (415, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert bank.position() == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/incidents", 405),
        ("PUT", "/incidents", 405),
        ("GET", "/auth/login", 405),
    ],
)
def test_addresses_and_methods_that_are_not_there(
    bank: Bank, method: str, path: str, status: int
) -> None:
    kind = "not-found" if status == 404 else "method-not-allowed"
    bank.refuses(status, kind, method, path, None)


def test_raising_and_acknowledging_are_never_throttled(bank: Bank) -> None:
    for _ in range(150):
        assert bank.teller.ask("POST", "/incidents", {"type": TYPE}).status_code == 200
    for _ in range(50):
        manager = bank.house.person("manager1")
        assert manager.ask("POST", bank.path("acknowledge"), {}).status_code == 200
