"""Who is told, and when nobody answers (contract, section 5)."""

import pytest

from escalation.commands import Decline, Escalate
from playbooks.model import Level
from tests.builders import AT_EAST_01, Bank, bank_with, person, playbook, typed

LADDERS = ["media_declared", "media_covert", "group_visit", "disruptive_customer", "help"]


@pytest.mark.parametrize("type_", LADDERS)
def test_nobody_answers_and_each_level_hears_of_it_in_its_time(type_):
    bank = Bank()
    case = bank.raises("teller1", type_)
    bank.later(700)
    assert case.rung() == [
        (0, 1, "raised"),
        (60, 2, "no_answer"),
        (180, 3, "no_answer"),
        (300, 4, "no_answer"),
        (420, 4, "no_answer"),
        (540, 4, "no_answer"),
        (660, 4, "no_answer"),
    ]


def test_the_levels_are_the_roles_of_the_contract():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(300)
    assert case.alerted(level=1) == {"manager1", "office1"}
    assert case.alerted(level=2) == {"deputy1", "supervisor1"}
    assert case.alerted(level=3) == {"regional1"}
    assert case.alerted(level=4) == {"hqduty1"}


def test_no_level_fires_a_moment_early():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(59.999)
    assert case.fires("ladder") == []
    assert case.alerted(level=2) == set()


def test_the_last_level_repeats_the_same_alert_and_counts():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(300 + 3 * 120)
    last = [event.data for event in case.of("alert.raised") if event.data["level"] == 4]
    assert len({data["alert_id"] for data in last}) == 1
    assert [data["repeat"] for data in last] == [0, 1, 2, 3]


def test_the_timeline_says_why_a_level_was_left():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(60)
    data = case.of("alert.escalated")[0].data
    assert (data["from"], data["to"], data["because"]) == (1, 2, "no_answer")


def test_a_branch_with_nobody_but_its_teller_climbs_to_headquarters_at_once():
    bank = Bank()
    case = bank.raises("teller4", "group_visit", "west-01")
    assert case.rung() == [(0, 4, "unreachable")]
    assert case.alerted() == {"hqduty1"}
    assert [event.data["because"] for event in case.of("alert.escalated")] == ["empty"] * 3
    bank.later(120)
    assert case.rung()[1:] == [(120, 4, "unreachable")], "a repeat keeps its alert's reason"


def test_a_level_that_cannot_be_reached_passes_on_at_once_and_stays_alerted():
    bank = Bank(away={"manager1", "office1"})
    case = bank.raises("teller1", "group_visit")
    assert case.rung() == [(0, 1, "raised"), (0, 2, "unreachable")]
    assert case.of("alert.escalated")[0].data["because"] == "unreachable"
    assert case.alerted() == {"manager1", "office1", "deputy1", "supervisor1"}
    bank.later(180)
    assert case.rung()[2:] == [(180, 3, "no_answer")], "the times still count from the raising"


def test_one_who_can_be_reached_is_enough_to_wait():
    bank = Bank(away={"manager1"})
    case = bank.raises("teller1", "group_visit")
    assert case.rung() == [(0, 1, "raised")]


def test_with_nobody_reachable_at_all_the_top_is_exhausted_and_asked_again_and_again():
    bank = Bank(away={"manager1", "office1", "deputy1", "supervisor1", "regional1", "hqduty1"})
    case = bank.raises("teller1", "group_visit")
    assert [level for _, level, _ in case.rung()] == [1, 2, 3, 4]
    assert [event.data["because"] for event in case.of("alert.exhausted")] == ["unreachable"]
    bank.later(240)
    assert [seconds for seconds, level, _ in case.rung() if level == 4] == [0, 120, 240]


def test_with_nobody_on_any_level_the_incident_still_has_a_deadline():
    nobody = playbook("group_visit", ladder=(Level(0, ("regional_manager",)),))
    bank = bank_with(nobody)
    case = bank.raises("teller4", "group_visit", "west-01")
    assert case.of("alert.exhausted")[0].data["because"] == "empty"
    assert case.due()["ladder"] == 120
    bank.later(600)
    assert case.due()["ladder"] == 120
    assert case.alerted() == set()


def test_when_all_of_a_level_decline_the_next_one_fires_at_once():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(10)
    case.does("manager1", Decline(typed()))
    assert case.alerted(level=2) == set()
    case.does("office1", Decline())
    assert case.rung()[1:] == [(10, 2, "declined")]
    assert case.of("alert.escalated")[0].data["because"] == "declined"
    bank.later(180)
    assert case.rung()[2:] == [(180, 3, "no_answer")], "and level 2 fires once"


