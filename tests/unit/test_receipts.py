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


def receives(case, who, receipt, repeat=0, kind="socket"):
    channel = kind if kind == "socket" else f"{kind}-of-id-of-{who}"
    return case.does(who, Receive(receipt, alert_of(case, who).id, repeat, channel))


def fails(case, who, repeat=0, kind="sms"):
    channel, alert = f"{kind}-of-id-of-{who}", alert_of(case, who)
    failed = DeliveryFailed(alert.id, repeat, f"id-of-{who}", channel, "no such number")
    return case.decides(failed, case.bank.context(None))


@pytest.fixture
def at_home():
    """Nobody of the first level has the app open; both have a number, the manager also WeCom."""
    return Bank(
        offline={"manager1", "office1"},
        channels={"manager1": ("sms", "wecom"), "office1": ("sms",), "guard1": ("sms",)},
    )


@pytest.fixture
def away_from_it(at_home):
    return at_home.raises("teller1", "group_visit")


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


def test_an_alert_names_the_channels_that_each_recipient_has_at_that_moment(at_home, away_from_it):
    recipients = {
        each["user"]: each
        for event in away_from_it.of("alert.raised")
        for each in event.data["recipients"]
    }
    assert recipients["id-of-manager1"]["channels"] == [
        {"id": "sms-of-id-of-manager1", "kind": "sms"},
        {"id": "wecom-of-id-of-manager1", "kind": "wecom"},
    ]
    at_home.channels["hqduty1"] = ("email",)
    at_home.later(300)
    assert [way.kind for way in told(away_from_it, "hqduty1").ways] == ["email"]
    assert told(away_from_it, "regional1").ways == ()


def test_who_has_only_the_app_is_named_as_before(case):
    for event in (*case.of("alert.raised"), *case.of("alert.informed")):
        for each in event.data["recipients"]:
            assert set(each) == {"user", "role", "org", "reachable"}


def test_when_every_way_to_a_whole_level_has_failed_the_next_fires_at_once(away_from_it):
    case = away_from_it
    assert fails(case, "office1") == ["alert.failed"]
    assert told(case, "office1").failed
    assert fails(case, "manager1") == ["alert.failed"]
    assert not told(case, "manager1").failed, "there is WeCom"
    assert case.alerted(level=2) == set()
    failed = ["alert.failed", "alert.escalated", "alert.raised"]
    assert fails(case, "manager1", kind="wecom") == failed
    assert case.rung()[-1] == (0, 2, "unreachable")
    assert case.of("alert.escalated")[-1].data["because"] == "unreachable"
    last = case.of("alert.failed")[-1].data
    assert (last["kind"], last["detail"]) == ("wecom", "no such number")


def test_who_has_the_app_open_is_not_out_when_their_channels_fail(at_home):
    at_home.offline.clear()
    case = at_home.raises("teller1", "group_visit")
    for who, kind in (("manager1", "sms"), ("manager1", "wecom"), ("office1", "sms")):
        assert fails(case, who, kind=kind) == ["alert.failed"]
    assert case.alerted(level=2) == set()


def test_a_failure_of_who_was_only_informed_moves_no_ladder(away_from_it):
    fails(away_from_it, "office1")
    assert fails(away_from_it, "guard1") == ["alert.failed"]
    assert away_from_it.alerted(level=2) == set()


def test_a_failure_is_kept_once_and_not_for_what_was_seen_repeated_or_never_sent(away_from_it):
    case = away_from_it
    fails(case, "manager1")
    assert fails(case, "manager1") == []
    receives(case, "office1", "seen")
    assert fails(case, "office1") == []
    assert fails(case, "guard1", repeat=3) == []
    assert fails(case, "manager1", kind="email") == []


def test_what_arrives_after_all_has_not_failed(away_from_it):
    case = away_from_it
    fails(case, "manager1")
    fails(case, "manager1", kind="wecom")
    assert told(case, "manager1").failed
    receives(case, "manager1", "delivered")
    assert not told(case, "manager1").failed
    assert fails(case, "office1") == ["alert.failed"], "somebody is there to answer"


def test_a_receipt_counts_for_the_channel_that_brought_it(at_home, away_from_it):
    case = away_from_it
    assert receives(case, "manager1", "delivered", kind="wecom") == ["alert.delivered"]
    assert receives(case, "manager1", "delivered", kind="wecom") == []
    one = told(case, "manager1")
    assert one.way("wecom-of-id-of-manager1").delivered_at == at_home.now
    assert one.way("sms-of-id-of-manager1").delivered_at is None
    assert one.delivered_at is None, "not by the app"
    assert one.waiting
    assert receives(case, "manager1", "seen", kind="wecom") == ["alert.seen"]
    assert not told(case, "manager1").waiting
    assert receives(case, "manager1", "seen") == ["alert.seen"], "the app has shown it too"
    with pytest.raises(Invalid):
        receives(case, "manager1", "seen", kind="email")


def test_a_repeat_goes_out_on_every_channel_again():
    bank = Bank(away={"hqduty1"}, channels={"hqduty1": ("sms",)})
    case = bank.raises("teller4", "group_visit", "west-01")
    fails(case, "hqduty1")
    receives(case, "hqduty1", "seen", kind="sms")
    bank.later(120)
    (way,) = told(case, "hqduty1").ways
    assert (way.failed_at, way.seen_at) == (None, None)
    assert case.of("alert.raised")[-1].data["recipients"][0]["channels"]


def test_a_last_level_to_which_every_way_fails_is_deaf_on_record_and_still_repeated():
    bank = Bank(offline={"hqduty1"}, channels={"hqduty1": ("sms",)})
    case = bank.raises("teller4", "group_visit", "west-01")
    assert fails(case, "hqduty1") == ["alert.failed", "alert.exhausted"]
    bank.later(120)
    assert case.rung()[-1][1] == 4
    assert fails(case, "hqduty1", repeat=1) == ["alert.failed", "alert.exhausted"]
