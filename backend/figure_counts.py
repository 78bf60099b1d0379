"""The figures of statistics (A7): what is added up, kept as sums, and shown.

All of it can be added and taken away again, so that the sums of months and of branches are those
of a year and of a region.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
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

    def packed(self) -> list[Any]:
        """The first slot that is not empty, and the digits from there on."""
        slot = self._first()
        return [slot, f"{self.bits >> _SLOT * slot:x}"]

    def add(self, packed: list[Any], sign: int) -> None:
        """Add what was packed, or take it away (-1)."""
        slot, digits = packed
        self.bits += sign * int(digits, 16) << _SLOT * slot

    def as_json(self) -> dict[str, Any]:
        """Count, median and ninetieth percentile; seconds."""
        slot = self._first()
        bits = self.bits >> _SLOT * slot
        length = -(-bits.bit_length() // _SLOT)
        counts = array("I", bits.to_bytes(length * _SLOT // 8, "little"))
        times, passed = _TIMES[slot : slot + length], list(accumulate(counts))
        return {
            "count": passed[-1] if passed else 0,
            "median": _seconds(middle(times, passed)),
            "p90": _seconds(nearest(times, passed, 90)),
        }

    def _first(self) -> int:
        """The first slot that is not empty."""
        lowest = (self.bits & -self.bits).bit_length() - 1
        return max(lowest, 0) // _SLOT


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
        numbers, (causes, outcomes, kinds), (to_acknowledge, to_contain) = packed
        self._add_numbers(numbers, sign)
        _add(self.causes, causes, sign)
        _add(self.outcomes, outcomes, sign)
        _add(self.kinds, kinds, sign)
        self.to_acknowledge.add(to_acknowledge, sign)
        self.to_contain.add(to_contain, sign)

    def merge(self, other: "Figures") -> None:
        """Add what another group has."""
        self._add_numbers([getattr(other, name) for name in _NUMBERS], 1)
        for name in _NAMED:
            _add(getattr(self, name), getattr(other, name).items(), 1)
        self.to_acknowledge.bits += other.to_acknowledge.bits
        self.to_contain.bits += other.to_contain.bits

    def _add_numbers(self, numbers: Sequence[int], sign: int) -> None:
        """In the order of ``_NUMBERS``; thousands of sums a second are added so."""
        incidents, still_open, cancelled, kept, missed, reopened, repeats, customers = numbers
        self.incidents += sign * incidents
        self.open += sign * still_open
        self.cancelled += sign * cancelled
        self.kept += sign * kept
        self.missed += sign * missed
        self.reopened += sign * reopened
        self.repeats += sign * repeats
        self.customer_repeats += sign * customers

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


def middle(values: Sequence[int], passed: Sequence[int]) -> int | None:
    """The median: of an even number of values the mean of the two in the middle.

    Args:
        values: in order.
        passed: how many there are up to and with each of them.
    """
    if not passed:
        return None
    total = passed[-1]
    places = ((total + 1) // 2, total // 2 + 1)
    return sum(values[bisect_left(passed, place)] for place in places) // 2


def nearest(values: Sequence[int], passed: Sequence[int], percent: int) -> int | None:
    """The smallest value that so many percent do not exceed; of the same as ``middle``."""
    if not passed:
        return None
    return values[bisect_left(passed, -(-passed[-1] * percent // 100))]


def _add(counter: Counter[Any], pairs: Iterable[Sequence[Any]], sign: int) -> None:
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
