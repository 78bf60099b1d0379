"""How large a request's body may be, by its address (contract, section 3)."""

from typing import Any

from flask import Request

MIB = 1024 * 1024
COMMAND = 64 * 1024
SYNC = 2 * MIB
ATTACHMENT = 20 * MIB + 64 * 1024
"""The file itself may have 20 MiB; the form around it needs a little more."""


class LimitedRequest(Request):
    """A request that knows its limit; Werkzeug refuses (413) what is over it."""

    def __init__(self, environ: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environ, *args, **kwargs)
        self.max_content_length = _limit(self.path)


def _limit(path: str) -> int:
    """Bytes."""
    if path == "/api/v1/sync":
        return SYNC
    if path.startswith("/api/v1/incidents/") and path.endswith("/attachments"):
        return ATTACHMENT
    return COMMAND
