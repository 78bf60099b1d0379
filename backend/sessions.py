"""Sessions: who is signed in, on what. The token is never kept, only its SHA-256.

Found in memory, kept in the database: a session survives a restart, and one that was ended
elsewhere dies here with the next ``forget_unknown``.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from backend.batch import Batch
from backend.clock import Clock
from backend.event_store import next_number
from backend.identity_tables import SessionRow
from backend.tables import CounterRow

Kind = Literal["user", "device", "pin"]
T = TypeVar("T")

LIFE: dict[Kind, timedelta | None] = {
    "user": timedelta(hours=12),
    "pin": timedelta(hours=8),
    "device": None,
}
_SESSIONS = SessionRow.__table__
_COUNTERS = CounterRow.__table__
_ENDED = "sessions_ended"
_PART = 5000


class Reads(Protocol):
    """Where reads run, away from the hub."""

    def run(self, work: Callable[[Connection], T]) -> T:
        """Carry out ``work`` on a reading connection."""


@dataclass(frozen=True, slots=True)
class Session:
    """A person (``user``), a tablet (``device``), or a person on that tablet (``pin``).

    A person who signed in with their password on a tablet has its ``device_id`` as well.
    """

    id: str
    kind: Kind
    user_id: str | None
    device_id: str | None
    expires_at: datetime | None

    def lasts(self, now: datetime) -> bool:
        """Not expired."""
        return self.expires_at is None or now < self.expires_at


class Sessions:
    """The sessions of this process, by the hash of their token."""

    def __init__(self, clock: Clock, reader: Reads) -> None:
        self._clock = clock
        self._reader = reader
        self._known: dict[str, Session] = {}
        self._seen_ended = -1
        # Grows whenever something may have ended: a row read before that is not kept.
        self._generation = 0

    def find(self, token: str) -> Session | None:
        """The living session of a token."""
        key = token_hash(token)
        session = self._known.get(key) or self._read(key)
        return session if session is not None and session.lasts(self._clock.now()) else None

    def is_alive(self, session_id: str) -> bool:
        """Whether a session found earlier still holds: for sockets, which stay."""
        session = self._known.get(session_id) or self._read(session_id)
        return session is not None and session.lasts(self._clock.now())

    def keep(self, session: Session) -> None:
        """Remember one that has just been opened."""
        self._known[session.id] = session

    def drop(self, ended: Callable[[Session], bool]) -> None:
        """Forget at once what this process has just ended."""
        self._generation += 1
        for session in list(self._known.values()):
            if ended(session):
                self._known.pop(session.id, None)

    def forget_unknown(self, conn: Connection) -> bool:
        """Forget what has been ended, here or by another process, and what has expired.

        Whether there may be any: then sockets are looked through as well.
        """
        ended = conn.execute(select(_COUNTERS.c.value).where(_COUNTERS.c.name == _ENDED)).scalar()
        now = self._clock.now()
        expired = [each.id for each in list(self._known.values()) if not each.lasts(now)]
        for session_id in expired:
            self._known.pop(session_id, None)
        if (ended or 0) == self._seen_ended:
            return bool(expired)
        self._generation += 1
        known = list(self._known)
        for start in range(0, len(known), _PART):
            part = known[start : start + _PART]
            found = select(_SESSIONS.c.token_hash).where(_SESSIONS.c.token_hash.in_(part))
            for session_id in set(part) - set(conn.execute(found).scalars()):
                self._known.pop(session_id, None)
        self._seen_ended = ended or 0
        return True

    def _read(self, key: str) -> Session | None:
        generation = self._generation
        session = self._reader.run(lambda conn: _load(conn, key))
        if session is not None and generation == self._generation:
            self._known[key] = session
        return session


def token_hash(token: str) -> str:
    """Under which a token is kept."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def open_session(
    batch: Batch,
    clock: Clock,
    kind: Kind,
    *,
    user_id: str | None = None,
    device_id: str | None = None,
) -> tuple[str, Session]:
    """A new session and its token. A tablet has one person at most: an earlier one is ended."""
    token = urlsafe_b64encode(clock.random_bytes(32)).rstrip(b"=").decode()
    now, life = clock.now(), LIFE[kind]
    session = Session(
        token_hash(token), kind, user_id, device_id, None if life is None else now + life
    )
    if user_id is not None and device_id is not None:
        _end(batch, _SESSIONS.c.device_id == device_id, _SESSIONS.c.user_id.is_not(None))
    row: dict[str, Any] = {
        "token_hash": session.id,
        "kind": kind,
        "user_id": user_id,
        "device_id": device_id,
        "created_at": now,
        "expires_at": session.expires_at,
    }
    batch.conn.execute(insert(_SESSIONS), [row])
    return token, session


def end_session(batch: Batch, session_id: str) -> None:
    """Sign out."""
    _end(batch, _SESSIONS.c.token_hash == session_id)


def end_sessions_of_user(
    batch: Batch, user_id: str, *, kind: Kind | None = None, but: str | None = None
) -> None:
    """End a person's sessions: all, or those of a kind, and perhaps not the one that asks."""
    conditions = [_SESSIONS.c.user_id == user_id]
    if kind is not None:
        conditions.append(_SESSIONS.c.kind == kind)
    if but is not None:
        conditions.append(_SESSIONS.c.token_hash != but)
    _end(batch, *conditions)


def end_sessions_of_device(batch: Batch, device_id: str) -> None:
    """End a tablet's session and that of whoever is signed in on it."""
    _end(batch, _SESSIONS.c.device_id == device_id)


def sweep(batch: Batch, now: datetime) -> None:
    """Housekeeping: rows of sessions that have expired."""
    batch.conn.execute(delete(_SESSIONS).where(_SESSIONS.c.expires_at < now))


def _end(batch: Batch, *conditions: ColumnElement[bool]) -> None:
    if batch.conn.execute(delete(_SESSIONS).where(*conditions)).rowcount:
        next_number(batch.conn, _ENDED)


def _load(conn: Connection, key: str) -> Session | None:
    row = conn.execute(select(_SESSIONS).where(_SESSIONS.c.token_hash == key)).first()
    if row is None:
        return None
    return Session(row.token_hash, row.kind, row.user_id, row.device_id, row.expires_at)
