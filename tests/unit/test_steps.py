"""Ticking the checklist: roles, gates, records, clearance, deadlines (contract, 3; K4, D4, M5)."""

from datetime import timedelta

import pytest

from escalation.commands import ClearStep, CompleteStep, ReopenStep, SkipStep
from escalation.refusal import Forbidden, Invalid, Refused
from escalation.texts import Typed
from escalation.timeline import MAX_INTEGER
from playbooks.model import RecordField, Step, Text
from tests.builders import FORM, LIBRARY, Bank, NotSeen, bank_with, playbook, typed


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def case(bank):
    return bank.raises("teller1", "disruptive_customer")


def kind_of(case, who, command):
    with pytest.raises(Refused) as refused:
        case.does(who, command)
    return refused.value.kind


def step_of(case, step_id):
    return case.state.progress_of(step_id)


def test_a_tick_keeps_who_did_it_and_when(bank, case):
    bank.later(30)
    happened = bank.now - timedelta(seconds=12)
    case.does("guard1", CompleteStep("lead_away"), happened=happened)
    done = step_of(case, "lead_away")
    assert (done.state, done.by, done.at, done.late) == ("done", "id-of-guard1", happened, False)


def test_a_tick_after_its_time_is_late(bank, case):
    bank.later(61)
    case.ticked_by("guard1", "lead_away")
    assert step_of(case, "lead_away").late


def test_a_step_that_was_done_in_time_is_not_late_though_the_tick_arrives_late(bank, case):
    happened = bank.now + timedelta(seconds=50)
    bank.later(3600)
    case.does("guard1", CompleteStep("lead_away"), happened=happened)
    assert not step_of(case, "lead_away").late


def test_a_step_is_done_once(case):
    case.ticked_by("guard1", "lead_away")
    with pytest.raises(Refused) as refused:
        case.ticked_by("lobby1", "lead_away")
    assert refused.value.kind == "step-done"
    assert refused.value.extra["done_by"]["username"] == "guard1"
    assert refused.value.extra["done_at"] == "2026-03-11T02:00:00.000Z"


def test_a_step_that_the_checklist_does_not_have_is_unknown(case):
    with pytest.raises(Invalid):
        case.ticked_by("teller1", "give_interview")
    with pytest.raises(Invalid):
        case.does("manager1", SkipStep("nonsense", typed()))


@pytest.mark.parametrize(
    "who",
    ["teller2", "lobby1", "manager1", "office1", "regional1", "hqduty1", "complaint1"],
)
def test_who_may_tick_an_ordinary_step(case, who):
    step = "contact_customer" if who == "complaint1" else "lead_away"
    assert case.ticked_by(who, step)[0] == "step.completed"


def test_who_sees_it_and_has_no_part_in_it_ticks_nothing(case):
    for who in ("business1", "legal1", "auditor1", "office2"):
        with pytest.raises(Forbidden):
            case.ticked_by(who, "lead_away")
    with pytest.raises(NotSeen):
        case.ticked_by("teller3", "lead_away")


def test_only_office_staff_give_an_interview(bank):
    case = bank.raises("teller1", "media_declared")
    for who in ("manager1", "teller1", "regional1", "hqduty1", "complaint1"):
        with pytest.raises(Forbidden):
            case.does(who, CompleteStep("give_interview", override_reason=typed()))
    assert case.ticked_by("office1", "give_interview") == ["step.completed"]


def test_office_staff_above_the_branch_may_give_it_too(bank):
    case = bank.raises("teller3", "media_declared", "east-02")
    assert case.ticked_by("office2", "give_interview") == ["step.completed"]


def test_where_there_is_no_interview_a_manager_skips_the_step(bank):
    case = bank.raises("teller1", "media_declared")
    case.does("manager1", SkipStep("give_interview", typed("未要求采访")))
    assert step_of(case, "give_interview").state == "skipped"
    assert "未要求采访" not in str(case.events[-1].data)


@pytest.mark.parametrize("fact", ["injury", "major_loss"])
def test_the_police_step_is_locked_until_somebody_is_hurt_or_much_is_lost(case, fact):
    assert kind_of(case, "guard1", CompleteStep("call_police")) == "step-locked"
    case.records("teller1", **{fact: True})
    assert case.ticked_by("guard1", "call_police") == ["step.completed"]


def test_a_fact_taken_back_locks_it_again(case):
    case.records("teller1", injury=True)
    case.records("teller1", injury=None)
    assert kind_of(case, "guard1", CompleteStep("call_police")) == "step-locked"


def test_a_manager_overrides_the_gate_with_a_reason_that_stands_in_the_timeline(case):
    assert kind_of(case, "manager1", CompleteStep("call_police")) == "step-locked"
    case.does("manager1", CompleteStep("call_police", override_reason=typed("有人持刀")))
    (event,) = [each for each in case.of("step.completed") if each.data["step"] == "call_police"]
    assert set(event.data["override_reason"]) == {"sealed"}


