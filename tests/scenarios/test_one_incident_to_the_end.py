"""Handing over, correcting the type, containing, closing, and what comes after."""

import pytest

from tests.house import House
from tests.scenarios.steps import names, step, types

TYPE = "disruptive_customer"
SETTLED = {"resolution": "已登记，三个工作日内联系", "outcome": "to_procedure"}


def test_who_is_in_charge_hands_over_to_somebody_who_may_see_it(house: House) -> None:
    deputy = house.person("deputy1").listens()
    house.person("manager1").listens()
    storm = house.person("teller1").raise_(TYPE)
    manager = house.person("manager1")
    manager.command(storm, "acknowledge")
    handed = manager.command(storm, "hand-over", to="deputy1", reason="我要去开会")
    assert handed["in_charge"]["username"] == "deputy1"
    deputy.hears("inform", incident_id=storm["id"])
    manager.refused(storm, "hand-over", 422, "invalid", to="manager2")
    manager.refused(storm, "hand-over", 422, "invalid", to="nobody")
    house.person("teller2").refused(storm, "hand-over", 403, "forbidden", to="teller2")
    back = deputy.command(storm, "hand-over", to="supervisor1")
    assert back["in_charge"]["username"] == "supervisor1"


def test_the_reporter_corrects_the_type_and_those_who_know_are_not_alarmed_again(
    house: House,
) -> None:
    manager, business = house.person("manager1").listens(), house.person("business1").listens()
    teller = house.person("teller1")
    storm = teller.raise_(TYPE)
    manager.hears("alert")
    teller.ticks(storm, "lead_away")
    house.advance(30)
    group = teller.command(storm, "reclassify", type="group_visit", reason="其实来了五个人")
    assert group["type"] == "group_visit"
    assert group["title"]["en"] == "Group visit"
    assert step(group, "divert")["state"] == "ready"
    assert step(group, "lead_away")["state"] == "done"
    business.hears("inform", incident_id=storm["id"])
    manager.hears_nothing("alert", repeat=1)
    assert len(manager.heard("alert")) == 1


def test_after_ten_minutes_the_reporter_asks_a_manager_to_correct_it(house: House) -> None:
    teller = house.person("teller1")
    storm = teller.raise_(TYPE)
    house.advance(600.001)
    teller.refused(storm, "reclassify", 403, "forbidden", type="group_visit", reason="五个人")
    manager = house.person("manager1")
    manager.refused(storm, "reclassify", 422, "invalid", type="no_such_type", reason="?")
    changed = manager.command(storm, "reclassify", type="group_visit", reason="五个人")
    assert changed["type"] == "group_visit"


def test_containing_waits_for_the_containment_steps_that_are_ready(house: House) -> None:
    manager = house.person("manager1")
    storm = house.person("teller1").raise_(TYPE)
    house.person("teller1").refused(storm, "contain", 403, "forbidden")
    assert manager.refused(storm, "contain", 409, "containment-open")["steps"] == ["lead_away"]
    manager.command(storm, "skip-step", step="lead_away", reason="已经自己走了")
    assert manager.command(storm, "contain")["status"] == "contained"


def test_containing_ends_the_ladder_and_the_alerts(house: House) -> None:
    manager, deputy = house.person("manager1").listens(), house.person("deputy1").listens()
    storm = house.person("teller1").raise_(TYPE)
    alert = manager.hears("alert")
    manager.ticks(storm, "lead_away")
    manager.command(storm, "contain")
    over = manager.hears("alert_over", alert_id=alert["alert_id"])
    assert over["because"] == "contained"
    house.advance(400)
    deputy.hears_nothing("alert", level=2)


