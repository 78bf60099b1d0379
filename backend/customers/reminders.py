"""Who is to answer a suggestion hears of it, and again each week while it waits (W4, A7).

Never whom the incident that it comes from is about.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select, update

from backend.batch import Batch
from backend.customers.suggestions import SUGGESTIONS
from backend.event_store import append_log
from backend.outgoing.without_incident import tell_office
from backend.projections import INCIDENTS
from backend.services import Services
from escalation.events import SYSTEM
from escalation.suggestion import ASKED_AGAIN, answerers

AT_ONCE = 100
_COLUMNS = SUGGESTIONS.c


class _Waiting(NamedTuple):
    """A suggestion without an answer; ``subject``: the username of whom its incident is about."""

    id: str
    org: str
    subject: str | None


class SuggestionWatch:
    """One process' watch; whoever writes it down first tells it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def tick(self) -> None:
        """Tell what waits and was not told, or not for a week."""
        waiting = self._services.reader.run(self._waiting)
        if waiting:
            self._services.writer.run(lambda batch: self._tell(batch, waiting))

    def _waiting(self, conn: Connection) -> list[_Waiting]:
        incident = INCIDENTS.c
        found = select(_COLUMNS.id, _COLUMNS.org_id, incident.subject).join(
            INCIDENTS, incident.id == _COLUMNS.incident_id, isouter=True
        )
        untold = found.where(_COLUMNS.status == "open", _untold(self._services.clock.now()))
        rows = conn.execute(untold.order_by(_COLUMNS.made_at).limit(AT_ONCE))
        return [_Waiting(row.id, row.org_id, row.subject) for row in rows]

    def _tell(self, batch: Batch, waiting: Sequence[_Waiting]) -> None:
        services = self._services
        directory, now = services.world.directory, services.clock.now()
        together: dict[tuple[str, ...], list[str]] = {}
        for each in waiting:
            mine = update(SUGGESTIONS).where(_COLUMNS.id == each.id, _untold(now))
            if batch.conn.execute(mine.values(told_at=now)).rowcount == 1:
                told = answerers(directory, each.org, each.subject, now)
                together.setdefault(told, []).append(each.id)
        for people, ids in together.items():
            data = {"suggestions": ids, "told": list(people)}
            event = append_log(batch, services.clock, "suggestion.waiting", SYSTEM, data)
            tell_office(batch, services, event.id, people)


def _untold(now: datetime) -> ColumnElement[bool]:
    return or_(_COLUMNS.told_at.is_(None), _COLUMNS.told_at <= now - ASKED_AGAIN)
