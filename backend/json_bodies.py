"""Reading JSON bodies: strictly what JSON is, and never deeper than makes sense (rule 8)."""

import json
from typing import Any

import orjson
from flask.json.provider import JSONProvider

DEEPEST = 32


class JsonBodies(JSONProvider):
    """orjson; what it refuses for its characters is read again, so that the schema can say so."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a JSON text.

        Raises:
            ValueError: not JSON, or nested deeper than 32.
        """
        try:
            value = orjson.loads(s)
        except orjson.JSONDecodeError:
            try:
                value = json.loads(s, parse_constant=_refuse)
            except RecursionError as error:
                raise ValueError("nested too deeply") from error
        if _openings(s) > DEEPEST and _depth_over(value, DEEPEST):
            raise ValueError("nested too deeply")
        return value


def _openings(text: str | bytes) -> int:
    """How deep it can be at most."""
    body = text.encode() if isinstance(text, str) else text
    return body.count(b"[") + body.count(b"{")


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _depth_over(value: Any, left: int) -> bool:
    if isinstance(value, dict):
        return left == 0 or any(_depth_over(inner, left - 1) for inner in value.values())
    if isinstance(value, list):
        return left == 0 or any(_depth_over(inner, left - 1) for inner in value)
    return False
