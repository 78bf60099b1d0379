"""Drills (A6): who is really told, what a mystery visit can never do, and what a score says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation import events as ev
from escalation.commands import (
    AddNote,
    Cancel,
    Close,
    CompleteStep,
    Escalate,
    MarkDrill,
    Open,
    RecordFacts,
    ReopenStep,
    SkipStep,
    UnmarkDrill,
)
from escalation.drill import Requirement, Terms, good_until, not_passed, wanted_by
from escalation.drill_score import score
from escalation.refusal import Forbidden, Refused
from tests.builders import (
    AT_EAST_01,
    MORNING,
    Bank,
    Case,
    bank_with,
    names,
    playbook,
    typed,
    user_id,
)

TERMS = Terms("d1", user_id("manager1"), "branch", 80)


def drill(bank: Bank, type_: str = "disruptive_customer", **terms: object) -> Case:
    """The manager starts an announced drill."""
    return bank.raises("manager1", type_, drill=True, terms=replace(TERMS, **terms))  # type: ignore[arg-type]


def mark(**change: object) -> MarkDrill:
    made = MarkDrill(
        Terms("d1", user_id("regional1")),
        "east-01",
        "disruptive_customer",
        MORNING - timedelta(hours=1),
        MORNING + timedelta(hours=1),
        typed("神秘来访"),
    )
    return replace(made, **change)  # type: ignore[arg-type]


def would_tell(case: Case) -> set[str]:
    return names(
        each["user"] for event in case.of(ev.ALERT_SIMULATED) for each in event.data["recipients"]
    )


def sent_to(case: Case) -> set[str]:
    return names(notice.user for plan in case.plans for notice in plan.notices)


def test_a_drill_for_the_branch_alerts_the_branch_and_writes_down_whom_else_it_would():
    bank = Bank()
    case = drill(bank)
    bank.later(600)
    assert sent_to(case) <= AT_EAST_01
    assert would_tell(case) >= {"regional1", "hqduty1"}
    simulated = [event.data["level"] for event in case.of(ev.ALERT_SIMULATED)]
    assert [case.seconds(event) for event in case.of(ev.ALERT_SIMULATED)][:2] == [180, 300]
    assert simulated[:2] == [3, 4]


def test_a_drill_for_the_region_stops_before_the_head_office():
    bank = Bank()
    case = drill(bank, tells="region")
    bank.later(600)
    assert "regional1" in sent_to(case)
    assert "hqduty1" not in sent_to(case)
    assert "hqduty1" in would_tell(case)


def test_a_drill_without_a_plan_is_told_to_everybody():
    bank = Bank()
    case = bank.raises("manager1", "disruptive_customer", drill=True)
    bank.later(600)
    assert {"regional1", "hqduty1"} <= sent_to(case)
    assert would_tell(case) == set()
    assert case.state.terms == Terms(case.state.id, user_id("manager1"))


def test_an_incident_of_the_same_minute_simulates_nothing():
    bank = Bank()
    drill(bank)
    real = bank.raises("teller1", "disruptive_customer")
    bank.later(600)
    assert {"regional1", "hqduty1"} <= sent_to(real)
    assert would_tell(real) == set()


def test_where_all_who_are_really_told_are_gone_the_ladder_of_a_drill_still_moves():
    bank = Bank(away=set(AT_EAST_01))
    case = drill(bank)
    bank.later(700)
    assert case.state.climb.level == 4
    assert case.due()["ladder"] > 0


def test_who_takes_a_drill_up_from_outside_its_circle_takes_part_in_it():
    bank = Bank()
    case = drill(bank)
    case.acknowledged_by("regional1")
    bank.later(200)
    assert "regional1" in sent_to(case)


def test_a_customer_is_never_called_after_a_drill():
    bank = Bank()
    real = bank.raises("teller1", "complaint_light")
    practised = bank.raises("manager1", "complaint_light", drill=True)
    for case in (real, practised):
        case.acknowledged_by("manager1")
        case.contained_by("manager1")
        case.does("manager1", Close(typed(), "calmed", "other"))
    assert real.of(ev.FOLLOW_UP_SCHEDULED)
    assert any(key.startswith(("clock", "follow_up")) for key in real.due())
    assert not practised.of(ev.FOLLOW_UP_SCHEDULED)
    assert "call_back" not in practised.state.clocks
    assert practised.due() == {}


def test_a_mystery_visit_is_real_to_everybody_until_its_owner_marks_it():
    bank = Bank()
    case = bank.raises("teller1", "disruptive_customer")
    bank.later(200)
    assert {"manager1", "office1", "deputy1", "regional1"} <= sent_to(case)
    assert case.state.terms is None
    told = sent_to(case) | {"teller1"}
    case.does("regional1", mark())
    marked = case.state
    assert marked.drill
    assert marked.terms is not None
    assert marked.terms.marked_at == bank.now
    last = case.of(ev.ALERT_INFORMED)[-1]
    assert last.data["reason"] == "drill"
    assert names(each["user"] for each in last.data["recipients"]) == told - {"regional1"}


def test_marking_lets_the_ladder_climb_on():
    bank = Bank()
    case = bank.raises("teller1", "disruptive_customer")
    case.does("regional1", mark())
    bank.later(301)
    assert "hqduty1" in sent_to(case)


@pytest.mark.parametrize("who", ["teller1", "supervisor1", "manager1", "deputy1", "complaint1"])
def test_nobody_of_the_branch_marks_what_the_region_has_planned(who: str):
    case = Bank().raises("teller1", "disruptive_customer")
    with pytest.raises(Forbidden):
        case.does(who, mark())
    assert not case.state.drill


def test_who_planned_the_visit_marks_it_as_do_managers_above():
    for owner, who in (("manager1", "manager1"), ("manager1", "hqduty1")):
        case = Bank().raises("teller1", "disruptive_customer")
        case.does(who, mark(terms=Terms("d1", user_id(owner))))
        assert case.state.drill


@pytest.mark.parametrize(
    "change",
    [
        {"branch": "east-02"},
        {"type": "group_visit"},
        {"begins": MORNING + timedelta(minutes=1)},
        {"ends": MORNING - timedelta(minutes=1)},
    ],
)
def test_an_incident_outside_the_plan_is_no_mystery_visit(change: dict[str, object]):
    case = Bank().raises("teller1", "disruptive_customer")
    with pytest.raises(Refused) as refused:
        case.does("regional1", mark(**change))
    assert refused.value.kind == "drill-does-not-fit"


def test_long_after_the_visit_nothing_is_marked():
    bank = Bank()
    case = bank.raises("teller1", "disruptive_customer")
    case.acknowledged_by("manager1")
    bank.later(26 * 3600)
    with pytest.raises(Refused) as refused:
        case.does("regional1", mark())
    assert refused.value.kind == "drill-over"


@pytest.mark.parametrize("harm", ["injury", "major_loss", "danger_to_life"])
def test_where_somebody_is_hurt_it_is_never_made_a_drill(harm: str):
    case = Bank().raises("teller1", "disruptive_customer")
    case.records("teller1", **{harm: True})
    with pytest.raises(Refused) as refused:
        case.does("regional1", mark())
    assert refused.value.kind == "real-harm"


@pytest.mark.parametrize("after", [False, None])
def test_harm_that_was_taken_back_still_keeps_it_from_being_made_a_drill(after: bool | None):
    case = Bank().raises("teller1", "disruptive_customer")
    case.records("teller1", injury=True)
    case.records("manager1", injury=after)
    with pytest.raises(Refused) as refused:
        case.does("regional1", mark())
    assert refused.value.kind == "real-harm"


@pytest.mark.parametrize("harm", ["injury", "major_loss", "danger_to_life"])
def test_harm_recorded_after_the_marking_makes_it_real_again_and_all_hear_of_it(harm: str):
    case = Bank().raises("teller1", "disruptive_customer")
    case.does("regional1", mark())
    case.records("teller1", recording_seen=True)
    assert case.of(ev.DRILL_UNMARKED) == []
    case.records("teller1", **{harm: True})
    assert not case.state.drill
    assert case.of(ev.DRILL_UNMARKED)[-1].data["because"] == "harm"
    told = [each.data["reason"] for each in case.of(ev.ALERT_INFORMED)]
    assert "no_drill" in told


def test_harm_that_is_played_in_an_announced_drill_leaves_it_a_drill():
    case = drill(Bank())
    case.records("manager1", injury=True)
    assert case.state.drill


def test_what_two_people_have_reported_is_marked_only_when_both_were_asked():
    case = Bank().raises("teller1", "disruptive_customer")
    case.joined_by("teller2")
    with pytest.raises(Refused) as refused:
        case.does("regional1", mark())
    assert refused.value.kind == "several-reporters"
    case.does("regional1", mark(all_asked=True))
    assert case.state.drill


def test_whoever_is_in_it_can_say_that_it_is_real_and_all_hear_of_it():
    bank = Bank()
    case = bank.raises("teller1", "disruptive_customer")
    case.does("regional1", mark())
    case.does("teller1", UnmarkDrill(typed("真的有人闹事")))
    assert not case.state.drill
    assert case.state.terms is None
    assert case.of(ev.ALERT_INFORMED)[-1].data["reason"] == "no_drill"
    case.does("regional1", mark())
    assert case.state.drill


def test_after_the_end_only_a_manager_takes_the_mark_off():
    bank = Bank()
    case = bank.raises("teller1", "disruptive_customer")
    case.acknowledged_by("manager1")
    case.closed_by("manager1")
    case.does("regional1", mark())
    with pytest.raises(Forbidden):
        case.does("teller1", UnmarkDrill(typed()))
    case.does("manager1", UnmarkDrill(typed()))
    assert not case.state.drill


def test_an_announced_drill_stays_one():
    case = drill(Bank())
    with pytest.raises(Refused) as refused:
        case.does("manager1", UnmarkDrill(typed()))
    assert refused.value.kind == "no-drill"
    with pytest.raises(Refused) as again:
        case.does("manager1", mark(terms=TERMS))
    assert again.value.kind == "drill-already"


def test_a_closed_mystery_visit_is_scored_when_it_is_marked_and_its_calls_are_off():
    bank = Bank()
    case = bank.raises("teller1", "complaint_light")
    case.acknowledged_by("manager1")
    case.contained_by("manager1")
    case.does("manager1", Close(typed(), "calmed", "other"))
    assert not case.of(ev.DRILL_SCORED)
    case.does("regional1", mark(type="complaint_light"))
    (scored,) = case.of(ev.DRILL_SCORED)
    assert user_id("teller1") in scored.data["took_part"]
    assert case.due() == {}


def played(bank: Bank, *, late: float = 0, who: str | None = None) -> Case:
    """A drill in which everything is done by its owner, ``late`` seconds after the opening."""
    case = drill(bank)
    case.acknowledged_by("manager1")
    bank.later(late)
    for _, step in case.state.steps():
        if case.state.progress_of(step.id).state == "open" and step.gate is None:
            owner = who or holder_of(bank, step.owner)
            case.does(owner, CompleteStep(step.id, record=needed(step)))
    case.closed_by("manager1")
    return case


def holder_of(bank: Bank, role: str) -> str:
    return next(
        person.username
        for person in bank.directory.people.values()
        if person.roles[0][0] == role and person.roles[0][1] in ("east-01", "east", "hq")
    )


def needed(step: object) -> dict[str, object]:
    kinds = {"text": typed(), "number": 1, "boolean": True, "date": typed("2026-03-11")}
    return {
        each.name: kinds.get(each.type) or typed(each.choices[0].value)
        for each in step.record  # type: ignore[attr-defined]
        if each.required
    }


def test_everything_done_at_once_by_its_owner_is_full_marks():
    (scored,) = played(Bank()).of(ev.DRILL_SCORED)
    assert scored.data["percent"] == 100
    assert scored.data["passed"]
    assert scored.data["acknowledge"] == {
        "took_ms": 0,
        "within_ms": 60_000,
        "points": 6,
        "possible": 6,
    }
    assert user_id("manager1") in scored.data["took_part"]


def test_the_score_is_on_record_and_in_the_state():
    case = played(Bank())
    assert case.state.terms is not None
    assert case.state.terms.result is not None
    assert case.state.terms.result.score == case.of(ev.DRILL_SCORED)[0].data


def test_late_steps_and_a_late_containment_cost_points():
    (late,) = played(Bank(), late=400).of(ev.DRILL_SCORED)
    assert late.data["percent"] < 100
    assert any(step["in_time"] is False for step in late.data["steps"])
    assert late.data["contain"]["points"] < late.data["contain"]["possible"]


def test_steps_done_by_somebody_else_than_their_owner_cost_points():
    (scored,) = played(Bank(), who="manager1").of(ev.DRILL_SCORED)
    assert scored.data["percent"] < 100
    assert {step["by_role"] for step in scored.data["steps"] if step["state"] == "done"} >= {False}


def test_nothing_done_is_no_pass():
    case = drill(Bank())
    case.bank.later(3600)
    found = score(case.events, case.bank.playbook_of, case.bank.now)
    assert found.percent < 30
    assert not found.as_json()["passed"]


def part(case: Case, step: str) -> dict[str, object]:
    found = score(case.events, case.bank.playbook_of, case.bank.now).as_json()
    return next(each for each in found["steps"] if each["step"] == step)


def test_a_gate_that_is_overridden_costs_points_and_one_that_stays_shut_is_kept():
    case = drill(Bank())
    assert part(case, "call_police")["state"] == "not_needed"
    assert part(case, "call_police")["gate_kept"] is True
    case.does("manager1", CompleteStep("call_police", override_reason=typed("演练")))
    assert part(case, "call_police")["gate_kept"] is False


def test_what_the_facts_have_made_possible_is_expected():
    case = drill(Bank())
    case.records("teller1", injury=True)
    assert part(case, "call_police")["state"] == "open"
    assert part(case, "call_police")["points"] == 2


def test_a_step_before_the_containment_that_is_due_earlier_is_out_of_order():
    case = drill(Bank())
    case.ticked_by("teller1", "note_who")
    assert part(case, "note_who")["in_order"] is False
    other = drill(Bank())
    other.ticked_by("lobby1", "lead_away")
    other.ticked_by("teller1", "note_who")
    assert part(other, "note_who")["in_order"] is True


def test_a_skipped_step_counts_half_of_a_done_one_and_a_reopened_one_not_at_all():
    case = drill(Bank())
    case.does("manager1", SkipStep("note_who", typed()))
    assert (part(case, "note_who")["state"], part(case, "note_who")["points"]) == ("skipped", 1)
    case.ticked_by("lobby1", "lead_away")
    case.does("manager1", ReopenStep("lead_away", typed()))
    assert part(case, "lead_away")["points"] == 0


def test_clocks_kept_and_missed_count():
    bank = Bank()
    case = bank.raises("manager1", "complaint_heavy", drill=True)
    bank.later(7200)
    missed = score(case.events, bank.playbook_of, bank.now).as_json()["clocks"]
    assert {"clock": "report_up", "kept": False, "points": 0, "possible": 2} in missed


def test_a_cancelled_drill_has_no_score():
    case = drill(Bank())
    case.does("manager1", Cancel(typed()))
    assert not case.of(ev.DRILL_SCORED)


def test_other_rules_of_later_do_not_touch_a_score_on_record():
    bank = Bank()
    case = played(bank)
    before = case.of(ev.DRILL_SCORED)[0].data
    bank.later(86_400)
    assert case.state.terms is not None
    assert case.state.terms.result is not None
    assert case.state.terms.result.score == before


STEPS = [step.id for step in playbook("disruptive_customer").steps if step.gate is None]
DEEDS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 400), st.sampled_from(sorted(AT_EAST_01))),
    max_size=8,
    unique_by=lambda deed: deed[0],
)


def course(deeds: list[tuple[str, int, str]]) -> int:
    bank = bank_with(playbook("disruptive_customer"))
    case = drill(bank)
    at = 0
    for step, moment, who in sorted(deeds, key=lambda deed: deed[1]):
        bank.later(moment - at)
        at = moment
        known = case.state.step(step)
        assert known is not None
        if case.state.progress_of(step).state == "open":
            try:
                case.does(who, CompleteStep(step, record=needed(known)))
            except Forbidden:
                continue
    bank.later(500 - at)
    return score(case.events, bank.playbook_of, bank.now).percent


@given(DEEDS, st.data())
def test_a_step_more_never_lowers_a_score(deeds: list[tuple[str, int, str]], data: st.DataObject):
    if deeds:
        left_out = data.draw(st.sampled_from(deeds))
        fewer = [deed for deed in deeds if deed != left_out]
        assert course(fewer) <= course(deeds)
    assert 0 <= course(deeds) <= 100


def test_the_score_of_the_same_events_is_always_the_same():
    case = played(Bank())
    first = score(case.events, case.bank.playbook_of, case.bank.now)
    assert score(list(case.events), case.bank.playbook_of, case.bank.now) == first


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "months", "until"),
    [
        (at(2026, 3, 11), 12, at(2027, 3, 11)),
        (at(2026, 8, 31), 6, at(2027, 2, 28)),
        (at(2027, 12, 31), 2, at(2028, 2, 29)),
        (at(2026, 11, 5), 1, at(2026, 12, 5)),
    ],
)
def test_a_pass_holds_for_so_many_calendar_months(passed: datetime, months: int, until: datetime):
    assert good_until(passed, months) == until


def test_what_somebody_still_has_to_pass():
    wanted = {"group_visit": 12, "media_declared": 6}
    passed = {"media_declared": at(2026, 1, 10), "group_visit": at(2025, 9, 1)}
    assert not_passed(wanted, passed, at(2026, 7, 9)) == ()
    assert not_passed(wanted, passed, at(2026, 7, 10)) == ("media_declared",)
    assert not_passed(wanted, {}, at(2026, 7, 9)) == ("group_visit", "media_declared")


def test_a_branch_asks_for_what_those_above_ask_for_and_the_shorter_time_holds():
    rules = {
        "hq": Requirement("hq", ("group_visit",), 12, False),
        "east-01": Requirement("east-01", ("group_visit", "help"), 6, True),
    }
    assert wanted_by(rules, ("east-01", "east", "hq")) == {"group_visit": 6, "help": 6}
    assert wanted_by(rules, ("west-01", "west", "hq")) == {"group_visit": 12}


def test_notes_and_escalations_work_in_a_drill_as_anywhere():
    case = drill(Bank())
    case.does("teller1", AddNote(typed()))
    case.does("teller1", Escalate(typed()))
    case.does("teller1", RecordFacts({"head_count": 2}))
    assert case.state.facts["head_count"] == 2
    assert Open.name == "open"
