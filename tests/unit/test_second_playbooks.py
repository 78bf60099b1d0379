"""Facts, a second playbook, another type, and whom it is about (contract, 3 and 5; G1)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.commands import AddPlaybook, Decline, Reclassify, RecordFacts
from escalation.ladder import merge
from escalation.refusal import Forbidden, Invalid, Refused
from playbooks.model import Level
from tests.builders import LIBRARY, Bank, NotSeen, bank_with, playbook, typed


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def case(bank):
    return bank.raises("teller1", "disruptive_customer")


def test_facts_are_recorded_changed_and_withdrawn(case):
    case.records("teller1", head_count=2, recording_seen=True)
    case.records("guard1", head_count=4)
    case.records("guard1", recording_seen=None)
    assert case.state.facts == {"head_count": 4}


def test_what_is_known_already_makes_no_new_event(case):
    case.records("teller1", head_count=2)
    assert case.records("guard1", head_count=2) == []
    assert case.records("guard1", injury=None) == []
    assert case.records("guard1", head_count=2, injury=True) == ["facts.recorded"]
    assert case.events[-1].data["facts"] == {"injury": True}


def test_personal_facts_are_sealed(case):
    case.records("teller1", clothing=typed("灰色夹克"))
    assert set(case.state.facts["clothing"]) == {"sealed"}
    assert "灰色夹克" not in str(case.events[-1].data)


def test_who_records_facts(case):
    case.does("teller1", AddPlaybook("group_visit"))
    assert case.records("complaint1", head_count=3), "who was told may"
    for who in ("regional1", "compliance1", "auditor1"):
        with pytest.raises(Forbidden):
            case.records(who, head_count=3)
    with pytest.raises(NotSeen):
        case.records("teller3", head_count=3)


def test_a_second_playbook_adds_its_steps_without_doubles(case):
    case.does("teller1", AddPlaybook("group_visit", typed()))
    ids = [step.id for _, step in case.state.steps()]
    assert len(ids) == len(set(ids))
    assert {"lead_away", "divert", "prepare_room"} <= set(ids)
    assert [book.id for book in case.state.playbooks] == ["disruptive_customer", "group_visit"]
    assert case.of("playbook.added")[0].data["playbook"]["sha256"] == LIBRARY["group_visit"].sha256


def test_a_second_playbook_tells_its_people_and_alarms_nobody_again(case):
    before = len(case.events)
    case.does("teller1", AddPlaybook("group_visit"))
    assert [event.type for event in case.events[before:]] == ["playbook.added", "alert.informed"]
    told = {each["user"] for each in case.events[-1].data["recipients"]}
    assert {"id-of-business1", "id-of-complaint1"} <= told
    assert not told & {"id-of-manager1", "id-of-guard1", "id-of-teller1"}


def test_a_done_step_stays_done_in_the_second_playbook(case):
    case.ticked_by("teller1", "note_who")
    case.does("teller1", AddPlaybook("group_visit"))
    assert case.state.progress_of("note_who").state == "done"


def test_the_steps_of_a_second_playbook_are_due_from_its_adding(bank, case):
    bank.later(50)
    case.does("teller1", AddPlaybook("group_visit"))
    assert case.state.due["divert"] == bank.now + timedelta(seconds=180)
    assert case.due()["step:lead_away"] == 10


def test_of_the_checklist_only_the_next_step_is_armed_and_then_the_one_after_it(bank, case):
    case.does("teller1", AddPlaybook("group_visit"))
    due = {step for step in case.state.due if case.state.progress_of(step).state == "open"}
    while armed := [key for key in case.due() if key.startswith("step:")]:
        (key,) = armed
        bank.later(max(0, case.due()[key]))
        case.fires(key)
    assert {event.data["step"] for event in case.of("step.overdue")} == due


def test_a_playbook_is_added_once_and_must_exist(case):
    case.does("teller1", AddPlaybook("group_visit"))
    for name in ("group_visit", "disruptive_customer"):
        with pytest.raises(Refused) as refused:
            case.does("teller1", AddPlaybook(name))
        assert refused.value.kind == "attached-already"
    with pytest.raises(Invalid):
        case.does("teller1", AddPlaybook("earthquake"))


def legal_too(**more):
    return bank_with(
        playbook("media_declared", ladder=(Level(0, ("legal_officer", "branch_manager")),), **more)
    )


def test_new_people_of_a_fired_level_are_asked_and_nobody_else():
    bank = legal_too()
    case = bank.raises("teller1", "disruptive_customer")
    bank.later(30)
    case.does("teller1", AddPlaybook("media_declared"))
    event = case.of("alert.raised")[-1]
    assert [each["user"] for each in event.data["recipients"]] == ["id-of-legal1"]
    assert event.data["reason"] == "raised"
    assert case.due()["ladder"] == 30, "the ladder climbs on at its time"
    assert case.alerted(level=1) == {"manager1", "office1", "legal1"}


def test_where_somebody_is_in_charge_new_people_start_the_ladder_again():
    bank = legal_too()
    case = bank.raises("teller1", "disruptive_customer")
    case.acknowledged_by("manager1")
    bank.later(100)
    case.does("teller1", AddPlaybook("media_declared"))
    assert case.rung()[-1] == (100, 1, "raised")
    assert case.due()["ladder"] == 60
    assert case.state.in_charge == "id-of-manager1"


def test_new_people_who_cannot_be_reached_pass_it_on():
    bank = legal_too()
    case = bank.raises("teller1", "disruptive_customer")
    case.acknowledged_by("manager1")
    bank.away = {"legal1"}
    case.does("teller1", AddPlaybook("media_declared"))
    assert [level for _, level, _ in case.rung()][-2:] == [1, 2]


def test_who_has_joined_a_level_is_waited_for_before_it_passes_on():
    case = legal_too().raises("teller1", "disruptive_customer")
    case.does("teller1", AddPlaybook("media_declared"))
    for who in ("manager1", "office1"):
        case.does(who, Decline())
    assert case.alerted(level=2) == set()
    case.does("legal1", Decline())
    assert case.alerted(level=2) == {"deputy1", "supervisor1"}


def test_a_faster_second_ladder_hastens_the_next_level():
    quick = playbook(
        "media_declared",
        ladder=(Level(0, ("branch_manager",)), Level(20, ("deputy_manager",))),
    )
    bank = bank_with(quick)
    case = bank.raises("teller1", "disruptive_customer")
    bank.later(5)
    case.does("teller1", AddPlaybook("media_declared"))
    assert case.due()["ladder"] == 15


def test_a_longer_second_ladder_is_climbed_to_its_end():
    short = playbook("help", ladder=(Level(0, ("branch_manager",)),))
    bank = bank_with(short)
    case = bank.raises("teller1", "help")
    bank.later(30)
    case.does("teller1", AddPlaybook("disruptive_customer"))
    bank.later(280)
    assert [level for _, level, _ in case.rung()] == [1, 1, 2, 3, 4]


def test_a_contained_incident_tells_the_people_of_a_second_playbook_without_an_alarm():
    bank = legal_too()
    case = bank.raises("teller1", "disruptive_customer")
    case.contained_by("manager1")
    before = len(case.events)
    case.does("teller1", AddPlaybook("media_declared"))
    assert "alert.raised" not in [event.type for event in case.events[before:]]
    assert "compliance1" in case.informed()


RUNGS = st.lists(st.integers(1, 900), max_size=4, unique=True).map(
    lambda times: [0, *sorted(times)]
)


@given(RUNGS, RUNGS)
def test_a_merged_ladder_rises_and_nobody_hears_of_it_later(first, second):
    one = tuple(Level(after, ("branch_manager",)) for after in first)
    other = tuple(Level(after, ("hq_duty",)) for after in second)
    merged = merge(one, other)
    times = [level.after for level in merged]
    assert times == sorted(set(times))
    for ladder in (one, other):
        for before, after in zip(ladder, merged, strict=False):
            assert after.after <= before.after
            assert set(before.tell) <= set(after.tell)


def test_another_type_takes_its_checklist_and_keeps_what_was_done(case):
    case.ticked_by("guard1", "lead_away")
    case.does("teller1", Reclassify("media_declared", typed("自称记者")))
    assert case.state.type == "media_declared"
    ids = {step.id for _, step in case.state.steps()}
    assert {"offer_seat", "give_interview", "lead_away"} <= ids
    assert "promise_redress" not in ids, "what was not done goes with the old type"
    assert case.of("incident.reclassified")[0].data["from"] == "disruptive_customer"


def test_another_type_alarms_nobody_who_knows(case):
    before = len(case.events)
    case.does("manager1", Reclassify("media_declared", typed()))
    new = case.events[before:]
    assert [event.type for event in new] == ["incident.reclassified", "alert.informed"]
    assert {each["user"] for each in new[1].data["recipients"]} == {
        "id-of-complaint1",
        "id-of-compliance1",
    }
    assert case.due()["ladder"] == 60, "the alarm that was running runs on"


def test_another_type_makes_it_discreet_or_open(case):
    case.does("teller1", Reclassify("media_covert", typed()))
    assert case.state.discreet
    case.does("manager1", Reclassify("media_declared", typed()))
    assert not case.state.discreet
    assert case.state.severity == LIBRARY["media_declared"].severity


@pytest.mark.parametrize("who", ["manager1", "deputy1", "office1", "office2", "complaint1"])
def test_who_corrects_the_type(case, who):
    assert case.does(who, Reclassify("group_visit", typed()))


def test_the_reporter_corrects_the_type_within_ten_minutes(bank, case):
    with pytest.raises(Forbidden):
        case.does("teller2", Reclassify("group_visit", typed()))
    bank.later(600)
    case.does("teller1", Reclassify("group_visit", typed()))
    bank.later(1)
    with pytest.raises(Forbidden):
        case.does("teller1", Reclassify("help", typed()))


def test_a_type_must_be_another_one_that_exists(case):
    with pytest.raises(Refused) as refused:
        case.does("manager1", Reclassify("disruptive_customer", typed()))
    assert refused.value.kind == "attached-already"
    with pytest.raises(Invalid):
        case.does("manager1", Reclassify("earthquake", typed()))


def test_changing_there_and_back_leaves_one_checklist(case):
    case.does("manager1", Reclassify("media_declared", typed()))
    case.does("manager1", Reclassify("disruptive_customer", typed()))
    ids = [step.id for _, step in case.state.steps()]
    assert ids == [step.id for step in LIBRARY["disruptive_customer"].steps]


def test_a_second_playbook_that_becomes_the_type_stands_once(case):
    case.does("teller1", AddPlaybook("group_visit"))
    case.does("manager1", Reclassify("group_visit", typed()))
    assert [book.id for book in case.state.playbooks] == ["group_visit"]


def test_whom_it_is_about_is_never_asked_or_told(bank):
    for subject in ("manager1", "deputy1", "regional1", "guard1"):
        case = bank.raises("teller1", "disruptive_customer", facts={"subject_staff": subject})
        bank.later(700)
        assert subject not in case.alerted() | case.informed()


def test_whom_it_is_about_does_not_see_it(bank):
    case = bank.raises("teller1", "disruptive_customer", facts={"subject_staff": "manager1"})
    with pytest.raises(NotSeen):
        case.acknowledged_by("manager1")


def test_whom_it_is_about_is_taken_out_of_charge_and_the_next_level_is_asked(bank, case):
    case.acknowledged_by("manager1")
    case.records("teller1", subject_staff="manager1")
    assert case.state.in_charge is None
    assert case.rung()[-1][1:] == (2, "escalated")
    bank.later(3600)
    assert not any(
        each["user"] == "id-of-manager1"
        for event in case.events
        if event.recorded_at > case.state.acknowledged_at and "recipients" in event.data
        for each in event.data["recipients"]
    )
    case.acknowledged_by("deputy1")
    assert case.state.in_charge == "id-of-deputy1"


def test_whom_it_is_about_is_waited_for_no_longer(bank):
    bank = Bank(away={"office1"})
    case = bank.raises("teller1", "disruptive_customer")
    case.records("teller1", subject_staff="manager1")
    assert case.alerted(level=2) == {"deputy1", "supervisor1"}
    (alert, *_) = case.state.alerts.values()
    assert not alert.told["id-of-manager1"].waiting, "nothing more goes to them"


def test_of_a_closed_incident_it_may_still_be_said_whom_it_was_about(case):
    case.closed_by("manager1")
    types = case.joined_by("teller2", facts={"subject_staff": "manager1"})
    assert types == ["incident.joined", "facts.recorded"]


def test_an_empty_record_of_facts_is_nothing(case):
    assert case.does("teller1", RecordFacts({})) == []
