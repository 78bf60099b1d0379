"""The log's key: made once, outside the database, and never exchanged unnoticed."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.batch import Batch
from backend.db import db, make_engine
from backend.event_store import read_events
from backend.setting_error import SettingError
from backend.signing import LogKey, begin_log, known_log_key
from tests.fakes import VirtualClock

Start = Callable[..., LogKey]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path / 'bank.db'}", writer=True)
    db.Model.metadata.create_all(engine)
    return engine


@pytest.fixture
def start(engine: Engine) -> Start:
    def begin(data: Path, *, demo: bool = False) -> LogKey:
        data.mkdir(exist_ok=True)
        with engine.begin() as conn:
            batch = Batch(conn)
            key = begin_log(batch, VirtualClock(), data, demo=demo)
            batch.rows.flush(conn)
        return key

    return begin


def test_it_is_made_at_the_first_start_and_named_in_the_log(
    engine: Engine, start: Start, tmp_path: Path
) -> None:
    key = start(tmp_path / "data")
    assert start(tmp_path / "data") == key
    with engine.connect() as conn:
        (event,) = read_events(conn, "log")
        assert known_log_key(conn) == key.public_text
    assert event["type"] == "key.created"
    assert event["data"]["public_key"] == key.public_text
    assert (tmp_path / "data" / "log.key").stat().st_mode & 0o777 == 0o600


def test_without_its_file_the_server_does_not_start(start: Start, tmp_path: Path) -> None:
    start(tmp_path / "data")
    (tmp_path / "data" / "log.key").unlink()
    with pytest.raises(SettingError, match=r"log\.key is missing"):
        start(tmp_path / "data")
    assert not (tmp_path / "data" / "log.key").exists()


def test_with_another_key_the_server_does_not_start(start: Start, tmp_path: Path) -> None:
    start(tmp_path / "data")
    (tmp_path / "data" / "log.key").write_bytes(base64.b64encode(bytes(32)))
    with pytest.raises(SettingError, match="not the key that this log began with"):
        start(tmp_path / "data")


def test_the_demos_processes_share_it(start: Start, tmp_path: Path) -> None:
    key = start(tmp_path / "one", demo=True)
    assert start(tmp_path / "two", demo=True) == key
    assert (tmp_path / "two" / "log.key").stat().st_mode & 0o777 == 0o600


def test_its_note_form_is_that_of_c2sp(start: Start, tmp_path: Path) -> None:
    key = start(tmp_path / "data")
    name, digest, material = key.note_key.split("+", 2)
    assert base64.b64decode(material) == b"\x01" + key.public
    assert digest == hashlib.sha256(f"{name}\n".encode() + b"\x01" + key.public).hexdigest()[:8]
