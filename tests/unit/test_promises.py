"""The ledger of promises: by when, kept or broken; money cleared first (S6), to T3 none."""

from datetime import timedelta

import pytest

from escalation.commands import AddPlaybook, Cancel, ClearStep
from escalation.dealing_commands import BreakPromise, KeepPromise, MakePromise
from escalation.dealings import Promise
from escalation.refusal import Forbidden, Invalid, Refused
from tests.builders import Bank, Case, names, typed, user_id

HOUR = 3600


def promised(case: Case, kind: str = "information", hours: int = 10) -> Promise:
    due_at = case.bank.now + timedelta(hours=hours)
    case.does("teller1", MakePromise(typed("下午给您回话"), due_at, kind))
    return list(case.state.dealings.promises.values())[-1]


def kind_of(case: Case, who: str, command: MakePromise) -> str:
    with pytest.raises(Refused) as refused:
        case.does(who, command)
    return refused.value.kind


def complaint(**facts: object) -> Case:
    case = Bank().raises("teller1", "complaint_light", facts=facts)
    case.acknowledged_by("manager1")
    return case


def test_a_promise_is_kept_on_record_with_its_words_sealed():
    case = complaint()
    made = promised(case)
    assert (made.kind, made.state, made.made_by) == ("information", "open", user_id("teller1"))
    assert set(case.of("promise.made")[0].data["text"]) == {"sealed"}
    assert "下午给您回话" not in str([event.data for event in case.events])


def test_a_promise_of_money_waits_for_compliance():
    case = complaint()
    money = MakePromise(typed("退五十元"), case.bank.now + timedelta(hours=5), "money")
    assert kind_of(case, "manager1", money) == "step-locked"
    case.does("compliance1", ClearStep("promise_redress"))
    assert case.does("manager1", money) == ["promise.made"]


def test_where_nothing_lets_compliance_clear_money_nobody_promises_any():
    case = Bank().raises("teller1", "help")
    money = MakePromise(typed("退五十元"), case.bank.now + timedelta(hours=5), "money")
    assert kind_of(case, "manager1", money) == "step-locked"
    case.does("teller1", AddPlaybook("complaint_light"))
    case.does("compliance1", ClearStep("promise_redress"))
    assert case.does("manager1", money) == ["promise.made"]


@pytest.mark.parametrize("kind", ["action", "money", "information"])
@pytest.mark.parametrize("added", [False, True])
def test_who_collects_evidence_gets_no_promise_of_any_kind(kind, added):
    case = complaint(profile="evidence")
    if added:
        case.does("teller1", AddPlaybook("customer_evidence"))
    case.does("compliance1", ClearStep("promise_redress"))
    promise = MakePromise(typed(), case.bank.now + timedelta(hours=5), kind)
    assert kind_of(case, "manager1", promise) == "no-promise"


def test_the_playbook_itself_forbids_promises_whatever_is_recorded():
    case = Bank().raises("teller1", "customer_evidence")
    promise = MakePromise(typed(), case.bank.now + timedelta(hours=5), "action")
    assert kind_of(case, "teller1", promise) == "no-promise"


def test_a_promise_reminds_who_made_it_then_the_manager_then_the_next_level():
    case = complaint()
    made = promised(case)
    assert case.due()[f"promise:{made.id}"] == 8 * HOUR
    case.bank.later(13 * HOUR)
    due = case.of("promise.due")
    assert [each.data["stage"] for each in due] == [1, 2, 3]
    assert [case.seconds(each) for each in due] == [8 * HOUR, 10 * HOUR, 12 * HOUR]
    told = [
        names(each["user"] for each in event.data["recipients"])
        for event in case.of("alert.raised")
        if event.data.get("promise") == made.id
    ]
    assert told[0] == {"teller1", "manager1"}
    assert told[1] == told[0] | {"complaint1"}
    assert told[2] > told[1]
    assert f"promise:{made.id}" not in case.due()


@pytest.mark.parametrize("how", ["kept", "broken"])
def test_what_became_of_a_promise_ends_its_reminders_and_is_said_once(how):
    case = complaint()
    made = promised(case)
    ending: KeepPromise | BreakPromise = KeepPromise(made.id, typed("已回话"))
    if how == "broken":
        ending = BreakPromise(made.id, typed("系统没查到"))
    assert case.does("manager1", ending) == [f"promise.{how}"]
    ended = case.state.dealings.promises[made.id]
    assert (ended.state, ended.ended_by) == (how, user_id("manager1"))
    assert set(ended.said or {}) == {"sealed"}
    assert f"promise:{made.id}" not in case.due()
    with pytest.raises(Refused, match="on record already"):
        case.does("manager1", ending)


def test_a_promise_outlives_the_closing_and_is_kept_afterwards():
    case = Bank().raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    made = promised(case, hours=48)
    case.closed_by("manager1")
    assert f"promise:{made.id}" in case.due()
    assert case.does("complaint1", KeepPromise(made.id)) == ["promise.kept"]


def test_what_was_taken_back_reminds_of_no_promise():
    case = complaint()
    made = promised(case)
    case.does("manager1", Cancel(typed()))
    assert f"promise:{made.id}" not in case.due()
    with pytest.raises(Refused, match="cancelled"):
        case.does("manager1", KeepPromise(made.id))


def test_a_teller_keeps_a_promise_and_breaks_none():
    case = complaint()
    made = promised(case)
    with pytest.raises(Forbidden):
        case.does("teller1", BreakPromise(made.id, typed()))
    assert case.does("teller1", KeepPromise(made.id)) == ["promise.kept"]


@pytest.mark.parametrize("hours", [-1, 0, 24 * 367])
def test_a_promise_is_for_a_moment_ahead_and_not_too_far(hours):
    with pytest.raises(Invalid):
        promised(complaint(), hours=hours)


def test_a_promise_of_an_unknown_kind_or_an_unknown_promise_is_refused():
    case = complaint()
    with pytest.raises(Invalid):
        promised(case, "moon")
    with pytest.raises(Invalid):
        case.does("manager1", KeepPromise("another"))
