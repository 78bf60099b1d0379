"""The server's secret: from the environment, or made once in the data directory."""

import base64
import os
from pathlib import Path

from sqlalchemy import Connection, insert, select

from backend.clock import Clock
from backend.config import Settings
from backend.setting_error import SettingError
from backend.tables import KeptRow

_LENGTH = 32
_KEPT = KeptRow.__table__


def secret_key(settings: Settings, clock: Clock) -> bytes:
    """The key that tokens and fingerprints are derived from.

    Raises:
        SettingError: the file is there and is no key.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    return kept_secret(settings.data / "secret.key", clock)


def shared_secret(conn: Connection, clock: Clock) -> bytes:
    """The demo's key, kept in the database so that all its processes have the same."""
    name = {"name": "secret"}
    found = conn.execute(select(_KEPT.c.value).where(_KEPT.c.name == name["name"])).scalar()
    if found is not None:
        return bytes(found)
    fresh = clock.random_bytes(_LENGTH)
    conn.execute(insert(_KEPT), [{**name, "value": fresh}])
    return fresh


def kept_secret(path: Path, clock: Clock) -> bytes:
    """A secret that is made once, readable by the server's user only."""
    try:
        kept = base64.b64decode(path.read_bytes(), validate=True)
    except FileNotFoundError:
        kept = clock.random_bytes(_LENGTH)
        _write_new(path, base64.b64encode(kept))
    except ValueError as error:
        raise SettingError(f"{path} is not a key; restore it from the backup") from error
    if len(kept) != _LENGTH:
        raise SettingError(f"{path} is not a key; restore it from the backup")
    return kept


def _write_new(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
