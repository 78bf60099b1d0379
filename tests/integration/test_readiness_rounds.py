"""The watch of the ladders rests more than it works: a tap comes first."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from backend.duty import watch
from backend.duty.watch import EACH, REST, SETTLING, TICK, TURN, ReadinessWatch
from escalation.people import Directory, Org

LOOK = 0.002
"""Seconds that a look takes here."""


class Machine:
    """A server's clock and its reader, which is asked for looks and lets time pass."""

    def __init__(self, branches: int) -> None:
        orgs = [Org("hq", "总行", None, "hq", "UTC")]
        orgs += [Org(f"b{each}", "支行", "hq", "branch", "UTC") for each in range(branches)]
        self.now, self.rested, self.looks = 1000.0, 0.0, 0
        self.watch = ReadinessWatch(
            SimpleNamespace(  # type: ignore[arg-type]
                clock=SimpleNamespace(steady=lambda: self.now),
                world=SimpleNamespace(directory=Directory({org.id: org for org in orgs}, {})),
                reader=SimpleNamespace(run=self._looks),
            )
        )
        self.now += SETTLING

    def _looks(self, _: Callable[..., Any]) -> list[Any]:
        self.looks += 1
        self.now += LOOK
        return []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.rested += seconds

    def ticks_until(self, looks: int) -> None:
        """Every five seconds, as the engine does it."""
        while self.looks < looks:
            began = self.now
            self.watch.tick()
            assert self.now - began < TICK + 1
            self.now = max(self.now, began + 5)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Machine]:
    def made(branches: int) -> Machine:
        found = Machine(branches)
        monkeypatch.setattr(watch, "sleep", found.sleep)
        return found

    return made


def test_twenty_thousand_branches_are_gone_round_a_tenth_of_the_time(
    machine: Callable[[int], Machine],
) -> None:
    bank = machine(20_000)
    bank.ticks_until(20_000 // TURN)
    assert bank.looks == 20_000 // TURN
    assert bank.rested == pytest.approx(bank.looks * LOOK * REST)
    assert REST >= 9


def test_a_round_begins_a_minute_after_the_one_before_and_not_earlier(
    machine: Callable[[int], Machine],
) -> None:
    bank = machine(TURN + 1)
    bank.watch.tick()
    assert bank.looks == 2
    bank.now += EACH / 2
    bank.watch.tick()
    assert bank.looks == 2
    bank.now += EACH / 2
    bank.watch.tick()
    assert bank.looks == 4
