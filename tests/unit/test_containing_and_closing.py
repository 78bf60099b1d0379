"""Contained, closed, reopened; notes, files and exports on the way (contract, section 3)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from escalation.commands import (
    AddNote,
    AddPlaybook,
    Attach,
    Cancel,
    Close,
    Contain,
    Escalate,
    HandOver,
    RecordExport,
    Reopen,
    ReopenStep,
    SkipStep,
)
from escalation.refusal import Forbidden, Invalid, Refused
from tests.builders import LIBRARY, Bank, NotSeen, bank_with, playbook, typed


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def case(bank):
    return bank.raises("teller1", "group_visit")


def kind_of(case, who, command):
    with pytest.raises(Refused) as refused:
        case.does(who, command)
    return refused.value.kind


def test_it_is_not_contained_while_a_ready_containment_step_is_open(case):
    with pytest.raises(Refused) as refused:
        case.does("manager1", Contain())
    assert refused.value.kind == "containment-open"
    assert refused.value.extra["steps"] == ["divert"]


def test_a_locked_containment_step_does_not_hold_it_up():
    steps = tuple(
        replace(step, containment=True) if step.id == "call_police" else step
        for step in LIBRARY["help"].steps
    )
    case = bank_with(playbook("help", steps=steps)).raises("teller1", "help")
    case.ticked_by("guard1", "make_safe")
    assert case.does("manager1", Contain()) == ["incident.contained"]


def test_a_skipped_containment_step_does_not_hold_it_up(case):
    case.does("manager1", SkipStep("divert", typed()))
    assert case.does("manager1", Contain()) == ["incident.contained"]


def test_containing_stops_the_ladder_and_ends_its_alerts(bank, case):
    case.contained_by("manager1")
    assert case.state.status == "contained"
    assert case.state.live_alerts() == []
    assert {"ladder", "act_within"}.isdisjoint(case.due())
    rung = case.rung()
    bank.later(3600)
    assert case.rung() == rung


def test_containing_is_timed_by_the_deed(bank, case):
    case.ticked_by("teller1", "divert")
    happened = bank.now + timedelta(seconds=30)
    bank.later(300)
    case.does("manager1", Contain(typed("已请到接待室")), happened=happened)
    assert case.state.contained_at == happened
    assert "已请到接待室" not in str(case.events[-1].data)


def test_containing_twice_is_containing_once(case):
    case.contained_by("manager1")
    assert case.does("manager1", Contain()) == []


def test_only_the_one_in_charge_or_a_manager_contains_and_closes(case):
    case.acknowledged_by("office1")
    case.ticked_by("teller1", "divert")
    for command in (Contain(), Close(typed(), "calmed")):
        with pytest.raises(Forbidden):
            case.does("teller1", command)
    assert case.does("office1", Contain()) == ["incident.contained"]
    assert case.does("office1", Close(typed(), "calmed"))[0] == "incident.closed"


def test_it_is_contained_before_it_is_closed(case):
    assert kind_of(case, "manager1", Close(typed(), "calmed")) == "not-contained"


def test_closing_keeps_what_came_of_it_and_why(bank, case):
    case.contained_by("manager1")
    close = Close(typed("已和解"), "settled", "promises.benefit_late", "fact")
    case.does("manager1", close)
    data = case.of("incident.closed")[0].data
    assert (data["outcome"], data["root_cause"], data["complaint_kind"]) == (
        "settled",
        "promises.benefit_late",
        "fact",
    )
    assert set(data["resolution"]) == {"sealed"}
    assert case.state.closed_at == bank.now


def test_where_the_playbook_asks_for_a_root_cause_it_is_needed():
    case = bank_with(playbook("help", needs_root_cause=True)).raises("teller1", "help")
    case.contained_by("manager1")
    assert kind_of(case, "manager1", Close(typed(), "calmed")) == "root-cause-missing"
    assert case.does("manager1", Close(typed(), "calmed", "other"))


def test_a_second_playbook_may_ask_for_it_too(bank):
    bank = bank_with(playbook("group_visit", needs_root_cause=True))
    case = bank.raises("teller1", "help")
    case.does("teller1", AddPlaybook("group_visit"))
    case.contained_by("manager1")
    assert kind_of(case, "manager1", Close(typed(), "calmed")) == "root-cause-missing"


@pytest.mark.parametrize(
    "command",
    [
        Close(typed(), "happy"),
        Close(typed(), "calmed", root_cause="weather"),
        Close(typed(), "calmed", complaint_kind="feeling"),
    ],
)
def test_names_that_are_in_no_list_are_refused(case, command):
    case.contained_by("manager1")
    with pytest.raises(Invalid):
        case.does("manager1", command)


@pytest.mark.parametrize(
    ("who", "command"),
    [
        ("manager1", AddNote(typed())),
        ("manager1", Contain()),
        ("manager1", Close(typed(), "calmed")),
        ("manager1", HandOver("teller1")),
        ("teller1", Escalate(typed())),
        ("teller1", AddPlaybook("help")),
        ("teller1", Attach("a", "0" * 64, "image/png", 5)),
    ],
)
def test_after_closing_nothing_acts(case, who, command):
    case.closed_by("manager1")
    assert kind_of(case, who, command) == "closed"


def test_reopening_leads_back_to_acknowledged_with_the_same_person_in_charge(case):
    case.acknowledged_by("office1")
    case.closed_by("manager1")
    case.does("manager1", Reopen(typed("又回来了")))
    state = case.state
    assert (state.status, state.in_charge) == ("acknowledged", "id-of-office1")
    assert state.closed_at is None
    assert state.contained_at is None
    assert case.due()["quiet"] == 1800


def test_who_reopens_what_nobody_had_taken_up_is_in_charge(case):
    case.closed_by("manager1")
    case.does("deputy1", Reopen(typed()))
    assert case.state.in_charge == "id-of-deputy1"


def test_only_managers_reopen_and_only_what_is_closed(case):
    assert kind_of(case, "manager1", Reopen(typed())) == "not-closed"
    case.closed_by("manager1")
    for who in ("teller1", "office1", "complaint1"):
        with pytest.raises(Forbidden):
            case.does(who, Reopen(typed()))


def test_a_cancelled_incident_is_not_reopened(case):
    case.does("manager1", Cancel(typed()))
    assert kind_of(case, "manager1", Reopen(typed())) == "cancelled"


def test_a_reopened_incident_with_a_containment_step_to_do_has_a_time_to_act(case):
    case.ticked_by("teller1", "divert")
    case.does("manager1", Contain())
    case.does("manager1", ReopenStep("divert", typed()))
    case.does("manager1", Close(typed(), "calmed"))
    case.does("manager1", Reopen(typed()))
    assert case.due()["act_within"] == 180


@pytest.mark.parametrize("who", ["teller2", "complaint1", "compliance1", "legal1", "regional1"])
def test_who_sees_it_writes_notes_and_adds_files(case, who):
    assert case.does(who, AddNote(typed("看到三个人"))) == ["note.added"]
    assert "看到三个人" not in str(case.events[-1].data)
    file = Attach("a1", "0" * 64, "image/png", 5, typed("门口"))
    assert case.does(who, file) == ["attachment.added"]
    assert case.events[-1].data["sha256"] == "0" * 64
    assert set(case.events[-1].data["caption"]) == {"sealed"}


def test_an_auditor_writes_nothing(case):
    with pytest.raises(Forbidden):
        case.does("auditor1", AddNote(typed()))
    with pytest.raises(NotSeen):
        case.does("admin1", AddNote(typed()))


def test_taking_a_copy_is_no_activity(bank, case):
    case.acknowledged_by("manager1")
    bank.later(100)
    quiet = case.due()["quiet"]
    case.does("auditor1", RecordExport("json", 1, "zh"))
    assert case.due()["quiet"] == quiet


def test_an_export_stands_in_the_timeline_even_after_the_end(case):
    case.closed_by("manager1")
    export = RecordExport("json", case.state.seq, "zh")
    assert case.does("auditor1", export) == ["export.made"]
    data = case.events[-1].data
    assert (data["format"], data["upto_seq"]) == ("json", case.state.seq - 1)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("auditor1", True),
        ("compliance1", True),
        ("legal1", True),
        ("manager1", True),
        ("regional1", True),
        ("teller1", False),
        ("office1", False),
        ("complaint1", False),
        ("business1", False),
    ],
)
def test_who_takes_a_timeline_out_of_the_house(case, who, may):
    if may:
        assert case.does(who, RecordExport("pdf", 1, "en"))
    else:
        with pytest.raises(Forbidden):
            case.does(who, RecordExport("pdf", 1, "en"))


def test_nobody_exports_on_a_tablet(case):
    with pytest.raises(Forbidden):
        case.does("manager1", RecordExport("pdf", 1, "en"), device="tablet-1")
