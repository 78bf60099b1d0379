"""Taps: at a steady pace, or so many in flight; and when each listener had read each alert."""

import gc
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.bench.targets import Target
from tests.bench.wire import Poster, WireError, open_poster

CREATED = 201
PATIENCE = 10.0
"""Seconds after the last tap in which an alert may still arrive; then it is lost."""


@dataclass(slots=True)
class Tap:
    """One raise. Moments in nanoseconds of this process's clock."""

    sent: int
    answered: int = 0
    status: int = 0
    alerts: dict[int, int] = field(default_factory=dict)
    """When each listener (by number) had read its alert."""


@dataclass(slots=True)
class Phase:
    """What came of a phase. ``seconds``: while taps were being sent; ``cpu``: the server's."""

    taps: dict[str, Tap]
    seconds: float
    cpu: float
    doubled: int = 0
    strange: int = 0

    @property
    def latencies(self) -> list[float]:
        """Milliseconds from before the POST until a listener had read the alert, each pair."""
        return [(at - tap.sent) / 1e6 for tap in self.taps.values() for at in tap.alerts.values()]

    @property
    def per_second(self) -> float:
        """Incidents answered with 201 while taps were being sent."""
        start = min(tap.sent for tap in self.taps.values())
        end = start + self.seconds * 1e9
        return sum(0 < tap.answered <= end for tap in self.taps.values()) / self.seconds

    def refused(self) -> int:
        """Taps that were not answered with 201."""
        return sum(tap.status != CREATED for tap in self.taps.values())

    def lost(self, listeners: int) -> int:
        """Alerts that a listener should have read and did not."""
        return sum(listeners - len(tap.alerts) for tap in self.taps.values())


def paced(target: Target, seconds: float, rate: int, seed: int) -> Phase:
    """``rate`` taps a second, each at a random moment of its slot."""
    dice = random.Random(seed)
    start = time.perf_counter_ns() + 20_000_000
    due = [start + int((slot + dice.random()) * 1e9 / rate) for slot in range(int(seconds * rate))]
    return _Run(target).go(due=due, seconds=seconds)


def crowded(target: Target, seconds: float, in_flight: int) -> Phase:
    """``in_flight`` clients, each sends its next tap when the last one is answered."""
    return _Run(target).go(in_flight=in_flight, seconds=seconds)


class _Run:
    def __init__(self, target: Target) -> None:
        self._target = target
        self._taps: dict[str, Tap] = {}
        self._by_poster: dict[Poster, str] = {}
        self._requests = _requests(target)
        self._ends = 0

    def go(self, *, seconds: float, due: list[int] | None = None, in_flight: int = 0) -> Phase:
        target = self._target
        for poster in target.free:
            poster.on_answer = self._answered
        gc.collect()
        gc.disable()
        cpu = target.cpu_seconds()
        self._ends = time.perf_counter_ns() + int(seconds * 1e9)
        self._again = bool(in_flight)
        if due is None:
            for _ in range(in_flight):
                self._tap()
            while time.perf_counter_ns() < self._ends:
                target.poller.poll(0.05)
        else:
            self._pace(due)
        cpu = target.cpu_seconds() - cpu
        phase = Phase(self._taps, seconds, cpu)
        self._settle(phase)
        gc.enable()
        return phase

    def _pace(self, due: list[int]) -> None:
        poll = self._target.poller.poll
        for moment in due:
            while (left := moment - time.perf_counter_ns()) > 0:
                poll(left / 1e9)
            self._tap()

    def _tap(self) -> None:
        incident, request = next(self._requests)
        poster = self._target.free.popleft() if self._target.free else self._another()
        self._by_poster[poster] = incident
        self._taps[incident] = tap = Tap(0)
        tap.sent = time.perf_counter_ns()
        poster.post(request)

    def _another(self) -> Poster:
        poster = open_poster(self._target.poller, self._target.port)
        poster.on_answer = self._answered
        return poster

    def _answered(self, poster: Poster, status: int, at: int) -> None:
        tap = self._taps[self._by_poster.pop(poster)]
        tap.answered, tap.status = at, status
        self._target.free.append(poster)
        if self._again and at < self._ends:
            self._tap()

    def _settle(self, phase: Phase) -> None:
        """Wait for the last answers and alerts, then take apart what was read."""
        listeners = self._target.listeners
        until = time.perf_counter() + PATIENCE
        seen: Counter[Any] = Counter()
        while True:
            if self._target.poller.poll(0.25) and time.perf_counter() < until:
                continue
            for number, listener in enumerate(listeners):
                for at, name, body in listener.take():
                    if name == "alert":
                        self._heard(phase, seen, number, at, body)
            whole = not self._by_poster and phase.lost(len(listeners)) == 0
            if whole or time.perf_counter() >= until:
                return

    def _heard(
        self, phase: Phase, seen: Counter[Any], number: int, at: int, body: dict[str, Any]
    ) -> None:
        """Each raise is one alert to each listener, and each (alert_id, repeat) comes once."""
        key = (number, body["alert_id"], body["repeat"])
        seen[key] += 1
        tap = self._taps.get(body["incident_id"])
        if seen[key] > 1:
            phase.doubled += 1
        elif tap is None or number in tap.alerts:
            phase.strange += 1
        else:
            tap.alerts[number] = at


def _requests(target: Target) -> Iterator[tuple[str, bytes]]:
    """Taps as the app sends them, with the ids that it makes, each at a branch of its own."""
    for branch in target.branches:
        incident, command = str(uuid.uuid4()), str(uuid.uuid4())
        body = orjson.dumps(
            {
                "type": "group_visit",
                "branch": branch,
                "id": incident,
                "command_id": command,
                "facts": {"head_count": 4},
            }
        )
        yield incident, target.head + b"%d\r\n\r\n" % len(body) + body
    raise WireError("the bench bank has too few branches for this speed (bank.py, BRANCHES)")
