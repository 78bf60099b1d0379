"""Somebody else's server that takes messages: as badly as the test wants it.

It answers as the next entry of ``answers`` says, then 200 for ever: a status, 200 with a JSON
object, ``hang`` (until the test lets go), or ``cut`` (it takes the message and closes the line
without a word).
"""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Answer = int | str | dict[str, Any]
WAIT = 20.0
"""Seconds in which an expected message must come."""


class Provider:
    """A server on a port of its own; ``url`` has a path for each person."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self._taken: list[tuple[str, dict[str, Any]]] = []
        self._news = threading.Condition()
        self._let_go = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, who: str) -> str:
        """Where messages for somebody go."""
        return f"http://127.0.0.1:{self._server.server_port}/{who}"

    def got(self, who: str) -> list[dict[str, Any]]:
        """Every message for somebody so far, also those that it did not take."""
        with self._news:
            return [message for name, message in self._taken if name == who]

    def gets(self, who: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until so many have come for somebody."""
        until = time.monotonic() + WAIT
        with self._news:
            while len(found := [each for name, each in self._taken if name == who]) < count:
                left = until - time.monotonic()
                assert left > 0, f"{who} got {found}, not {count}"
                self._news.wait(left)
        return found

    def everything(self) -> list[tuple[str, dict[str, Any]]]:
        """Every message so far, with whom it is for."""
        with self._news:
            return list(self._taken)

    def comes_to(self, state: Callable[[], bool], *, within: float) -> bool:
        """Wait until what has come makes ``state`` true; whether it did. ``within``: seconds."""
        until = time.monotonic() + within
        while not state():
            with self._news:
                if not self._news.wait(until - time.monotonic()) and not state():
                    return False
        return True

    def lets_go(self) -> None:
        """What hangs goes on: the line is cut."""
        self._let_go.set()

    def take(self, who: str, message: dict[str, Any]) -> Answer:
        """A message has come; how to answer it."""
        with self._news:
            self._taken.append((who, message))
            self._news.notify_all()
            waiting = self.answers.get(who)
            answer = waiting.pop(0) if waiting else 200
        if answer == "hang":
            self._let_go.wait(WAIT)
        return answer


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            self.close_connection = True
            if len(body) < length:
                return  # whoever sent it was killed meanwhile: half a message is none
            answer = provider.take(self.path.lstrip("/"), _read(body))
            if isinstance(answer, str):
                return
            status, said = (answer, b"") if isinstance(answer, int) else (200, _json(answer))
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


def _json(answer: Any) -> bytes:
    return json.dumps(answer).encode()


def _read(body: bytes) -> dict[str, Any]:
    """A message as JSON; what is encrypted stays so."""
    try:
        found: dict[str, Any] = json.loads(body)
    except ValueError:
        return {"encrypted": body}
    return found
