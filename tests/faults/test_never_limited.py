"""A thousand raises in a minute: none refused, none lost, one incident each (F16)."""

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from tests.chains import assert_whole
from tests.clients import Client, new_id
from tests.faults.living import LONG
from tests.house import House
from tests.scenarios.steps import types

STAFF = {
    "east-01": ("teller1", "teller2", "supervisor1", "lobby1", "guard1", "manager1", "deputy1"),
    "east-02": ("teller3", "manager2"),
    "west-01": ("teller4",),
}
TYPES = ("group_visit", "disruptive_customer", "media_declared", "help")
ROUNDS = 20
BETWEEN = 3
"""Seconds; all rounds together are less than a minute."""
HANDS = 8


class Raise(NamedTuple):
    who: Client
    branch: str
    type: str
    id: str


class Raised(NamedTuple):
    status: int
    incident: str


def shuffled(house: House, count: int, seed: int) -> list[Raise]:
    """Who raises what where, in any order."""
    chance = random.Random(seed)
    hands = [(house.person(name), org) for org, names in STAFF.items() for name in names]
    hands += [(house.tablet(org), org) for org in ("east-01", "east-02")]
    return [Raise(*chance.choice(hands), chance.choice(TYPES), new_id()) for _ in range(count)]


def send(tap: Raise) -> Raised:
    answer = tap.who.ask("POST", "/incidents", {"type": tap.type, "id": tap.id})
    assert answer.status_code in (200, 201), (answer.status_code, answer.text)
    return Raised(answer.status_code, answer.json()["id"])


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("bank", "count"), [("house", 1000), ("postgresql_house", 1000 if LONG else 100)]
)
def test_a_thousand_raises_in_a_minute_are_one_incident_for_each_branch_and_type(
    request: pytest.FixtureRequest, bank: str, count: int
) -> None:
    house: House = request.getfixturevalue(bank)
    minutes = [shuffled(house, count, seed=1), shuffled(house, count // 10, seed=2)]
    incidents = []
    for taps in minutes:
        found: dict[tuple[str, str], list[tuple[Raise, Raised]]] = defaultdict(list)
        for number in range(ROUNDS):
            part = taps[number::ROUNDS]
            with ThreadPoolExecutor(HANDS) as pool:
                for tap, raised in zip(part, pool.map(send, part), strict=True):
                    found[tap.branch, tap.type].append((tap, raised))
            house.jump(BETWEEN)
        for together in found.values():
            assert_one_incident(house, together)
        incidents += [together[0][1].incident for together in found.values()]
        house.jump(60)
    listed = house.person("hqduty1").get("/incidents", params={"limit": 200})["items"]
    assert sorted(each["id"] for each in listed) == sorted(incidents)


def assert_one_incident(house: House, together: list[tuple[Raise, Raised]]) -> None:
    """One was opened, all others joined it, and everybody who raised it is on record."""
    assert len({raised.incident for _, raised in together}) == 1
    assert sum(raised.status == 201 for _, raised in together) == 1
    incident = together[0][1].incident
    top = house.person("hqduty1")
    reports = top.incident(incident)["reported_by"]
    people = {each["user"]["username"] for each in reports if "user" in each}
    assert people == {tap.who.username for tap, _ in together} - {"tablet"}
    assert len(reports) == len(together), "somebody who raised it is not on record"
    last, _ = together[-1]
    assert top.incident(last.id)["id"] == incident, "its own id answers, too"
    told = top.timeline(incident)
    assert_whole(told)
    assert types(told).count("incident.opened") == 1
    assert types(told).count("incident.joined") == len(together) - 1
