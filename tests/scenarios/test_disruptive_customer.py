"""Somebody storms the counter (domain.md, D1-D4)."""

from typing import Any

from tests.house import House
from tests.scenarios.steps import names, step

TYPE = "disruptive_customer"


def raised(house: House, **facts: Any) -> Any:
    more = {"facts": facts} if facts else {}
    return house.person("teller1").raise_(TYPE, **more)


def test_guard_lobby_and_supervisor_are_told_at_the_tap(house: House) -> None:
    guard = house.person("guard1").listens()
    house.person("manager1").listens()
    storm = raised(house)
    guard.hears("inform", incident_id=storm["id"])
    assert names(storm["informed"]) == {"guard1", "lobby1", "supervisor1"}


def test_leading_them_away_contains_it(house: House) -> None:
    storm = raised(house)
    assert step(storm, "lead_away")["containment"] is True
    assert step(storm, "lead_away")["due_at"] == "2026-03-11T02:01:00.000Z"
    house.person("manager1").refused(storm, "contain", 409, "containment-open")
    house.person("lobby1").ticks(storm, "lead_away")
    house.person("teller2").ticks(storm, "steady_others")
    assert house.person("manager1").command(storm, "contain")["status"] == "contained"


def test_the_police_step_is_locked_and_says_why(house: House) -> None:
    storm = raised(house)
    police = step(storm, "call_police")
    assert police["state"] == "locked"
    assert police["gate"]["open"] is False
    assert police["gate"]["text"]["zh"]
    assert police["gate"]["override"] is True
    assert police["gate"]["override_by_anyone_if"] == ["danger_to_life"]
    assert police["gate"]["clearance"] is None
    for name in ("teller1", "guard1", "manager1"):
        house.person(name).refused(storm, "complete-step", 409, "step-locked", step="call_police")


def test_an_injury_opens_the_police_step(house: House) -> None:
    storm = raised(house)
    hurt = house.person("guard1").command(storm, "record-facts", facts={"injury": True})
    assert step(hurt, "call_police")["state"] == "ready"
    assert step(hurt, "call_police")["gate"]["open"] is True
    assert "injury" in hurt["flags"]
    done = house.person("teller1").ticks(storm, "call_police")
    assert step(done, "call_police")["done_by"]["username"] == "teller1"


def test_a_major_loss_opens_it_too_and_taking_the_fact_back_locks_it_again(house: House) -> None:
    storm = raised(house, major_loss=True)
    assert step(storm, "call_police")["state"] == "ready"
    back = house.person("teller1").command(storm, "record-facts", facts={"major_loss": None})
    assert step(back, "call_police")["state"] == "locked"


def test_a_manager_overrides_with_a_reason_and_it_stands_in_the_timeline(house: House) -> None:
    storm = raised(house)
    why = "对方扬言要砸玻璃"
    house.person("teller1").refused(
        storm, "complete-step", 409, "step-locked", step="call_police", override_reason=why
    )
    manager = house.person("manager1")
    done = manager.ticks(storm, "call_police", override_reason=why)
    assert step(done, "call_police")["state"] == "done"
    told = manager.timeline(storm)
    event = next(each for each in told["events"] if each["data"].get("step") == "call_police")
    assert event["type"] == "step.completed"
    assert event["actor"]["role"] == "branch_manager"
    sealed = event["data"]["override_reason"]["sealed"]
    assert told["sealed"][sealed]["text"] == why


def test_anyone_overrides_when_there_is_danger_to_life(house: House) -> None:
    storm = raised(house)
    house.person("teller1").command(storm, "record-facts", facts={"danger_to_life": True})
    done = house.person("teller2").ticks(storm, "call_police", override_reason="有刀")
    assert step(done, "call_police")["done_by"]["username"] == "teller2"


def test_redress_waits_for_compliance_and_no_manager_gets_around_it(house: House) -> None:
    storm = raised(house)
    manager, compliance = house.person("manager1"), house.person("compliance1")
    manager.refused(
        storm, "complete-step", 409, "step-locked", step="promise_redress", override_reason="急"
    )
    manager.refused(storm, "clear-step", 403, "forbidden", step="promise_redress")
    cleared = compliance.command(storm, "clear-step", step="promise_redress", reason="按规定")
    assert step(cleared, "promise_redress")["state"] == "ready"
    manager.ticks(storm, "announce_assessment")
    done = manager.ticks(storm, "promise_redress")
    clock = next(each for each in done["clocks"] if each["name"] == "offer_answer")
    assert clock["state"] == "met"


def test_saying_that_it_will_be_assessed_starts_the_24_hours(house: House) -> None:
    storm = raised(house)
    said = house.person("manager1").ticks(storm, "announce_assessment")
    clock = next(each for each in said["clocks"] if each["name"] == "offer_answer")
    assert clock == {
        "name": "offer_answer",
        "due_at": "2026-03-12T02:00:00.000Z",
        "met_at": None,
        "state": "running",
    }


def test_a_late_step_reminds_its_owner_and_the_one_in_charge(house: House) -> None:
    lobby, manager = house.person("lobby1").listens(), house.person("manager1").listens()
    storm = raised(house)
    manager.command(storm, "acknowledge")
    house.advance(59.999)
    lobby.hears_nothing("alert")
    house.advance(0.001)
    for each in (lobby, manager):
        assert each.hears("alert", reason="step")["urgency"] == "soon"
    house.advance(30)
    assert step(lobby.ticks(storm, "lead_away"), "lead_away")["late"] is True


def test_the_member_of_staff_whom_it_is_about_sees_and_hears_nothing_of_it(house: House) -> None:
    deputy = house.person("deputy1").listens()
    house.person("supervisor1").listens()
    manager = house.person("manager1").listens()
    storm = raised(house, subject_staff="deputy1")
    manager.hears("alert")
    house.advance(60)
    house.person("supervisor1").hears("alert", level=2)
    deputy.hears_nothing()
    deputy.cannot_see(storm)
    deputy.refused(storm, "acknowledge", 404, "not-found")
