"""The log's Ed25519 key (RFC 8032): made once, kept in ``DATA/log.key`` outside the database.

Its public half stands in the log's own chain, so that a lost or exchanged file is noticed.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, select, text

from backend.batch import Batch
from backend.clock import Clock
from backend.event_store import LOG_CHAIN, append_log
from backend.secret import kept_secret
from backend.setting_error import SettingError
from backend.tables import EventRow, KeptRow
from escalation.events import SYSTEM

KEY_CREATED = "key.created"
FILE = "log.key"
NAME = "counterbell.log"
"""The log's name in signed notes (C2SP)."""
_ED25519 = b"\x01"
_BEGINNING = 0x43_42_4C_4B
"""PostgreSQL advisory lock: one process begins the log."""
_EVENTS = EventRow.__table__
_KEPT = KeptRow.__table__


@dataclass(frozen=True)
class LogKey:
    """Signs bundles and checkpoints."""

    seed: bytes

    @property
    def public(self) -> bytes:
        """The public key's 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @property
    def public_text(self) -> str:
        """The public key in base64."""
        return base64.b64encode(self.public).decode()

    @property
    def note_key(self) -> str:
        """The verifier key of C2SP signed notes: name, key hash and key."""
        material = _ED25519 + self.public
        digest = hashlib.sha256(f"{NAME}\n".encode() + material).hexdigest()
        return f"{NAME}+{digest[:8]}+{base64.b64encode(material).decode()}"

    def sign(self, content: bytes) -> str:
        """The signature over ``content`` in base64."""
        return base64.b64encode(self._private.sign(content)).decode()

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def ensure_log_key(data: Path, clock: Clock, known: str | None) -> LogKey:
    """The key of this log; at the very first start it is made.

    Args:
        data: the data directory.
        clock: for randomness.
        known: what ``known_log_key`` says.

    Raises:
        SettingError: the file is missing, damaged or another one than the log began with.
    """
    path = data / FILE
    if known is not None and not path.exists():
        raise SettingError(
            f"{path} is missing, and this log began with another start: copy {FILE} from the"
            " server that has it, or from the backup"
        )
    key = LogKey(kept_secret(path, clock))
    if known is not None and key.public_text != known:
        raise SettingError(
            f"{path} is not the key that this log began with ({known}): copy {FILE} from the"
            " server that has it, or from the backup"
        )
    return key


def known_log_key(conn: Connection) -> str | None:
    """The public key (base64) that the log names; None before its first start."""
    found = (
        select(_EVENTS.c.body)
        .where(_EVENTS.c.chain == LOG_CHAIN, _EVENTS.c.type == KEY_CREATED)
        .order_by(_EVENTS.c.seq)
        .limit(1)
    )
    body = conn.execute(found).scalar()
    return None if body is None else str(orjson.loads(body)["data"]["public_key"])


def begin_log(batch: Batch, clock: Clock, data: Path, *, demo: bool = False) -> LogKey:
    """At each start: the log's key, which the log's own chain names from the first start on.

    The demo proves nothing to anybody: it keeps a copy in the database, so that each of its
    processes finds it.

    Raises:
        SettingError: as ``ensure_log_key``.
    """
    if batch.on_postgresql:
        # Several processes may start at once; one of them makes the key.
        batch.conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _BEGINNING})
    known, path = known_log_key(batch.conn), data / FILE
    if demo and known is not None and not path.exists():
        _copy(batch.conn, path)
    key = ensure_log_key(data, clock, known)
    if known is None:
        named = {"name": NAME, "algorithm": "ed25519", "public_key": key.public_text}
        append_log(batch, clock, KEY_CREATED, SYSTEM, named)
        if demo:
            batch.conn.execute(insert(_KEPT), [{"name": FILE, "value": path.read_bytes()}])
    return key


def _copy(conn: Connection, path: Path) -> None:
    kept = conn.execute(select(_KEPT.c.value).where(_KEPT.c.name == FILE)).scalar()
    if kept is not None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(kept)


@lru_cache(maxsize=8)
def log_key_in(data: Path) -> LogKey:
    """The key of a server that has started.

    Raises:
        FileNotFoundError: ``ensure_log_key`` was never called.
    """
    return LogKey(base64.b64decode((data / FILE).read_bytes()))
