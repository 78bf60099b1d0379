"""When did a deed happen, if a tablet with its own clocks says so (contract, 3; F17)?

Nothing a tablet says is taken for the time itself. What can be relied on:

- It happened before the receipt, and at least the monotonic clock's age before it: that clock
  may stand still (sleep) or begin anew (restart), but within a run it never runs ahead.
- It happened after the server signed the last time token that the tablet had then.
- Where the wall clock counts the same age as the monotonic one, there was neither sleep nor
  restart nor a step of the wall clock in between: the age is measured. (A sleep that a step
  hides to the second cannot be told from none; nobody can.)

Everything else is a bracket, with the more likely clock's word as the estimate in it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.events import Occurred

DRIFT = 0.0005
"""A tablet's quartz runs wrong by less than this share."""
TRANSIT = timedelta(seconds=5)
"""How long a command may have been on its way after ``mono_now`` was read."""
AGREE = timedelta(seconds=2)
"""Two clocks that differ by more than this, and their drift, do not agree."""
HORIZON = timedelta(days=30)
"""Without a time token nothing says how old a deed may be; this is what we reckon with."""
ABSURD = timedelta(days=366)
"""A clock that claims a greater age is not listened to."""
NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the tablet says. Milliseconds for ``mono_*``; ``token_at`` is a verified token's time.

    ``same_run``: the command's monotonic clock is known to be the one that sends (None: unknown).
    ``device_now`` is the wall clock at the sending; direct commands come without it.
    """

    device_at: datetime
    mono_ms: int
    mono_now: int | None = None
    device_now: datetime | None = None
    token_at: datetime | None = None
    same_run: bool | None = None


def reconstruct(claim: Claim | None, received_at: datetime) -> Occurred:
    """The interval in which it happened, the best estimate in it, and on what basis.

    Args:
        claim: the tablet's word, or None: then the receipt itself is the time.
        received_at: the server's time, aware UTC.
    """
    if claim is None:
        return Occurred.at_server(received_at)
    ages = _Ages.of(claim, received_at)
    latest = received_at - ages.least
    floor = claim.token_at
    if floor is not None and floor > latest:
        # The token had not been signed then: the claim contradicts itself.
        return _bracketed(ages.likely, None, received_at, received_at)
    if ages.agree:
        return _measured(ages, floor, latest, received_at)
    return _bracketed(ages.likely, floor, latest, received_at)


@dataclass(frozen=True, slots=True)
class _Ages:
    """How old the deed is by each clock. A direct command's ``wall`` age is up to the receipt."""

    mono: timedelta | None
    wall: timedelta | None
    direct: bool
    same_run: bool | None

    @classmethod
    def of(cls, claim: Claim, received_at: datetime) -> "_Ages":
        wall = (claim.device_now or received_at) - claim.device_at
        mono = None
        if claim.mono_now is not None and claim.same_run is not False:
            mono = timedelta(milliseconds=claim.mono_now - claim.mono_ms)
        return cls(
            mono if mono is not None and NONE <= mono <= ABSURD else None,
            wall if abs(wall) <= ABSURD else None,
            claim.device_now is None,
            claim.same_run,
        )

    @property
    def agree(self) -> bool:
        if self.mono is None or self.wall is None:
            return False
        on_the_way = TRANSIT if self.direct else NONE
        return -self._apart <= self.wall - self.mono <= self._apart + on_the_way

    @property
    def least(self) -> timedelta:
        """It is at least this old. Of a run that may not be the sender's, only if both agree."""
        return self.mono * (1 - DRIFT) if self.mono is not None and self._sure else NONE

    @property
    def most(self) -> timedelta:
        """It is no older than this, where the clocks agree."""
        by_mono = (self.mono or NONE) + TRANSIT
        by_wall = (self.wall or NONE) + (NONE if self.direct else TRANSIT)
        return max(by_mono, by_wall) / (1 - DRIFT) + 2 * AGREE

    @property
    def likely(self) -> timedelta | None:
        """What is sent at once has hardly slept in between; what was kept may well have."""
        if self.direct and self._sure:
            return self.mono
        return self.wall if self.wall is not None else self.mono

    @property
    def _sure(self) -> bool:
        """The monotonic clock speaks of this deed: it is the same run, or the wall clock agrees."""
        if self.mono is None:
            return False
        return self.same_run or (self.wall is not None and self.wall - self.mono >= -self._apart)

    @property
    def _apart(self) -> timedelta:
        return AGREE + (self.mono or NONE) * 2 * DRIFT


def _measured(
    ages: _Ages, floor: datetime | None, latest: datetime, received_at: datetime
) -> Occurred:
    earliest = received_at - ages.most
    if floor is not None:
        earliest = max(earliest, floor)
    estimate = received_at - (ages.mono or NONE)
    return Occurred(earliest, latest, min(max(estimate, earliest), latest), "measured")


def _bracketed(
    likely: timedelta | None, floor: datetime | None, latest: datetime, received_at: datetime
) -> Occurred:
    """The likely age is believed inside the bounds; outside them only the bounds are known."""
    earliest = latest - HORIZON if floor is None else floor
    guess = latest if likely is None else received_at - likely
    if earliest <= guess <= latest:
        return Occurred(earliest, latest, guess, "estimated")
    # An impossible wall clock says nothing; a monotonic age that is too short may be drift.
    estimate = latest if guess > latest else earliest + (latest - earliest) / 2
    return Occurred(earliest, latest, estimate, "bounded")
