"""Calls that are owed afterwards: about satisfaction, and at a better moment (A1, A4)."""

from datetime import timedelta

import pytest

from escalation.commands import Cancel, Close, FinishFollowUp, Reopen, ScheduleFollowUp
from escalation.follow_up import FollowUp
from escalation.refusal import Invalid, Refused
from tests.builders import Bank, Case, bank_with, names, playbook, typed

WEEK, DAY = 7 * 86400, 86400


def owed(case: Case) -> FollowUp:
    """The last one that is still to be done."""
    return [each for each in case.state.follow_ups.values() if each.status == "scheduled"][-1]


def closed_complaint(bank: Bank) -> Case:
    """Closed as a complaint; no playbook promises a call of its own."""
    case = bank.raises("teller1", "help")
    case.acknowledged_by("manager1")
    case.contained_by("manager1")
    case.does("manager1", Close(typed(), "settled", complaint_kind="fact"))
    return case


def without_promise() -> Bank:
    return bank_with(playbook("help", clocks=()))


def test_closing_an_incident_with_a_call_back_clock_owes_a_call_when_the_clock_says():
    case = Bank().raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    case.closed_by("manager1")
    call = owed(case)
    assert (call.kind, call.made_by) == ("satisfaction", None)
    assert call.due_at == case.state.clocks["call_back"].due_at
    assert f"follow_up:{call.id}" not in case.due()


def test_a_closed_complaint_owes_a_call_within_a_week_and_has_a_deadline_for_it():
    bank = without_promise()
    case = closed_complaint(bank)
    call = owed(case)
    assert call.due_at - bank.now == timedelta(seconds=WEEK)
    assert case.due() == {f"follow_up:{call.id}": WEEK * 4 / 5}


def test_what_was_no_complaint_and_promises_nothing_owes_no_call():
    case = without_promise().raises("teller1", "help")
    case.acknowledged_by("manager1")
    case.contained_by("manager1")
    case.does("manager1", Close(typed(), "calmed"))
    assert case.state.follow_ups == {}


def test_a_call_that_is_due_reminds_officer_and_manager_then_the_next_level_and_is_silent_then():
    bank = without_promise()
    case = closed_complaint(bank)
    bank.later(WEEK * 2)
    assert [each.data["stage"] for each in case.of("follow_up.due")] == [1, 2, 3]
    told = [names(each.told) for each in case.state.informed.values() if each.reason == "clock"]
    assert told[0] == told[1] == {"complaint1", "manager1"}
    assert told[2] > told[0]
    assert case.due() == {}


def test_the_two_questions_are_kept_and_what_was_typed_is_sealed():
    case = closed_complaint(without_promise())
    call = owed(case)
    case.does("complaint1", FinishFollowUp(call.id, "reached", "partly", typed("等得太久")))
    done = case.state.follow_ups[call.id]
    assert (done.status, done.outcome, done.content) == ("done", "reached", "partly")
    assert set(case.of("follow_up.done")[0].data["improve"]) == {"sealed"}
    assert case.due() == {}


def test_a_call_about_satisfaction_that_was_answered_needs_the_answer():
    case = closed_complaint(without_promise())
    with pytest.raises(Invalid):
        case.does("complaint1", FinishFollowUp(owed(case).id, "reached"))


def test_the_call_keeps_the_promise_of_the_playbooks_clock():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    case.closed_by("manager1")
    case.does("manager1", FinishFollowUp(owed(case).id, "reached", "yes"))
    assert case.state.clocks["call_back"].state == "met"
    bank.later(WEEK * 2)
    assert case.of("clock.missed") == []


def test_nobody_there_keeps_no_promise_and_is_tried_again_a_day_later():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    case.closed_by("manager1")
    first = owed(case)
    case.does("manager1", FinishFollowUp(first.id, "not_reached"))
    assert owed(case).id != first.id
    assert owed(case).due_at - bank.now == timedelta(days=1)
    assert case.state.clocks["call_back"].state == "running"


def test_an_incident_that_is_reopened_withdraws_the_call_and_its_next_closing_owes_another():
    case = closed_complaint(without_promise())
    first = owed(case)
    case.does("manager1", Reopen(typed()))
    assert case.state.follow_ups[first.id].status == "withdrawn"
    with pytest.raises(Refused, match="opened again"):
        case.does("manager1", FinishFollowUp(first.id, "reached", "yes"))
    case.contained_by("manager1")
    case.does("manager1", Close(typed(), "settled", complaint_kind="fact"))
    assert owed(case).id != first.id


def test_a_bad_moment_is_called_back_in_three_days_or_when_somebody_says():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.does("teller1", ScheduleFollowUp(note=typed("在开会")))
    assert owed(case).due_at - bank.now == timedelta(days=3)
    case.does("manager1", ScheduleFollowUp(bank.now + timedelta(days=10)))
    assert owed(case).due_at - bank.now == timedelta(days=10)
    assert owed(case).kind == "call_back"


@pytest.mark.parametrize("days", [-1, 0, 93])
def test_a_call_lies_ahead_and_not_too_far(days: int):
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    with pytest.raises(Invalid):
        case.does("teller1", ScheduleFollowUp(bank.now + timedelta(days=days)))


def test_a_call_is_done_once():
    case = closed_complaint(without_promise())
    call = owed(case)
    case.does("manager1", FinishFollowUp(call.id, "declined"))
    with pytest.raises(Refused, match="done already"):
        case.does("manager1", FinishFollowUp(call.id, "declined"))
    with pytest.raises(Invalid):
        case.does("manager1", FinishFollowUp("another", "declined"))


def test_what_was_taken_back_calls_nobody():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.does("teller1", ScheduleFollowUp())
    case.does("manager1", Cancel(typed()))
    bank.later(10 * DAY)
    assert case.of("follow_up.due") == []
    with pytest.raises(Refused, match="cancelled"):
        case.does("manager1", ScheduleFollowUp())
