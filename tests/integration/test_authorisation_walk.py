"""Deny by default (reliability.md, rule 10 and F14): every route and every socket event is named
here with those whom it lets through; one that is not named, or has no guard, fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from backend.app import create_app
from backend.config import from_environment
from tests.builders import EVERYBODY
from tests.clients import Client
from tests.house import DEMO, House
from tests.who import ABOVE, AT_THE_BRANCH, COMMANDS, MANAGERS, STATEMENT, TYPE

NOBODY, TABLET, ON_TABLET = "nobody", "tablet", "teller2 on the tablet"
PEOPLE = {*EVERYBODY, ON_TABLET}
PAIRED = {*PEOPLE, TABLET}
ALL = {*PAIRED, NOBODY}
SEES = AT_THE_BRANCH | ABOVE | {"auditor1", ON_TABLET}
HERE = AT_THE_BRANCH | {"regional1", "hqduty1", ON_TABLET, TABLET}
FOLLOW_UP = MANAGERS | {"complaint1"}
REVIEW = MANAGERS | {"complaint1", "compliance1", "legal1"}
FOUND = {"incident": "<incident_id>", "words": "?", "process": "?", "decision": "?"}
OBJECTION = {
    "topic": "收益",
    "objection_zh": "为什么亏了？",
    "objection_en": "Why did it lose value?",
    "answer_zh": "我陪您看一遍产品说明。",
    "answer_en": "Let us read the terms together.",
}
DRILL = {"branch": "east-01", "type": "group_visit", "starts_at": "2026-03-12T02:00:00Z"}
VISIT = {"branch": "east-01", "type": TYPE, "mode": "mystery"}
CALENDAR = "date,working\n2027-10-01,0\n"
CUSTOMER = {"name": "李建国", "reference": "6222"}
SUGGESTION = {"product": "稳健理财", "cause": "other", "text": "说明书分两行写"}
CARD_KEEPERS = MANAGERS | {"complaint1", "compliance1"}
WHOLE_CARD = CARD_KEEPERS | {"legal1", "business1", "auditor1"}
AT_COUNTERS = {"teller1", "teller2", "lobby1", "office1", "office2", ON_TABLET}
ASKERS = CARD_KEEPERS | {"business1"}
COUNTERS = MANAGERS | {"auditor1", "complaint1", "compliance1", "legal1", "business1"}
KEEPERS = {"admin1", "manager1"}
TESTERS = {"manager1", "regional1", "hqduty1"}
DRAFTERS = {"admin1", "compliance1"}
LIBRARY = {
    *("manager1", "deputy1", "manager2", "regional1", "hqduty1"),
    *("complaint1", "compliance1", "legal1", "auditor1", "admin1"),
}


@dataclass(frozen=True)
class Route:
    """Whom it lets through, and how to ask. ``{incident}`` and the like are filled in."""

    guard: str
    allowed: set[str]
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    form: bool = False


def _command(name: str, body: Any, allowed: set[str]) -> tuple[str, Route]:
    on_tablet = {ON_TABLET} if "teller2" in allowed else set()
    return (
        f"POST /api/v1/incidents/<incident_id>/{name}",
        Route("person_or_device", allowed | on_tablet, body),
    )


def _pages(*rules: str) -> dict[str, Route]:
    return {f"GET {rule}": Route("public", ALL) for rule in rules}


SUBSCRIPTION = {
    "endpoint": "https://push.example/1",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORc"
        "xaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
SYNC = {"device_now": "2026-03-11T02:00:00Z", "mono_now": 1, "commands": []}
LOGIN = {"username": "guard1", "password": "demo-counterbell"}
NEW_USER = {
    "username": "newcomer1",
    "name": "新人",
    "password": "long-enough-password",
    "roles": [{"role": "teller", "org": "east-01"}],
}
AWAY = {"from": "2026-03-11T01:00:00Z", "to": "2026-03-12T01:00:00Z"}
SHIFT = {
    "kind": "weekly",
    "org": "east-01",
    "role": "teller",
    "user": "teller2",
    "weekday": 3,
    "from": "08:00",
    "to": "17:30",
}
PLANNERS = {"manager1", "deputy1", "regional1", "hqduty1", "admin1"}
WITH_PASSWORD = PEOPLE - {ON_TABLET}
NEW_ORG = {"id": "east-03", "name": "城东新村支行", "parent": "east"}
AREAS = (
    "<any('sign-in', 'pair', 'counter', 'duty', 'incidents', 'audit', 'desk', 'me', 'papers'):area>"
)
FILES = "<any('manifest.webmanifest', 'icon.svg', 'icon-192.png', 'icon-512.png'):name>"

ROUTES: dict[str, Route] = {
    **_pages("/healthz", "/readyz", "/metrics", "/api/docs", "/api/docs.css"),
    **_pages("/api/v1/audit/key"),
    **_pages("/", f"/{FILES}", f"/{AREAS}", f"/{AREAS}/<path:rest>", "/assets/<path:name>"),
    **_pages("/sw.js", "/a/look.css"),
    # The token is the proof; each wrong one gets the same page (scenarios/test_ack_link.py).
    **_pages("/a/<token>"),
    "POST /a/<token>": Route("public", ALL),
    "POST /api/v1/auth/login": Route("public", ALL, LOGIN),
    "POST /api/v1/auth/logout": Route("signed_in", PEOPLE),
    "GET /api/v1/auth/me": Route("signed_in", PEOPLE),
    "POST /api/v1/auth/pin": Route(
        "person_or_device", {TABLET, ON_TABLET}, {"username": "guard1", "pin": "2580"}
    ),
    "POST /api/v1/devices/pair": Route("public", ALL, {"code": "{code}"}),
    "POST /api/v1/devices/pairing-codes": Route(
        "signed_in", KEEPERS, {"org": "east-01", "name": "5 号柜台"}
    ),
    "GET /api/v1/devices": Route("signed_in", KEEPERS | {"manager2"}),
    "GET /api/v1/devices/me": Route("person_or_device", {TABLET, ON_TABLET}),
    "DELETE /api/v1/devices/<device_id>": Route("signed_in", KEEPERS),
    "GET /api/v1/incidents/<incident_id>/statement": Route(
        "signed_in", {"complaint1", "compliance1"}
    ),
    "GET /api/v1/incidents/<incident_id>/statements/<statement_id>": Route(
        "signed_in", MANAGERS | {"auditor1", "complaint1", "compliance1", "legal1"}
    ),
    "GET /api/v1/orgs": Route("signed_in", PEOPLE),
    "POST /api/v1/orgs": Route("signed_in", {"admin1"}, NEW_ORG),
    "PATCH /api/v1/orgs/<org_id>": Route("signed_in", {"admin1"}, {"name": "城东支行"}),
    "GET /api/v1/orgs/<org_id>/staff": Route(
        "signed_in", AT_THE_BRANCH | PLANNERS | {"auditor1", ON_TABLET}
    ),
    "GET /api/v1/rota": Route("signed_in", PEOPLE),
    "POST /api/v1/rota": Route("signed_in", PLANNERS, SHIFT),
    "PATCH /api/v1/rota/<shift_id>": Route("signed_in", PLANNERS, {"to": "18:00"}),
    "DELETE /api/v1/rota/<shift_id>": Route("signed_in", PLANNERS),
    "GET /api/v1/absences": Route("signed_in", PEOPLE),
    "POST /api/v1/absences": Route("signed_in", WITH_PASSWORD, AWAY),
    "PATCH /api/v1/absences/<absence_id>": Route(
        "signed_in", PLANNERS | {"teller2"}, {"to": "2026-03-13T01:00:00Z"}
    ),
    "DELETE /api/v1/absences/<absence_id>": Route("signed_in", PLANNERS | {"teller2"}),
    "GET /api/v1/substitutes": Route("signed_in", PEOPLE),
    "POST /api/v1/substitutes": Route("signed_in", WITH_PASSWORD, {"substitute": "guard1"}),
    "PATCH /api/v1/substitutes/<substitute_id>": Route(
        "signed_in", PLANNERS | {"teller2"}, {"substitute": "lobby1"}
    ),
    "DELETE /api/v1/substitutes/<substitute_id>": Route("signed_in", PLANNERS | {"teller2"}),
    "GET /api/v1/readiness": Route(
        "signed_in", MANAGERS | {"manager2", "auditor1", "admin1"}, query={"org": "east-01"}
    ),
    "GET /api/v1/board": Route(
        "signed_in",
        MANAGERS | {"manager2", "office1", "office2", "complaint1", "auditor1"},
    ),
    "GET /api/v1/calendar": Route("signed_in", PEOPLE),
    "POST /api/v1/calendar": Route("signed_in", DRAFTERS, {"csv": CALENDAR, "dry_run": True}),
    "GET /api/v1/statistics": Route("signed_in", COUNTERS | {"manager2"}),
    "GET /api/v1/users": Route("signed_in", {"admin1"}),
    "POST /api/v1/users": Route("signed_in", {"admin1"}, NEW_USER),
    "PATCH /api/v1/users/<username>": Route("signed_in", {"admin1"}, {"name": "林小"}),
    "POST /api/v1/users/me/otp": Route(
        "signed_in", PEOPLE - {ON_TABLET}, {"password": "demo-counterbell"}
    ),
    "PUT /api/v1/users/me/otp": Route("signed_in", PEOPLE - {ON_TABLET}, {"otp": "000000"}),
    "DELETE /api/v1/users/me/otp": Route(
        "signed_in", PEOPLE - {ON_TABLET}, {"password": "demo-counterbell"}
    ),
    "GET /api/v1/users/me/channels": Route("signed_in", PEOPLE - {ON_TABLET}),
    "PUT /api/v1/users/me/channels": Route("signed_in", PEOPLE - {ON_TABLET}, []),
    "POST /api/v1/users/me/push-subscriptions": Route(
        "signed_in", PEOPLE - {ON_TABLET}, SUBSCRIPTION
    ),
    "DELETE /api/v1/users/me/push-subscriptions": Route(
        "signed_in", PEOPLE - {ON_TABLET}, {"endpoint": "https://push.example/1"}
    ),
    "POST /api/v1/channels/<channel_id>/test": Route("signed_in", {"manager1"}),
    "GET /api/v1/push/key": Route("signed_in", PEOPLE),
    "POST /api/v1/push/receipts": Route("public", ALL, {}),
    "GET /api/v1/playbooks": Route("person_or_device", PAIRED),
    "GET /api/v1/library": Route("signed_in", LIBRARY),
    "GET /api/v1/playbooks/<playbook>/versions": Route("signed_in", LIBRARY),
    "POST /api/v1/playbooks/<playbook>/versions": Route("signed_in", DRAFTERS, {}),
    "GET /api/v1/playbooks/<playbook>/versions/<version>": Route("signed_in", LIBRARY),
    "PATCH /api/v1/playbooks/<playbook>/versions/<version>": Route(
        "signed_in", DRAFTERS, {"content": {}}
    ),
    "DELETE /api/v1/playbooks/<playbook>/versions/<version>": Route("signed_in", DRAFTERS),
    "POST /api/v1/playbooks/<playbook>/versions/<version>/submit": Route("signed_in", DRAFTERS, {}),
    "POST /api/v1/playbooks/<playbook>/versions/<version>/clear": Route(
        "signed_in", {"compliance1", "legal1"}, {}
    ),
    "POST /api/v1/playbooks/<playbook>/versions/<version>/send-back": Route(
        "signed_in", {"compliance1", "legal1"}, {"reason": "说得太满"}
    ),
    "POST /api/v1/playbooks/<playbook>/versions/<version>/publish": Route(
        "signed_in", DRAFTERS, {}
    ),
    "GET /api/v1/incidents": Route("signed_in", PEOPLE),
    "POST /api/v1/incidents": Route(
        "person_or_device", HERE, {"type": "help", "branch": "east-01"}
    ),
    "GET /api/v1/incidents/<incident_id>": Route("person_or_device", SEES),
    "GET /api/v1/incidents/<incident_id>/timeline": Route("person_or_device", SEES),
    "GET /api/v1/incidents/<incident_id>/attachments": Route("person_or_device", SEES),
    "POST /api/v1/incidents/<incident_id>/attachments": Route(
        "person_or_device", SEES - {"auditor1"}, form=True
    ),
    "GET /api/v1/incidents/<incident_id>/attachments/<attachment_id>": Route(
        "person_or_device", SEES
    ),
    "GET /api/v1/incidents/<incident_id>/export": Route(
        "signed_in", MANAGERS | {"auditor1", "compliance1", "legal1"}, query={"format": "json"}
    ),
    "GET /api/v1/exports": Route(
        "signed_in",
        MANAGERS | {"manager2", "auditor1", "compliance1", "legal1"},
        query={"format": "json"},
    ),
    "GET /api/v1/follow-ups": Route("signed_in", PEOPLE),
    "POST /api/v1/follow-ups": Route(
        "signed_in", AT_THE_BRANCH | FOLLOW_UP | {ON_TABLET}, {"incident": "<incident_id>"}
    ),
    "PATCH /api/v1/follow-ups/<follow_up_id>": Route(
        "signed_in", FOLLOW_UP, {"outcome": "declined"}
    ),
    "GET /api/v1/reviews": Route("signed_in", REVIEW | {"manager2", "auditor1"}),
    "POST /api/v1/reviews": Route("signed_in", REVIEW, FOUND),
    "GET /api/v1/objections": Route("signed_in", PEOPLE),
    "POST /api/v1/objections": Route("signed_in", REVIEW | {"manager2"}, OBJECTION),
    "PATCH /api/v1/objections/<objection_id>": Route("signed_in", REVIEW, {"topic": "理财"}),
    "POST /api/v1/objections/<objection_id>/clear": Route(
        "signed_in", {"compliance1", "legal1"}, {"revision": 1}
    ),
    "GET /api/v1/drills": Route("signed_in", PEOPLE),
    "POST /api/v1/drills": Route("signed_in", MANAGERS, DRILL),
    "GET /api/v1/drills/<drill_id>": Route("signed_in", SEES),
    "PATCH /api/v1/drills/<drill_id>": Route("signed_in", TESTERS, {"pass_mark": 70}),
    "DELETE /api/v1/drills/<drill_id>": Route("signed_in", TESTERS),
    "POST /api/v1/drills/<drill_id>/start": Route("signed_in", TESTERS),
    "GET /api/v1/drills/<drill_id>/score": Route("signed_in", SEES),
    "GET /api/v1/drills/scenarios": Route("signed_in", PEOPLE),
    "GET /api/v1/drills/requirements": Route("signed_in", PEOPLE),
    "PUT /api/v1/drills/requirements/<org_id>": Route(
        "signed_in", PLANNERS, {"playbooks": ["group_visit"]}
    ),
    "GET /api/v1/drills/passes": Route("signed_in", PEOPLE),
    "GET /api/v1/drills/results": Route("signed_in", PEOPLE),
    # Whoever is tested does not even know of the visit.
    "POST /api/v1/incidents/<incident_id>/mark-drill": Route(
        "signed_in", {"regional1", "hqduty1"}, {"drill": "<mystery_id>", "reason": "?"}
    ),
    "GET /api/v1/customers": Route(
        "signed_in",
        WHOLE_CARD | AT_COUNTERS | {"teller3", "teller4", "manager2"},
        query={"q": "建国"},
    ),
    # Another branch's tellers make a card of their own; who works above names the branch (422).
    "POST /api/v1/customers": Route(
        "signed_in", CARD_KEEPERS | AT_COUNTERS | {"teller3", "teller4", "manager2"}, CUSTOMER
    ),
    "GET /api/v1/customers/may-call": Route(
        "signed_in", ASKERS | {"manager2"}, query={"reference": "6222"}
    ),
    "GET /api/v1/customers/<customer_id>": Route("signed_in", WHOLE_CARD | AT_COUNTERS),
    "PATCH /api/v1/customers/<customer_id>": Route(
        "signed_in",
        CARD_KEEPERS | AT_COUNTERS | {"business1"},
        {"revision": 1, "do_not_contact": True, "reason": "?"},
    ),
    "GET /api/v1/customers/<customer_id>/matters": Route("signed_in", WHOLE_CARD | AT_COUNTERS),
    "GET /api/v1/customers/<customer_id>/may-call": Route("signed_in", ASKERS),
    "GET /api/v1/customers/<customer_id>/contacts": Route("signed_in", WHOLE_CARD),
    "POST /api/v1/customers/<customer_id>/contacts": Route("signed_in", ASKERS, {}),
    "GET /api/v1/suggestions": Route("signed_in", PEOPLE),
    "GET /api/v1/suggestions/causes": Route("signed_in", COUNTERS | {"manager2"}),
    # Who works above the branches is told that a suggestion needs one (422).
    "POST /api/v1/suggestions": Route("signed_in", PEOPLE - {"auditor1", "admin1"}, SUGGESTION),
    "PATCH /api/v1/suggestions/<suggestion_id>": Route(
        "signed_in", {"business1"}, {"status": "answered", "answer": "下个版本改"}
    ),
    "POST /api/v1/sync": Route("person_or_device", PAIRED, SYNC),
    # Who works above the branches is told that a note needs one (422).
    "POST /api/v1/notes": Route(
        "person_or_device", PAIRED - {"auditor1", "admin1"}, {"text": "打印机没纸了"}
    ),
    **dict(_command(name, body, allowed) for name, body, allowed in COMMANDS),
}
#: Made by flask-smorest, which knows no guards: it says what the API is, and no more.
WITHOUT_GUARD = {"GET /api/v1/openapi.json"}
EVENTS = {"connect", "disconnect", "received", "seen"}
LET_THROUGH = {200, 201, 204, 409, 422}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    data = tmp_path_factory.mktemp("walk")
    return create_app(from_environment(DEMO, data=str(data), port=0))


def routes_of(app: Flask) -> dict[str, str | None]:
    """Every method and rule with the guard of its view."""
    found = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            found[f"{method} {rule}"] = getattr(view, "guard", None)
    return found


def test_every_route_is_named_here_with_its_guard(app: Flask) -> None:
    found = routes_of(app)
    named = {name: route.guard for name, route in ROUTES.items()}
    assert found == {**named, **dict.fromkeys(WITHOUT_GUARD)}


def test_every_socket_event_is_named_here(house: House) -> None:
    assert house.host.tell("events") == {"/": sorted(EVENTS)}


class Walk:
    """Everybody at the door, and what a route needs."""

    def __init__(self, house: House) -> None:
        self._house = house
        house.person("manager1").listens()
        storm = house.person("teller1").raise_(TYPE)
        self._tablet = house.tablet()
        spare = house.tablet()
        attached = house.person("teller1").does(
            "POST",
            f"/incidents/{storm['id']}/attachments",
            files={"file": ("a.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")},
        )
        words = {**STATEMENT, "lang": "en"}
        issued = house.person("complaint1").command(storm, "issue-statement", **words)
        manager, stands_in = house.person("manager1"), {"user": "teller2", "substitute": "guard1"}
        self._names = {
            "<shift_id>": manager.does("POST", "/rota", {**SHIFT, "weekday": 4})["id"],
            "<absence_id>": manager.does("POST", "/absences", {"user": "teller2", **AWAY})["id"],
            "<substitute_id>": manager.does("POST", "/substitutes", stands_in)["id"],
            "<incident_id>": storm["id"],
            "<attachment_id>": attached["id"],
            "<statement_id>": issued["statements"][0]["id"],
            "<device_id>": spare.device_id,
            "<username>": "teller1",
            "<org_id>": "east-01",
            "<channel_id>": self._channel(),
            "<drill_id>": manager.does("POST", "/drills", DRILL)["id"],
            "<mystery_id>": house.person("regional1").does("POST", "/drills", VISIT)["id"],
            "<customer_id>": manager.does("POST", "/customers", {"name": "王芳"})["id"],
            "<suggestion_id>": manager.does("POST", "/suggestions", SUGGESTION)["id"],
            "<objection_id>": manager.does("POST", "/objections", OBJECTION)["id"],
            "<playbook>": "help",
            "<version>": house.person("admin1").does("POST", "/playbooks/help/versions", {})["id"],
            "<follow_up_id>": manager.does("POST", "/follow-ups", {"incident": storm["id"]})["id"],
        }

    def _channel(self) -> str:
        """One of the manager's own, at an address where nobody listens."""
        nowhere = {"kind": "ntfy", "address": "http://127.0.0.1:9/topic"}
        (made,) = self._house.person("manager1").does("PUT", "/users/me/channels", [nowhere])
        return str(made["id"])

    def asks(self, who: str, name: str, route: Route) -> int:
        method, _, rule = name.partition(" ")
        for word, value in self._names.items():
            rule = rule.replace(word, value)
        body = route.body
        if isinstance(body, dict):
            body = {
                key: self._names.get(value, value) if isinstance(value, str) else value
                for key, value in body.items()
            }
        options: dict[str, Any] = {"params": dict(route.query)}
        if route.form:
            options["files"] = {"file": ("b.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")}
        client = self._caller(who)
        answer = client.ask(method, rule, body, **options)
        if who == ON_TABLET:
            client.close()
        return answer.status_code

    def _caller(self, who: str) -> Client:
        if who == NOBODY:
            return self._house.nobody()
        if who == TABLET:
            return self._tablet
        if who == ON_TABLET:
            return self._tablet.with_pin("teller2")
        return self._house.person(who)


