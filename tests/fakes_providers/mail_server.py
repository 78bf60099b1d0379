"""A mail server (RFC 5321, 3207, 4954) on a real socket.

``moods``, one for each connection, then ``mood``: ``well``; ``hang`` says not even hello; ``drip``
says it for ever; ``cut`` takes the mail and hangs up without an answer; ``late`` takes it and says
nothing; ``status-450`` and the like answer so to the recipient; ``busy`` says 421 as hello;
``full`` refuses the content by 452; ``no-goodbye`` takes the mail and never answers QUIT.
"""

import base64
import socketserver
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, BinaryIO, ClassVar, Self, cast

from tests.fakes_providers.http_server import BETWEEN_DRIPS

USER, PASSWORD = "counterbell", "p@ss:word"


@dataclass(frozen=True)
class Mail:
    """One that was taken. ``secure``: it came by TLS. ``user``: who had signed in."""

    sender: str
    recipient: str
    message: EmailMessage
    raw: bytes
    secure: bool
    user: str | None


class FakeMailServer:
    """``tls``: offers STARTTLS, or speaks TLS from the beginning when ``at_once``."""

    def __init__(self, tls: ssl.SSLContext | None = None, *, at_once: bool = False) -> None:
        self.tls = tls
        self.at_once = at_once
        self.mood = "well"
        self.moods: list[str] = []
        self.taken: list[Mail] = []
        self.over = threading.Event()
        handler = type("Handler", (_Session,), {"fake": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up on us does it on purpose."""


class _Session(socketserver.BaseRequestHandler):
    fake: ClassVar[FakeMailServer]

    def setup(self) -> None:
        self.secure = False
        self.user: str | None = None
        self.sender = self.recipient = ""
        if self.fake.at_once:
            self._secure()
        else:
            self.file = cast("BinaryIO", self.request.makefile("rb"))

    def finish(self) -> None:
        self.file.close()
        self.request.close()

    def handle(self) -> None:
        fake = self.fake
        self.mood = fake.moods.pop(0) if fake.moods else fake.mood
        if self.mood == "hang":
            fake.over.wait()
        elif self.mood == "drip":
            while not fake.over.wait(BETWEEN_DRIPS):
                self.request.sendall(b"220-x\r\n")
        elif self.mood == "busy":
            self.say("421 4.3.2 try later")
        else:
            self.say("220 mail.bank.example ESMTP")
            while (line := self.file.readline()) and self.obey(line.decode("ascii").rstrip()):
                pass

    def obey(self, line: str) -> bool:
        """Carry out one command; False ends the session."""
        word = line.partition(" ")[0].upper()
        command = getattr(self, f"on_{word.lower()}", None)
        if command is None:
            self.say("500 5.5.1 unknown command")
            return True
        return bool(command(line))

    def on_ehlo(self, line: str) -> bool:
        offers = ["mail.bank.example", "8BITMIME"]
        if self.fake.tls is not None and not self.secure:
            offers.append("STARTTLS")
        elif self.fake.tls is not None:
            offers.append("AUTH PLAIN LOGIN")
        self.say(*(f"250-{offer}" for offer in offers), "250 SIZE 1000000")
        return True

    def on_starttls(self, line: str) -> bool:
        self.say("220 2.0.0 go ahead")
        self._secure()
        return True

    def on_auth(self, line: str) -> bool:
        given = base64.b64decode(line.split()[2]).decode().split("\0")
        if not self.secure or given[1:] != [USER, PASSWORD]:
            self.say("535 5.7.8 authentication failed")
            return True
        self.user = given[1]
        self.say("235 2.7.0 welcome")
        return True

    def on_mail(self, line: str) -> bool:
        self.sender = line[line.index("<") + 1 : line.index(">")]
        self.say("250 2.1.0 ok")
        return True

    def on_rcpt(self, line: str) -> bool:
        if self.mood.startswith("status-"):
            self.say(f"{self.mood.removeprefix('status-')} no")
            return True
        self.recipient = line[line.index("<") + 1 : line.index(">")]
        self.say("250 2.1.5 ok")
        return True

    def on_data(self, line: str) -> bool:
        self.say("354 go on")
        lines = []
        while (text := self.file.readline()) != b".\r\n":
            lines.append(text.removeprefix(b".") if text.startswith(b"..") else text)
        if self.mood == "full":
            self.say("452 4.3.1 no room")
            return True
        raw = b"".join(lines)
        message = message_from_bytes(raw, policy=default)
        self.fake.taken.append(
            Mail(self.sender, self.recipient, message, raw, self.secure, self.user)
        )
        if self.mood == "late":
            self.fake.over.wait()
        if self.mood in {"cut", "late"}:
            return False
        self.say("250 2.0.0 queued")
        return True

    def on_rset(self, line: str) -> bool:
        self.say("250 2.0.0 ok")
        return True

    def on_quit(self, line: str) -> bool:
        if self.mood == "no-goodbye":
            self.fake.over.wait()
            return False
        self.say("221 2.0.0 bye")
        return False

    def say(self, *lines: str) -> None:
        self.request.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _secure(self) -> None:
        assert self.fake.tls is not None
        self.request = self.fake.tls.wrap_socket(self.request, server_side=True)
        self.secure = True
        self.file = cast("BinaryIO", self.request.makefile("rb"))
