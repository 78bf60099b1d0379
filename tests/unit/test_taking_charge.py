"""Acknowledging, what must follow it, quiet, and handing over (contract, sections 3 and 5)."""

import pytest

from escalation.commands import AddNote, Cancel, CompleteStep, Escalate, HandOver, ReopenStep
from escalation.refusal import Forbidden, Invalid, Refused
from playbooks.model import Level
from tests.builders import Bank, NotSeen, bank_with, names, playbook, typed


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def case(bank):
    return bank.raises("teller1", "group_visit")


def test_the_first_to_acknowledge_is_in_charge(bank, case):
    case.acknowledged_by("office1", eta=5)
    case.acknowledged_by("manager1", eta=1)
    assert case.state.in_charge == "id-of-office1"
    assert case.state.eta_minutes == 5
    assert case.state.status == "acknowledged"


def test_an_acknowledgement_covers_all_alerts_so_far(bank, case):
    bank.later(180)
    case.acknowledged_by("regional1")
    alerts = case.state.alerts.values()
    assert {alert.acknowledged_by for alert in alerts} == {"id-of-regional1"}
    assert all(alert.over for alert in alerts)


def test_who_answers_a_later_call_for_help_leaves_it_with_the_one_in_charge(bank, case):
    case.acknowledged_by("manager1")
    case.does("manager1", Escalate(typed("人手不够")))
    case.acknowledged_by("deputy1")
    assert case.state.in_charge == "id-of-manager1"
    assert case.state.live_alerts() == []


def test_acknowledging_twice_changes_nothing(bank, case):
    case.acknowledged_by("manager1")
    assert case.acknowledged_by("manager1") == []
    assert case.acknowledged_by("office1") == []


def test_who_is_in_charge_may_say_later_when_they_come(bank, case):
    case.acknowledged_by("manager1")
    case.acknowledged_by("manager1", eta=10)
    assert case.state.eta_minutes == 10


def test_a_second_acknowledgement_keeps_the_time_of_arrival(bank, case):
    case.acknowledged_by("manager1", eta=10)
    case.does("teller1", Escalate(typed()))
    case.acknowledged_by("manager1")
    assert case.state.eta_minutes == 10


def test_who_was_informed_may_take_charge(bank, case):
    case.acknowledged_by("guard1")
    assert case.state.in_charge == "id-of-guard1"


def test_a_manager_who_was_not_alerted_may_take_charge(bank, case):
    case.acknowledged_by("hqduty1")
    assert case.state.in_charge == "id-of-hqduty1"


def test_who_was_neither_told_nor_a_manager_may_not_take_charge(bank, case):
    with pytest.raises(Forbidden):
        case.acknowledged_by("legal1")
    with pytest.raises(Forbidden):
        case.acknowledged_by("auditor1")
    with pytest.raises(NotSeen):
        case.acknowledged_by("manager2")


@pytest.mark.parametrize("end", ["closed", "cancelled"])
def test_after_the_end_nobody_acknowledges(bank, case, end):
    if end == "closed":
        case.closed_by("manager1")
    else:
        case.does("manager1", Cancel(typed()))
    with pytest.raises(Refused) as refused:
        case.acknowledged_by("office1")
    assert refused.value.kind == end


def test_without_a_containment_step_in_time_the_one_in_charge_and_the_next_level_are_asked(
    bank, case
):
    case.acknowledged_by("manager1")
    assert case.due()["act_within"] == 180
    bank.later(180)
    raised = [event for event in case.of("alert.raised") if event.data["reason"] == "act_within"]
    assert {each["user"] for each in raised[0].data["recipients"]} == {
        "id-of-manager1",
        "id-of-deputy1",
        "id-of-supervisor1",
    }
    assert "act_within" not in case.due()
    bank.later(120)
    assert case.alerted(level=3) == {"regional1"}, "and it goes on"


def test_acting_late_stops_the_alarm_that_asked_for_it(bank, case):
    case.acknowledged_by("manager1")
    bank.later(200)
    case.ticked_by("manager1", "divert")
    assert "ladder" not in case.due()
    bank.later(1000)
    assert case.alerted(level=3) == set()


