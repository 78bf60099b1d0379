"""Statistics' sums of whole months (A7): made after the fact, and never in the way of a tap.

Whatever changes a row of ``figures`` marks it ``loose``, in the same statement. Later ``sum_up``
adds the month of its branch up anew and carries the difference to every org above. Who asks
meanwhile takes the old sums of that branch and month away and reads its rows: the answer is
always the present one. Months are those of the uppermost org's calendar.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    insert,
    literal,
    select,
    text,
    tuple_,
    update,
)

from backend.bulk import KEY
from backend.customer_repeats import came_again
from backend.figure_counts import Figures, Packed
from backend.figure_table import FigureRow, FigureSumRow
from escalation.people import Directory

ROWS = FigureRow.__table__
SUMS = FigureSumRow.__table__
BY = ("", "type", "cause", "outcome", "business_line")
"""What a month's sums are kept by; those of one org by ``""`` are all together."""
_LOOSE = text("loose")
"""As the index has it: SQLite takes no other words."""
_UTC = ZoneInfo("UTC")
_NO_SUMS = b"{}"
_SUMMING = 0x43_42_53_55
"""PostgreSQL advisory lock: one process adds up at a time."""

Row = Mapping[Any, Any]
SumKey = tuple[str, str, bool, datetime]
"""Org, by, discreet, month."""
Groups = dict[str, Figures]


class Month(NamedTuple):
    """From its first moment until before the next one's."""

    start: datetime
    end: datetime


def calendar(directory: Directory) -> ZoneInfo:
    """The time zone whose months are summed."""
    tops = (org.timezone for org in directory.orgs.values() if org.parent is None)
    return ZoneInfo(next(tops, "UTC"))


def month_of(moment: datetime, zone: ZoneInfo) -> Month:
    """The month that a moment lies in."""
    first = moment.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    later = (first + timedelta(days=32)).replace(day=1)
    return Month(first.astimezone(_UTC), later.astimezone(_UTC))


def with_repeats(rows: Iterable[Row], zone: ZoneInfo) -> Iterator[tuple[Row, bool]]:
    """Rows in the order of branch and time, each with whether it repeats an earlier one.

    It does where the same cause has been there before in the same month, with the same type at
    the same branch; what is discreet repeats only what is.
    """
    branch, month = "", Month(datetime.max.replace(tzinfo=_UTC), datetime.min.replace(tzinfo=_UTC))
    seen: set[tuple[str, str, bool]] = set()
    for row in rows:
        if row["branch"] != branch or not month.start <= row["opened_at"] < month.end:
            branch, month, seen = row["branch"], month_of(row["opened_at"], zone), set()
        if row["cause"] is None:
            yield row, False
            continue
        same = (row["type"], row["cause"], row["discreet"])
        yield row, same in seen
        seen.add(same)


def loose_rows() -> Select[Any]:
    """Branch and opening of the rows that are not as the sums have them.

    They are few, and have an index of their own; with a branch in the question SQLite would look
    through all rows of that branch instead.
    """
    return select(ROWS.c.branch, ROWS.c.opened_at).where(_LOOSE)


def loose_months(
    conn: Connection, zone: ZoneInfo, limit: int | None = None
) -> list[tuple[str, Month]]:
    """Branches and months whose sums are old, one look at the index for each."""
    columns = ROWS.c
    place = tuple_(columns.branch, columns.opened_at)
    next_one = loose_rows().order_by(*place.clauses)
    found: list[tuple[str, Month]] = []
    row = conn.execute(next_one.limit(1)).first()
    while row is not None and (limit is None or len(found) < limit):
        month = month_of(row.opened_at, zone)
        found.append((row.branch, month))
        end = literal(month.end, ROWS.c.opened_at.type)
        later = next_one.where(place >= tuple_(literal(row.branch), end))
        row = conn.execute(later.limit(1)).first()
    return found


