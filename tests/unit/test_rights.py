"""Who sees an incident, and who may do what to it (contract, sections 2 and 3; F14)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation import commands as c
from escalation import dealing_commands as d
from escalation.decide.dispatch import _RULES as DECIDED
from escalation.drill import Terms
from escalation.refusal import Forbidden
from escalation.rights import (
    BRANCH_MANAGERS,
    SPECIALISTS,
    UPPER_MANAGERS,
    Caller,
    Standing,
    authorise,
    manages,
    may_raise,
    own_reports,
    scope,
    sees,
)
from tests.builders import AT_EAST_01, EVERYBODY, ORGS, Bank, person, typed, user_id

MANAGERS = {"manager1", "deputy1", "supervisor1", "regional1", "hqduty1"}
ABOVE = {"complaint1", "business1", "compliance1", "legal1", "office2", "auditor1"}


def bare(type_="group_visit", **facts):
    """An incident of east-01 that nobody has been told of yet."""
    bank = Bank()
    case = bank.raises("teller1", type_, facts=facts)
    return bank, replace(case.state, alerts={}, informed={})


def seen_by(state, bank, device=None):
    return {
        name for name in EVERYBODY if sees(Caller(bank.person(name), device), state, bank.directory)
    }


def test_an_ordinary_incident_is_seen_at_its_branch_and_by_the_roles_above():
    bank, state = bare()
    assert seen_by(state, bank) == AT_EAST_01 | {"regional1", "hqduty1"} | ABOVE


def test_a_discreet_one_by_its_reporter_managers_office_complaints_and_auditors_alone():
    bank, state = bare("media_covert")
    assert seen_by(state, bank) == MANAGERS | {
        "teller1",
        "office1",
        "office2",
        "complaint1",
        "auditor1",
    }


def test_a_discreet_one_is_seen_on_no_device_whoever_is_signed_in_there():
    bank, state = bare("media_covert")
    assert seen_by(state, bank, device="tablet-1") == set()
    assert not sees(Caller(None, "tablet-1", "east-01"), state, bank.directory)


def test_who_was_alerted_or_informed_sees_it():
    bank = Bank()
    case = bank.raises("teller4", "group_visit", "west-01")
    other = bank.person("business1")
    assert not sees(Caller(other), case.state, bank.directory)
    (alert,) = case.state.alerts.values()
    told = {user_id("business1"): next(iter(alert.told.values()))}
    alerted = replace(case.state, alerts={alert.id: replace(alert, told=told)})
    assert sees(Caller(other), alerted, bank.directory)
    informed = replace(case.state, informed={alert.id: replace(alert, told=told)})
    assert sees(Caller(other), informed, bank.directory)


@pytest.mark.parametrize("subject", ["manager1", "teller1", "auditor1", "regional1"])
def test_whom_it_is_about_never_sees_it(subject):
    bank, state = bare(subject_staff=subject)
    assert subject not in seen_by(state, bank)


def test_a_paired_tablet_alone_sees_what_it_raised_and_nothing_else():
    bank = Bank()
    case = bank.raises(None, "help", device="tablet-1")
    assert sees(Caller(None, "tablet-1", "east-01"), case.state, bank.directory)
    assert not sees(Caller(None, "tablet-2", "east-01"), case.state, bank.directory)


@pytest.mark.parametrize(
    ("branch", "expected"),
    [
        ("east-01", MANAGERS),
        ("east-02", {"manager2", "regional1", "hqduty1"}),
        ("west-01", {"hqduty1"}),
    ],
)
def test_who_manages_which_branch(branch, expected):
    bank = Bank()
    managing = {name for name in EVERYBODY if manages(bank.person(name), branch, bank.directory)}
    assert managing == expected


ROLES = sorted(
    BRANCH_MANAGERS | UPPER_MANAGERS | SPECIALISTS | {"teller", "guard", "auditor", "admin"}
)


@given(
    held=st.lists(
        st.tuples(st.sampled_from(ROLES), st.sampled_from([org.id for org in ORGS])), max_size=3
    ),
    branch=st.sampled_from(["east-01", "east-02", "west-01"]),
    discreet=st.booleans(),
)
def test_what_lists_find_by_role_is_what_may_be_seen(held, branch, discreet):
    bank = Bank()
    somebody = person("somebody", *held)
    bank.hires(somebody)
    type_ = "media_covert" if discreet else "group_visit"
    raised = bank.raises("hqduty1", type_, branch)
    state = replace(raised.state, alerts={}, informed={})
    orgs = scope(somebody, bank.directory)[1 if discreet else 0]
    assert sees(Caller(somebody), state, bank.directory) == (branch in orgs)


LATER = datetime(2026, 3, 12, tzinfo=UTC)
COMMANDS = {
    "acknowledge": c.Acknowledge(),
    "decline": c.Decline(),
    "complete-step": c.CompleteStep("divert"),
    "clear-step": c.ClearStep("promise_redress"),
    "skip-step": c.SkipStep("check_identity", typed()),
    "reopen-step": c.ReopenStep("divert", typed()),
    "record-facts": c.RecordFacts({}),
    "add-playbook": c.AddPlaybook("help"),
    "reclassify": c.Reclassify("help", typed()),
    "hand-over": c.HandOver("manager1"),
    "add-note": c.AddNote(typed()),
    "attach": c.Attach("a", "0" * 64, "image/png", 1),
    "escalate": c.Escalate(typed()),
    "schedule-follow-up": c.ScheduleFollowUp(),
    "finish-follow-up": c.FinishFollowUp("f", "reached"),
    "record-review": c.RecordReview(typed(), typed(), typed()),
    "mark-drill": c.MarkDrill(
        Terms("d", user_id("manager1")), "east-01", "help", LATER, LATER, typed()
    ),
    "unmark-drill": c.UnmarkDrill(typed()),
    "link-customer": c.LinkCustomer("card", "east-01"),
    "unlink-customer": c.UnlinkCustomer(),
    "contain": c.Contain(),
    "close": c.Close(typed(), "calmed"),
    "cancel": c.Cancel(typed()),
    "reopen": c.Reopen(typed()),
    "pause-clock": c.PauseClock("call_back", LATER, typed()),
    "extend-clock": c.ExtendClock("call_back", LATER, typed()),
    "resume-clock": c.ResumeClock("call_back", typed()),
    "promise": d.MakePromise(typed(), LATER, "action"),
    "keep-promise": d.KeepPromise("p"),
    "break-promise": d.BreakPromise("p", typed()),
    "name-representative": d.NameRepresentative(typed()),
    "withdraw-representative": d.WithdrawRepresentative("r"),
    "lead-to-room": d.LeadToRoom(typed(), typed()),
    "leave-room": d.LeaveRoom("s"),
    "draft-statement": d.DraftStatement("zh", typed(), typed()),
    "issue-statement": d.IssueStatement("zh", typed(), typed()),
    "record-press-statement": d.RecordPressStatement(typed(), typed(), typed(), typed()),
    "receive": c.Receive("seen", "a", 0),
    "export": c.RecordExport("json", 1, "zh"),
}
SYSTEMS = {"open", "report-late", "deadline-passed", "delivery-failed", "alert-again", "re-arm"}
BRANCH_AND_ABOVE = AT_EAST_01 | MANAGERS

#: Who may, of an incident that nobody was told of, raised by teller1 twenty minutes ago.
MAY = {
    "acknowledge": MANAGERS,
    "decline": set(),
    "complete-step": BRANCH_AND_ABOVE,
    "clear-step": {"compliance1"},
    "skip-step": MANAGERS,
    "reopen-step": MANAGERS,
    "record-facts": AT_EAST_01,
    "add-playbook": AT_EAST_01,
    "reclassify": MANAGERS | {"office1", "office2", "complaint1"},
    "hand-over": MANAGERS,
    "add-note": BRANCH_AND_ABOVE | ABOVE - {"auditor1"},
    "attach": BRANCH_AND_ABOVE | ABOVE - {"auditor1"},
    "escalate": AT_EAST_01,
    "schedule-follow-up": BRANCH_AND_ABOVE | {"complaint1"},
    "finish-follow-up": MANAGERS | {"complaint1"},
    "record-review": MANAGERS | {"complaint1", "compliance1", "legal1"},
    "mark-drill": {"manager1", "regional1", "hqduty1"},
    "unmark-drill": BRANCH_AND_ABOVE,
    "link-customer": BRANCH_AND_ABOVE | {"complaint1"},
    "unlink-customer": BRANCH_AND_ABOVE | {"complaint1"},
    "contain": MANAGERS,
    "close": MANAGERS,
    "cancel": MANAGERS,
    "reopen": MANAGERS,
    "pause-clock": MANAGERS | {"compliance1"},
    "extend-clock": MANAGERS | {"compliance1"},
    "resume-clock": MANAGERS | {"compliance1"},
    "promise": BRANCH_AND_ABOVE | {"complaint1"},
    "keep-promise": BRANCH_AND_ABOVE | {"complaint1"},
    "break-promise": MANAGERS | {"complaint1"},
    "name-representative": BRANCH_AND_ABOVE,
    "withdraw-representative": BRANCH_AND_ABOVE,
    "lead-to-room": BRANCH_AND_ABOVE,
    "leave-room": BRANCH_AND_ABOVE,
    "draft-statement": {"complaint1", "compliance1"},
    "issue-statement": {"complaint1", "compliance1"},
    "record-press-statement": {"office1", "office2"},
    "receive": set(),
    "export": MANAGERS | {"auditor1", "compliance1", "legal1"},
}


def allowed(state, bank, name, command, device=None):
    caller = Caller(bank.person(name), device)
    standing = Standing(caller, state, bank.directory, bank.now, bank.now)
    try:
        authorise(standing, command)
    except Forbidden:
        return False
    return sees(caller, state, bank.directory)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_matrix_of_commands(command):
    bank, state = bare()
    bank.now = bank.now.replace(minute=20)
    may = {name for name in EVERYBODY if allowed(state, bank, name, COMMANDS[command])}
    assert may == MAY[command]


@pytest.mark.parametrize("command", ["acknowledge", "decline", "record-facts", "escalate"])
def test_whoever_was_told_may_as_well(command):
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    may = {name for name in EVERYBODY if allowed(case.state, bank, name, COMMANDS[command])}
    told = case.alerted() | case.informed()
    assert may == MAY[command] | told


@pytest.mark.parametrize("command", ["hand-over", "contain", "close"])
def test_the_one_in_charge_may_as_well(command):
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("complaint1")
    assert allowed(case.state, bank, "complaint1", COMMANDS[command])
    assert not allowed(case.state, bank, "business1", COMMANDS[command])


def test_every_command_has_its_rule_and_every_rule_its_line_in_the_matrix():
    assert DECIDED.keys() == COMMANDS.keys() | SYSTEMS
    assert MAY.keys() == COMMANDS.keys()


@pytest.mark.parametrize(
    "command",
    [
        c.Open("i", "help", "east-01"),
        c.ReportLate("add-note", {}, "closed"),
        c.DeadlinePassed("ladder"),
        c.DeliveryFailed("a", 0, "u", "sms"),
    ],
)
def test_what_only_the_house_itself_does_is_nobodys(command):
    bank, state = bare()
    for name in EVERYBODY:
        assert not allowed(state, bank, name, command)


def test_a_tablet_alone_may_only_take_back_its_own():
    bank = Bank()
    case = bank.raises(None, "help", device="tablet-1")
    caller = Caller(None, "tablet-1", "east-01")
    standing = Standing(caller, case.state, bank.directory, bank.now, bank.now)
    for name, command in COMMANDS.items():
        if name == "cancel":
            authorise(standing, command)
        else:
            with pytest.raises(Forbidden):
                authorise(standing, command)


def test_on_a_tablet_a_person_may_what_they_may_elsewhere_but_export():
    bank, state = bare()
    for name, command in COMMANDS.items():
        here = allowed(state, bank, "manager1", command, device="tablet-1")
        assert here == (name != "export" and allowed(state, bank, "manager1", command))


def test_reports_are_ones_own_by_name_or_from_ones_own_tablet():
    bank = Bank()
    case = bank.raises(None, "help", device="tablet-1")
    case.joined_by("teller1", device="tablet-1")
    teller1, teller2 = bank.person("teller1"), bank.person("teller2")
    assert len(own_reports(case.state, Caller(teller1))) == 1
    assert len(own_reports(case.state, Caller(teller1, "tablet-1"))) == 2
    assert len(own_reports(case.state, Caller(teller2, "tablet-1"))) == 1
    assert own_reports(case.state, Caller(teller2)) == []


def test_nobody_raises_by_a_role_that_only_watches():
    bank = Bank()
    for role in ("auditor", "admin"):
        watcher = person("watcher", (role, "east-01"))
        assert not may_raise(Caller(watcher), "east-01", bank.directory)