def test_closing_comes_after_containing_and_says_what_came_of_it(house: House) -> None:
    manager = house.person("manager1")
    storm = house.person("teller1").raise_(TYPE)
    manager.refused(storm, "close", 409, "not-contained", **SETTLED)
    manager.ticks(storm, "lead_away")
    manager.command(storm, "contain")
    for wrong in (
        {"outcome": "won"},
        {"root_cause": "weather"},
        {"complaint_kind": "rumour"},
        {"resolution": ""},
    ):
        manager.refused(storm, "close", 422, "invalid", **{**SETTLED, **wrong})
    closed = manager.command(storm, "close", **SETTLED, root_cause="promises.benefit_late")
    assert closed["status"] == "closed"
    assert closed["closed_at"] == "2026-03-11T02:00:00.000Z"
    call_back = next(each for each in closed["clocks"] if each["name"] == "call_back")
    assert call_back["due_at"] == "2026-03-18T02:00:00.000Z"


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("acknowledge", {}),
        ("complete-step", {"step": "note_who"}),
        ("record-facts", {"facts": {"injury": True}}),
        ("add-playbook", {"playbook": "group_visit"}),
        ("reclassify", {"type": "group_visit", "reason": "?"}),
        ("hand-over", {"to": "deputy1"}),
        ("escalate", {"reason": "?"}),
        ("contain", {}),
        ("close", SETTLED),
        ("cancel", {"reason": "?"}),
    ],
)
def test_after_closing_nothing_acts(house: House, command: str, body: dict[str, object]) -> None:
    manager = house.person("manager1")
    storm = manager.raise_(TYPE)
    manager.ticks(storm, "lead_away")
    manager.command(storm, "contain")
    closed = manager.command(storm, "close", **SETTLED)
    manager.refused(storm, command, 409, "closed", **body)
    assert manager.incident(storm)["revision"] == closed["revision"]


def test_a_closed_incident_is_reopened_with_the_same_person_in_charge(house: House) -> None:
    manager = house.person("manager1")
    storm = house.person("teller1").raise_(TYPE)
    manager.refused(storm, "reopen", 409, "not-closed", reason="又来了")
    house.person("deputy1").command(storm, "acknowledge")
    manager.ticks(storm, "lead_away")
    manager.command(storm, "contain")
    manager.command(storm, "close", **SETTLED)
    house.person("teller1").refused(storm, "reopen", 403, "forbidden", reason="又来了")
    again = manager.command(storm, "reopen", reason="客户又回来了")
    assert again["status"] == "acknowledged"
    assert again["in_charge"]["username"] == "deputy1"
    manager.command(storm, "contain")
    assert types(manager.timeline(storm))[-1] == "incident.contained"


def test_a_cancelled_incident_stays_cancelled(house: House) -> None:
    manager = house.person("manager1")
    storm = manager.raise_(TYPE)
    manager.command(storm, "cancel", reason="误报")
    manager.refused(storm, "reopen", 409, "cancelled", reason="?")
    manager.refused(storm, "cancel", 409, "cancelled", reason="?")


def test_a_drill_with_nobody_in_charge_can_be_ended_by_its_manager(house: House) -> None:
    manager = house.person("manager1")
    drill = manager.raise_("help", drill=True)
    assert names(drill["informed"]) >= {"teller1", "guard1"}
    assert manager.command(drill, "cancel", reason="演练结束")["status"] == "cancelled"


def test_the_timeline_is_a_chain_that_names_who_what_and_when(house: House) -> None:
    manager = house.person("manager1").listens()
    teller = house.person("teller1")
    storm = teller.raise_(TYPE, note="拍柜台")
    manager.command(storm, "acknowledge")
    house.settle()
    told = teller.timeline(storm)
    events = told["events"]
    assert [each["seq"] for each in events] == list(range(1, len(events) + 1))
    assert events[0]["type"] == "incident.opened"
    assert events[0]["prev_hash"] == "0" * 64
    assert events[0]["actor"]["role"] == "teller"
    assert events[0]["data"]["playbook"]["sha256"]
    assert told["head"] == {"seq": events[-1]["seq"], "hash": events[-1]["hash"]}
    positions = [each["position"] for each in events]
    assert positions == sorted(positions)
    assert None not in positions
    assert "拍柜台" not in str(events)
    rest = teller.timeline(storm, after=events[2]["seq"])
    assert rest["events"] == events[3:]
    house.person("auditor1").timeline(storm)
    house.person("admin1").cannot_see(storm)
