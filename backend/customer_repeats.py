"""Customers who came again (A7, S9): which incidents statistics count as a customer's repeat.

An incident is one when its customer was linked, at the same branch, to another one that was opened
before it and not more than a year before. Neither of the two is a drill or was taken back, and
what is discreet repeats only what is: whoever counts an incident may know of the other one. What
is about the asker makes no repeat for them. An incident counts once somebody has taken it up.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    exists,
    or_,
    select,
    type_coerce,
    update,
)

from backend.batch import Batch
from backend.customers.tables import CustomerRow
from backend.figure_table import FigureRow
from escalation.customer import REPEAT_WITHIN

ROWS = FigureRow.__table__
_CARDS = CustomerRow.__table__
_EARLIER = ROWS.alias("earlier")
_LATER = ROWS.alias("later")
_A_YEAR = int(REPEAT_WITHIN.total_seconds() * 1000)
"""Milliseconds, as moments are kept."""

_Row = Mapping[str, Any]


def came_again(without: str | None = None) -> ColumnElement[bool]:
    """Whether a row of ``figures`` is a customer's repeat.

    Args:
        without: the asker's username; what is about them is not looked at.
    """
    mine, theirs = ROWS.c, _EARLIER.c
    year_before = type_coerce(mine.opened_at, BigInteger) - _A_YEAR
    same = and_(
        _branch(theirs) == mine.branch,
        theirs.customer.is_not(None),  # as the index has it
        theirs.customer == mine.customer,
        theirs.opened_at < mine.opened_at,
        type_coerce(theirs.opened_at, BigInteger) >= year_before,
        theirs.discreet == mine.discreet,
        theirs.drill.is_(False),
        theirs.status != "cancelled",
    )
    if without is not None:
        same = and_(same, or_(theirs.subject.is_(None), theirs.subject != without))
    return and_(mine.customer.is_not(None), mine.status != "cancelled", exists().where(same))


def came_after(username: str) -> Select[Any]:
    """Branch and opening of what may repeat an incident about them: they count it otherwise."""
    mine, theirs = ROWS.c, _LATER.c
    same = and_(
        _branch(theirs) == mine.branch,
        theirs.customer.is_not(None),
        theirs.customer == mine.customer,
        theirs.opened_at > mine.opened_at,
    )
    found = select(theirs.branch, theirs.opened_at).select_from(ROWS.join(_LATER, same))
    return found.where(mine.subject == username)


def loosen_later(batch: Batch, old: _Row | None, new: _Row | None) -> None:
    """What the customer came with afterwards is not as the sums have it, when this has changed.

    Args:
        batch: the writer's transaction.
        old: the row of ``figures`` as it was, if there was one.
        new: as it is.
    """
    changed = {_as_earlier(old), _as_earlier(new)}
    if len(changed) == 1:
        return
    row, columns = new or old or {}, ROWS.c
    cards = sorted({each[0] for each in changed if each is not None})
    if batch.on_postgresql:
        # Two matters of one customer at once would not know of each other.
        own = select(_CARDS.c.id).where(_CARDS.c.id.in_(cards)).order_by(_CARDS.c.id)
        batch.conn.execute(own.with_for_update())
    later = and_(
        _branch(columns) == row["branch"],
        columns.customer.is_not(None),
        columns.customer.in_(cards),
        columns.opened_at > row["opened_at"],
    )
    batch.conn.execute(update(ROWS).where(later).values(loose=True))


def _branch(columns: Any) -> Any:
    """Not for the index: SQLite would look through all rows of the branch, not the customer's."""
    return columns.branch.concat("")


def _as_earlier(row: _Row | None) -> tuple[str, bool] | None:
    """What later incidents look at in it; None where it makes nothing a repeat."""
    if row is None or row["customer"] is None or row["drill"] or row["status"] == "cancelled":
        return None
    return row["customer"], row["discreet"]
