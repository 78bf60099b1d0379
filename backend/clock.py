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


def uuid7(milliseconds: int) -> str:
    """A UUIDv7 for a moment, in milliseconds since 1970."""
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
