"""What tests put in the place of the machine."""

from datetime import UTC, datetime, timedelta

from backend.clock import Mark, SteadyClock
from notifications.channels.channel import Address, Message, Outside

#: A Wednesday, 10:00 in Shanghai, with no holiday near.
MORNING = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
NEVER = 3600.0
"""Seconds of real sleep: this clock comes to no later moment by itself."""


class VirtualClock(SteadyClock):
    """Stands still until the test moves it; ids and bytes are the machine's own.

    ``steady`` moves with it: presence and deadlines see one time. ``boot`` names the machine's
    present run; its wall clock is ``wrong`` by so many seconds.
    """

    def __init__(self, moment: datetime = MORNING, boot: str = "boot 1") -> None:
        super().__init__()
        self._moment = moment
        self._run = boot
        self.wrong = 0.0

    def now(self) -> datetime:
        return self._moment

    def wall(self) -> datetime:
        return self._moment + timedelta(seconds=self.wrong)

    def steady(self) -> float:
        return self._moment.timestamp()

    def mark(self) -> Mark:
        return Mark(self._run, self.steady(), self._moment)

    def resume(self, own: Mark | None, latest: datetime | None) -> None:
        """The test says what time it is."""

    def follow_wall(self, *, hurried: bool) -> float:
        return self.wrong

    def seconds_until(self, moment: datetime) -> float:
        return 0.0 if moment <= self._moment else NEVER

    def move_to(self, moment: datetime) -> None:
        """From now on it is then; also backwards."""
        self._moment = moment - timedelta(microseconds=moment.microsecond % 1000)


class Broken:
    """A channel whose own code cannot cope."""

    def check(self, address: str, secret: str | None) -> None:
        """Anything goes."""

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        raise ZeroDivisionError(to.address)
