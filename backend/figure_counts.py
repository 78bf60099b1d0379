"""The figures of statistics (A7): what is added up, kept as sums, and shown.

All of it can be added and taken away again, so that the sums of months and of branches are those
of a year and of a region.
"""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_STEPS = (
    range(0, 10 * _SECOND, 100),
    range(10 * _SECOND, 2 * _MINUTE, _SECOND),
    range(2 * _MINUTE, 10 * _MINUTE, 5 * _SECOND),
    range(10 * _MINUTE, _HOUR, 20 * _SECOND),
    range(_HOUR, 6 * _HOUR, 2 * _MINUTE),
    range(6 * _HOUR, _DAY, 10 * _MINUTE),
    range(_DAY, 7 * _DAY, _HOUR),
    range(7 * _DAY, 400 * _DAY + 1, 6 * _HOUR),
)
_TIMES = tuple(chain.from_iterable(_STEPS))
"""As which times are counted; milliseconds, in order."""
_SLOT = 32
"""Bits in which each of them is counted."""
_NUMBERS = (
    *("incidents", "open", "cancelled", "kept", "missed"),
    *("reopened", "repeats", "customer_repeats"),
)
_NAMED = ("causes", "outcomes", "kinds")
OPEN = frozenset({"open", "acknowledged", "contained"})

Packed = list[Any]
"""``Figures`` as they lie in the database: JSON."""


def rounded(milliseconds: int) -> int:
    """As times are counted; of however many incidents there are then some hundred different ones.

    To a tenth of a second below ten seconds, to a second below two minutes, and less than 2.5 %
    off above; nothing takes longer than 400 days.
    """
    return _TIMES[_slot(milliseconds)]


def _slot(milliseconds: int) -> int:
    above = bisect_right(_TIMES, milliseconds)
    if above == len(_TIMES):
        return above - 1
    nearer_below = milliseconds - _TIMES[above - 1] < _TIMES[above] - milliseconds
    return above - 1 if nearer_below else above


@dataclass(slots=True)
class Times:
    """How often something took how long.

    ``bits`` is one number in which each of ``_TIMES`` has its own 32 bits to be counted in: a
    month's times are added to another's by one addition, however many there are.
    """

    bits: int = 0

    def count(self, milliseconds: int) -> None:
        """It took so long once more."""
        self.bits += 1 << _SLOT * _slot(milliseconds)

    @property
    def counts(self) -> dict[int, int]:
        """How often each time was taken; milliseconds, in order."""
        counted = array("I", self.bits.to_bytes(len(_TIMES) * _SLOT // 8, "little"))
        return {_TIMES[slot]: count for slot, count in enumerate(counted) if count}

    def packed(self) -> list[Any]:
        """The first slot that is not empty, and the digits from there on."""
        lowest = (self.bits & -self.bits).bit_length() - 1
        slot = max(lowest, 0) // _SLOT
        return [slot, f"{self.bits >> _SLOT * slot:x}"]

    def add(self, packed: list[Any], sign: int) -> None:
        """Add what was packed, or take it away (-1)."""
        slot, digits = packed
        self.bits += sign * int(digits, 16) << _SLOT * slot

    def as_json(self) -> dict[str, Any]:
        """Count, median and ninetieth percentile; seconds."""
        counts = self.counts
        return {
            "count": sum(counts.values()),
            "median": _seconds(middle(counts)),
            "p90": _seconds(nearest(counts, 90)),
        }


@dataclass(slots=True)
class Figures:
    """The figures of one group, or of all."""

    incidents: int = 0
    open: int = 0
    cancelled: int = 0
    kept: int = 0
    missed: int = 0
    reopened: int = 0
    repeats: int = 0
    customer_repeats: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    to_acknowledge: Times = field(default_factory=Times)
    to_contain: Times = field(default_factory=Times)

    def count(self, row: Mapping[Any, Any], *, again: bool) -> None:
        """One more incident, by its prepared row; ``again``: its cause has been there before."""
        self.incidents += 1
        self.open += row["status"] in OPEN
        self.cancelled += row["status"] == "cancelled"
        self.kept += row["kept"]
        self.missed += row["missed"]
        self.reopened += row["reopened"]
        self.repeats += again
        self.customer_repeats += row["customer_again"]
        for counter, name in (
            (self.causes, row["cause"]),
            (self.outcomes, row["outcome"]),
            (self.kinds, row["kind"]),
        ):
            if name is not None:
                counter[name] += 1
        for times, took in (
            (self.to_acknowledge, row["acknowledged_in"]),
            (self.to_contain, row["contained_in"]),
        ):
            if took is not None:
                times.count(took)

    def packed(self) -> Packed:
        """For the database; the same figures are the same bytes."""
        return [
            [getattr(self, name) for name in _NUMBERS],
            [sorted(getattr(self, name).items()) for name in _NAMED],
            [self.to_acknowledge.packed(), self.to_contain.packed()],
        ]

    def add(self, packed: Packed, sign: int = 1) -> None:
        """Add what was packed, or take it away (-1)."""
        numbers, named, timed = packed
        for name, number in zip(_NUMBERS, numbers, strict=True):
            setattr(self, name, getattr(self, name) + sign * number)
        for name, pairs in zip(_NAMED, named, strict=True):
            _add(getattr(self, name), pairs, sign)
        self.to_acknowledge.add(timed[0], sign)
        self.to_contain.add(timed[1], sign)

    def as_json(self) -> dict[str, Any]:
        """As the API shows them."""
        return {
            "incidents": self.incidents,
            "open": self.open,
            "cancelled": self.cancelled,
            "to_acknowledge": self.to_acknowledge.as_json(),
            "to_contain": self.to_contain.as_json(),
            "clocks": {"kept": self.kept, "missed": self.missed},
            "causes": _by_count("cause", self.causes),
            "outcomes": _by_count("outcome", self.outcomes),
            "complaint_kinds": _by_count("kind", self.kinds),
            "repeats": self.repeats,
            "customer_repeats": self.customer_repeats,
            "reopened": self.reopened,
        }


def middle(counts: Mapping[int, int]) -> int | None:
    """The median: of an even number of values the mean of the two in the middle."""
    total = sum(counts.values())
    if not total:
        return None
    return (_at(counts, (total + 1) // 2) + _at(counts, total // 2 + 1)) // 2


def nearest(counts: Mapping[int, int], percent: int) -> int | None:
    """The smallest value that so many percent do not exceed."""
    total = sum(counts.values())
    return _at(counts, -(-total * percent // 100)) if total else None


def _at(counts: Mapping[int, int], place: int) -> int:
    """The value at a place, counted from 1, of all in order."""
    passed = 0
    for value in sorted(counts):
        passed += counts[value]
        if passed >= place:
            return value
    raise ValueError("there are not so many")


def _add(counter: Counter[Any], pairs: list[list[Any]], sign: int) -> None:
    for name, number in pairs:
        left = counter.get(name, 0) + sign * number
        if left:
            counter[name] = left
        else:
            counter.pop(name, None)


def _by_count(name: str, counts: Counter[str]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [{name: key, "count": count} for key, count in ordered]


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
