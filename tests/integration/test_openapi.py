"""The OpenAPI document is true (F13): fuzzed from it as five roles and as a tablet.

No 5xx, and every answer has the status, the type and the shape that the document promises. Known
good requests for each operation show that four fifths of them reach a 2xx.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.clients import Client, new_id
from tests.house import Host, House, Template

CALLERS = ("teller1", "manager1", "compliance1", "auditor1", "admin1", "tablet")
EXAMPLES = 4
"""Fuzzed requests for each operation, caller and mode."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SHIFT = {
    "kind": "weekly",
    "org": "east-01",
    "role": "teller",
    "weekday": 3,
    "from": "08:00",
    "to": "17:30",
}
OBJECTION = {
    "topic": "收益",
    "objection_zh": "为什么亏了？",
    "objection_en": "Why did it lose value?",
    "answer_zh": "我陪您看一遍产品说明。",
    "answer_en": "Let us read the terms together.",
}
CUSTOMER = {"name": "李建国", "tags": ["low_trust"]}
SUGGESTION = {"product": "稳健理财", "cause": "other", "text": "说明书分两行写"}
STATEMENT = {"lang": "zh", "text": "说明如下", "contact": "李静", "draft": 0}
PDF = b"%PDF-1.4\n%%EOF\n"
TYPE = "disruptive_customer"
DRILL = {"branch": "east-01", "type": "group_visit", "starts_at": "2026-03-12T02:00:00Z"}
NOBODY_THERE = "http://127.0.0.1:9/"
"""The address of a channel of somebody whom no alert is for."""
#: Ends the session that it is asked with: fuzzed with a session of its own.
LOGOUT = "POST /api/v1/auth/logout"


#: The id of a channel that the first caller makes; the others learn that it is not theirs.
CHANNEL = "019a0000-0000-7000-8000-000000000001"


