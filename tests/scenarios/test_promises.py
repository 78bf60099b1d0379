"""What is promised is written down, remembered, and never more than may be (S6, T3)."""

from typing import Any

from tests.clients import Client
from tests.house import House

HOUR = 3600
FIVE = "2026-03-11T07:00:00.000Z"
"""Five hours after the house opens."""


def money(**more: Any) -> dict[str, Any]:
    return {"text": "退五十元手续费", "due_at": FIVE, "kind": "money", **more}


def promises(who: Client, incident: Any) -> list[Any]:
    found: list[Any] = who.incident(incident)["promises"]
    return found


def types(who: Client, incident: Any) -> list[str]:
    return [each["type"] for each in who.timeline(incident)["events"]]


def test_a_promise_of_money_is_refused_without_clearance(house: House) -> None:
    complaint = house.person("teller1").raise_("complaint_light")
    manager = house.person("manager1")
    manager.command(complaint, "acknowledge")
    manager.refused(complaint, "promise", 409, "step-locked", **money())
    assert promises(manager, complaint) == []
    house.person("compliance1").command(complaint, "clear-step", step="promise_redress")
    (made,) = manager.command(complaint, "promise", **money())["promises"]
    assert (made["text"], made["kind"], made["due_at"]) == ("退五十元手续费", "money", FIVE)
    assert (made["state"], made["made_by"]["username"]) == ("open", "manager1")


def test_the_evidence_collector_gets_no_promise_and_is_reported_within_minutes(
    house: House,
) -> None:
    teller, manager = house.person("teller1"), house.person("manager1")
    visit = teller.raise_("disruptive_customer", facts={"profile": "evidence"})
    teller.command(visit, "add-playbook", playbook="customer_evidence")
    for kind in ("action", "information", "money"):
        teller.refused(visit, "promise", 409, "no-promise", **money(kind=kind))
    manager.command(visit, "acknowledge")
    clock = next(each for each in manager.incident(visit)["clocks"] if each["name"] == "report_up")
    assert clock["due_at"] == "2026-03-11T02:10:00.000Z"
    house.advance(11 * 60)
    manager = house.anew("manager1")
    missed = [each for each in manager.incident(visit)["clocks"] if each["state"] == "missed"]
    assert [each["name"] for each in missed] == ["report_up"]
    assert "promise.made" not in types(manager, visit)


def test_a_promise_is_reminded_of_and_broken_with_a_reason(house: House) -> None:
    complaint = house.person("teller1").raise_("complaint_light")
    manager = house.person("manager1")
    manager.command(complaint, "acknowledge")
    promise = money(kind="information", text="下午三点前回电话")
    (made,) = house.person("teller1").command(complaint, "promise", **promise)["promises"]
    house.advance(5 * HOUR + 1)
    manager = house.anew("manager1")
    assert promises(manager, complaint)[0]["late"]
    manager.refused(complaint, "break-promise", 422, "invalid", promise=made["id"])
    body = {"promise": made["id"], "reason": "系统还没查到"}
    (broken,) = manager.command(complaint, "break-promise", **body)["promises"]
    assert (broken["state"], broken["said"]) == ("broken", "系统还没查到")
    assert broken["ended_by"]["username"] == "manager1"
    told = types(manager, complaint)
    assert told.count("promise.due") == 2
    assert told[-1] == "promise.broken"


def test_what_was_promised_is_read_by_the_auditor_on_paper_and_sealed_in_the_chain(
    house: House,
) -> None:
    complaint = house.person("teller1").raise_("complaint_light")
    teller = house.person("teller1")
    promise = money(kind="action", text="周五前补寄对账单")
    (made,) = teller.command(complaint, "promise", **promise)["promises"]
    teller.command(complaint, "keep-promise", promise=made["id"], note="已寄出")
    auditor = house.person("auditor1")
    chain = str(auditor.timeline(complaint)["events"])
    assert "周五前补寄对账单" not in chain
    assert "已寄出" not in chain
    path = f"/incidents/{complaint['id']}/export"
    paper = auditor.ask("GET", path, params={"format": "csv", "lang": "zh"}).content.decode()
    assert "答应客户" in paper
    assert "周五前补寄对账单" in paper
    assert "已寄出" in paper


def test_a_promise_survives_a_restart_and_a_rebuild_of_its_deadline(own_house: House) -> None:
    complaint = own_house.person("teller1").raise_("complaint_light")
    body = money(kind="action", text="补寄对账单")
    own_house.person("teller1").command(complaint, "promise", **body)
    own_house.killed_and_restarted(after=5)
    own_house.advance(5 * HOUR + 1)
    manager = own_house.anew("manager1")
    assert types(manager, complaint).count("promise.due") == 2
