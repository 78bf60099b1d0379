"""What tests put in the place of the machine."""

from datetime import UTC, datetime, timedelta

from backend.clock import SystemClock

#: A Wednesday, 10:00 in Shanghai, with no holiday near.
MORNING = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
NEVER = 3600.0
"""Seconds of real sleep: this clock comes to no later moment by itself."""


class VirtualClock(SystemClock):
    """Stands still until the test moves it; ids and bytes are the machine's own.

    ``steady`` moves with it: presence and deadlines see one time.
    """

    def __init__(self, moment: datetime = MORNING) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def steady(self) -> float:
        return self._moment.timestamp()

    def seconds_until(self, moment: datetime) -> float:
        return 0.0 if moment <= self._moment else NEVER

    def move_to(self, moment: datetime) -> None:
        """From now on it is then; also backwards."""
        self._moment = moment - timedelta(microseconds=moment.microsecond % 1000)
