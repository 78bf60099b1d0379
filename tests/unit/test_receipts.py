"""What is known of an alert's arrival (contract, section 4)."""

import pytest

from escalation.commands import DeliveryFailed, Receive
from escalation.refusal import Forbidden, Invalid
from tests.builders import Bank


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def case(bank):
    return bank.raises("teller1", "group_visit")


def alert_of(case, who):
    alerts = [*case.state.alerts.values(), *case.state.informed.values()]
    return next(alert for alert in alerts if f"id-of-{who}" in alert.told)


def told(case, who):
    return alert_of(case, who).told[f"id-of-{who}"]


def receives(case, who, receipt, repeat=0):
    return case.does(who, Receive(receipt, alert_of(case, who).id, repeat))


def fails(case, who, repeat=0):
    failed = DeliveryFailed(alert_of(case, who).id, repeat, f"id-of-{who}", "sms", "no such number")
    return case.decides(failed, case.bank.context(None))


def test_delivered_and_seen_are_each_kept_once(bank, case):
    assert receives(case, "manager1", "delivered") == ["alert.delivered"]
    assert receives(case, "manager1", "delivered") == []
    bank.later(3)
    assert receives(case, "manager1", "seen") == ["alert.seen"]
    assert receives(case, "manager1", "seen") == []
    one = told(case, "manager1")
    assert (one.seen_at - one.delivered_at).total_seconds() == 3
    assert case.events[-1].data["channel"] == "socket"


def test_what_was_seen_is_not_delivered_later(case):
    receives(case, "manager1", "seen")
    assert receives(case, "manager1", "delivered") == []


def test_who_was_informed_gives_receipts_too(case):
    assert receives(case, "guard1", "seen") == ["alert.seen"]
    assert not told(case, "guard1").waiting


def test_a_receipt_is_no_answer_and_the_ladder_climbs_on(bank, case):
    receives(case, "manager1", "seen")
    bank.later(60)
    assert case.alerted(level=2) == {"deputy1", "supervisor1"}


def test_receipts_are_no_activity(bank, case):
    case.acknowledged_by("office1")
    case.ticked_by("office1", "divert")
    quiet = case.due()["quiet"]
    receives(case, "manager1", "delivered")
    assert case.due()["quiet"] == quiet


def test_a_receipt_for_an_alert_of_somebody_else_is_refused(case):
    alert = alert_of(case, "manager1")
    with pytest.raises(Invalid):
        case.does("guard1", Receive("seen", alert.id, 0))
    with pytest.raises(Forbidden):
        case.does("legal1", Receive("seen", alert.id, 0))
    with pytest.raises(Invalid):
        case.does("manager1", Receive("seen", "no such alert", 0))


def test_a_repeat_that_has_not_been_is_refused(case):
    with pytest.raises(Invalid):
        receives(case, "manager1", "seen", repeat=1)


def test_a_repeat_is_unseen_until_it_is_seen(bank):
    case = bank.raises("teller4", "group_visit", "west-01")
    receives(case, "hqduty1", "seen")
    assert not told(case, "hqduty1").waiting
    bank.later(120)
    assert told(case, "hqduty1").waiting
    assert receives(case, "hqduty1", "seen", repeat=0) == [], "the old one says nothing of the new"
    assert told(case, "hqduty1").waiting
    assert receives(case, "hqduty1", "seen", repeat=1) == ["alert.seen"]
    assert not told(case, "hqduty1").waiting


def test_receipts_come_after_the_end_as_well(case):
    case.closed_by("manager1")
    assert receives(case, "manager1", "seen") == ["alert.seen"]


def test_when_no_channel_of_a_whole_level_took_it_the_next_fires_at_once(case):
    assert fails(case, "manager1") == ["alert.failed"]
    assert case.alerted(level=2) == set()
    assert fails(case, "office1") == ["alert.failed", "alert.escalated", "alert.raised"]
    assert case.rung()[-1] == (0, 2, "unreachable")


def test_a_failure_is_kept_once_and_not_for_what_was_seen_or_repeated(bank, case):
    fails(case, "manager1")
    assert fails(case, "manager1") == []
    receives(case, "office1", "seen")
    assert fails(case, "office1") == []
    assert fails(case, "guard1", repeat=3) == []


def test_what_arrives_after_all_has_not_failed(case):
    fails(case, "manager1")
    receives(case, "manager1", "delivered")
    assert not told(case, "manager1").failed
    assert fails(case, "office1") == ["alert.failed"], "somebody is there to answer"