class Bank:
    """The demo bank with something in it, and its document."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.person("manager1").listens()
        self.callers: dict[str, Client] = {
            name: house.person(name) for name in CALLERS if name != "tablet"
        }
        self.callers["tablet"] = house.tablet()
        self.schema = schemathesis.openapi.from_url(f"{house.url}/api/v1/openapi.json")
        operations: Any = self.schema.get_all_operations()
        self.operations = [result.ok() for result in operations]
        newcomer = {
            "username": "newcomer1",
            "name": "新人",
            "password": "long-enough-password",
            "roles": [{"role": "teller", "org": "east-01"}],
        }
        house.person("admin1").does("POST", "/users", newcomer)
        self._newcomers = count(1)
        self.known = {
            "username": "newcomer1",
            "org_id": "east-02",
            "channel_id": CHANNEL,
            **self.fresh(),
        }
        self._turn = count()

    def fresh(self) -> dict[str, str]:
        """An incident with a file, and a tablet, that nothing has happened to yet."""
        teller, manager = self.callers["teller1"], self.callers["manager1"]
        for each in manager.incidents(status="open,acknowledged", type=TYPE):
            manager.command(each, "cancel", reason="下一件")
        self.house.advance(1)
        incident = teller.raise_(TYPE)["id"]
        file = {"file": ("a.pdf", PDF, "application/pdf")}
        attached = teller.does("POST", f"/incidents/{incident}/attachments", files=file)
        device_id = self.house.tablet().device_id
        return {
            **self._planned(),
            "incident_id": incident,
            "attachment_id": attached["id"],
            "device_id": device_id,
            "channel_id": self.house.gives("auditor1", NOBODY_THERE),
            "drill_id": manager.does("POST", "/drills", DRILL)["id"],
            "objection_id": manager.does("POST", "/objections", OBJECTION)["id"],
            "customer_id": manager.does("POST", "/customers", CUSTOMER)["id"],
            "suggestion_id": manager.does("POST", "/suggestions", SUGGESTION)["id"],
            "statement_id": self._issued(incident),
            **self._drafted(),
            "follow_up_id": teller.does("POST", "/follow-ups", {"incident": incident})["id"],
        }

    def _issued(self, incident: str) -> str:
        """A statement to the customer."""
        officer = self.house.person("complaint1")
        issued = officer.command({"id": incident}, "issue-statement", **STATEMENT)
        return str(issued["statements"][0]["id"])

    def _drafted(self) -> dict[str, str]:
        """A version that nobody has cleared yet."""
        drafted = self.callers["admin1"].does("POST", "/playbooks/help/versions", {})
        return {"playbook": "help", "version": drafted["id"]}

    def _planned(self) -> dict[str, str]:
        """A shift, an absence and a substitute of a newcomer."""
        admin, hour = self.callers["admin1"], timedelta(hours=1)
        number = next(self._newcomers)
        user = {
            "username": f"planned{number}",
            "name": "新人",
            "password": "long-enough-password",
            "roles": [{"role": "teller", "org": "east-01"}],
        }
        admin.does("POST", "/users", user)
        times = {"from": self.house.now.isoformat(), "to": (self.house.now + hour).isoformat()}
        of_whom = {"user": user["username"]}
        return {
            "shift_id": admin.does("POST", "/rota", {**SHIFT, **of_whom})["id"],
            "absence_id": admin.does("POST", "/absences", {**times, **of_whom})["id"],
            "substitute_id": admin.does(
                "POST", "/substitutes", {"substitute": "guard1", **of_whom}
            )["id"],
        }

    def send(self, case: Any, who: str) -> requests.Response:
        """One request, checked against the document."""
        headers = {"Authorization": f"Bearer {self.callers[who].token}"}
        case.headers = {**(case.headers or {}), **headers}
        answer = case.call(base_url=self.house.url)
        case.validate_response(answer, checks=CHECKS)
        return answer  # type: ignore[no-any-return]

    def fuzz(self, operation: Any, who: str, mode: GenerationMode) -> None:
        """A few generated requests; two of three are about what there is."""

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            if case.path_parameters and next(self._turn) % 3:
                names = set(case.path_parameters) & set(self.known)
                case.path_parameters.update({name: self.known[name] for name in names})
            self.send(case, who)

        # An operation that takes nothing can be asked nothing wrong.
        with suppress(Unsatisfiable):
            run()


@pytest.fixture(scope="module")
def bank(
    host: Host, template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bank]:
    data = template.copied_to(tmp_path_factory.mktemp("openapi") / "data")
    house = House(host, data, template.tokens)
    yield Bank(house)
    house.close()


def command(name: str, **body: Any) -> tuple[str, dict[str, Any]]:
    return f"POST /api/v1/incidents/{{incident_id}}/{name}", {"body": body}


SETTLED = {"resolution": "好了", "outcome": "settled"}
SUBSCRIPTION = {
    "endpoint": "https://push.example/1",
    "keys": {
        # The example of RFC 8291, section 5.
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORc"
        "xaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
OCCURRED = {"device_at": "2026-03-11T02:00:00Z", "mono_ms": 1, "session": "a"}
#: A good request for each operation that needs more than its path. In this order an incident
#: goes through its life.
GOOD: dict[str, dict[str, Any]] = dict(
    [
        command("decline", reason="在外开会"),
        command("acknowledge", eta_minutes=3),
        command("record-facts", facts={"head_count": 4, "demand": "退费"}),
        command("add-playbook", playbook="group_visit"),
        command("complete-step", step="lead_away", note="已带到里面"),
        command("complete-step", step="divert"),
        command("reopen-step", step="report_superior", reason="再报一次"),
        command("skip-step", step="steady_others", reason="没有别人"),
        command("clear-step", step="promise_redress"),
        command("reclassify", type="help", reason="有人喊"),
        command("hand-over", to="deputy1"),
        command("add-note", text="一句", occurred=OCCURRED, mono_now=5),
        command("escalate", reason="人多"),
        command("promise", text="下午回话", due_at="2026-03-12T02:00:00Z", kind="information"),
        command("name-representative", who="红衣女士"),
        command("lead-to-room", who="三位", room="接待室", people=3),
        command("cancel", reason="误报"),
    ]
)
GOOD |= {
    "POST /api/v1/auth/login": {"body": {"username": "guard1", "password": "demo-counterbell"}},
    "POST /api/v1/auth/pin": {"body": {"username": "guard1", "pin": "2580"}},
    "POST /api/v1/devices/pairing-codes": {"body": {"org": "east-01", "name": "6 号柜台"}},
    "POST /api/v1/incidents": {"body": {"type": "help", "facts": {"danger_to_life": True}}},
    "POST /api/v1/notes": {"body": {"text": "打印机没纸了"}},
    "POST /api/v1/sync": {
        "body": {"device_now": "2026-03-11T02:00:00Z", "mono_now": 1, "commands": []}
    },
    "POST /api/v1/orgs": {"body": {"id": "east-03", "name": "城东新村支行", "parent": "east"}},
    "PATCH /api/v1/orgs/{org_id}": {"body": {"name": "城东二部"}},
    "POST /api/v1/rota": {"body": {**SHIFT, "user": "teller2"}},
    "PATCH /api/v1/rota/{shift_id}": {"body": {"to": "18:00"}},
    "POST /api/v1/absences": {
        "body": {"from": "2026-03-11T02:00:00Z", "to": "2026-03-12T02:00:00Z"}
    },
    "PATCH /api/v1/absences/{absence_id}": {"body": {"to": "2026-03-13T02:00:00Z"}},
    "POST /api/v1/substitutes": {"body": {"substitute": "guard1"}},
    "PATCH /api/v1/substitutes/{substitute_id}": {"body": {"substitute": "lobby1"}},
    "POST /api/v1/users": {
        "body": {
            "username": "newcomer2",
            "name": "又一位",
            "password": "long-enough-password",
            "roles": [{"role": "guard", "org": "east-02"}],
        }
    },
    "PATCH /api/v1/users/{username}": {"body": {"name": "新人甲"}},
    "POST /api/v1/users/me/otp": {"body": {"password": "demo-counterbell"}},
    "DELETE /api/v1/users/me/otp": {"body": {"password": "demo-counterbell"}},
    "PUT /api/v1/users/me/channels": {
        "body": [{"id": CHANNEL, "kind": "ntfy", "address": "http://127.0.0.1:9/topic"}]
    },
    "POST /api/v1/users/me/push-subscriptions": {"body": SUBSCRIPTION},
    "DELETE /api/v1/users/me/push-subscriptions": {"body": {"endpoint": "https://push.example/2"}},
    "POST /api/v1/objections": {"body": OBJECTION},
    "PATCH /api/v1/objections/{objection_id}": {"body": {"topic": "理财"}},
    "POST /api/v1/objections/{objection_id}/clear": {"body": {"revision": 1}},
    "POST /api/v1/drills": {"body": DRILL},
    "PATCH /api/v1/drills/{drill_id}": {"body": {"pass_mark": 70}},
    "PUT /api/v1/drills/requirements/{org_id}": {"body": {"playbooks": ["help"]}},
    "POST /api/v1/calendar": {"body": {"csv": "date,working\n2027-10-01,0\n"}},
    "GET /api/v1/customers": {"query": {"q": "建国"}},
    "POST /api/v1/customers": {"body": {"name": "王芳"}},
    "GET /api/v1/customers/may-call": {"query": {"reference": "6222"}},
    "PATCH /api/v1/customers/{customer_id}": {"body": {"revision": 1, "tags": ["vulnerable"]}},
    "POST /api/v1/customers/{customer_id}/contacts": {"body": {"channel": "email"}},
    "POST /api/v1/suggestions": {"body": SUGGESTION},
    "POST /api/v1/playbooks/{playbook}/versions": {"body": {"org": "east"}},
    "POST /api/v1/playbooks/{playbook}/versions/{version}/submit": {"body": {"revision": 1}},
    "POST /api/v1/playbooks/{playbook}/versions/{version}/clear": {"body": {"revision": 1}},
    "POST /api/v1/playbooks/{playbook}/versions/{version}/publish": {"body": {}},
    "POST /api/v1/playbooks/{playbook}/versions/{version}/send-back": {
        "body": {"reason": "说得太满"}
    },
    "PATCH /api/v1/follow-ups/{follow_up_id}": {"body": {"outcome": "declined"}},
    "GET /api/v1/incidents/{incident_id}/export": {"query": {"format": "json"}},
    "GET /api/v1/exports": {"query": {"format": "json"}},
}


def test_the_document_is_openapi_3_1_and_names_every_operation(bank: Bank) -> None:
    bank.schema.validate()
    assert bank.schema.raw_schema["openapi"].startswith("3.1")
    labels = {each.label for each in bank.operations}
    assert set(GOOD) <= labels
    assert len(labels) > 40


def contained(bank: Bank) -> str:
    """An incident that is under control."""
    manager = bank.callers["manager1"]
    incident = bank.callers["teller1"].raise_("help")
    if incident["status"] == "open":
        manager.command(incident, "acknowledge")
    for step in incident["steps"]:
        if step["containment"] and step["state"] == "ready":
            manager.ticks(incident, step["id"])
    return str(manager.command(incident, "contain")["id"])


def good_case(bank: Bank, operation: Any, known: dict[str, str]) -> Any:
    """The known good request; each time with ids of its own."""
    names = {each.name for each in operation.path_parameters}
    path = {name: value for name, value in known.items() if name in names}
    parts: dict[str, Any] = {"path_parameters": path, **GOOD.get(operation.label, {})}
    if operation.label.endswith("/attachments") and operation.method == "post":
        return operation.Case(
            path_parameters=path, body={"file": PDF}, media_type="multipart/form-data"
        )
    if operation.label == "POST /api/v1/devices/pair":
        keeper = bank.callers["manager1"]
        code = keeper.does("POST", "/devices/pairing-codes", {"org": "east-01", "name": "7"})
        parts["body"] = {"code": code["code"]}
    if operation.label == "POST /api/v1/reviews":
        found = {"words": "说法生硬", "process": "交接漏了", "decision": "周五演练"}
        parts["body"] = {"incident": contained(bank), **found}
    if operation.label.endswith("/mark-drill"):
        visit = {"branch": "east-01", "type": TYPE, "mode": "mystery"}
        manager = bank.callers["manager1"]
        parts["body"] = {"drill": manager.does("POST", "/drills", visit)["id"], "reason": "暗访"}
    if operation.label == "PATCH /api/v1/playbooks/{playbook}/versions/{version}":
        read = bank.callers["admin1"].get("/playbooks/help/versions/" + path["version"])
        parts["body"] = {"content": {**read["content"], "act_within": 120}}
    if operation.label == "POST /api/v1/follow-ups":
        parts["body"] = {"incident": bank.callers["teller1"].raise_("help")["id"]}
    if operation.label.endswith("/link-customer"):
        parts["body"] = {"customer": known["customer_id"]}
    if "body" in parts:
        parts["media_type"] = "application/json"
        if operation.label == "POST /api/v1/incidents":
            parts["body"] = {**parts["body"], "id": new_id()}
    return operation.Case(**parts)


def test_four_fifths_of_the_operations_reach_a_2xx_and_all_answer_as_the_document_says(
    bank: Bank,
) -> None:
    reached: set[str] = set()
    for operation in bank.operations:
        known = {**bank.known, **(bank.fresh() if operation.path_parameters else {})}
        for who in CALLERS:
            if operation.label == LOGOUT and who != "compliance1":
                continue
            if bank.send(good_case(bank, operation, known), who).status_code < 300:
                reached.add(operation.label)
    bank.callers["compliance1"].token = bank.house.nobody().signs_in("compliance1")
    missing = {each.label for each in bank.operations} - reached
    assert len(missing) <= len(bank.operations) / 5, sorted(missing)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("who", CALLERS)
def test_whatever_is_sent_is_answered_as_the_document_says(
    bank: Bank, who: str, mode: GenerationMode
) -> None:
    for operation in bank.operations:
        if operation.label != LOGOUT:
            bank.fuzz(operation, who, mode)
