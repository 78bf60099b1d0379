"""Fixtures for every kind of test: the demo bank, served by a real server.

``house`` is a fresh demo bank on the embedded database whose clock stands at 10:00 on a
Wednesday; ``own_house`` has a process of its own, which may be killed.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import Host, House, Template


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


@pytest.fixture
def own_house(template: Template, tmp_path: Path) -> Iterator[House]:
    host = Host(tmp_path / "server.log")
    opened = House(host, template.copied_to(tmp_path / "data"), template.tokens)
    yield opened
    opened.close()
    opened.host.end()
