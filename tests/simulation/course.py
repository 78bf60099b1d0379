"""True time, and what happens in it: events in order, drawn from one seed and nothing else."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from backend.clock import SteadyClock, uuid7

BEGAN = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


class Course:
    """Seconds since the beginning, a queue of what comes, and a trace of what came."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.now = 0.0
        self.trace: list[str] = []
        self._coming: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._numbers = count()

    def after(self, seconds: float, work: Callable[..., Any], *args: Any) -> None:
        """In so many seconds; of what comes at the same moment, the first said comes first."""
        heapq.heappush(self._coming, (self.now + seconds, next(self._numbers), work, args))

    def run(self, until: float) -> None:
        """Let it happen."""
        while self._coming and self._coming[0][0] <= until:
            self.now, _, work, args = heapq.heappop(self._coming)
            work(*args)
        self.now = until

    def note(self, what: str) -> None:
        """A line of the trace."""
        self.trace.append(f"{self.now:9.3f} {what}")

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.random.random() < share


class Machine:
    """Where the server runs. Its wall clock is ``wrong`` by so many seconds."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self.wrong = 0.0
        self.boots = 1
        self._booted_at = -1000.0

    def reboots(self) -> None:
        """Its boot-time clock begins anew."""
        self.boots += 1
        self._booted_at = self._course.now

    def wall(self) -> datetime:
        return BEGAN + timedelta(seconds=self._course.now + self.wrong)

    def boot(self) -> float:
        return self._course.now - self._booted_at

    def run(self) -> str:
        return f"boot {self.boots}"


class SimulatedClock(SteadyClock):
    """The server's own clock on that machine; ids and bytes come from the seed."""

    def __init__(self, course: Course, machine: Machine) -> None:
        super().__init__(machine.wall, machine.boot, machine.run)
        self._random = course.random

    def new_id(self) -> str:
        stamp = uuid7(int(self.now().timestamp() * 1000))[:14]
        rest = self.random_bytes(10).hex()
        return f"{stamp}7{rest[:3]}-8{rest[3:6]}-{rest[6:18]}"

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)
