"""Which incidents the weekly review looks at, and what it puts on record (A2)."""

from dataclasses import replace

import pytest

from escalation.commands import Close, CompleteStep, RecordReview
from escalation.refusal import Forbidden, Refused
from escalation.reviewing import REPEATS, why_reviewed
from tests.builders import Bank, Case, NotSeen, bank_with, playbook, typed

FOUND = RecordReview(typed("说法生硬"), typed("交接漏了"), typed("周五演练"), ("severe",))


def settled(case: Case, who: str = "manager1") -> Case:
    case.acknowledged_by(who)
    case.contained_by(who)
    case.does(who, Close(typed(), "settled", root_cause="other"))
    return case


def quiet_bank() -> Bank:
    """Its group visits have no clock and no step that could be late."""
    steps = tuple(replace(step, due=None) for step in playbook("group_visit").steps)
    return bank_with(playbook("group_visit", steps=steps))


def test_what_went_well_is_no_matter_for_the_review():
    case = settled(quiet_bank().raises("teller1", "group_visit"))
    assert why_reviewed(case.state, 1) == ()


@pytest.mark.parametrize("type_", ["help", "complaint_heavy"])
def test_heavy_complaints_and_critical_incidents_are_always_reviewed(type_: str):
    assert "severe" in why_reviewed(Bank().raises("teller1", type_).state, 1)


def test_a_playbook_that_was_added_counts_as_well():
    case = quiet_bank().raises("teller1", "group_visit")
    heavy = replace(case.state, playbooks=(*case.state.playbooks, playbook("complaint_heavy")))
    assert why_reviewed(heavy, 1) == ("severe",)


def test_a_step_that_was_late_or_a_clock_that_was_missed_is_reviewed():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    bank.later(3600)
    assert "missed_clock" in why_reviewed(case.state, 1)


def test_nobody_for_three_minutes_and_the_last_level_are_two_reasons():
    bank = quiet_bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(200)
    case.acknowledged_by("regional1")
    assert why_reviewed(case.state, 1) == ("slow_to_acknowledge",)
    other = bank.raises("teller3", "group_visit", "east-02")
    bank.later(400)
    other.acknowledged_by("hqduty1")
    assert why_reviewed(other.state, 1) == ("last_level", "slow_to_acknowledge")


def test_a_gate_that_was_overridden_is_reviewed():
    bank = bank_with(
        playbook(
            "disruptive_customer",
            steps=tuple(replace(step, due=None) for step in playbook("disruptive_customer").steps),
        )
    )
    case = bank.raises("teller1", "disruptive_customer")
    case.acknowledged_by("manager1")
    assert why_reviewed(case.state, 1) == ()
    case.does("manager1", CompleteStep("call_police", override_reason=typed("砸了玻璃")))
    assert why_reviewed(case.state, 1) == ("gate_overridden",)


def test_the_third_of_its_kind_within_a_month_is_reviewed():
    case = quiet_bank().raises("teller1", "group_visit")
    assert why_reviewed(case.state, REPEATS - 1) == ()
    assert why_reviewed(case.state, REPEATS) == ("repeated",)


def test_drills_and_what_was_taken_back_are_never_reviewed():
    case = Bank().raises("manager1", "help", drill=True)
    assert why_reviewed(case.state, 9) == ()
    mistaken = Bank().raises("teller1", "help").state
    assert why_reviewed(replace(mistaken, status="cancelled"), 9) == ()


def test_what_the_review_found_is_sealed_and_stands_on_the_incident():
    case = settled(Bank().raises("teller1", "group_visit"))
    case.does("complaint1", FOUND)
    (event,) = case.of("review.recorded")
    assert event.data["because"] == ["severe"]
    for name in ("words", "process", "decision"):
        assert set(event.data[name]) == {"sealed"}
    review = case.state.review
    assert review is not None
    assert review.decision == event.data["decision"]


def test_an_incident_under_way_is_not_reviewed_yet():
    case = Bank().raises("teller1", "group_visit")
    with pytest.raises(Refused, match="contained"):
        case.does("manager1", FOUND)


def test_a_teller_records_no_review_and_an_auditor_only_reads():
    case = settled(Bank().raises("teller1", "group_visit"))
    for who in ("teller1", "lobby1", "auditor1", "business1"):
        with pytest.raises((Forbidden, NotSeen)):
            case.does(who, FOUND)