def sum_up(conn: Connection, directory: Directory, limit: int) -> int:
    """Bring the sums of at most so many branches' months up to date; how many it were."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SUMMING})
    zone = calendar(directory)
    changes: dict[SumKey, Groups] = defaultdict(dict)
    old = loose_months(conn, zone, limit)
    for branch, month in old:
        _tie_up(conn, branch, month)
        for key, groups in _differences(conn, branch, month, zone).items():
            for org in _orgs(directory, branch):
                _add(changes[org, *key[1:]], groups)
    _carry(conn, changes)
    return len(old)


def put_sums_right(conn: Connection, directory: Directory) -> list[str]:
    """All sums anew from every row; what had been wrong and was not known to be old."""
    known = {
        (org, month.start)
        for branch, month in loose_months(conn, calendar(directory))
        for org in _orgs(directory, branch)
    }
    right, there = _all_sums(conn, directory), _kept_sums(conn)
    wrong = {
        (key[0], key[3])
        for key in right.keys() | there.keys()
        if right.get(key, _NO_SUMS) != there.get(key, _NO_SUMS)
    }
    conn.execute(delete(SUMS))
    if right:
        conn.execute(insert(SUMS), [_sum_row(key, data) for key, data in right.items()])
    conn.execute(update(ROWS).where(_LOOSE).values(loose=False))
    return [
        f"{org}: the sums of {start:%Y-%m-%d} were wrong" for org, start in sorted(wrong - known)
    ]


def _all_sums(conn: Connection, directory: Directory) -> dict[SumKey, bytes]:
    found: dict[SumKey, Groups] = defaultdict(dict)
    zone = calendar(directory)
    for row, again in with_repeats(conn.execute(rows_in_order()).mappings(), zone):
        month = month_of(row["opened_at"], zone)
        for org in _orgs(directory, row["branch"]):
            _count(found, org, month, row, again=again)
    return {key: pack(groups) for key, groups in found.items()}


def _kept_sums(conn: Connection, *where: ColumnElement[bool]) -> dict[SumKey, bytes]:
    rows = conn.execute(select(SUMS).where(*where))
    return {(row.org, row.by, row.discreet, row.month): bytes(row.data) for row in rows}


def pack(groups: Mapping[str, Figures]) -> bytes:
    """Groups as a row of sums keeps them; the same groups are the same bytes."""
    packed = {key: groups[key].packed() for key in sorted(groups)}
    return orjson.dumps({key: each for key, each in packed.items() if any(each[0])})


def unpack(data: bytes) -> dict[str, Packed]:
    """The packed figures of each group."""
    found: dict[str, Packed] = orjson.loads(data)
    return found


def _orgs(directory: Directory, branch: str) -> tuple[str, ...]:
    """The branch and all above it."""
    return directory.path(branch) if branch in directory.orgs else (branch,)


def rows_in_order(without: str | None = None) -> Select[Any]:
    """The prepared rows that count, by branch and time; ``customer_again``: a customer's repeat.

    ``without``: the asker's username, whom nothing about themselves is told (``came_again``).
    """
    columns = ROWS.c
    again: Any = came_again(without).label("customer_again")
    rows: Select[Any] = select(ROWS, again)
    real = rows.where(columns.drill.is_(False))
    return real.order_by(columns.branch, columns.opened_at, columns.incident_id)


def _tie_up(conn: Connection, branch: str, month: Month) -> None:
    """First of all: whoever changes one of the rows from here on makes it loose again.

    Nobody is waited for: what another transaction is changing stays loose.
    """
    columns = ROWS.c
    here = (columns.branch == branch, columns.opened_at >= month.start)
    loose = loose_rows().where(*here, columns.opened_at < month.end)
    loose = loose.with_only_columns(columns.incident_id)
    ids = conn.execute(loose.with_for_update(skip_locked=True)).scalars().all()
    if ids:
        tied = update(ROWS).where(*here, columns.incident_id.in_(ids))
        conn.execute(tied.values(loose=False))


def _differences(
    conn: Connection, branch: str, month: Month, zone: ZoneInfo
) -> dict[SumKey, Groups]:
    """What the sums of that branch and month lack; what they have too much of is negative."""
    found: dict[SumKey, Groups] = defaultdict(dict)
    columns = ROWS.c
    rows = rows_in_order().where(
        columns.branch == branch, columns.opened_at >= month.start, columns.opened_at < month.end
    )
    for row, again in with_repeats(conn.execute(rows).mappings(), zone):
        _count(found, branch, month, row, again=again)
    kept = select(SUMS).where(SUMS.c.org == branch, SUMS.c.month == month.start)
    for sums in conn.execute(kept):
        groups = found[branch, sums.by, sums.discreet, month.start]
        for name, packed in unpack(sums.data).items():
            groups.setdefault(name, Figures()).add(packed, -1)
    return found


def _count(found: dict[SumKey, Groups], org: str, month: Month, row: Row, *, again: bool) -> None:
    for by in BY:
        groups = found[org, by, row["discreet"], month.start]
        groups.setdefault((row[by] or "") if by else "", Figures()).count(row, again=again)


def _add(groups: Groups, more: Mapping[str, Figures]) -> None:
    for name, figures in more.items():
        groups.setdefault(name, Figures()).merge(figures)


def _carry(conn: Connection, changes: Mapping[SumKey, Groups]) -> None:
    """Add the differences to the sums that are there."""
    columns = SUMS.c
    orgs, months = ({key[at] for key in changes} for at in (0, 3))
    there = _kept_sums(conn, columns.org.in_(orgs), columns.month.in_(months)) if changes else {}
    new, other = [], []
    for key, groups in changes.items():
        for name, packed in unpack(there.get(key, _NO_SUMS)).items():
            groups.setdefault(name, Figures()).add(packed)
        data = pack(groups)
        if key not in there:
            new.append(_sum_row(key, data))
        elif data != there[key]:
            other.append({f"{KEY}{name}": value for name, value in _sum_row(key, data).items()})
    if new:
        conn.execute(insert(SUMS), new)
    if other:
        same = [column == bindparam(f"{KEY}{column.name}") for column in SUMS.primary_key]
        conn.execute(update(SUMS).where(*same).values(data=bindparam(f"{KEY}data")), other)


def _sum_row(key: SumKey, data: bytes) -> dict[str, Any]:
    return {**dict(zip(("org", "by", "discreet", "month"), key, strict=True)), "data": data}
