"""An open incident without a future deadline is a fault that raises itself (rule 11)."""

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection, exists, false, select, text, update

from backend.batch import Batch
from backend.envelope import Envelope
from backend.projections import DEADLINES, INCIDENTS, arm_anew
from backend.services import Services
from backend.tables import OPEN
from escalation.commands import Rearm

AT_ONCE = 100
"""Found in one look; the rest in the next."""

_log = structlog.get_logger("deadlines")


def without_deadline(conn: Connection) -> Sequence[str]:
    """Open incidents for which nothing is armed that will fire."""
    mine = DEADLINES.c.incident_id == INCIDENTS.c.id
    armed = exists().where(mine, DEADLINES.c.parked == false())
    found = select(INCIDENTS.c.id).where(text(OPEN), ~armed).limit(AT_ONCE)
    return conn.execute(found).scalars().all()


def parked(conn: Connection) -> Sequence[tuple[str, str]]:
    """Deadlines that were set aside because firing them failed."""
    columns = select(DEADLINES.c.incident_id, DEADLINES.c.key)
    rows = conn.execute(columns.where(text("parked")).limit(AT_ONCE))
    return [(row.incident_id, row.key) for row in rows]


class DeadlineWatch:
    """Looks again and again; what is missing is armed, what was set aside is tried once more."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.missing = 0
        self.parked = 0
        self.breaches = 0

    def look(self) -> None:
        """Find and mend. Each breach is a critical line and counted."""
        reader = self._services.reader
        found, aside = reader.run(lambda conn: (without_deadline(conn), parked(conn)))
        self.missing, self.parked = len(found), len(aside)
        for incident_id in found:
            self._mend(incident_id)
        for incident_id, key in aside:
            self._try_again(incident_id, key)

    def _mend(self, incident_id: str) -> None:
        self.breaches += 1
        _log.critical("incident_without_deadline", incident_id=incident_id)
        services = self._services
        try:
            lost = services.writer.submit(lambda batch: self._arm(batch, incident_id), incident_id)
            if not lost:
                # Its rows fail, or its rules give it none: whoever is next must hear of it.
                content = {"command": Rearm.name}
                new_id = services.clock.new_id()
                services.send(Envelope(Rearm(), None, new_id, content, incident_id=incident_id))
        except Exception:  # noqa: BLE001  (the others are mended all the same)
            _log.exception("deadline_not_mended", incident_id=incident_id)

    def _arm(self, batch: Batch, incident_id: str) -> bool:
        """Whether rows had been lost that are there again now."""
        there = exists().where(DEADLINES.c.incident_id == incident_id)
        if batch.conn.execute(select(there)).scalar():
            return False
        loaded = self._services.states.for_writing(batch, incident_id)
        return loaded is not None and arm_anew(batch, loaded.state)

    def _try_again(self, incident_id: str, key: str) -> None:
        """Whatever it was may have passed; else it is set aside again, with its alarm."""
        row = update(DEADLINES).where(
            DEADLINES.c.incident_id == incident_id, DEADLINES.c.key == key
        )
        self._services.writer.run(lambda batch: batch.conn.execute(row.values(parked=False)))
        self._services.engine.wake()
