"""Who is on duty: shifts, absences, substitutes and take-overs. No clock: ``at`` is passed in.

A shift belongs to the day on which it begins, in the time zone of its org, and ends before its
end. Where the clocks go forward over its beginning or end, that is the moment of the change;
where they show a time twice, the first counts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

WHOLE_DAY = 24 * 60
"""Minutes."""
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """``user`` serves as ``role`` at ``org``: each ``weekday`` (1 is Monday), or on one ``day``.

    ``begins`` and ``ends`` are minutes from midnight; one that ends no later than it begins goes
    over midnight. The single days of a role replace its weekly pattern on that day.
    """

    id: str
    user: str
    role: str
    org: str
    begins: int
    ends: int
    weekday: int | None = None
    day: date | None = None

    def covers(self, begun: date, zone: str, at: datetime) -> bool:
        """Whether the shift that begins on that day runs at that moment."""
        after = _DAY if self.ends <= self.begins else timedelta(0)
        return moment(begun, self.begins, zone) <= at < moment(begun + after, self.ends, zone)


@dataclass(frozen=True, slots=True)
class Absence:
    """``user`` is away from ``start`` to before ``end``, both aware UTC."""

    id: str
    user: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Substitute:
    """Whenever ``user`` is away between ``start`` and ``end`` (None: open), who stands in."""

    id: str
    user: str
    substitute: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Override:
    """``user`` has taken ``role`` at ``org`` over, alone, from ``start`` to before ``end``."""

    id: str
    user: str
    role: str
    org: str
    start: datetime
    end: datetime


Entry = Shift | Override | Absence | Substitute
Kind = TypeVar("Kind", Shift, Override, Absence, Substitute)
Key = TypeVar("Key")


@dataclass(frozen=True)
class Rota:
    """The shifts of one role at one org."""

    weekly: Mapping[int, tuple[Shift, ...]]
    days: Mapping[date, tuple[Shift, ...]]

    def on_duty(self, zone: str, at: datetime) -> frozenset[str] | None:
        """Whose shift it is; None where nothing is planned for that day: everybody's."""
        today = at.astimezone(ZoneInfo(zone)).date()
        if not self.weekly and today not in self.days:
            return None
        return frozenset(
            shift.user
            for day in (today - _DAY, today)
            for shift in self._of(day)
            if shift.covers(day, zone, at)
        )

    def _of(self, day: date) -> tuple[Shift, ...]:
        return self.days.get(day) or self.weekly.get(day.isoweekday(), ())


@dataclass(frozen=True)
class Duty:
    """All of a bank's shifts, take-overs, absences and substitutes, by id; a snapshot."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def on_duty(self, role: str, org: str, zone: str, at: datetime) -> frozenset[str] | None:
        """The users whose shift it is; None where there is no rota: every holder's."""
        rota = self._rotas.get((role, org))
        return None if rota is None else rota.on_duty(zone, at)

    def taken_over(self, role: str, org: str, at: datetime) -> str | None:
        """Who has taken the role there alone; of several the last to do so.

        An absence that began before does not count against them: they have come all the same.
        """
        running = [
            each
            for each in self._overrides.get((role, org), ())
            if each.start <= at < each.end and not self._gone_since(each, at)
        ]
        return max(running, key=lambda each: (each.start, each.id)).user if running else None

    def is_absent(self, user: str, at: datetime) -> bool:
        """Away at that moment."""
        return any(each.start <= at < each.end for each in self._absences.get(user, ()))

    def stand_in(self, user: str, at: datetime, may: Callable[[str], bool]) -> str | None:
        """The user, or while they are away whoever stands in for them, or for that one in turn."""
        seen = {user}
        current = user
        while self.is_absent(current, at):
            following = self._substitute_of(current, at)
            if following is None or following in seen:
                return None
            seen.add(following)
            current = following
        return current if may(current) else None

    def _substitute_of(self, user: str, at: datetime) -> str | None:
        for each in self._substitutes.get(user, ()):
            if each.start <= at and (each.end is None or at < each.end):
                return each.substitute
        return None

    def _gone_since(self, taken: Override, at: datetime) -> bool:
        return any(
            taken.start <= each.start <= at < each.end
            for each in self._absences.get(taken.user, ())
        )

    @cached_property
    def _rotas(self) -> dict[tuple[str, str], Rota]:
        shifts = self._grouped(Shift, lambda each: (each.role, each.org))
        return {place: _rota(found) for place, found in shifts.items()}

    @cached_property
    def _overrides(self) -> dict[tuple[str, str], list[Override]]:
        return self._grouped(Override, lambda each: (each.role, each.org))

    @cached_property
    def _absences(self) -> dict[str, list[Absence]]:
        return self._grouped(Absence, lambda each: each.user)

    @cached_property
    def _substitutes(self) -> dict[str, list[Substitute]]:
        return self._grouped(Substitute, lambda each: each.user)

    def _grouped(self, kind: type[Kind], key: Callable[[Kind], Key]) -> dict[Key, list[Kind]]:
        found: dict[Key, list[Kind]] = {}
        for each in self.entries.values():
            if isinstance(each, kind):
                found.setdefault(key(each), []).append(each)
        return found


def _rota(shifts: Iterable[Shift]) -> Rota:
    weekly: dict[int, tuple[Shift, ...]] = {}
    days: dict[date, tuple[Shift, ...]] = {}
    for each in shifts:
        if each.day is not None:
            days[each.day] = (*days.get(each.day, ()), each)
        elif each.weekday is not None:
            weekly[each.weekday] = (*weekly.get(each.weekday, ()), each)
    return Rota(weekly, days)


def overlap(first: Substitute, second: Substitute) -> bool:
    """Whether both hold at some moment."""
    return (first.end is None or second.start < first.end) and (
        second.end is None or first.start < second.end
    )


def makes_circle(new: Substitute, others: Iterable[Substitute]) -> bool:
    """Whether at some moment whoever stands in would in turn be stood in for by the first."""
    known = list(others)
    waiting = [(new, frozenset((new.user,)))]
    while waiting:
        last, met = waiting.pop()
        if last.substitute in met:
            return True
        for each in known:
            if each.user == last.substitute and overlap(each, last):
                narrowed = Substitute(
                    each.id,
                    each.user,
                    each.substitute,
                    max(each.start, last.start),
                    min((end for end in (each.end, last.end) if end is not None), default=None),
                )
                waiting.append((narrowed, met | {each.user}))
    return False


@lru_cache(maxsize=4096)
def moment(day: date, minutes: int, zone: str) -> datetime:
    """When the clocks of the zone show so many minutes after that day's midnight; aware UTC."""
    place = ZoneInfo(zone)
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    found = wall.replace(tzinfo=place).astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) == wall:
        return found
    return _change(wall.replace(tzinfo=place, fold=1).astimezone(UTC), found, place)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between these two from which the zone has its later offset."""
    later = after.astimezone(zone).utcoffset()
    while after - before > _MINUTE:
        middle = before + (after - before) // _MINUTE // 2 * _MINUTE
        if middle.astimezone(zone).utcoffset() == later:
            after = middle
        else:
            before = middle
    return after
