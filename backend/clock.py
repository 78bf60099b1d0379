"""Time, ids and randomness: the only place that asks the machine for them."""

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mark:
    """What the house's time was at a point of the boot-time clock (seconds) of one boot."""

    boot: str
    seconds: float
    moment: datetime


class Clock(Protocol):
    """What the rest of the house knows of the machine. Tests pass their own."""

    def now(self) -> datetime:
        """Aware UTC, in whole milliseconds."""

    def wall(self) -> datetime:
        """What the machine's wall clock shows, right or wrong: for what others compare with it."""

    def steady(self) -> float:
        """Seconds that only ever grow, also while the machine sleeps."""

    def mark(self) -> Mark:
        """Where this clock stands, to be kept for the next start."""

    def resume(self, own: Mark | None, latest: datetime | None) -> None:
        """Go on where ``own``, kept on this boot, stood; never before ``latest``."""

    def follow_wall(self, *, hurried: bool) -> float:
        """Come nearer to the wall clock, where that does no harm; how far ahead it is (seconds).

        ``hurried``: a deadline of minutes is armed somewhere; its length must not change.
        """

    def seconds_until(self, moment: datetime) -> float:
        """How long to wait until then, in real seconds."""

    def new_id(self) -> str:
        """A UUIDv7 (RFC 9562)."""

    def random_bytes(self, count: int) -> bytes:
        """Unpredictable bytes."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
IN_STEP = 0.01
"""Seconds; a smaller difference from the wall clock is none."""
SMALL = 1.0
"""Seconds; up to here the clock only goes a little faster or slower than the wall's."""
SLEWED = 0.0005
"""How much faster or slower: a minute is wrong by 30 ms at most."""
PATIENT = 0.5
"""The pace at which a clock that is far ahead lets the wall's catch up, while nothing hurries."""
STABLE = 300.0
"""Seconds for which a big difference must have stayed the same before it is believed."""


def wall_clock() -> datetime:
    """The machine's wall clock."""
    return datetime.now(UTC)


def boot_clock() -> float:
    """Seconds since the machine was started; nobody can set them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@cache
def boot_id() -> str:
    """Which run of the machine this is."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


class SteadyClock:
    """A time that only grows, at the boot-time clock's pace (rule 6; docs/adr/0006).

    It begins with the wall clock. Setting that one wrong while the server runs neither hastens
    nor delays a ladder; ``follow_wall`` brings the two together again when nothing hurries.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = wall_clock,
        boot: Callable[[], float] = boot_clock,
        which_boot: Callable[[], str] = boot_id,
    ) -> None:
        self._wall, self._boot, self._which_boot = wall, boot, which_boot
        self._since = boot()
        self._began = (wall() - _EPOCH) / _MILLISECOND
        self._pace = 1.0
        self._set_to: float | None = None
        self._set_at = self._since

    def _at(self, boot: float) -> float:
        """Milliseconds since 1970 at that point of the boot-time clock."""
        return self._began + (boot - self._since) * self._pace * 1000

    def _milliseconds(self) -> int:
        return int(self._at(self._boot()))

    def now(self) -> datetime:
        """Aware UTC."""
        return _EPOCH + _MILLISECOND * self._milliseconds()

    def wall(self) -> datetime:
        """The wall clock itself."""
        return self._wall()

    def steady(self) -> float:
        """The boot-time clock."""
        return self._boot()

    def mark(self) -> Mark:
        """Moment and boot-time clock together."""
        return Mark(self._which_boot(), self._boot(), self.now())

    def resume(self, own: Mark | None, latest: datetime | None) -> None:
        """On the same boot the time has simply gone on, whatever the wall clock was set to."""
        at = self._boot()
        if own is None or own.boot != self._which_boot() or own.seconds > at:
            began = self._wall()
        else:
            began = own.moment + timedelta(seconds=at - own.seconds)
        if latest is not None:
            began = max(began, latest)
        self._go_on((began - _EPOCH) / _MILLISECOND, at, 1.0)

    def _go_on(self, began: float, at: float, pace: float) -> None:
        self._began, self._since, self._pace = began, at, pace

    def follow_wall(self, *, hurried: bool) -> float:
        """Small differences are slewed; a big, stable one is taken over when nothing hurries.

        Time never runs backwards: ahead of the wall clock, it waits for it at half its pace.
        """
        at = self._boot()
        began = now = self._at(at)
        wall = (self._wall() - _EPOCH) / _MILLISECOND
        off, pace = (wall - now) / 1000, 1.0
        believed = self._is_stable(wall / 1000 - at, at)
        if abs(off) <= SMALL:
            if abs(off) > IN_STEP:
                pace += SLEWED if off > 0 else -SLEWED
        elif believed and not hurried:
            if off > 0:
                began, off = wall, 0.0
            else:
                pace = PATIENT
        if pace != self._pace or began != now:
            self._go_on(began, at, pace)
        return off

    def _is_stable(self, set_to: float, at: float) -> bool:
        """The wall clock has not been set for a while: it goes as the boot-time clock does."""
        if self._set_to is None or abs(set_to - self._set_to) > SMALL:
            self._set_to, self._set_at = set_to, at
        return at - self._set_at >= STABLE

    def seconds_until(self, moment: datetime) -> float:
        """How long the boot-time clock needs until then."""
        left = (moment - _EPOCH) / _MILLISECOND - self._at(self._boot())
        return left / 1000 / self._pace

    def new_id(self) -> str:
        """By the present moment."""
        return uuid7(self._milliseconds())

    def random_bytes(self, count: int) -> bytes:
        """From the operating system."""
        return secrets.token_bytes(count)


_VARIANT = {digit: "89ab"[number % 4] for number, digit in enumerate("0123456789abcdef")}
"""The two highest bits are 1 and 0 (RFC 9562, 4.1)."""


def uuid7(milliseconds: int) -> str:
    """A UUIDv7 for a moment, in milliseconds since 1970."""
    time, random = f"{milliseconds:012x}", os.urandom(10).hex()
    variant = _VARIANT[random[3]]
    return f"{time[:8]}-{time[8:]}-7{random[:3]}-{variant}{random[4:7]}-{random[7:19]}"
