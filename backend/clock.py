"""Time, ids and randomness: the only place that asks the machine for them."""

import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the rest of the house knows of the machine. Tests pass their own."""

    def now(self) -> datetime:
        """Aware UTC, in whole milliseconds."""

    def steady(self) -> float:
        """Seconds that only ever grow, also while the machine sleeps."""

    def seconds_until(self, moment: datetime) -> float:
        """How long to wait until then, in real seconds."""

    def new_id(self) -> str:
        """A UUIDv7 (RFC 9562)."""

    def random_bytes(self, count: int) -> bytes:
        """Unpredictable bytes."""


class SystemClock:
    """The machine's own clock and randomness."""

    def now(self) -> datetime:
        """Aware UTC."""
        moment = datetime.now(UTC)
        return moment - timedelta(microseconds=moment.microsecond % 1000)

    def steady(self) -> float:
        """The boot-time clock."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def seconds_until(self, moment: datetime) -> float:
        """How long to wait until then."""
        return (moment - datetime.now(UTC)).total_seconds()

    def new_id(self) -> str:
        """By the present moment."""
        return uuid7(time.time_ns() // 1_000_000)

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
