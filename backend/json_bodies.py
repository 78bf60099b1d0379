"""Reading JSON bodies: strictly what JSON is, and never deeper than makes sense (rule 8)."""

import json
import re
from typing import Any

import orjson
from flask.json.provider import JSONProvider

from backend.problems import Problem, sayable

DEEPEST = 32
_NAME_ENDS = re.compile(rb'"[ \t\r\n]*:')
"""Behind every name of an object; sometimes inside a text too."""


class NamedTwice(Problem):
    """A name stands twice in one object, and readers differ in which of the two they believe."""

    def __init__(self, name: str) -> None:
        shown = sayable(name[:64])
        super().__init__(
            400,
            "bad-request",
            f"“{shown}”在同一个对象里出现了两次，没有保存。",
            f"“{shown}” stands twice in one object; nothing was saved.",
        )


class JsonBodies(JSONProvider):
    """orjson; what it refuses for its characters is read again, so that the schema can say so."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a JSON text.

        Raises:
            ValueError: not JSON, or nested deeper than 32.
            NamedTwice: a name stands twice in one object.
        """
        try:
            value = orjson.loads(s)
        except orjson.JSONDecodeError:
            try:
                value = _read_slowly(s)
            except RecursionError as error:
                raise ValueError("nested too deeply") from error
        if _openings(s) > DEEPEST and _depth_over(value, DEEPEST):
            raise ValueError("nested too deeply")
        if len(_NAME_ENDS.findall(_bytes(s))) > _names(value):
            _read_slowly(s)
        return value


def _openings(text: str | bytes) -> int:
    """How deep it can be at most."""
    body = _bytes(text)
    return body.count(b"[") + body.count(b"{")


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "replace") if isinstance(text, str) else text


def _names(value: Any) -> int:
    """How many names are left in a value: of two that are equal orjson keeps one."""
    if isinstance(value, dict):
        inner = [each for each in value.values() if isinstance(each, (dict, list))]
        return len(value) + (sum(map(_names, inner)) if inner else 0)
    if isinstance(value, list):
        return sum(_names(each) for each in value if isinstance(each, (dict, list)))
    return 0


def _read_slowly(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once_each)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise NamedTwice(name)
            seen.add(name)
    return found


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _depth_over(value: Any, left: int) -> bool:
    if isinstance(value, dict):
        return left == 0 or any(_depth_over(inner, left - 1) for inner in value.values())
    if isinstance(value, list):
        return left == 0 or any(_depth_over(inner, left - 1) for inner in value)
    return False
