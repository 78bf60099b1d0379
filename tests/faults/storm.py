"""Hands that tap until they are answered, and a server that is killed meanwhile."""

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import requests

from tests.clients import new_id
from tests.faults.living import Life

APART = 130
"""Seconds between two deeds of one kind at one branch: they do not join."""
RAISERS = ("manager1", "manager2", "teller4")
TYPES = ("group_visit", "disruptive_customer", "media_declared", "media_covert")
MONO = 10**9
PATIENCE = 120.0
Tap = tuple[str, dict[str, Any]]


def taps(count: int) -> list[Tap]:
    """Who raises what: each an incident of its own, done a while ago and sent now."""
    found = []
    ages = range(count // (len(RAISERS) * len(TYPES)) + 1)
    for age, who, type_ in product(ages, RAISERS, TYPES):
        body = {"type": type_, "id": new_id(), "command_id": new_id(), "note": f"{who} {age}"}
        found.append((who, {**body, "age": APART * age}))
    return found[:count]


class Storm:
    """``tries``: how often something was sent; more than what was answered, if any was cut off."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._up = threading.Event()
        self._up.set()
        self._progress = threading.Condition()
        self._answered = 0
        self._began_at, self._began = datetime.now(UTC), time.monotonic()
        self.tries = 0

    def tap(self, who: str, body: dict[str, Any]) -> int:
        """Send it until an answer comes, each time the same deed; the answer's status."""
        client = self._life.house.again(who)
        while True:
            self._up.wait(PATIENCE)
            self.tries += 1
            try:
                sent = dated(body, self._began_at, time.monotonic() - self._began)
                answer = client.ask("POST", "/incidents", sent)
            except requests.RequestException:
                continue
            with self._progress:
                self._answered += 1
                self._progress.notify_all()
            return answer.status_code

    def kill_when(self, answered: int) -> None:
        """As soon as so many are answered."""
        with self._progress:
            assert self._progress.wait_for(lambda: self._answered >= answered, timeout=PATIENCE)
        self._up.clear()
        self._life.dies_and_returns()
        self._up.set()
        self._life.house.prepares_for_a_kill()


def dated(body: dict[str, Any], began_at: datetime, passed: float) -> dict[str, Any]:
    """The same deed, told by the clocks of a tablet that was on at ``began_at``.

    ``passed``: seconds since then; with them it may be sent again.
    """
    age = timedelta(seconds=body["age"])
    occurred = {
        "device_at": (began_at - age).isoformat(),
        "mono_ms": MONO - age // timedelta(milliseconds=1),
        "session": "one run",
    }
    rest = {name: value for name, value in body.items() if name != "age"}
    return {**rest, "occurred": occurred, "mono_now": MONO + int(passed * 1000)}
