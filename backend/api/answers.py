"""JSON answers, made once and quickly; lists with cursors."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response
from werkzeug.datastructures import Headers

from escalation.refusal import Invalid
from escalation.timeline import MAX_INTEGER


class JsonAnswer(Response):
    """What Werkzeug would mend in the headers of an answer is right in ours already."""

    def __init__(self, body: bytes, status: int, headers: Mapping[str, str]) -> None:
        described = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        super().__init__(
            [body], status, Headers([*described, *headers.items()]), direct_passthrough=True
        )

    def get_wsgi_headers(self, environ: Any) -> Headers:  # noqa: ARG002  (the same for every one)
        """The headers as they are; set with the body."""
        return self.headers


class NoCursor(Invalid):
    """It is no cursor of this list."""

    def __init__(self) -> None:
        super().__init__(
            "cursor", "翻页标记不对，请从头再查。", "This is no cursor of this list; begin again."
        )


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """``data`` as JSON."""
    return JsonAnswer(orjson.dumps(data), status, headers or {})


def encode_cursor(place: list[Any]) -> str:
    """Where a list goes on, as an opaque word."""
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def decode_cursor(cursor: str | None, kinds: tuple[type, ...]) -> list[Any] | None:
    """The place that ``encode_cursor`` wrote.

    Raises:
        NoCursor: it is none of this list.
    """
    if cursor is None:
        return None
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        place = None
    if (
        not isinstance(place, list)
        or len(place) != len(kinds)
        or not all(type(each) is kind for each, kind in zip(place, kinds, strict=True))
        or any("\0" in each for each in place if isinstance(each, str))
        or any(abs(each) > MAX_INTEGER for each in place if isinstance(each, int))
    ):
        raise NoCursor
    return place
