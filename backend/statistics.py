"""Statistics (A7): times, clocks, causes and repeats, from the sums of months and prepared rows.

Whole months are read as sums, of the fewest orgs that hold the branches asked for. Row by row come
the ends of the period, months whose sums are old, and those with something about the asker.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, exists, select, text

from backend.customer_repeats import came_after
from backend.figure_counts import Figures, Packed
from backend.figure_sums import (
    ROWS,
    SUMS,
    Month,
    Row,
    loose_rows,
    month_of,
    rows_in_order,
    unpack,
    with_repeats,
)
from backend.projections import INCIDENTS
from backend.tables import OPEN

GROUPS = ("branch", "type", "month", "cause", "outcome", "business_line")
"""What statistics can be taken apart by."""
_NOTHING_YET = dict.fromkeys(
    ("cause", "outcome", "kind", "business_line", "acknowledged_in", "contained_in")
) | dict.fromkeys(("kept", "missed", "reopened", "customer_again"), 0)
"""Of an incident that has no prepared row."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    ``ordinary`` and ``discreet`` are the branches whose incidents of either sort count; ``tree``
    names the branches at or below each org. ``without`` is the asker's own username: what is
    about them is not counted for them. ``months`` are (first moment, name), oldest first;
    ``zone`` has the calendar of the sums.
    """

    since: datetime
    until: datetime
    ordinary: frozenset[str]
    discreet: frozenset[str]
    without: str
    by: str
    now: datetime
    zone: ZoneInfo
    tree: Mapping[str, frozenset[str]]
    months: Sequence[tuple[datetime, str]] = ()

    @property
    def either(self) -> frozenset[str]:
        """The branches of which anything counts."""
        return self.ordinary | self.discreet

    def counts(self, row: Row) -> bool:
        """Whether the asker may count it."""
        branches = self.discreet if row["discreet"] else self.ordinary
        return row["branch"] in branches and row["subject"] != self.without

    def group(self, row: Row) -> str:
        """The name of its group; what is not said is named by nothing."""
        if self.by == "month":
            return self.month_name(row["opened_at"])
        return row[self.by] or ""

    def month_name(self, moment: datetime) -> str:
        """The month of the asker's calendar."""
        at = bisect_right(self.months, moment, key=lambda each: each[0])
        return self.months[at - 1][1] if at else ""


@dataclass(slots=True)
class Counted:
    """The figures, group by group."""

    groups: dict[str, Figures] = field(default_factory=dict)

    def add(self, group: str, packed: Packed, sign: int = 1) -> None:
        """Add sums to a group, or take them away."""
        self.groups.setdefault(group, Figures()).add(packed, sign)

    def count(self, group: str, row: Row, *, again: bool = False) -> None:
        """Count one incident."""
        self.groups.setdefault(group, Figures()).count(row, again=again)

    def all_together(self) -> tuple[Figures, dict[str, Figures]]:
        """Their sum, and the groups that have anything in them."""
        total = Figures()
        for each in self.groups.values():
            total.merge(each)
        return total, {name: each for name, each in self.groups.items() if each.incidents}


def count_up(conn: Connection, question: Question) -> tuple[Figures, dict[str, Figures]]:
    """All together, and group by group; the group of what is not said is named by nothing."""
    counted, whole = Counted(), whole_months(question)
    if whole is None:
        _read_rows(conn, question, counted, question.either, question.since, question.until)
    else:
        _read_sums(conn, question, counted, whole)
        _read_rows(conn, question, counted, question.either, question.since, whole.start)
        _read_rows(conn, question, counted, question.either, whole.end, question.until)
    for waiting in conn.execute(waiting_now()).mappings():
        row = {**_NOTHING_YET, **waiting}
        if question.since <= row["opened_at"] < question.until and question.counts(row):
            counted.count(question.group(row), row)
    return counted.all_together()


def whole_months(question: Question) -> Month | None:
    """From the first to the last month that the sums can answer; None where there is none.

    The present month has not ended, and nothing lies after now.
    """
    first = month_of(question.since, question.zone)
    start = first.start if first.start == question.since else first.end
    end = month_of(question.until, question.zone).start
    if question.until > question.now:
        end = max(end, month_of(question.now, question.zone).end)
    if end <= start:
        return None
    if question.by == "month":
        named = [at for at, _ in question.months if start < at < end]
        if named != list(_months_between(start, end, question.zone))[1:]:
            return None  # another calendar than the sums'
    return Month(start, end)