def test_others_override_only_where_life_is_in_danger_and_with_a_reason(case):
    override = CompleteStep("call_police", override_reason=typed("快"))
    assert kind_of(case, "guard1", override) == "step-locked"
    case.records("teller1", danger_to_life=True)
    assert kind_of(case, "guard1", CompleteStep("call_police")) == "step-locked"
    assert case.does("guard1", override) == ["step.completed"]


def test_a_reason_given_where_nothing_is_locked_is_not_an_override(case):
    case.records("teller1", injury=True)
    case.does("guard1", CompleteStep("call_police", override_reason=typed()))
    assert "override_reason" not in case.events[-1].data


def test_money_is_promised_only_once_compliance_has_cleared_it(case):
    promise = CompleteStep("promise_redress", override_reason=typed())
    assert kind_of(case, "manager1", promise) == "step-locked"
    case.does("compliance1", ClearStep("promise_redress", typed()))
    assert case.does("manager1", CompleteStep("promise_redress"))[0] == "step.completed"


def test_nobody_but_compliance_clears(case):
    for who in ("manager1", "hqduty1", "legal1", "teller1"):
        with pytest.raises(Forbidden):
            case.does(who, ClearStep("promise_redress"))


def test_only_what_waits_for_clearance_is_cleared_and_once(case):
    with pytest.raises(Invalid):
        case.does("compliance1", ClearStep("lead_away"))
    with pytest.raises(Invalid):
        case.does("compliance1", ClearStep("call_police"))
    case.does("compliance1", ClearStep("promise_redress"))
    assert case.does("compliance1", ClearStep("promise_redress")) == []
    case.ticked_by("manager1", "promise_redress")
    assert kind_of(case, "compliance1", ClearStep("promise_redress")) == "step-done"


def test_a_manager_or_the_owners_role_skips_a_step_with_a_reason(case):
    assert case.does("teller2", SkipStep("steady_others", typed())) == ["step.skipped"]
    with pytest.raises(Forbidden):
        case.does("teller1", SkipStep("lead_away", typed()))
    assert case.does("deputy1", SkipStep("lead_away", typed())) == ["step.skipped"]


def test_what_must_be_done_is_skipped_by_nobody(case):
    assert kind_of(case, "manager1", SkipStep("fill_record_form", typed())) == "step-locked"


def test_what_is_done_or_skipped_is_not_skipped_again(case):
    case.does("manager1", SkipStep("steady_others", typed()))
    assert kind_of(case, "manager1", SkipStep("steady_others", typed())) == "step-done"


def test_a_skipped_step_may_still_be_done(case):
    case.does("manager1", SkipStep("steady_others", typed()))
    assert case.ticked_by("lobby1", "steady_others") == ["step.completed"]


def test_a_manager_takes_a_tick_back_and_the_earlier_one_stays_in_the_timeline(case):
    case.ticked_by("guard1", "lead_away")
    with pytest.raises(Forbidden):
        case.does("guard1", ReopenStep("lead_away", typed()))
    case.does("manager1", ReopenStep("lead_away", typed()))
    assert step_of(case, "lead_away").state == "open"
    assert step_of(case, "lead_away").by is None
    assert "step.completed" in case.types()
    assert case.ticked_by("guard1", "lead_away") == ["step.completed"]


def test_what_is_not_done_cannot_be_taken_back(case):
    assert kind_of(case, "manager1", ReopenStep("lead_away", typed())) == "step-not-done"


def test_a_record_is_kept_with_its_texts_sealed(case):
    record = {
        **FORM,
        "relation": Typed("self"),
        "amount_yuan": 300,
        "call_before": Typed("2026-03-13"),
    }
    case.does("teller1", CompleteStep("fill_record_form", note=typed("已登记"), record=record))
    kept = step_of(case, "fill_record_form")
    assert kept.record["amount_yuan"] == 300
    assert kept.record["relation"] == "self"
    assert kept.record["call_before"] == "2026-03-13"
    assert set(kept.record["customer_name"]) == {"sealed"}
    assert set(kept.note) == {"sealed"}
    assert "王先生" not in str([event.data for event in case.events])


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"customer_name": None}, "record.customer_name"),
        ({"customer_name": 5}, "record.customer_name"),
        ({"customer_name": True}, "record.customer_name"),
        ({"amount_yuan": Typed("300")}, "record.amount_yuan"),
        ({"amount_yuan": True}, "record.amount_yuan"),
        ({"amount_yuan": MAX_INTEGER + 1}, "record.amount_yuan"),
        ({"relation": Typed("cousin")}, "record.relation"),
        ({"call_before": Typed("tomorrow")}, "record.call_before"),
        ({"call_before": 20260313}, "record.call_before"),
        ({"shoe_size": 42}, "record.shoe_size"),
    ],
)
def test_a_record_with_something_wrong_is_refused_by_name(case, change, place):
    record = {name: value for name, value in {**FORM, **change}.items() if value is not None}
    with pytest.raises(Invalid) as refused:
        case.ticked_by("teller1", "fill_record_form", **record)
    assert refused.value.extra["errors"][0]["field"] == place
    assert step_of(case, "fill_record_form").state == "open"


