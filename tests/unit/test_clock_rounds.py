"""Clocks that begin again, keep to the day, stand still or are extended (S2; contract, 3)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.commands import (
    Acknowledge,
    AddPlaybook,
    Close,
    CompleteStep,
    ExtendClock,
    PauseClock,
    ResumeClock,
)
from escalation.refusal import Forbidden, Invalid, Refused
from escalation.workdays import end_of_day, within_hours
from playbooks.model import ClockRule, Hours
from tests.builders import FORM, Bank, bank_with, playbook, typed

HOUR = 3600
DAY_TIME = Hours("08:00", "20:00")
ROUND = ClockRule(
    "progress",
    "raised",
    2 * HOUR,
    met_by=("step:note_danger",),
    again=True,
    ends=("step:make_safe", "closed"),
    between=DAY_TIME,
    tell=("complaint_officer",),
)


def at(hour: int, minute: int = 0, day: int = 11) -> datetime:
    """March 2026, by Shanghai's clocks."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


MORNING = at(10)
NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)


def medium(now: datetime = MORNING):
    bank = Bank(now=now.astimezone(UTC))
    case = bank.raises("teller1", "complaint_medium")
    case.does("manager1", Acknowledge())
    return bank, case


def progress(case):
    return case.state.clocks["progress"]


def test_progress_told_starts_the_next_two_hours():
    bank, case = medium()
    bank.later(HOUR)
    case.ticked_by("complaint1", "tell_progress")
    assert progress(case).due_at == at(13)
    bank.later(HOUR)
    assert case.ticked_by("complaint1", "tell_progress")[0] == "step.completed"
    assert progress(case).due_at == at(14)
    assert progress(case).state == "running"
    assert len(case.of("clock.met")) == 2


def test_a_missed_round_alerts_and_the_next_begins_when_it_is_told_at_last():
    bank, case = medium()
    bank.later(3 * HOUR)
    assert progress(case).state == "missed"
    case.ticked_by("complaint1", "tell_progress")
    assert progress(case).due_at == at(15)
    assert progress(case).state == "running"


def test_the_solution_ends_the_rounds():
    bank, case = medium()
    case.ticked_by("complaint1", "tell_progress")
    case.ticked_by("complaint1", "tell_solution")
    assert progress(case).state == "met"
    assert case.state.clocks["resolution"].state == "met"
    bank.later(HOUR)
    case.ticked_by("complaint1", "tell_progress")
    assert "clock:progress" not in case.due()


def test_closing_ends_the_rounds():
    _, case = medium()
    case.contained_by("manager1")
    assert progress(case).state == "running"
    case.does("manager1", Close(typed(), "settled", "other"))
    assert progress(case).state == "met"


def test_a_step_that_is_done_again_and_again_stays_ready_and_names_the_last_time():
    bank, case = medium()
    bank.later(60)
    case.ticked_by("complaint1", "tell_progress")
    done = case.state.progress_of("tell_progress")
    assert (done.state, done.by, done.at) == ("open", "id-of-complaint1", bank.now)


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        (at(10), at(12)),
        (at(18), at(20)),
        (at(18, 1), at(8, day=12)),
        (at(23), at(8, day=12)),
        (at(3), at(8)),
        (at(5, 59), at(8)),
        (at(6), at(8)),
        (at(6, 1), at(8, 1)),
    ],
)
def test_a_round_due_by_night_is_due_at_eight(raised, due):
    _bank, case = medium(raised)
    assert progress(case).due_at == due


def test_what_moves_to_the_morning_warns_shortly_before_it_and_not_by_night():
    bank, case = medium(at(19))
    assert progress(case).next_at == at(8, day=12) - timedelta(minutes=24)
    bank.later(14 * HOUR)
    kinds = [event.type for event in case.events if event.data.get("name") == "progress"]
    assert kinds == ["clock.started", "clock.warned", "clock.missed", "clock.missed"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        # Berlin, the night the clocks go forward: two hours are two hours.
        ("2026-03-28T19:30", "2026-03-29T08:00"),
        ("2026-03-29T00:30", "2026-03-29T08:00"),
        # The night they go back.
        ("2026-10-24T19:30", "2026-10-25T08:00"),
        ("2026-10-25T07:30", "2026-10-25T09:30"),
    ],
)
def test_the_hours_are_the_branchs_own_when_its_clocks_change(start, end):
    zone = ZoneInfo("Europe/Berlin")
    due = datetime.fromisoformat(start).replace(tzinfo=zone).astimezone(UTC) + timedelta(hours=2)
    assert within_hours(due, DAY_TIME, "Europe/Berlin") == datetime.fromisoformat(end).replace(
        tzinfo=zone
    )