def cover(branches: Collection[str], tree: Mapping[str, frozenset[str]]) -> list[str]:
    """The fewest orgs that have these branches at or below them, and no other branch."""
    left, found = set(branches), []
    for org, below in sorted(tree.items(), key=lambda each: (-len(each[1]), each[0])):
        if below and below <= left:
            found.append(org)
            left -= below
    return [*found, *sorted(left)]


def sums_of(question: Question, whole: Month, discreet: bool) -> Select[Any]:
    """The sums of the whole months; org and month say whose."""
    columns = SUMS.c
    branches = question.discreet if discreet else question.ordinary
    by_branch = question.by == "branch"
    return select(columns.org, columns.month, columns.data).where(
        columns.org.in_(sorted(branches) if by_branch else cover(branches, question.tree)),
        columns.by == _kept_by(question),
        columns.discreet.is_(discreet),
        columns.month >= whole.start,
        columns.month < whole.end,
    )


def about(username: str) -> Select[Any]:
    """Branch and opening of what is in the sums and not for whom it is about, by its own index."""
    return select(ROWS.c.branch, ROWS.c.opened_at).where(ROWS.c.subject == username)


def rows_of(branches: Iterable[str], since: datetime, until: datetime, without: str) -> Select[Any]:
    """The prepared rows of these branches, in the order of branch and time."""
    columns = ROWS.c
    return rows_in_order(without).where(
        columns.branch.in_(sorted(branches)),
        columns.opened_at >= since,
        columns.opened_at < until,
    )


def waiting_now() -> Select[Any]:
    """Those that still wait for their first answer, whenever they began: they have no row yet.

    Few are open, of however many there were; by anything else they would be looked for in all.
    """
    columns = INCIDENTS.c
    return select(INCIDENTS).where(
        text(OPEN),
        columns.drill.is_(False),
        ~exists().where(ROWS.c.incident_id == columns.id),
    )


def _read_sums(conn: Connection, question: Question, counted: Counted, whole: Month) -> None:
    for discreet in (False, True):
        for row in conn.execute(sums_of(question, whole, discreet)):
            _add_sums(question, counted, row)
    for branch, month in sorted(_to_read(conn, question, whole)):
        for discreet, branches in ((False, question.ordinary), (True, question.discreet)):
            if branch in branches:
                for row in conn.execute(_kept(question, branch, month, discreet)):
                    _add_sums(question, counted, row, -1)
        _read_rows(conn, question, counted, [branch], month.start, month.end)


def _to_read(conn: Connection, question: Question, whole: Month) -> set[tuple[str, Month]]:
    me = question.without
    return {
        (row.branch, month_of(row.opened_at, question.zone))
        for rows in (loose_rows(), about(me), came_after(me))
        for row in conn.execute(rows)
        if row.branch in question.either and whole.start <= row.opened_at < whole.end
    }


def _add_sums(question: Question, counted: Counted, row: Any, sign: int = 1) -> None:
    for name, packed in unpack(row.data).items():
        group = name
        if question.by == "branch":
            group = row.org
        elif question.by == "month":
            group = question.month_name(row.month)
        counted.add(group, packed, sign)


def _read_rows(
    conn: Connection,
    question: Question,
    counted: Counted,
    branches: Iterable[str],
    since: datetime,
    until: datetime,
) -> None:
    """Count row by row. Of a broken month the rows before ``since`` tell what is a repeat."""
    if since >= until:
        return
    month = month_of(since, question.zone)
    rows = conn.execute(rows_of(branches, month.start, until, question.without)).mappings()
    for row, again in with_repeats(filter(question.counts, rows), question.zone):
        if row["opened_at"] >= since:
            counted.count(question.group(row), row, again=again)


def _kept(question: Question, branch: str, month: Month, discreet: bool) -> Select[Any]:
    columns = SUMS.c
    return select(columns.org, columns.month, columns.data).where(
        columns.org == branch,
        columns.by == _kept_by(question),
        columns.discreet.is_(discreet),
        columns.month == month.start,
    )


def _kept_by(question: Question) -> str:
    return "" if question.by in ("branch", "month") else question.by


def _months_between(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    while start < end:
        yield start
        start = month_of(start, zone).end
