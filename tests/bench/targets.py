"""The servers under load, each a process of its own, with their sockets."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.bench.wire import Listener, Poller, Poster, WireError, open_listener, open_poster

ROOT = Path(__file__).parents[2]
CONNECTIONS = 64
"""Keep-alive connections for POSTs at the start; a paced tap that finds none opens one more."""
SECONDS_TO_START = 60
PRODUCT = "product"


@dataclass(slots=True)
class Target:
    """A running server, its listeners, its idle sockets, and branches nobody has raised at yet."""

    name: str
    port: int
    poller: Poller
    process: subprocess.Popen[bytes]
    head: bytes
    free: deque[Poster]
    listeners: list[Listener]
    idle: list[Listener]
    branches: Iterator[str]

    def cpu_seconds(self) -> float:
        """What the server's process has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def floor_command(port: int, data: Path | None) -> list[str]:
    """Floor B with a data directory, floor A without."""
    module = [sys.executable, "-m", "tests.bench.floors", str(port)]
    return module if data is None else [*module, str(data)]


def product_command(port: int, data: Path) -> list[str]:
    """The server's command line, as the README has it."""
    server = [sys.executable, "-m", "backend", "serve"]
    return [*server, "--port", str(port), "--data", str(data)]


def make_bank(data: Path) -> None:
    """Fill a data directory, in a process of its own."""
    subprocess.run([sys.executable, "-m", "tests.bench.bank", str(data)], cwd=ROOT, check=True)


@contextmanager
def running(
    name: str, command: Sequence[str], port: int, bank: dict[str, Any], log: Path
) -> Iterator[Target]:
    """Start a server, connect everybody, and end it afterwards.

    Raises:
        WireError: it did not start, or refused somebody.
    """
    settings = {key: value for key, value in os.environ.items() if "COUNTERBELL" not in key}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=output, stderr=output)
        try:
            _wait_for(process, port, log)
            yield _connect(name, process, port, bank)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(SECONDS_TO_START * 20):
        time.sleep(0.05)
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    raise WireError(f"it did not start; the end of {log}:\n{log.read_text()[-2000:]}")


def _connect(
    name: str, process: subprocess.Popen[bytes], port: int, bank: dict[str, Any]
) -> Target:
    poller = Poller()
    head = (
        f"POST /api/v1/incidents HTTP/1.1\r\nHost: localhost:{port}\r\n"
        f"Authorization: Bearer {bank['reporter']}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )
    return Target(
        name,
        port,
        poller,
        process,
        head.encode(),
        deque(open_poster(poller, port) for _ in range(CONNECTIONS)),
        [open_listener(poller, port, token) for token in bank["listeners"]],
        [open_listener(poller, port, token) for token in bank["idle"]],
        iter(bank["branches"]) if name == PRODUCT else cycle(bank["branches"]),
    )


def free_ports(count: int) -> list[int]:
    """Ports below the range from which clients get theirs (they collide under load)."""
    found: list[int] = []
    for port in range(18_200, 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise WireError("no free ports")


def fresh_copy(template: Path, data: Path) -> Path:
    """A data directory as it was before the first tap."""
    shutil.copytree(template, data)
    return data
