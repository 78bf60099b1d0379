"""Promises with a time: when they start, warn, are met or missed (contract, 3; R4, S1-S6, A1)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from escalation.commands import Cancel, CompleteStep, Reopen, ReopenStep
from escalation.workdays import end_of_working_day
from playbooks.model import ClockRule
from tests.builders import FORM, Bank, bank_with, is_working_day, names, playbook, typed

HOUR = 3600


def timed(*clocks: ClockRule, **more: object):
    """A bank whose help playbook has these clocks."""
    return bank_with(playbook("help", clocks=clocks), **more)


FIRST_RESPONSE = ClockRule(
    "first_response", "raised", 2 * HOUR, met_by=("step:make_safe",), tell=("complaint_officer",)
)


def told(event):
    return names(each["user"] for each in event.data["recipients"])


def clock_alerts(case):
    kinds = ("alert.raised", "alert.informed")
    return [each for each in case.events if each.type in kinds and each.data.get("clock")]


def test_a_clock_starts_with_the_tap_and_runs_its_time():
    case = timed(FIRST_RESPONSE).raises("teller1", "help")
    clock = case.state.clocks["first_response"]
    assert clock.due_at - clock.started_at == timedelta(hours=2)
    assert clock.state == "running"


def test_a_clock_of_a_late_tap_counts_from_the_deed():
    bank = timed(FIRST_RESPONSE)
    happened = bank.now - timedelta(minutes=30)
    case = bank.raises("teller1", "help", happened=happened)
    assert case.state.clocks["first_response"].started_at == happened


def test_the_step_that_it_waits_for_meets_it_at_the_time_of_the_deed():
    bank = timed(FIRST_RESPONSE)
    case = bank.raises("teller1", "help")
    happened = bank.now + timedelta(minutes=5)
    bank.later(1000)
    case.does("teller1", CompleteStep("make_safe"), happened=happened)
    clock = case.state.clocks["first_response"]
    assert (clock.state, clock.met_at) == ("met", happened)
    assert "clock:first_response" not in case.due()
    assert case.of("clock.met")[0].data["by"] == "step:make_safe"


def test_a_clock_warns_before_alerts_at_and_escalates_after():
    bank = timed(FIRST_RESPONSE)
    case = bank.raises("teller1", "help")
    case.acknowledged_by("manager1")
    assert case.due()["clock:first_response"] == 0.8 * 2 * HOUR
    bank.later(3 * HOUR)
    kinds = [event.type for event in case.events if event.type.startswith("clock.")]
    assert kinds == ["clock.started", "clock.warned", "clock.missed", "clock.missed"]
    warned, missed, after = clock_alerts(case)
    assert [each.data["urgency"] for each in (warned, missed, after)] == [
        "soon",
        "immediate",
        "immediate",
    ]
    assert told(warned) == told(missed) == {"manager1", "complaint1"}
    assert told(after) > told(missed)
    assert [case.seconds(each) for each in (warned, missed, after)] == [5760, 7200, 8640]
    assert case.state.clocks["first_response"].state == "missed"
    assert "clock:first_response" not in case.due()


def test_a_missed_clock_may_still_be_met():
    bank = timed(FIRST_RESPONSE)
    case = bank.raises("teller1", "help")
    bank.later(3 * HOUR)
    case.ticked_by("teller1", "make_safe")
    assert case.state.clocks["first_response"].state == "met"


def test_clocks_that_nobody_is_told_of_end_all_the_same():
    bank = timed(ClockRule("first_response", "raised", HOUR))
    case = bank.raises("teller1", "help")
    bank.later(2 * HOUR)
    assert "clock:first_response" not in case.due()


@pytest.mark.parametrize(
    ("trigger", "deed"),
    [
        ("acknowledged", lambda case: case.acknowledged_by("manager1")),
        ("contained", lambda case: case.contained_by("manager1")),
        ("closed", lambda case: case.closed_by("manager1")),
        ("step:make_safe", lambda case: case.ticked_by("guard1", "make_safe")),
        ("step:report_superior", str),  # the tap itself has done it
    ],
)
def test_what_starts_a_clock_is_what_the_playbook_says(trigger, deed):
    case = timed(ClockRule("contact", trigger, HOUR)).raises("teller1", "help")
    assert ("contact" in case.state.clocks) == (trigger == "step:report_superior")
    deed(case)
    assert "contact" in case.state.clocks


@pytest.mark.parametrize(
    ("trigger", "deed"),
    [
        ("acknowledged", lambda case: case.acknowledged_by("manager1")),
        ("contained", lambda case: case.contained_by("manager1")),
        ("closed", lambda case: case.closed_by("manager1")),
    ],
)
def test_what_meets_a_clock_is_what_the_playbook_says(trigger, deed):
    rule = ClockRule("contact", "raised", HOUR, met_by=(trigger,))
    case = timed(rule).raises("teller1", "help")
    deed(case)
    assert case.state.clocks["contact"].state == "met"


def test_a_running_clock_is_not_started_again_but_a_met_one_is():
    rule = ClockRule("contact", "step:note_danger", HOUR, met_by=("step:make_safe",))
    case = timed(rule).raises("teller1", "help")
    again = ReopenStep("note_danger", typed())
    case.ticked_by("teller1", "note_danger")
    case.does("manager1", again)
    case.ticked_by("teller1", "note_danger")
    assert len(case.of("clock.started")) == 1
    case.ticked_by("teller1", "make_safe")
    case.does("manager1", again)
    case.ticked_by("teller1", "note_danger")
    assert len(case.of("clock.started")) == 2
    assert case.state.clocks["contact"].state == "running"


def test_pace_divides_clocks():
    case = timed(FIRST_RESPONSE, pace=60).raises("teller1", "help")
    assert case.due()["clock:first_response"] == 0.8 * 120


def test_saying_that_an_answer_comes_within_a_day_starts_that_clock_and_the_answer_meets_it():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.ticked_by("manager1", "announce_assessment")
    clock = case.state.clocks["offer_answer"]
    assert clock.due_at - clock.started_at == timedelta(hours=24)


def test_the_call_back_is_due_a_week_after_closing_and_only_tells_for_nobody_can_answer():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    case.closed_by("manager1")
    clock = case.state.clocks["call_back"]
    assert clock.due_at - bank.now == timedelta(days=7)
    assert list(case.due()) == ["clock:call_back"]
    bank.later(7 * 86400)
    assert told(clock_alerts(case)[-1]) == {"manager1", "complaint1"}
    assert case.events[-1].type == "alert.informed"
    assert case.state.live_alerts() == []


def test_reopening_pauses_the_call_back_and_the_next_closing_starts_it_anew():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.closed_by("manager1")
    bank.later(86400)
    case.does("manager1", Reopen(typed()))
    assert case.state.clocks["call_back"].state == "paused"
    assert "clock:call_back" not in case.due()
    case.closed_by("manager1")
    assert case.state.clocks["call_back"].due_at - bank.now == timedelta(days=7)


def test_a_cancelled_incident_has_no_clocks_to_keep_and_a_closed_one_has():
    bank = timed(FIRST_RESPONSE, ClockRule("resolution", "raised", HOUR))
    cancelled, closed = bank.raises("teller1", "help"), bank.raises("teller1", "help")
    cancelled.does("manager1", Cancel(typed()))
    closed.closed_by("manager1")
    assert cancelled.due() == {}
    assert list(closed.due()) == ["clock:resolution"]


def form_done_at(moment: datetime) -> datetime:
    bank = Bank(now=moment)
    case = bank.raises("teller1", "group_visit")
    case.does("teller1", CompleteStep("fill_record_form", record=FORM))
    return case.state.clocks["customer_contact"].due_at


@pytest.mark.parametrize(
    ("form", "end"),
    [
        # Wednesday, 10:00 in Shanghai: Thursday, Friday, Monday; so Monday at 24:00.
        (datetime(2026, 3, 11, 2, tzinfo=UTC), date(2026, 3, 17)),
        # Still Wednesday in UTC, but Thursday 02:00 at the branch.
        (datetime(2026, 3, 11, 18, tzinfo=UTC), date(2026, 3, 18)),
        # Saturday 2025-10-11 was a working day, after the October holiday.
        (datetime(2025, 10, 9, 2, tzinfo=UTC), date(2025, 10, 14)),
        # Over the holiday: 09-29 is a Monday; 09-30, then 10-09 and 10-10.
        (datetime(2025, 9, 29, 2, tzinfo=UTC), date(2025, 10, 11)),
        # Sunday 2025-09-28 was a working day.
        (datetime(2025, 9, 25, 2, tzinfo=UTC), date(2025, 9, 30)),
    ],
)
def test_the_customer_is_contacted_by_24_00_of_the_third_working_day(form, end):
    midnight = datetime(end.year, end.month, end.day, tzinfo=UTC) - timedelta(hours=8)
    assert form_done_at(form) == midnight


def test_contacting_the_customer_meets_it():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.does("teller1", CompleteStep("fill_record_form", record=FORM))
    case.ticked_by("complaint1", "contact_customer")
    assert case.state.clocks["customer_contact"].state == "met"


def test_the_days_of_another_zone_end_at_its_own_midnight():
    start = datetime(2026, 3, 11, 2, tzinfo=UTC)
    end = end_of_working_day(start, 1, "Asia/Urumqi", is_working_day)
    assert end.astimezone(UTC) == datetime(2026, 3, 12, 18, tzinfo=UTC)


def test_what_is_armed_falls_on_whole_milliseconds_and_is_never_early():
    bank = Bank()
    group = bank.raises("teller1", "disruptive_customer")
    started = bank.now
    group.does("teller1", CompleteStep("fill_record_form", record=FORM))
    clock = group.state.clocks["customer_contact"]
    armed = {each.key: each.due_at for each in group.state.deadlines()}
    due_at = armed["clock:customer_contact"]
    assert due_at > started
    assert due_at.microsecond % 1000 == 0
    assert clock.next_at is not None
    assert timedelta(0) <= due_at - clock.next_at < timedelta(milliseconds=1)
