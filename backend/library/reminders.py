"""Each quarter compliance and legal are asked to look again at what holds (A5).

What is due stays in force: nobody loses a playbook by it. It is said again each week.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, or_, update

from backend.batch import Batch
from backend.delivery import Emission
from backend.library.store import VERSIONS, find_versions, ids_in_force, note
from backend.outgoing.without_incident import tell_office
from backend.services import Services
from escalation.clearance import CLEARERS, GOOD_FOR
from escalation.events import SYSTEM
from escalation.version import Version, head_of

EACH = timedelta(days=7)
_COLUMNS = VERSIONS.c


class LibraryWatch:
    """One process' watch; whoever writes it down first tells it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def tick(self) -> None:
        """Tell what has become due since."""
        services = self._services
        due = services.reader.run(self._due)
        if due:
            services.send_out(services.writer.run(lambda batch: self._tell(batch, due)))

    def _due(self, conn: Connection) -> list[Version]:
        services = self._services
        directory, now = services.world.directory, services.clock.now()
        if not directory.orgs:
            return []
        head = head_of(directory)
        holds = ids_in_force(conn, services.shelf.shipped.playbooks, head, now).values()
        since = now - GOOD_FOR
        old = or_(_COLUMNS.compliance_at <= since, _COLUMNS.legal_at <= since)
        found = find_versions(conn, _COLUMNS.id.in_(sorted(holds)), old, _untold(now))
        return [each for each in found if each.clear_again_by is not None]

    def _tell(self, batch: Batch, due: list[Version]) -> list[Emission]:
        mine = [each for each in due if self._is_first(batch, each)]
        outside: dict[str, list[str]] = {}
        emissions = [self._one(batch, each, outside) for each in mine]
        for event_id, people in outside.items():
            tell_office(batch, self._services, event_id, people)
        return emissions

    def _is_first(self, batch: Batch, version: Version) -> bool:
        now = self._services.clock.now()
        mine = update(VERSIONS).where(_COLUMNS.id == version.id, _untold(now))
        return batch.conn.execute(mine.values(reminded_at=now)).rowcount == 1

    def _one(self, batch: Batch, version: Version, outside: dict[str, list[str]]) -> Emission:
        """``outside``: who hears of it beyond the app, by event: once, however much is due."""
        services = self._services
        directory, now = services.world.directory, services.clock.now()
        told = [each.person.id for each in directory.resolve(CLEARERS, version.org, now)]
        event = note(batch, services.clock, SYSTEM, "due", version, told=told)
        heard = {each for people in outside.values() for each in people}
        outside[event.id] = [each for each in told if each not in heard]
        payload = {"playbook": version.playbook, "version": version.id, "state": "due"}
        return Emission("library", payload, tuple(f"user:{each}" for each in told))


def _untold(now: datetime) -> ColumnElement[bool]:
    return or_(_COLUMNS.reminded_at.is_(None), _COLUMNS.reminded_at <= now - EACH)
