"""The header lines of a request, as RFC 9112 writes them; what is not written so is refused.

The standard library reads them with its parser for e-mail, which forgives what smugglers of
requests live on, and takes four times as long. For gevent's WSGI handler, which asks for
``status`` (empty: they could be read), ``get`` and what goes into the environment.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

LONGEST_LINE = 16 * 1024
MOST_LINES = 100
_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*\r?\n")
_LENGTH = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
_ONCE = frozenset({"content-length", "transfer-encoding", "host"})
"""Two of these are two requests to whoever reads the other one."""


class RequestHeaders:
    """Fields by name; a name in any case."""

    def __init__(self, lines: BinaryIO, *_: object) -> None:
        """Read ``lines`` up to the empty one."""
        self.status = ""
        self._fields: dict[str, str] = {}
        for _count in range(MOST_LINES + 1):
            line = lines.readline(LONGEST_LINE + 1).decode("latin-1")
            if line in ("\r\n", "\n"):
                self.status = self._framing()
                return
            field = _LINE.fullmatch(line)
            if field is None:
                self.status = "not a header line"
                return
            self._add(field[1].lower(), field[2])
            if self.status:
                return
        self.status = "too many header lines"

    def _add(self, name: str, value: str) -> None:
        if name not in self._fields:
            self._fields[name] = value
        elif name in _ONCE:
            self.status = f"{name} twice"
        else:
            self._fields[name] += ("; " if name == "cookie" else ",") + value

    def _framing(self) -> str:
        """What makes it doubtful where the body ends, and with it where the next request begins."""
        length, coding = self.get("content-length"), self.get("transfer-encoding")
        if coding is not None and (coding.lower() != "chunked" or length is not None):
            return "a transfer-encoding that is not chunked alone"
        if length is not None and _LENGTH.fullmatch(length) is None:
            return "a content-length that is no number"
        if (coding or length not in (None, "0")) and self._upgrades():
            return "a body before another protocol"
        return self._handshake()

    def _handshake(self) -> str:
        """Why it cannot become a websocket, where it wants to (RFC 6455, 4.2.1)."""
        if (self.get("upgrade") or "").lower() != "websocket":
            return ""
        hops = [each.strip() for each in (self.get("connection") or "").lower().split(",")]
        good = (
            "upgrade" in hops
            and bool(self.get("host"))
            and self.get("sec-websocket-version") == "13"
            and _KEY.fullmatch(self.get("sec-websocket-key") or "")
        )
        return "" if good else "half a websocket"

    def _upgrades(self) -> bool:
        """As gevent understands it: from here on it counts no bytes."""
        wanted = (self.get("connection") or "", self.get("upgrade") or "")
        return wanted[0].lower() == "upgrade" or wanted[1].lower() == "websocket"

    def get(self, name: str, default: str | None = None) -> str | None:
        """The field's value."""
        return self._fields.get(name.lower(), default)

    getheader = get

    def __delitem__(self, name: str) -> None:
        del self._fields[name.lower()]

    @property
    def typeheader(self) -> str | None:
        """The content type."""
        return self.get("content-type")

    def environ(self) -> Iterator[tuple[str, str]]:
        """Names and values for the WSGI environment, without those that have names of their own.

        A name with an underscore would look like the one with a hyphen there: left out.
        """
        for name, value in self._fields.items():
            if "_" not in name and name not in ("content-type", "content-length"):
                yield "HTTP_" + name.upper().replace("-", "_"), value