def test_acting_stops_no_alarm_that_somebody_called_for(bank, case):
    case.acknowledged_by("manager1")
    bank.later(200)
    case.does("teller1", Escalate(typed()))
    case.ticked_by("manager1", "divert")
    assert "ladder" in case.due()


def test_acting_before_anybody_has_answered_stops_no_alarm(bank, case):
    case.ticked_by("teller1", "divert")
    assert case.due()["ladder"] == 60


def test_a_call_for_help_on_a_contained_incident_asks_the_next_level_once(bank, case):
    case.contained_by("manager1")
    case.does("teller1", Escalate(typed()))
    assert case.alerted(level=2) == {"deputy1", "supervisor1"}
    assert "ladder" not in case.due()
    case.acknowledged_by("deputy1")
    assert case.state.live_alerts() == []


def test_a_containment_step_in_time_keeps_it_quiet(bank, case):
    case.acknowledged_by("manager1")
    case.ticked_by("teller1", "divert")
    assert "act_within" not in case.due()


def test_a_containment_step_done_before_the_acknowledgement_counts(bank, case):
    case.ticked_by("teller1", "divert")
    case.acknowledged_by("manager1")
    assert "act_within" not in case.due()


def test_acknowledging_again_does_not_put_off_the_time_to_act(bank, case):
    case.acknowledged_by("manager1")
    bank.later(100)
    case.does("teller1", Escalate(typed()))
    case.acknowledged_by("deputy1")
    assert case.due()["act_within"] == 80


def test_acknowledging_the_second_alarm_gives_the_time_to_act_anew(bank, case):
    case.acknowledged_by("manager1")
    bank.later(181)
    case.acknowledged_by("deputy1")
    assert case.due()["act_within"] == 180
    assert case.state.in_charge == "id-of-manager1"


def test_the_time_to_act_ends_though_the_next_level_is_empty_and_nobody_is_in_charge(bank):
    bank = Bank()
    case = bank.raises("teller4", "group_visit", "west-01")
    case.acknowledged_by("hqduty1")
    case.records("teller4", subject_staff="hqduty1")
    bank.later(1000)
    assert "act_within" not in case.due()


def test_the_next_level_passes_on_though_the_one_in_charge_can_be_reached(bank, case):
    case.acknowledged_by("manager1")
    bank.away = {"deputy1", "supervisor1"}
    bank.later(180)
    assert case.alerted(level=3) == {"regional1"}


def test_the_time_to_act_is_the_playbooks(bank):
    bank = bank_with(playbook("group_visit", act_within=40))
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    assert case.due()["act_within"] == 40


def calm(case):
    case.acknowledged_by("manager1")
    for _, step in case.state.steps():
        is_open = case.state.progress_of(step.id).state == "open"
        if is_open and step.gate is None and step.id != "fill_record_form":
            case.does("manager1", CompleteStep(step.id))


def test_after_half_an_hour_without_activity_the_one_in_charge_is_reminded(bank, case):
    calm(case)
    before = len(case.events)
    assert case.due()["quiet"] == 1800
    bank.later(1800)
    (event,) = case.events[before:]
    assert (event.type, event.data["urgency"]) == ("alert.raised", "soon")
    assert [each["user"] for each in event.data["recipients"]] == ["id-of-manager1"]
    assert case.due()["quiet"] == 1800, "and again"
    assert "ladder" not in case.due(), "no ladder climbs for a reminder"


def test_whatever_somebody_does_is_activity(bank, case):
    calm(case)
    bank.later(1000)
    case.does("teller1", AddNote(typed()))
    assert case.due()["quiet"] == 1800


def test_a_contained_incident_that_nobody_closes_comes_back_to_mind(bank, case):
    case.acknowledged_by("manager1")
    case.contained_by("manager1")
    assert case.due()["quiet"] == 8 * 3600
    before = len(case.events)
    bank.later(8 * 3600)
    told = [event for event in case.events[before:] if event.type == "alert.raised"]
    assert told
    assert "quiet" in case.due()


