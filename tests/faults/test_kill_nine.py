"""kill -9 in the middle of taps with retries: none lost, none doubled, every chain whole (F1).

Small in the ordinary run; ``COUNTERBELL_LONG=1`` (``make faults``) kills a thousand times.
"""

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import requests

from tests.chains import assert_whole
from tests.clients import Client, new_id
from tests.house import House
from tests.scenarios.steps import types

LONG = os.environ.get("COUNTERBELL_LONG") == "1"
KILLS = 1000 if LONG else 4
TAPS = max(200, KILLS * 5)
HANDS = 8
APART = 130
"""Seconds between two deeds of one kind at one branch: they do not join."""
RAISERS = ("manager1", "manager2", "teller4")
TYPES = ("group_visit", "disruptive_customer", "media_declared", "media_covert")


def taps() -> list[tuple[str, dict[str, Any]]]:
    """Who raises what: each an incident of its own, done a while ago and sent now."""
    found = []
    ages = range(TAPS // (len(RAISERS) * len(TYPES)) + 1)
    for age, who, type_ in product(ages, RAISERS, TYPES):
        body = {"type": type_, "id": new_id(), "command_id": new_id(), "note": f"{who} {age}"}
        found.append((who, {**body, "age": age}))
    return found[:TAPS]


class Storm:
    """Hands that tap until they are answered, and a server that is killed meanwhile."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.up = threading.Event()
        self.up.set()
        self.progress = threading.Condition()
        self.answered = 0
        self.tries = 0

    def tap(self, who: str, body: dict[str, Any]) -> int:
        """Send it until an answer comes, each time the same."""
        client = self.house.again(who)
        sent = self.dated(body)
        while True:
            self.up.wait(60)
            self.tries += 1
            try:
                answer = client.ask("POST", "/incidents", sent)
            except requests.RequestException:
                continue
            with self.progress:
                self.answered += 1
                self.progress.notify_all()
            return answer.status_code

    def dated(self, body: dict[str, Any]) -> dict[str, Any]:
        """The same deed, told by a tablet's clocks."""
        age = timedelta(seconds=APART * body["age"])
        occurred = {
            "device_at": (self.house.now - age).isoformat(),
            "mono_ms": 10**9 - age // timedelta(milliseconds=1),
            "session": "one run",
        }
        rest = {name: value for name, value in body.items() if name != "age"}
        return {**rest, "occurred": occurred, "mono_now": 10**9}

    def kill_when(self, answered: int) -> None:
        """As soon as so many are answered."""
        with self.progress:
            assert self.progress.wait_for(lambda: self.answered >= answered, timeout=60)
        self.up.clear()
        self.house.killed_and_restarted()
        self.up.set()
        self.house.prepares_for_a_kill()


def assert_none_lost_none_doubled(house: House, sent: list[tuple[str, dict[str, Any]]]) -> None:
    timelines = {}
    top: Client = house.person("hqduty1")
    for _, body in sent:
        shown = top.incident(body["id"])
        assert shown["id"] == body["id"], "it joined another"
        assert len(shown["reported_by"]) == 1
        told = top.timeline(body["id"])
        assert_whole(told)
        happened = Counter(types(told))
        assert happened["incident.opened"] == happened["note.added"] == 1
        timelines[body["id"]] = told
    listed: list[str] = []
    cursor = None
    while True:
        query = {"limit": 200, **({"cursor": cursor} if cursor else {})}
        page = top.get("/incidents", params=query)
        listed += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(listed) == sorted(timelines)
    positions = [each["position"] for told in timelines.values() for each in told["events"]]
    assert len(positions) == len(set(positions))
    assert max(positions) <= house.position


def assert_each_deadline_fires_once(house: House, sent: list[tuple[str, dict[str, Any]]]) -> None:
    """With nobody reachable each ladder stands at the top, and repeats after two minutes."""
    top = house.person("hqduty1")
    some = [body["id"] for _, body in sent[:: max(1, len(sent) // 40)]]
    before = {each: top.incident(each)["alerts"][-1] for each in some}
    house.jump(121)
    for each in some:
        after = top.incident(each)["alerts"][-1]
        assert after["id"] == before[each]["id"]
        assert after["repeat"] == before[each]["repeat"] + 1
        raised = [
            event
            for event in top.timeline(each)["events"]
            if event["type"] == "alert.raised" and event["data"]["alert_id"] == after["id"]
        ]
        assert len(raised) == after["repeat"] + 1


@pytest.mark.parametrize("database", ["own_house", "own_postgresql_house"])
def test_none_is_lost_and_none_doubled_when_the_server_is_killed_among_the_taps(
    request: pytest.FixtureRequest, database: str
) -> None:
    house: House = request.getfixturevalue(database)
    storm, sent = Storm(house), taps()
    house.prepares_for_a_kill()
    with ThreadPoolExecutor(HANDS) as pool:
        waiting = [pool.submit(storm.tap, who, body) for who, body in sent]
        for number in range(1, KILLS + 1):
            storm.kill_when(number * len(sent) // (KILLS + 1))
        statuses = Counter(each.result() for each in waiting)
    assert statuses == {201: len(sent)}, "an answer that was cut off is given again"
    assert storm.tries > len(sent), "nothing was cut off"
    house.settle()
    assert_none_lost_none_doubled(house, sent)
    house.killed_and_restarted(after=5)
    assert_each_deadline_fires_once(house, sent)