def test_who_cannot_be_reached_is_not_waited_for_when_the_others_decline():
    bank = Bank(away={"office1"})
    case = bank.raises("teller1", "group_visit")
    case.does("manager1", Decline())
    assert case.alerted(level=2) == {"deputy1", "supervisor1"}


def test_declining_twice_is_declining_once():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.does("manager1", Decline())
    assert case.does("manager1", Decline()) == []


def test_when_the_top_declines_it_is_asked_again_at_its_time_and_starts_afresh():
    bank = Bank()
    case = bank.raises("teller4", "group_visit", "west-01")
    case.does("hqduty1", Decline())
    assert case.rung() == [(0, 4, "unreachable")]
    bank.later(120)
    (alert,) = case.state.alerts.values()
    assert alert.repeat == 1
    assert not alert.told["id-of-hqduty1"].declined
    assert alert.told["id-of-hqduty1"].waiting


def test_calling_for_the_next_level_fires_it_now_and_only_once():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(20)
    assert case.does("teller1", Escalate(typed()))[0] == "alert.escalated"
    assert case.rung()[1:] == [(20, 2, "escalated")]
    bank.later(400)
    assert case.rung()[2:] == [(180, 3, "no_answer"), (300, 4, "no_answer"), (420, 4, "no_answer")]


def test_calling_for_the_next_level_at_the_last_repeats_that_one():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(310)
    case.does("teller1", Escalate(typed()))
    last = [event.data for event in case.of("alert.raised")][-2:]
    assert last[0]["alert_id"] == last[1]["alert_id"]
    assert last[1]["repeat"] == 1
    assert case.due()["ladder"] == 120


def test_calling_for_help_after_an_acknowledgement_starts_the_ladder_again_from_there():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    case.acknowledged_by("manager1")
    bank.later(30)
    case.does("manager1", Escalate(typed()))
    assert case.rung()[1:] == [(30, 2, "escalated")]
    bank.later(125)
    assert case.rung()[2:] == [(150, 3, "no_answer")], "120 s lie between levels 2 and 3"


def test_each_person_is_asked_once_by_an_alert_though_they_hold_two_of_its_roles():
    both = person("both1", ("branch_manager", "east-01"), ("office_staff", "east-01"))
    bank = Bank()
    bank.hires(both)
    case = bank.raises("teller1", "group_visit")
    users = [each["user"] for each in case.of("alert.raised")[0].data["recipients"]]
    assert users.count("id-of-both1") == 1


def test_who_has_left_the_bank_is_not_asked():
    bank = Bank()
    bank.hires(person("gone1", ("branch_manager", "east-01"), active=False))
    assert "gone1" not in bank.raises("teller1", "group_visit").alerted()


def test_a_role_is_looked_for_at_the_branch_and_then_at_the_nearest_org_above():
    bank = Bank()
    case = bank.raises("teller3", "media_declared", "east-02")
    assert case.alerted(level=1) == {"manager2", "office2"}


@pytest.mark.parametrize(
    ("type_", "told"),
    [
        ("media_covert", {"complaint1"}),
        ("media_declared", {"complaint1", "compliance1"}),
        ("disruptive_customer", {"lobby1", "guard1", "supervisor1"}),
        ("group_visit", (AT_EAST_01 - {"teller1", "manager1", "office1"}) | {"business1"}),
    ],
)
def test_whom_the_tap_itself_tells(type_, told):
    bank = Bank()
    case = bank.raises("teller1", type_)
    assert case.informed() >= told
    assert not case.informed() & case.alerted(level=1), "nobody is told what they are asked"
    assert "teller1" not in case.informed(), "who raised it knows"


def test_who_was_told_is_asked_all_the_same_when_their_level_comes():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    assert "deputy1" in case.informed()
    bank.later(60)
    assert "deputy1" in case.alerted(level=2)


def test_pace_divides_every_time_of_the_ladder():
    bank = Bank(pace=60)
    case = bank.raises("teller1", "group_visit")
    bank.later(9)
    assert [level for _, level, _ in case.rung()] == [1, 2, 3, 4, 4, 4]
    assert case.due()["ladder"] == 2


def test_the_ladder_stops_when_somebody_answers():
    bank = Bank()
    case = bank.raises("teller1", "group_visit")
    bank.later(61)
    case.acknowledged_by("deputy1")
    assert "ladder" not in case.due()
    assert case.state.live_alerts() == []
