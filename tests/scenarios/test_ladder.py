"""Nobody answers (contract, section 5): who hears of it when, and what stops it."""

from tests.clients import Client
from tests.house import House
from tests.scenarios.steps import levels

TYPE = "group_visit"
RUNGS = {1: "manager1", 2: "deputy1", 3: "regional1", 4: "hqduty1"}


def all_rungs_listen(house: House) -> dict[int, Client]:
    """Somebody of every level is reachable."""
    return {level: house.person(name).listens() for level, name in RUNGS.items()}


def test_level_two_three_and_four_hear_of_it_at_their_times(house: House) -> None:
    rungs = all_rungs_listen(house)
    group = house.person("teller1").raise_(TYPE)
    rungs[1].hears("alert", level=1)
    house.advance(59.999)
    rungs[2].hears_nothing("alert")
    house.advance(0.001)
    second = rungs[2].hears("alert", level=2)
    assert second["reason"] == "no_answer"
    assert second["raised_at"] == "2026-03-11T02:01:00.000Z"
    house.advance(119.999)
    rungs[3].hears_nothing("alert")
    house.advance(0.001)
    assert rungs[3].hears("alert", level=3)["raised_at"] == "2026-03-11T02:03:00.000Z"
    house.advance(119.999)
    rungs[4].hears_nothing("alert")
    house.advance(0.001)
    assert rungs[4].hears("alert", level=4)["raised_at"] == "2026-03-11T02:05:00.000Z"
    assert levels(house.person("teller1").incident(group)) == [1, 2, 3, 4]
    for level in (1, 2, 3):
        assert len(rungs[level].heard("alert")) == 1


def test_the_last_level_repeats_every_two_minutes_under_the_same_alert(house: House) -> None:
    rungs = all_rungs_listen(house)
    group = house.person("teller1").raise_(TYPE)
    house.advance(300)
    first = rungs[4].hears("alert", level=4, repeat=0)
    for repeat in (1, 2, 3):
        house.advance(119.999)
        rungs[4].hears_nothing("alert", repeat=repeat)
        house.advance(0.001)
        again = rungs[4].hears("alert", level=4, repeat=repeat)
        assert again["alert_id"] == first["alert_id"]
    rungs[4].command(group, "acknowledge")
    house.person("manager1").ticks(group, "divert")
    house.advance(600)
    assert len(rungs[4].heard("alert", level=4)) == 4


def test_whoever_acknowledges_stops_the_ladder(house: House) -> None:
    rungs = all_rungs_listen(house)
    group = house.person("teller1").raise_(TYPE)
    house.advance(30)
    rungs[1].command(group, "acknowledge")
    rungs[1].ticks(group, "divert")
    house.advance(400)
    for level in (2, 3, 4):
        rungs[level].hears_nothing("alert")


def test_the_first_to_acknowledge_is_in_charge_and_a_later_one_is_not(house: House) -> None:
    group = house.person("teller1").raise_(TYPE)
    house.person("office1").command(group, "acknowledge")
    later = house.person("manager1").command(group, "acknowledge")
    assert later["in_charge"]["username"] == "office1"


def test_when_all_of_a_level_decline_the_next_fires_at_once(house: House) -> None:
    manager, office = house.person("manager1").listens(), house.person("office1").listens()
    deputy = house.person("deputy1").listens()
    group = house.person("teller1").raise_(TYPE)
    house.advance(10)
    manager.command(group, "decline", reason="在外开会")
    deputy.hears_nothing("alert")
    office.command(group, "decline")
    alert = deputy.hears("alert", level=2)
    assert alert["reason"] == "declined"
    assert alert["raised_at"] == "2026-03-11T02:00:10.000Z"


def test_when_everybody_of_every_level_declines_the_last_one_goes_on_repeating(
    house: House,
) -> None:
    house.person("office1").listens()
    house.person("supervisor1").listens()
    rungs = all_rungs_listen(house)
    group = house.person("teller1").raise_(TYPE)
    for name in ("manager1", "office1", "deputy1", "supervisor1", "regional1"):
        house.person(name).command(group, "decline")
    first = rungs[4].hears("alert", level=4)
    rungs[4].command(group, "decline")
    house.advance(120)
    again = rungs[4].hears("alert", level=4, repeat=1)
    assert again["alert_id"] == first["alert_id"]


def test_a_level_that_nobody_can_be_reached_at_passes_on_at_once_and_stays_queued(
    house: House,
) -> None:
    regional = house.person("regional1").listens()
    group = house.person("teller1").raise_(TYPE)
    assert regional.hears("alert")["level"] == 3
    assert levels(group) == [1, 2, 3]
    manager = house.person("manager1").listens()
    assert manager.hears("alert")["level"] == 1


def test_somebody_who_lost_the_line_a_moment_ago_still_counts_as_reachable(house: House) -> None:
    manager = house.person("manager1").listens()
    manager.hangs_up()
    house.advance(59)
    group = house.person("teller1").raise_(TYPE)
    assert levels(group) == [1]
    house.advance(3600)
    manager.command(group, "cancel", reason="演示")
    house.advance(120)
    assert levels(house.person("teller1").raise_(TYPE))[:2] == [1, 2]


def test_a_containment_step_in_time_keeps_it_quiet(house: House) -> None:
    rungs = all_rungs_listen(house)
    group = house.person("teller1").raise_(TYPE)
    rungs[1].command(group, "acknowledge")
    house.advance(170)
    house.person("lobby1").ticks(group, "divert")
    house.advance(60)
    rungs[2].hears_nothing("alert")


def test_half_an_hour_of_quiet_reminds_the_one_in_charge(house: House) -> None:
    manager = house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    manager.hears("alert")
    manager.command(group, "acknowledge")
    house.person("lobby1").ticks(group, "divert")
    for step in ("note_who", "listen_first", "prepare_room", "call_business", "check_identity"):
        house.person("guard1").ticks(group, step)
    house.advance(1799)
    manager.hears_nothing("alert", urgency="soon")
    house.advance(1)
    manager.hears("alert", urgency="soon")


def test_escalating_asks_the_next_level_now(house: House) -> None:
    rungs = all_rungs_listen(house)
    group = house.person("teller1").raise_(TYPE)
    house.person("teller2").command(group, "escalate", reason="人越来越多")
    alert = rungs[2].hears("alert")
    assert (alert["level"], alert["reason"]) == (2, "escalated")
    house.person("teller3").refused(group, "escalate", 404, reason="路过")


def test_an_open_incident_always_has_a_future_deadline(house: House) -> None:
    all_rungs_listen(house)
    teller, manager = house.person("teller1"), house.person("manager1")
    group = teller.raise_(TYPE)
    for seconds in (0, 60, 120, 120, 120, 5, 180, 1800, 1800):
        house.advance(seconds)
        shown = teller.incident(group)
        assert shown["next_deadline"]["at"] > house.now.isoformat()[:23]
        if seconds == 5:
            manager.command(group, "acknowledge")


def test_a_cancelled_incident_fires_nothing_any_more(house: House) -> None:
    rungs = all_rungs_listen(house)
    teller = house.person("teller1")
    group = teller.raise_(TYPE)
    alert = rungs[1].hears("alert")
    house.advance(30)
    cancelled = teller.command(group, "cancel", reason="点错了")
    assert cancelled["status"] == "cancelled"
    assert cancelled["next_deadline"] is None
    over = rungs[1].hears("alert_over", alert_id=alert["alert_id"])
    assert over["because"] == "cancelled"
    house.advance(1000)
    rungs[2].hears_nothing("alert")
    house.person("manager1").refused(group, "acknowledge", 409, "cancelled")
