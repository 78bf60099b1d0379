"""One contract for both databases: each test of ``bank`` runs on SQLite and on PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import Postgresql
from tests.identity_bank import Process, TestClock


@pytest.fixture(scope="session")
def sqlite_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo bank as a file, to be copied."""
    path = tmp_path_factory.mktemp("bank") / "bank.db"
    Process(f"sqlite:///{path}", TestClock()).stop()
    return path


@pytest.fixture(scope="session")
def postgresql_bank(postgresql: str) -> str:
    """The demo bank as a database, to be copied; its name."""
    Process(Postgresql(postgresql).empty("demo_bank"), TestClock()).stop()
    return "demo_bank"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the demo bank."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_bank"), tmp_path / "bank.db")
        return f"sqlite:///{tmp_path / 'bank.db'}"
    server = Postgresql(request.getfixturevalue("postgresql"))
    return server.copy(request.getfixturevalue("postgresql_bank"))


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
