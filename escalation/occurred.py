"""When did a deed happen, if a tablet with its own clocks says so (contract, 3; F17)?

Nothing a tablet says is taken for the time itself. What can be relied on:

- It happened before the receipt, and at least ``mono_now - mono_ms`` before it: a monotonic
  clock may stand still (sleep) or begin anew (restart), but it never runs ahead. So the end
  of the interval holds whatever the wall clock shows.
- It happened after the server signed the last time token that the tablet had then.
- Where both clocks of the tablet agree on the age of the deed, the age is measured.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.events import Occurred

DRIFT = 0.0005
"""A tablet's quartz runs wrong by less than this share."""
TRANSIT = timedelta(seconds=5)
"""How long a command may have been on its way after ``mono_now`` was read."""
AGREE = timedelta(seconds=5)
"""Two clocks that differ by more than this do not agree."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the tablet says. Milliseconds for ``mono_*``; ``token_at`` is a verified token's time.

    ``same_run``: the command's monotonic clock is known to be the one that sends (None: unknown).
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
    floor = claim.token_at if claim.token_at and claim.token_at <= received_at else None
    age = _monotonic_age(claim)
    if age is not None and _age_is_measured(claim, age):
        return _measured(age, floor, received_at)
    latest = received_at - (age * (1 - DRIFT) if age is not None else timedelta(0))
    return _by_the_wall_clock(claim, floor, latest, received_at)


def _monotonic_age(claim: Claim) -> timedelta | None:
    if claim.mono_now is None or claim.mono_now < claim.mono_ms or claim.same_run is False:
        return None
    return timedelta(milliseconds=claim.mono_now - claim.mono_ms)


def _age_is_measured(claim: Claim, age: timedelta) -> bool:
    """The wall clock does not say that the deed is older: no sleep, no restart in between."""
    if claim.device_now is None:
        return True
    return claim.device_now - claim.device_at <= age + AGREE


def _measured(age: timedelta, floor: datetime | None, received_at: datetime) -> Occurred:
    latest = received_at - age * (1 - DRIFT)
    earliest = received_at - age * (1 + DRIFT) - TRANSIT - AGREE
    if floor is not None:
        earliest = max(earliest, min(floor, latest))
    estimate = min(max(received_at - age, earliest), latest)
    return Occurred(earliest, latest, estimate, "measured")


def _by_the_wall_clock(
    claim: Claim, floor: datetime | None, latest: datetime, received_at: datetime
) -> Occurred:
    """The clocks disagree or only one speaks: the wall clock is believed inside the bounds."""
    if claim.device_now is None:
        guess = claim.device_at
    else:
        guess = received_at - (claim.device_now - claim.device_at)
    if floor is None:
        earliest = min(guess - AGREE - TRANSIT, latest)
        return Occurred(earliest, latest, min(guess, latest), "estimated")
    floor = min(floor, latest)
    if floor <= guess <= latest:
        return Occurred(floor, latest, guess, "estimated")
    return Occurred(floor, latest, floor + (latest - floor) / 2, "bounded")
