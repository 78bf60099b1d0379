"""The machine goes down and comes back: who has not answered hears of it again (rule 6)."""

from typing import Any

from tests.house import House
from tests.scenarios.steps import levels

TYPE = "group_visit"


def raised(house: House, group: dict[str, Any]) -> list[tuple[int, int]]:
    """Level and repeat of every alert on record, in order."""
    told = house.person("hqduty1").timeline(group)["events"]
    return [
        (each["data"]["level"], each["data"]["repeat"])
        for each in told
        if each["type"] == "alert.raised"
    ]


def test_after_a_reboot_an_alert_that_nobody_answered_comes_again_under_its_own_id(
    own_house: House,
) -> None:
    house = own_house
    manager = house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    first = manager.hears("alert")
    house.reboots(after=20)
    manager.hangs_up()
    manager.listens()
    again = manager.hears("alert", alert_id=first["alert_id"])
    assert (first["repeat"], again["repeat"]) == (0, 1)
    assert raised(house, group) == [(1, 0), (1, 1)]
    # The ladder goes on where it stood.
    house.advance(41)
    assert levels(house.person("teller1").incident(group))[:2] == [1, 2]


def test_it_comes_again_once_per_boot_and_not_after_an_ordinary_restart(own_house: House) -> None:
    house = own_house
    house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    house.killed_and_restarted(after=5)
    assert raised(house, group) == [(1, 0)]
    house.reboots(after=5)
    assert raised(house, group) == [(1, 0), (1, 1)]
    house.killed_and_restarted(after=5)
    house.reopened()
    assert raised(house, group) == [(1, 0), (1, 1)]
    house.reboots(after=5)
    assert raised(house, group) == [(1, 0), (1, 1), (1, 2)]


def test_who_has_answered_is_left_in_peace(own_house: House) -> None:
    house = own_house
    manager = house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    manager.command(group, "acknowledge")
    house.reboots(after=5)
    assert raised(house, group) == [(1, 0)]


def test_what_fell_due_while_the_machine_was_down_is_due_now(own_house: House) -> None:
    house = own_house
    for name in ("manager1", "deputy1"):
        house.person(name).listens()
    group = house.person("teller1").raise_(TYPE)
    house.reboots(after=90)
    house.settle()
    assert raised(house, group)[:3] == [(1, 0), (1, 1), (2, 0)]


def test_a_machine_that_takes_the_database_over_alerts_again(
    own_postgresql_house: House,
) -> None:
    house = own_postgresql_house
    house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    house.reboots(after=10)
    assert raised(house, group) == [(1, 0), (1, 1)]


def test_a_machine_that_was_absent_while_another_served_takes_over_anew(
    own_house: House,
) -> None:
    house = own_house
    house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    house.reboots(after=1)
    house.person("manager1").command(group, "decline")
    house.advance(70)
    house.reopened()
    house.boots = 0  # so that the next run of the machine is the first again
    before = len(raised(house, group))
    house.reboots(after=1)
    repeated = raised(house, group)[before:]
    assert repeated
    assert all(repeat > 0 for _, repeat in repeated)
