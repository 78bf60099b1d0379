"""A provider's server on a real socket, faithful when it is well and able to be unwell.

``moods`` are what it does to the next requests, one each; without any it does ``mood``:

``well``          what the provider does
``status-500``    any status, with a page that is no JSON
``too-many``      429 with ``Retry-After: 7``
``hang``          takes the request and says nothing
``late``          takes the message and says nothing
``drip``          a byte now and then, for ever
``flood``         "go on", as fast as it can, for ever
``cut``           takes the message and hangs up without an answer
``redirect``      302 to another address of its own
``page``          200 with a page, as a captive portal
``huge``          200 with more than anybody should read
"""

import ssl
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

import orjson

BETWEEN_DRIPS = 0.02
HUGE = 200 * 1024
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n" * 4000


@dataclass(frozen=True)
class Asked:
    """A request as it came; names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return {name: texts[0] for name, texts in parse_qs(urlsplit(self.path).query).items()}

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(content: object, status: int = 200) -> Reply:
    return Reply(status, orjson.dumps(content), {"Content-Type": "application/json"})


class FakeServer(ABC):
    """Begin it by ``with``. Subclasses say what the provider does: ``take``."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.mood = "well"
        self.moods: list[str] = []
        self.asked: list[Asked] = []
        self.taken: list[Any] = []
        self._over = threading.Event()
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def take(self, asked: Asked) -> Reply:
        """What the provider answers; what it accepts goes to ``taken``."""

    def serve(self, asked: Asked) -> Reply | None:
        """The answer of the present mood; None hangs up."""
        self.asked.append(asked)
        mood = self.moods.pop(0) if self.moods else self.mood
        if mood in {"well", "late", "cut"}:
            reply = self.take(asked)
            if mood == "late":
                self._over.wait()
            return reply if mood == "well" else None
        if mood == "hang":
            self._over.wait()
            return None
        return self._unwell(mood)

    def _unwell(self, mood: str) -> Reply:
        if mood == "too-many":
            return Reply(429, b"slow down", {"Retry-After": "7"})
        if mood == "redirect":
            return Reply(302, b"", {"Location": f"{self.origin}/elsewhere"})
        if mood == "page":
            return Reply(200, b"<html>Please sign in to the network</html>")
        if mood == "huge":
            return Reply(200, b"x" * HUGE)
        if mood in {"drip", "flood"}:
            return Reply(0, mood.encode())
        return Reply(int(mood.removeprefix("status-")), b"<html>no JSON</html>")

    def drip(self, handler: BaseHTTPRequestHandler) -> None:
        """An answer that goes on for ever, so that no pause is long."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self._over.wait(BETWEEN_DRIPS):
            handler.wfile.write(b"x")

    def flood(self, handler: BaseHTTPRequestHandler) -> None:
        """More than anybody can read, so that there is no pause at all."""
        while not self._over.is_set():
            handler.wfile.write(GO_ON)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up on us does it on purpose."""


class _Handler(BaseHTTPRequestHandler):
    fake: ClassVar[FakeServer]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): text for name, text in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        reply = self.fake.serve(asked)
        self.close_connection = True
        if reply is None:
            return
        if reply.status == 0:
            (self.fake.drip if reply.body == b"drip" else self.fake.flood)(self)
            return
        self.send_response(reply.status)
        for name, text in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_PUT = do_POST  # noqa: N815  (named by the standard library)

    def log_message(self, *args: Any) -> None:
        """Nothing."""
