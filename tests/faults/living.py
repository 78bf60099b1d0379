"""A bank that lives by the machine's own clock, its own process, and when it was not running."""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.house import Host, House

LONG = os.environ.get("COUNTERBELL_LONG") == "1"
"""The long form: ``make faults``."""
_BLINK = 0.05


class Pulse:
    """How long this machine gave nobody any time: a thread that should wake every 50 ms."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._stops: list[tuple[datetime, datetime]] = []
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def stops(self) -> list[tuple[datetime, datetime]]:
        return list(self._stops)

    def _beat(self) -> None:
        last = time.monotonic()
        while not self._over.wait(_BLINK):
            now = time.monotonic()
            if now - last > 4 * _BLINK:
                until = datetime.now(UTC)
                self._stops.append((until - timedelta(seconds=now - last), until))
            last = now


class Life:
    """A house, and when it was dead or could not run."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._pulse = Pulse()
        self._dead: list[tuple[datetime, datetime]] = []

    def dies_and_returns(self) -> None:
        """SIGKILL, and on again at once."""
        down_at = datetime.now(UTC)
        self.house.killed_and_restarted()
        self._dead.append((down_at, self.house.ready_at))

    def ended(self) -> None:
        self._pulse.stop()

    def running(self, since: datetime, until: datetime) -> float:
        """Seconds between them in which the server could have done something."""
        gone = sorted([*self._dead, *self._pulse.stops()])
        total, reached = timedelta(0), since
        for begin, end in gone:
            begins, ends = max(begin, reached), min(end, until)
            if ends > begins:
                total += begins - reached
                reached = ends
        return (total + max(until - reached, timedelta(0))).total_seconds()


@contextmanager
def living_house(
    data: Path, log: Path, *, speed: int, environ: Mapping[str, str] | None = None
) -> Iterator[Life]:
    """``speed``: every duration of a ladder is divided by it."""
    host = Host(log)
    demo = {**(environ or {}), "COUNTERBELL_DEMO_SPEED": str(speed)}
    life = Life(House(host, data, {}, environ=demo, at=None))
    try:
        yield life
    finally:
        life.ended()
        life.house.close()
        life.house.host.end()


def at(text: str) -> datetime:
    """A moment as the API writes it."""
    return datetime.fromisoformat(text)


def fires(timeline: Any) -> list[tuple[datetime, datetime]]:
    """Each time that a ladder's deadline fired: when it was due, and when it did.

    Every event that moves the ladder says when it moves on.
    """
    found: list[tuple[datetime, datetime]] = []
    due_at: datetime | None = None
    before: datetime | None = None
    for event in timeline["events"]:
        ladder = event["data"].get("ladder")
        if ladder is None:
            continue
        recorded_at = at(event["recorded_at"])
        if due_at is not None and recorded_at != before:
            found.append((due_at, recorded_at))
        due_at, before = at(ladder["next_at"]) if ladder["next_at"] else None, recorded_at
    return found
