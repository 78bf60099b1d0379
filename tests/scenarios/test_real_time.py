"""The same in real time: ``python -m backend serve`` with every duration divided."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import Client
from tests.house import DEMO, PATIENCE, ROOT, Template, free_port

SPEED = 60
"""An hour in a minute: level 2 after a second, 3 after three, 4 after five."""
SLACK = 4.0
"""Seconds for a busy machine; how late deadlines are is measured by faults/test_punctual.py."""


class Served:
    """The real command with the machine's own clock."""

    def __init__(self, data: Path, log: Path) -> None:
        self.port, self._data, self._log = free_port(), data, log
        self.start()

    def start(self) -> None:
        environ = {**os.environ, **DEMO, "COUNTERBELL_DEMO_SPEED": str(SPEED)}
        command = [sys.executable, "-m", "backend", "serve"]
        with self._log.open("ab") as errors:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), "--data", str(self._data)],
                cwd=ROOT,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert str(self.port) in first, self._log.read_text("utf-8")[-2000:]

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def person(self, username: str) -> Client:
        client = Client(lambda: f"http://127.0.0.1:{self.port}", None, username)
        client.token = client.signs_in(username)
        return client


@pytest.fixture
def served(template: Template, tmp_path: Path) -> Iterator[Served]:
    running = Served(template.copied_to(tmp_path / "data"), tmp_path / "server.log")
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)


def test_the_levels_come_at_their_times_also_when_the_server_is_killed_in_between(
    served: Served,
) -> None:
    rungs = [served.person(name) for name in ("manager1", "deputy1", "regional1", "hqduty1")]
    for rung in rungs:
        rung.listens()
    teller = served.person("teller1")
    tapped_at = time.monotonic()
    group = teller.raise_("group_visit")
    rungs[0].hears("alert", level=1)
    assert time.monotonic() - tapped_at < SLACK
    rungs[1].hears("alert", level=2)
    assert 0.95 <= time.monotonic() - tapped_at < 1 + SLACK

    served.end(signal.SIGKILL)
    for rung in rungs:
        rung.hangs_up()
    served.start()
    ready_at = time.monotonic()
    for rung in rungs:
        rung.listens()
    rungs[2].hears("alert", level=3)
    rungs[3].hears("alert", level=4)
    due = max(ready_at - tapped_at, 5.0)
    assert time.monotonic() - tapped_at < due + SLACK
    rungs[3].hears("alert", level=4, repeat=1)
    rungs[3].command(group, "acknowledge")
    shown = teller.incident(group)
    assert [each["level"] for each in shown["alerts"]] == [1, 2, 3, 4]
    for client in (*rungs, teller):
        client.close()
    assert served.end(signal.SIGTERM) == 0


def test_an_embedded_database_has_one_server(served: Served) -> None:
    busy = subprocess.run(
        [sys.executable, "-m", "backend", "rebuild", "--data", str(served._data)],
        cwd=ROOT,
        env={**os.environ, **DEMO},
        capture_output=True,
        text=True,
        check=False,
    )
    assert busy.returncode == 3
    assert len(busy.stderr.strip().splitlines()) == 1