@pytest.mark.parametrize("relation", ["family", "agent", "other"])
@pytest.mark.parametrize("authority", [None, "not_needed"])
def test_whoever_is_not_the_holder_is_asked_for_a_letter_of_authority(case, relation, authority):
    record = {**FORM, "relation": Typed(relation)}
    if authority is not None:
        record["authority"] = Typed(authority)
    with pytest.raises(Invalid, match="letter of authority") as refused:
        case.ticked_by("teller1", "fill_record_form", **record)
    assert refused.value.extra["errors"][0]["field"] == "record.authority"


@pytest.mark.parametrize(
    ("relation", "authority"), [("self", "not_needed"), ("family", "yes"), ("other", "no")]
)
def test_the_letter_of_authority_is_there_or_not_and_the_holder_needs_none(
    case, relation, authority
):
    record = {**FORM, "relation": Typed(relation), "authority": Typed(authority)}
    assert "step.completed" in case.ticked_by("teller1", "fill_record_form", **record)


def test_a_boolean_field_takes_true_and_false_only():
    text = Text("看到了", "Seen")
    field = RecordField("seen", text, "boolean", required=True)
    step = Step("look", text, "teller", record=(field,))
    book = playbook("help", steps=(*LIBRARY["help"].steps, step))
    case = bank_with(book).raises("teller1", "help")
    with pytest.raises(Invalid):
        case.ticked_by("teller1", "look", seen=1)
    case.ticked_by("teller1", "look", seen=False)
    assert step_of(case, "look").record == {"seen": False}


def test_an_overdue_step_is_told_to_its_owner_and_the_one_in_charge(bank, case):
    case.acknowledged_by("manager1")
    case.ticked_by("guard1", "lead_away")
    before = len(case.events)
    bank.later(120)
    overdue = [event for event in case.events[before:] if event.type == "step.overdue"]
    assert {event.data["step"] for event in overdue} == {
        "note_who",
        "listen_first",
        "steady_others",
    }
    raised = [event.data for event in case.events[before:] if event.type == "alert.raised"]
    steady = next(data for data in raised if data["step"] == "steady_others")
    assert (steady["reason"], steady["urgency"]) == ("step", "soon")
    told = {each["user"] for each in steady["recipients"]}
    assert told == {"id-of-manager1", "id-of-teller1", "id-of-teller2"}
    assert "ladder" not in case.due()


def test_while_nobody_has_taken_it_up_an_overdue_step_sounds_no_second_alarm(bank, case):
    bank.later(240)
    assert case.of("step.overdue")
    assert {event.data["reason"] for event in case.of("alert.raised")} == {"raised", "no_answer"}
    assert step_of(case, "lead_away").late


def test_a_long_step_warns_before_alerts_at_and_escalates_after(bank, case):
    case.acknowledged_by("manager1")
    for step in case.state.steps():
        wanted = step[1].id not in ("fill_record_form", "call_police", "promise_redress")
        if wanted and step_of(case, step[1].id).state == "open":
            case.ticked_by("manager1", step[1].id)
    bank.later(14400 * 0.8)
    assert case.of("step.warned")[-1].data == {"step": "fill_record_form"}
    assert case.of("alert.raised")[-1].data["reason"] in ("step", "act_within")
    bank.later(14400 * 0.2)
    assert case.of("step.overdue")[-1].data == {"step": "fill_record_form", "stage": 1}
    bank.later(14400)
    assert case.of("step.overdue")[-1].data == {"step": "fill_record_form", "stage": 2}
    assert case.rung()[-1][1:] == (2, "step")
    assert "step:fill_record_form" not in case.due()


def test_after_containment_only_the_long_steps_sound(bank, case):
    case.contained_by("manager1")
    before = len(case.events)
    bank.later(300)
    assert {event.type for event in case.events[before:]} == {"step.overdue"}
    bank.later(14400)
    steps = {e.data["step"] for e in case.of("alert.raised") if e.data["reason"] == "step"}
    assert steps == {"check_identity", "fill_record_form", "assess_risk"}
    bank.later(14400)
    assert "ladder" not in case.due(), "containing has stopped the ladder"


def test_a_done_step_has_no_deadline(case):
    assert case.due()["step:lead_away"] == 60
    case.ticked_by("guard1", "lead_away")
    assert "step:lead_away" not in case.due()


def test_pace_divides_the_time_of_steps(bank):
    case = Bank(pace=60).raises("teller1", "disruptive_customer")
    assert case.due()["step:lead_away"] == 1