def test_a_contained_incident_with_nobody_in_charge_reminds_the_next_level_without_a_ladder(
    bank, case
):
    case.contained_by("manager1")
    assert case.state.in_charge is None
    bank.later(8 * 3600)
    assert case.alerted() >= {"manager1", "office1"}
    assert "ladder" not in case.due()
    assert case.state.climb.next_at is None


def test_an_acknowledged_incident_with_nobody_in_charge_asks_the_next_level_when_it_grows_quiet():
    bank = Bank()
    case = bank.raises("teller4", "group_visit", "west-01")
    case.acknowledged_by("hqduty1")
    case.bank.away = set()
    case.ticked_by("teller4", "divert")
    case.records("teller4", subject_staff="hqduty1")
    assert case.state.in_charge is None
    bank.later(3600)
    assert case.of("alert.exhausted"), "there is nobody but the one whom it is about"
    assert case.due()


def test_a_quiet_reminder_leaves_the_time_to_act_alone(bank):
    bank = bank_with(playbook("group_visit", act_within=3600))
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    bank.later(1800)
    assert case.due()["act_within"] == 1800


def test_charge_is_handed_over_to_somebody_who_sees_it_and_they_are_told(bank, case):
    case.acknowledged_by("manager1", eta=3)
    case.does("manager1", HandOver("complaint1", typed()))
    assert case.state.in_charge == "id-of-complaint1"
    assert case.state.eta_minutes is None
    (event,) = case.of("incident.handed_over")
    assert event.data["to"] == "id-of-complaint1"
    told = case.of("alert.informed")[-1]
    assert [each["user"] for each in told.data["recipients"]] == ["id-of-complaint1"]


def test_who_takes_charge_by_their_own_hand_is_not_told_of_it(bank, case):
    case.acknowledged_by("manager1")
    assert case.does("deputy1", HandOver("deputy1")) == ["incident.handed_over"]


@pytest.mark.parametrize("to", ["manager2", "teller3", "auditor1", "admin1", "nobody"])
def test_charge_goes_to_nobody_who_may_not_see_or_only_reads(bank, case, to):
    case.acknowledged_by("manager1")
    with pytest.raises(Invalid):
        case.does("manager1", HandOver(to))


def test_charge_goes_not_to_the_one_whom_it_is_about(bank, case):
    case.acknowledged_by("manager1")
    case.records("teller2", subject_staff="teller1")
    with pytest.raises(Invalid):
        case.does("manager1", HandOver("teller1"))


def test_handing_over_to_the_one_in_charge_changes_nothing(bank, case):
    case.acknowledged_by("manager1")
    assert case.does("deputy1", HandOver("manager1")) == []


def test_only_the_one_in_charge_or_a_manager_hands_over(bank, case):
    case.acknowledged_by("office1")
    with pytest.raises(Forbidden):
        case.does("teller2", HandOver("teller2"))
    case.does("office1", HandOver("teller2"))
    assert case.state.in_charge == "id-of-teller2"


def test_who_hands_over_an_open_incident_has_taken_it_up_and_its_alarm_ends():
    away = {"manager1", "office1", "deputy1", "supervisor1", "regional1", "hqduty1"}
    case = Bank(away=away).raises("teller1", "group_visit")
    case.does("manager1", HandOver("teller2"))
    assert case.state.status == "acknowledged"
    assert names([case.state.in_charge or ""]) == {"teller2"}
    assert "ladder" not in case.due()
    assert "act_within" in case.due()


def test_they_have_even_where_there_was_nobody_to_ask():
    bank = bank_with(playbook("help", ladder=(Level(0, ("regional_manager",)),), inform=()))
    case = bank.raises("teller4", "help", "west-01")
    case.does("hqduty1", HandOver("teller4"))
    assert case.state.alerts == {}
    case.acknowledged_by("teller4")
    assert case.state.status == "acknowledged"


def test_a_containment_step_taken_back_does_not_stop_the_incident_having_a_deadline(bank, case):
    case.acknowledged_by("manager1")
    case.ticked_by("teller1", "divert")
    case.does("manager1", ReopenStep("divert", typed()))
    assert case.due()
