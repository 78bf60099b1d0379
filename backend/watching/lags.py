"""How far behind the loops are, measured beside them: a loop that stands still cannot tell."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, false, func, select

from backend.outgoing.outbox import backlog
from backend.projections import DEADLINES
from backend.tables import EventRow

_EVENTS = EventRow.__table__


@dataclass(frozen=True, slots=True)
class Lags:
    """Seconds for which the oldest piece of due work has been waiting; 0 where nothing is."""

    deadlines: float = 0.0
    outbox: float = 0.0
    seals: float = 0.0
    outbox_waiting: int = 0

    @property
    def worst(self) -> float:
        """Of them all."""
        return max(self.deadlines, self.outbox, self.seals)


def measure(conn: Connection, now: datetime) -> Lags:
    """Three short looks, each by its index."""
    due = select(func.min(DEADLINES.c.due_at)).where(DEADLINES.c.parked == false())
    waiting, oldest = backlog(conn)
    unsealed = select(_EVENTS.c.recorded_at).where(_EVENTS.c.position.is_(None))
    return Lags(
        deadlines=_since(conn.execute(due).scalar(), now),
        outbox=_since(oldest, now),
        seals=_since(conn.execute(unsealed.order_by(_EVENTS.c.ord).limit(1)).scalar(), now),
        outbox_waiting=waiting,
    )


def _since(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
