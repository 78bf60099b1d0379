"""After a reboot or a failover: the live alerts once more, under their own ids (rule 6)."""

from datetime import timedelta

from escalation.commands import AlertAgain, Decline
from tests.builders import Bank, Case, names


def again(case: Case) -> list[str]:
    return case.decides(AlertAgain(), case.bank.context(None))


def test_every_live_alert_is_repeated_under_its_own_id() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    bank.later(70)
    before = group.state.alerts
    assert again(group) == ["alert.raised", "alert.raised"]
    after = group.state.alerts
    assert after.keys() == before.keys()
    assert [each.repeat for each in after.values()] == [1, 1]
    assert all(each.on_ladder and not each.over for each in after.values())
    assert {key: each.told.keys() for key, each in after.items()} == {
        key: each.told.keys() for key, each in before.items()
    }


def test_the_ladder_goes_on_where_it_stood_and_what_fell_due_meanwhile_is_due_now() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    bank.later(20)
    again(group)
    assert group.due()["ladder"] == 40
    bank.now += timedelta(seconds=50)
    again(group)
    assert group.due()["ladder"] == 0
    bank.later(0)
    assert group.state.climb.level == 2


def test_at_the_last_level_this_was_the_repeat_and_the_next_one_comes_in_its_time() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    bank.later(301)
    bank.now = bank.now.replace(hour=3)
    again(group)
    assert group.due()["ladder"] == 120


def test_who_has_declined_is_not_asked_again() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    group.does("office1", Decline())
    again(group)
    raised = group.of("alert.raised")[-1]
    assert "office1" not in names(each["user"] for each in raised.data["recipients"])


def test_nobody_is_alerted_again_once_somebody_has_taken_it_up_or_it_is_over() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    group.acknowledged_by("manager1")
    assert again(group) == []
    group.closed_by("manager1")
    assert again(group) == []


def test_where_the_time_to_act_has_passed_the_ladder_climbs_and_is_alerted_again() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    group.acknowledged_by("manager1")
    bank.later(181)
    assert set(again(group)) == {"alert.raised"}
    assert group.due()["ladder"] > 0


def test_a_ladder_that_reached_nobody_is_tried_again() -> None:
    bank = Bank(away={"hqduty1"})
    lonely = bank.raises("teller4", "group_visit", "west-01")
    assert "alert.exhausted" in lonely.types()
    assert "alert.raised" in again(lonely)
