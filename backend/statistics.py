"""Statistics (A7): times, clocks, causes and repeats, added up from the prepared figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Subquery,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.sql.elements import ColumnElement

from backend.db import Moment
from backend.figures import FIGURES
from backend.projections import INCIDENTS
from backend.tables import OPEN

GROUPS = ("branch", "type", "month", "cause", "outcome", "business_line")
"""What statistics can be taken apart by."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``months`` are (first moment, name), oldest first.

    ``ordinary`` and ``discreet`` are the branches whose incidents of either sort count;
    ``without`` is the asker's own username: what is about them is not counted for them.
    """

    since: datetime
    until: datetime
    ordinary: frozenset[str]
    discreet: frozenset[str]
    without: str
    by: str
    months: Sequence[tuple[datetime, str]] = ()


@dataclass(slots=True)
class Times:
    """How long something took, in milliseconds, and how often."""

    counts: Counter[int] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Count, median and ninetieth percentile; seconds."""
        count = self.counts.total()
        return {
            "count": count,
            "median": _seconds(middle(self.counts)),
            "p90": _seconds(nearest(self.counts, 90)),
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
    causes: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    to_acknowledge: Times = field(default_factory=Times)
    to_contain: Times = field(default_factory=Times)

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
            "reopened": self.reopened,
        }


def count_up(conn: Connection, question: Question) -> tuple[Figures, dict[str, Figures]]:
    """All together, and group by group; the group of what is not said is named by nothing."""
    rows = figures_of(question)
    total, groups = Figures(), dict[str, Figures]()
    _add_sums(conn, rows, total, groups)
    _add_times(conn, rows, total, groups)
    for name, count in conn.execute(waiting_for(question)):
        for figures in (total, groups.setdefault(name, Figures())):
            figures.incidents += count
            figures.open += count
    for name, count in conn.execute(_repeats(rows, rows.c.grp)):
        groups[name].repeats = count
    total.repeats = conn.execute(_repeats(rows)).scalar_one()
    return total, groups


def figures_of(question: Question) -> Subquery:
    """The prepared rows that count, each with the name of its group."""
    columns = FIGURES.c
    group = _group(question, columns.opened_at, columns.get(question.by))
    return (
        select(FIGURES, group.label("grp"))
        .where(*_counting(question, FIGURES, columns.branch, columns.opened_at))
        .subquery("counted")
    )


def waiting_for(question: Question) -> Select[Any]:
    """How many of each group still wait for their first answer: they have no row yet."""
    # Few are open, of however many there were: no database shall look through the whole period.
    branch = INCIDENTS.c.branch.concat("")
    opened_at = cast(INCIDENTS.c.opened_at, Moment)
    group = _group(question, opened_at, INCIDENTS.c.get(question.by)).label("grp")
    rows = select(group).where(
        text(OPEN),
        INCIDENTS.c.drill.is_(False),
        ~exists().where(FIGURES.c.incident_id == INCIDENTS.c.id),
        *_counting(question, INCIDENTS, branch, opened_at),
    )
    each = rows.subquery("waiting")
    return select(each.c.grp, func.count()).group_by(each.c.grp)


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


def _add_sums(conn: Connection, rows: Subquery, total: Figures, groups: dict[str, Figures]) -> None:
    columns = rows.c
    words = (columns.cause, columns.outcome, columns.kind)
    is_open = columns.status.in_(("open", "acknowledged", "contained"))
    sums = select(
        columns.grp,
        *words,
        func.count().label("incidents"),
        _how_many(is_open).label("open"),
        _how_many(columns.status == "cancelled").label("cancelled"),
        *(func.sum(columns[name]).label(name) for name in ("kept", "missed", "reopened")),
    ).group_by(columns.grp, *words)
    for row in conn.execute(sums).mappings():
        for figures in (total, groups.setdefault(row["grp"], Figures())):
            for name in ("incidents", "open", "cancelled", "kept", "missed", "reopened"):
                setattr(figures, name, getattr(figures, name) + row[name])
            for name in ("cause", "outcome", "kind"):
                if row[name] is not None:
                    getattr(figures, f"{name}s")[row[name]] += row["incidents"]


def _add_times(
    conn: Connection, rows: Subquery, total: Figures, groups: Mapping[str, Figures]
) -> None:
    group = rows.c.grp
    for column, name in (("acknowledged_in", "to_acknowledge"), ("contained_in", "to_contain")):
        value = rows.c[column]
        counts = select(group, value, func.count()).where(value.is_not(None))
        for key, took, count in conn.execute(counts.group_by(group, value)):
            for figures in (total, groups[key]):
                getattr(figures, name).counts[took] += count


def _repeats(rows: Subquery, *group: ColumnElement[Any]) -> Select[Any]:
    """How often the same cause came again with the same type at the same branch (A7)."""
    columns = rows.c
    same = (columns.branch, columns.type, columns.cause)
    often = select(*group, func.count().label("times")).where(columns.cause.is_not(None))
    each = often.group_by(*group, *same).having(func.count() > 1).subquery()
    again = func.sum(each.c.times - 1)
    if not group:
        return select(func.coalesce(again, 0))
    return select(each.c.grp, again).group_by(each.c.grp)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _counting(question: Question, table: Any, branch: Any, opened_at: Any) -> list[Any]:
    either = question.ordinary | question.discreet
    subject, is_discreet = table.c.subject, table.c.discreet
    found = [
        branch.in_(sorted(either)),
        opened_at >= question.since,
        opened_at < question.until,
        or_(subject.is_(None), subject != question.without),
    ]
    for branches, discreet in ((question.ordinary, False), (question.discreet, True)):
        if branches != either:
            found.append(or_(is_discreet.is_(not discreet), branch.in_(sorted(branches))))
    return found


def _group(
    question: Question, opened_at: Any, column: ColumnElement[Any] | None
) -> ColumnElement[str]:
    """The name of a row's group; what has no such column yet says nothing of it."""
    if question.by == "month":
        later = [(opened_at >= start, literal(name)) for start, name in question.months]
        return case(*reversed(later), else_=literal(""))
    return literal("") if column is None else func.coalesce(column, "")


def _by_count(name: str, counts: Counter[str]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [{name: key, "count": count} for key, count in ordered]


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
