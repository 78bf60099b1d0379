"""Which events make which notices, and what they say (contract, sections 4 and 6; C4)."""

import json

import pytest

from escalation.commands import AddNote, AddPlaybook, Cancel, Decline
from notifications.words import alert_message, grouped, inform_message, outside_message
from tests.builders import ORGS, Bank, names, typed

BRANCH = next(org for org in ORGS if org.id == "east-01")


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def case(bank):
    return bank.raises("teller1", "group_visit")


def asked(plan):
    return names(notice.user for notice in plan.notices if notice.kind == "alert")


def told(plan):
    return names(notice.user for notice in plan.notices if notice.kind == "inform")


def test_a_tap_asks_the_first_level_and_tells_the_others(case):
    (plan,) = case.plans
    assert asked(plan) == {"manager1", "office1"}
    assert told(plan) == case.informed()
    assert plan.over == ()
    assert {notice.incident_id for notice in plan.notices} == {case.state.id}


def test_a_notice_says_in_which_role_and_whether_they_can_be_reached():
    case = Bank(away={"office1"}).raises("teller1", "group_visit")
    by_user = {notice.user: notice for notice in case.plans[0].notices}
    assert by_user["id-of-office1"].role == "office_staff"
    assert not by_user["id-of-office1"].reachable
    assert by_user["id-of-manager1"].reachable


def test_each_level_and_each_repeat_is_a_notice_of_its_own(bank, case):
    bank.later(420)
    identities = [
        (each.alert_id, each.repeat, each.user) for plan in case.plans for each in plan.notices
    ]
    assert len(identities) == len(set(identities))
    assert [each.repeat for each in case.plans[-1].notices] == [1]


def test_what_concerns_nobody_makes_no_notice(case):
    case.does("teller1", AddNote(typed()))
    assert case.plans[-1].notices == ()
    assert case.plans[-1].over == ()


def test_an_acknowledgement_is_told_to_everybody_who_was_asked(bank, case):
    bank.later(60)
    case.acknowledged_by("deputy1")
    over = case.plans[-1].over
    assert {each.because for each in over} == {"acknowledged"}
    assert {each.by for each in over} == {"id-of-deputy1"}
    assert {user for each in over for user in each.users} == {
        user_id
        for alert in case.state.alerts.values()
        if alert.reason != "step"
        for user_id in alert.told
    }


def test_what_was_over_is_not_over_again(case):
    case.acknowledged_by("manager1")
    case.contained_by("manager1")
    assert case.plans[-1].over == ()


def test_containing_ends_what_was_still_asked_and_leaves_what_was_told(case):
    case.contained_by("manager1")
    (over,) = case.plans[-1].over
    assert over.because == "contained"
    assert names(over.users) == {"manager1", "office1"}


@pytest.mark.parametrize("end", ["closed", "cancelled"])
def test_the_end_is_told_to_those_who_were_asked_and_told(case, end):
    if end == "cancelled":
        case.does("manager1", Cancel(typed()))
    else:
        case.closed_by("manager1")
    over = [each for plan in case.plans for each in plan.over]
    assert over[-1].because == end
    assert names(user for each in over for user in each.users) == {
        *case.alerted(),
        *case.informed(),
    }


def test_declining_ends_nothing_for_the_others(case):
    case.does("manager1", Decline())
    assert case.plans[-1].over == ()


def test_a_second_playbook_is_told_to_its_own_people():
    bank = Bank()
    case = bank.raises("teller1", "disruptive_customer")
    case.does("teller1", AddPlaybook("media_declared"))
    assert told(case.plans[-1]) == {"complaint1", "compliance1"}


def message(case, kind=alert_message):
    alert = next(iter(case.state.alerts.values()))
    return kind(case.state, alert, BRANCH, 0)


def test_an_alert_says_what_the_contract_says(bank, case):
    found = message(case)
    assert {
        "alert_id",
        "repeat",
        "incident_id",
        "level",
        "reason",
        "urgency",
        "discreet",
        "drill",
        "title",
        "branch",
        "raised_at",
    } <= found.keys()
    assert (found["level"], found["reason"], found["urgency"]) == (1, "raised", "immediate")
    assert found["title"] == {"zh": "群体来访", "en": "Group visit"}
    assert found["branch"] == {"id": "east-01", "name": "城东支行营业部"}
    assert found["raised_at"] == "2026-03-11T02:00:00.000Z"


def test_what_is_only_told_has_no_level(case):
    assert message(case).keys() - message(case, inform_message).keys() == {"level"}


def test_a_discreet_alert_says_that_it_is_discreet_and_nothing_of_what_it_is(bank):
    case = bank.raises(
        "teller1", "media_covert", facts={"clothing": typed("灰色夹克"), "recording_seen": True}
    )
    found = message(case)
    assert found["discreet"] is True
    said = json.dumps(found, ensure_ascii=False).lower()
    for word in ("媒体", "暗访", "media_", "covert", "press", "夹克", "recording", "投诉", "录"):
        assert word not in said


def test_discreet_alerts_of_different_types_differ_in_nothing_but_their_ids(bank):
    covert = message(bank.raises("teller1", "media_covert"))
    case = bank.raises("teller1", "group_visit")
    case.does("teller1", AddPlaybook("media_covert"))
    group = message(case)
    ids = ("alert_id", "incident_id")
    assert {k: v for k, v in covert.items() if k not in ids} == {
        k: v for k, v in group.items() if k not in ids
    }


def test_a_drill_says_so(bank):
    assert message(bank.raises("manager1", "help", drill=True))["drill"] is True


def outside(case, alert, **links):
    return outside_message(case.state, "alert", alert, BRANCH, 0, **links)


def test_what_waits_for_the_same_person_is_one_message_with_every_notice_in_it(bank, case):
    bank.later(60)
    first, second = [outside(case, each, link="/a", acknowledge="/t") for each in alerts_of(case)]
    both = grouped([first, second])
    assert both.title == "2 条提醒 / 2 notices"
    assert first.text in both.text
    assert second.text in both.text
    assert both.payload["alert_id"] == first.payload["alert_id"]
    assert both.payload["also"] == [second.payload]
    assert both.acknowledge == "/t"
    assert grouped([first]) == first


def test_a_message_about_several_incidents_takes_none_of_them_up(bank, case):
    (first, *_) = alerts_of(case)
    messages = [outside(case, first, link=link, acknowledge="/t") for link in ("/a", "/b")]
    assert grouped(messages).acknowledge is None


def alerts_of(case):
    return list(case.state.alerts.values())