@given(
    st.integers(0, 730 * 1440).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Asia/Urumqi"]),
)
def test_nobody_is_called_by_night_nor_earlier_than_promised(moment, zone):
    found = within_hours(moment, DAY_TIME, zone)
    assert moment <= found < moment + timedelta(hours=14)
    assert "08:00" <= found.astimezone(ZoneInfo(zone)).strftime("%H:%M") <= "20:00"


def test_a_day_that_never_closes_moves_nothing_after_it_has_opened():
    assert within_hours(at(23, 59), Hours("06:00", "24:00"), "Asia/Shanghai") == at(23, 59)


def test_calendar_days_end_at_midnight_of_the_branch():
    assert end_of_day(at(10), 15, "Asia/Shanghai") == at(0, day=27)


def test_pace_divides_the_night_as_well():
    bank = Bank(now=at(19).astimezone(UTC), pace=60)
    case = bank.raises("teller1", "complaint_medium")
    assert progress(case).due_at - bank.now == timedelta(hours=13) / 60


# Standing still


def paused(until: datetime, who: str = "manager1"):
    bank, case = medium()
    bank.later(HOUR)
    case.does(who, PauseClock("resolution", until, typed("等客户出差回来")))
    return bank, case


def test_a_paused_clock_stands_still_and_has_as_much_time_left_afterwards():
    bank, case = paused(at(11, day=12))
    clock = case.state.clocks["resolution"]
    assert clock.state == "paused"
    assert clock.due_at == at(10, day=14)
    bank.later(24 * HOUR)
    clock = case.state.clocks["resolution"]
    assert clock.state == "running"
    assert clock.due_at == at(10, day=14)
    bank.later(47 * HOUR)
    assert case.state.clocks["resolution"].state == "missed"
    (event,) = case.of("clock.paused")
    assert set(event.data["reason"]) == {"sealed"}
    assert event.actor.id == "id-of-manager1"


def test_a_pause_that_is_ended_early_leaves_as_much_time_as_there_was():
    bank, case = paused(at(11, day=12))
    bank.later(4 * HOUR)
    case.does("manager1", ResumeClock("resolution", typed("客户提前回来")))
    clock = case.state.clocks["resolution"]
    assert clock.state == "running"
    assert clock.due_at - bank.now == timedelta(hours=47)
    (started,) = [each for each in case.of("clock.started") if each.data.get("because")]
    assert set(started.data["reason"]) == {"sealed"}
    with pytest.raises(Refused) as refused:
        case.does("manager1", ResumeClock("resolution", typed()))
    assert refused.value.kind == "clock-not-paused"


def test_an_incident_with_a_paused_clock_has_a_future_deadline_for_it():
    _bank, case = paused(at(11, day=12))
    assert case.due()["clock:resolution"] == 24 * HOUR


def test_a_paused_promise_can_be_kept():
    _bank, case = paused(at(11, day=12))
    case.ticked_by("complaint1", "tell_solution")
    assert case.state.clocks["resolution"].state == "met"


@pytest.mark.parametrize("who", ["teller1", "complaint1", "lobby1"])
def test_managers_and_compliance_alone_change_a_clock(who):
    with pytest.raises(Forbidden):
        paused(at(11, day=12), who)


def test_a_clock_that_does_not_run_cannot_be_paused():
    _bank, case = paused(at(11, day=12))
    again = PauseClock("resolution", at(11, day=13), typed())
    with pytest.raises(Refused) as refused:
        case.does("manager1", again)
    assert refused.value.kind == "clock-not-running"
    case.ticked_by("complaint1", "tell_solution")
    for command in (again, ExtendClock("resolution", at(11, day=20), typed())):
        with pytest.raises(Refused) as refused:
            case.does("manager1", command)
        assert refused.value.kind == "clock-not-running"


def test_a_missed_clock_is_not_paused_away():
    bank, case = medium()
    bank.later(49 * HOUR)
    with pytest.raises(Refused) as refused:
        case.does("manager1", PauseClock("resolution", at(11, day=20), typed()))
    assert refused.value.kind == "clock-not-running"


def test_an_unknown_clock_and_a_time_in_the_past_are_wrong():
    _bank, case = medium()
    for command in (
        PauseClock("tea", at(11, day=12), typed()),
        PauseClock("resolution", at(9), typed()),
        ExtendClock("resolution", at(9), typed()),
        ExtendClock("resolution", at(9, day=13), typed()),
    ):
        with pytest.raises(Invalid):
            case.does("manager1", command)


# More time


