"""The states of incidents that were used last, by id: committed ones, and nothing newer."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from sqlalchemy import Connection, bindparam, select

from backend.batch import Batch, Loaded
from backend.bulk import Query, rows_by_ids
from backend.event_store import load_incident
from backend.projections import ALIASES, INCIDENTS
from escalation.evolve import PlaybookOf

LARGEST = 4096
_head = select(INCIDENTS.c.head_hash).where(INCIDENTS.c.id == bindparam("incident"))
_HEAD, _HEAD_LOCKED = Query(_head), Query(_head.with_for_update())


class States:
    """Used by the writer's thread, the readers' threads and the hub."""

    def __init__(self, playbook_of: PlaybookOf) -> None:
        self._playbook_of = playbook_of
        self._known: OrderedDict[str, Loaded] = OrderedDict()
        self._lock = Lock()

    def for_writing(self, batch: Batch, incident_id: str) -> Loaded | None:
        """The state to decide on; on PostgreSQL its row stays locked until the commit."""
        found = batch.loaded.get(incident_id)
        if found is not None:
            return found
        if batch.on_postgresql:
            head = _HEAD_LOCKED.value(batch.conn, incident=incident_id)
            known = self._get(incident_id)
            if head is not None and known is not None and known.head_hash == head:
                return known
            return load_incident(batch.conn, incident_id, self._playbook_of)
        return self._get(incident_id) or load_incident(batch.conn, incident_id, self._playbook_of)

    def read(self, conn: Connection, incident_id: str) -> Loaded | None:
        """The committed state, as ``conn`` sees it."""
        head = _HEAD.value(conn, incident=incident_id)
        return None if head is None else self.at(conn, incident_id, head)

    def at(self, conn: Connection, incident_id: str, head: str) -> Loaded | None:
        """The state whose head ``conn`` has just shown."""
        known = self._get(incident_id)
        if known is not None and known.head_hash == head:
            return known
        loaded = load_incident(conn, incident_id, self._playbook_of)
        if loaded is not None:
            self._offer(loaded)
        return loaded

    @staticmethod
    def look_up_aliases(batch: Batch, ids: Sequence[str]) -> None:
        """Find out in one query which incidents answer to these ids."""
        for row in rows_by_ids(batch.conn, ALIASES, ids):
            batch.aliases[row["id"]] = row["incident_id"]

    def resolve(self, conn: Connection, any_id: str) -> str | None:
        """The incident that answers to ``any_id``."""
        found = rows_by_ids(conn, ALIASES, [any_id])
        return str(found[0]["incident_id"]) if found else None

    def keep(self, batch: Batch) -> None:
        """The batch is on disk: its states are the committed ones now."""
        with self._lock:
            for incident_id, loaded in batch.loaded.items():
                self._known[incident_id] = loaded
                self._known.move_to_end(incident_id)
            self._trim()

    def _offer(self, loaded: Loaded) -> None:
        """Keep what was read, unless something newer is known."""
        with self._lock:
            known = self._known.get(loaded.state.id)
            if known is None or known.state.seq < loaded.state.seq:
                self._known[loaded.state.id] = loaded
                self._trim()

    def _trim(self) -> None:
        while len(self._known) > LARGEST:
            self._known.popitem(last=False)

    def _get(self, incident_id: str) -> Loaded | None:
        with self._lock:
            return self._known.get(incident_id)