GUARDED = [(name, route) for name, route in ROUTES.items() if name.split()[1].startswith("/api/v1")]


@pytest.mark.parametrize(("name", "route"), GUARDED, ids=[name for name, _ in GUARDED])
def test_a_route_lets_those_through_and_nobody_else(house: House, name: str, route: Route) -> None:
    walk = Walk(house)
    refused: dict[str, int] = {}
    for who in sorted(ALL - route.allowed):
        refused[who] = walk.asks(who, name, route)
    expected = {who: {401} if who == NOBODY else {403, 404} for who in refused}
    assert {who: s for who, s in refused.items() if s not in expected[who]} == {}
    let_through = {who: walk.asks(who, name, route) for who in sorted(route.allowed)}
    # A thing can be removed once; guessing pairing codes is slowed down.
    extra = {"POST /api/v1/devices/pair": 429}
    if name.startswith("DELETE"):
        extra[name] = 404
    wanted = LET_THROUGH | {extra.get(name, 200)}
    assert {who: s for who, s in let_through.items() if s not in wanted} == {}


def test_a_tablet_alone_confirms_nothing_and_nobody_connects_without_a_session(
    house: House,
) -> None:
    tablet = house.tablet().listens()
    house.person("manager1").listens()
    house.person("teller1").raise_(TYPE)
    alert = house.person("manager1").hears("alert")
    for event in ("received", "seen"):
        answer = tablet.socket.asks(event, {"alert_id": alert["alert_id"], "repeat": 0})
        assert answer == {"ok": False, "problem": "unauthenticated"}
    tablet.hears_nothing()