def test_an_extended_clock_warns_alerts_and_escalates_by_its_new_end():
    bank, case = medium()
    bank.later(HOUR)
    case.does("compliance1", ExtendClock("resolution", at(11, day=16), typed("产品方还在核")))
    clock = case.state.clocks["resolution"]
    assert (clock.state, clock.due_at) == ("running", at(11, day=16))
    assert clock.next_at == at(11, day=15)
    (event,) = case.of("clock.extended")
    assert event.data["from"] == "2026-03-13T02:00:00.000Z"
    assert set(event.data["reason"]) == {"sealed"}


def test_a_missed_promise_stays_on_record_when_it_gets_more_time():
    bank, case = medium()
    bank.later(49 * HOUR)
    case.does("manager1", ExtendClock("resolution", at(11, day=16), typed()))
    assert case.state.clocks["resolution"].state == "running"
    assert any(event.data["name"] == "resolution" for event in case.of("clock.missed"))


def told_by_the_regulator():
    bank = Bank(now=at(10).astimezone(UTC))
    case = bank.raises("teller1", "complaint_heavy")
    case.ticked_by("compliance1", "register_regulator")
    return bank, case


def test_the_regulators_term_starts_with_compliances_word_and_ends_at_midnight():
    _, case = told_by_the_regulator()
    assert case.state.clocks["regulator_answer"].due_at == at(0, day=27)


def test_the_regulators_term_is_extended_step_by_step_and_by_compliance_alone():
    _bank, case = told_by_the_regulator()
    thirty = at(0, day=11) + timedelta(days=31)
    sixty = at(0, day=11) + timedelta(days=61)
    with pytest.raises(Forbidden):
        case.does("manager1", ExtendClock("regulator_answer", thirty, typed()))
    with pytest.raises(Invalid):
        case.does("compliance1", ExtendClock("regulator_answer", sixty, typed()))
    case.does("compliance1", ExtendClock("regulator_answer", thirty, typed()))
    case.does("compliance1", ExtendClock("regulator_answer", sixty, typed()))
    with pytest.raises(Invalid):
        case.does(
            "compliance1", ExtendClock("regulator_answer", sixty + timedelta(days=1), typed())
        )


# The calendar


def test_a_year_without_announced_holidays_is_marked_on_the_clock():
    bank = Bank(now=datetime(2026, 12, 30, 2, tzinfo=UTC))
    bank.confirmed_years = {2026}
    case = bank.raises("teller1", "complaint_light")
    case.does("teller1", CompleteStep("fill_record_form", record=FORM))
    assert case.state.clocks["customer_contact"].unconfirmed
    assert not case.state.clocks["first_response"].unconfirmed


def test_a_clock_within_announced_years_is_not_marked():
    bank = Bank()
    bank.confirmed_years = {2026}
    case = bank.raises("teller1", "complaint_light")
    case.does("teller1", CompleteStep("fill_record_form", record=FORM))
    assert not case.state.clocks["customer_contact"].unconfirmed
    assert "calendar" not in case.of("clock.started")[-1].data


def test_a_light_complaint_at_17_40_before_a_holiday_with_a_swapped_saturday():
    """Wednesday 2026-09-30; the holiday lasts to the 7th, Saturday the 10th is worked."""
    evening = datetime(2026, 9, 30, 17, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
    bank = Bank(now=evening.astimezone(UTC))
    case = bank.raises("teller1", "complaint_light")
    case.does("teller1", CompleteStep("fill_record_form", record=FORM))
    clocks = case.state.clocks
    assert clocks["first_response"].due_at == evening + timedelta(hours=2)
    assert clocks["resolution"].due_at == evening + timedelta(hours=24)
    end = datetime(2026, 10, 11, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert clocks["customer_contact"].due_at == end


# Two playbooks with a clock of the same name


def test_what_is_done_already_is_not_promised_again_by_a_second_playbook():
    bank = bank_with(playbook("help", clocks=(ROUND,)))
    case = bank.raises("teller1", "threat")
    case.ticked_by("manager1", "report_up")
    assert case.state.clocks["report_up"].state == "met"
    case.does("teller1", AddPlaybook("customer_evidence"))
    assert case.state.clocks["report_up"].state == "met"


def test_a_clock_of_two_playbooks_is_met_by_what_either_says():
    slow = ClockRule("report_up", "raised", HOUR, met_by=("step:note_danger",))
    bank = bank_with(playbook("help", clocks=(slow,)))
    case = bank.raises("teller1", "help")
    case.does("teller1", AddPlaybook("threat"))
    assert len([each for each in case.of("clock.started") if each.data["name"] == "report_up"]) == 1
    case.ticked_by("manager1", "report_up")
    assert case.state.clocks["report_up"].state == "met"
