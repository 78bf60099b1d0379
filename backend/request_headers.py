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
_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*?)[ \t]*\r?\n")
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
            if line in ("\r\n", "\n", ""):
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
