"""A bank that a real server serves: opened on a copy of the demo bank, driven by its clock."""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from backend.pages import DIST
from tests.builders import EVERYBODY
from tests.clients import Client, Tablet
from tests.fakes import MORNING

Kept = TypeVar("Kept", bound=Client)
ROOT = Path(__file__).parent.parent
PATIENCE = 60.0
"""Seconds that one order to the server may take."""
DEMO = {"COUNTERBELL_DEMO": "1"}
_FAULT = re.compile(r'"level": "(error|critical)"|^\w*(Error|Exception)\b|^Traceback')


@cache
def _ports() -> "count[int]":
    """Below 32768, where the kernel takes no ports for clients; each process begins elsewhere."""
    return count(random.Random(os.getpid()).randrange(12_000, 30_000))


def free_port() -> int:
    """A port that nobody listens on."""
    for port in _ports():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


class Host:
    """The server's process: it is told what to do, and answers when it is done."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self._log = log
        self._started = False
        self._read = log.stat().st_size if log.exists() else 0
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.server"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def tell(self, do: str, **order: Any) -> dict[str, Any]:
        """Give an order and wait until it is carried out."""
        if not self._started:
            self._answer()
            self._started = True
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def successor(self) -> "Host":
        """Another process for the same port."""
        other = Host(self._log)
        other.port = self.port
        return other

    def kill(self) -> None:
        """SIGKILL: no farewell."""
        self._process.kill()
        self._end()

    def end(self) -> None:
        """Let it go; it ends with its input."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._end()

    def faults(self) -> list[str]:
        """What the server has logged as an error since this was last asked."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            lines = log.read().decode().splitlines()
            self._read = log.tell()
        return [line for line in lines if _FAULT.search(line)]

    def _end(self) -> None:
        self._process.wait(PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with ExitStack() as quietly:
                    quietly.callback(pipe.close)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the server has died: {self._log.read_text('utf-8')[-4000:]}"
        answer: dict[str, Any] = json.loads(line)
        assert "fault" not in answer, answer["fault"]
        return answer


class House:
    """One demo bank. ``person`` and ``tablet`` are its staff and its counters.

    Its clock stands still until it is moved; opened at None, it is the machine's own.
    """

    def __init__(
        self,
        host: Host,
        data: Path,
        tokens: Mapping[str, str],
        *,
        environ: Mapping[str, str] | None = None,
        at: datetime | None = MORNING,
        app: Path = DIST,
    ) -> None:
        self.host = host
        self.data = data
        self.environ = {**DEMO, **(environ or {})}
        self.now = self.ready_at = at or datetime.now(UTC)
        self.position = 0
        self.boots = 1
        self._app = app
        self._lives = at is None
        self._tokens = dict(tokens)
        self._clients: list[Client] = []
        self._people: dict[str, Client] = {}
        self._successor: Host | None = None
        self.open()

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.host.port}"

    def open(self) -> None:
        """Begin to serve, at the house's present time."""
        self._tell(
            "open",
            data=str(self.data),
            port=self.host.port,
            clock=None if self._lives else self.now.isoformat(),
            boot=f"boot {self.boots}",
            environ=self.environ,
            app=str(self._app),
        )

    def close(self) -> None:
        """End in order; sockets first."""
        for client in self._clients:
            client.close()
        self.host.tell("close")
        if self._successor is not None:
            self._successor.end()
        assert self.host.faults() == []

    def advance(self, seconds: float) -> None:
        """Time goes by; what falls due is done, each at its own moment."""
        self._tell("advance", seconds=seconds)

    def jump(self, seconds: float) -> None:
        """The clock shows a later time at once."""
        self._tell("jump", seconds=seconds)

    def settle(self) -> None:
        """Wait until everything that was begun is done."""
        self._tell("settle")

    def looks(self) -> None:
        """The ladders of every branch are looked at, as they are once a minute."""
        self._tell("look")

    def starts_drills(self) -> None:
        """Drills whose moment has come are started, as they are every few seconds."""
        self._tell("drills")

    def knows(self, username: str) -> None:
        """Wait until it takes somebody for reachable, as another process has told."""
        self._tell("know", username=username)

    def gives(
        self, username: str, address: str, kind: str = "webhook", secret: str | None = None
    ) -> str:
        """Somebody has this channel from now on; its id."""
        channel = {"kind": kind, "address": address, "secret": secret}
        told = self.host.tell("channel", username=username, **channel)
        return str(told["id"])

    def waits_for_providers(self, seconds: float) -> None:
        """So long and no longer."""
        self._tell("patience", seconds=seconds)

    def reopened(self) -> None:
        """Ended in order and started again: it knows only what is written down."""
        for client in self._clients:
            client.close()
        self.host.tell("close")
        self.open()

    def killed_and_restarted(self, *, after: float = 0) -> None:
        """SIGKILL; ``after`` seconds later it is started again, on the same port."""
        self.prepares_for_a_kill()
        self.host.kill()
        self.now += timedelta(seconds=after)
        self.host, self._successor = self._successor or self.host, None
        self.open()

    def reboots(self, *, after: float = 0) -> None:
        """The machine goes down with the server, and both come back ``after`` seconds later."""
        self.boots += 1
        self.killed_and_restarted(after=after)

    def prepares_for_a_kill(self) -> None:
        """A process that only has to open the bank: starting one takes longer than that."""
        if self._successor is None:
            self._successor = self.host.successor()

    def person(self, username: str) -> Client:
        """Somebody of the staff, signed in as a program."""
        if username not in self._people:
            if username not in self._tokens:
                self._tokens[username] = self.nobody().signs_in(username)
            self._people[username] = self._kept(Client(self._url, self._tokens[username], username))
        return self._people[username]

    def anew(self, username: str) -> Client:
        """The same person with a new sign-in, for a session lasts no longer than a shift."""
        self._people.pop(username, None)
        del self._tokens[username]
        return self.person(username)

    def again(self, username: str) -> Client:
        """The same person with a second program."""
        return self._kept(Client(self._url, self._tokens[username], username))

    def nobody(self, token: str | None = None) -> Client:
        """A program without a session, or with that token."""
        return self._kept(Client(self._url, token, "nobody"))

    def tablet(self, org: str = "east-01", keeper: str = "admin1", **more: Any) -> Tablet:
        """A tablet that has just been paired there."""
        keeper_client = self.person(keeper)
        code = keeper_client.does(
            "POST", "/devices/pairing-codes", {"org": org, "name": "3 号柜台"}
        )
        return self._kept(Tablet.paired(self._url, code["code"], **more))

    def _kept(self, client: Kept) -> Kept:
        self._clients.append(client)
        return client

    def _url(self) -> str:
        return self.url

    def _tell(self, do: str, **order: Any) -> None:
        answer = self.host.tell(do, **order)
        self.now = datetime.fromisoformat(answer["now"])
        self.ready_at = datetime.fromisoformat(answer["ready_at"])
        self.position = answer["position"]


class Template:
    """The demo bank with everybody signed in, made once and copied for each test."""

    def __init__(self, host: Host, data: Path, environ: Mapping[str, str] | None = None) -> None:
        self.data = data
        house = House(host, data, {}, environ=environ)
        self.tokens = {name: house.nobody().signs_in(name) for name in EVERYBODY}
        house.close()

    def copied_to(self, data: Path) -> Path:
        """A fresh bank."""
        shutil.copytree(self.data, data)
        return data
