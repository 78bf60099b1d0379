"""The proof: canonical bytes, the hash chain and sealed texts.

The stand-alone verifier uses this module too; it needs no server and no database.
Canonical JSON is RFC 8785. orjson gives the same bytes for what an event may hold
(ASCII keys, no floats): a test proves it, and ``canonical`` refuses the rest.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

ZERO_HASH = "0" * 64
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
_NESTED = frozenset({dict, list, tuple})
_PLAIN = frozenset({bool, type(None)})

#: The order does not matter to the hash; these two are not part of it (contract, 7).
UNHASHED = ("hash", "position")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class NotCanonicalError(ValueError):
    """A value that must not be hashed: a float, too large an integer, a key beyond ASCII.

    Half a character (a lone surrogate) and too deep a nesting are refused as well.
    """


def canonical(value: object) -> bytes:
    """RFC 8785 bytes of a JSON value made of objects, lists, strings, integers and booleans.

    Raises:
        NotCanonicalError: the value holds something else, or is deeper than 32.
    """
    check(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def check(value: object, depth: int = 0) -> None:
    """Refuse what has no single canonical form (reliability.md, rule 8).

    Written for speed: every event passes here, and most of it is leaves.
    """
    if depth >= MAX_DEPTH:
        raise NotCanonicalError(f"deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        _check_keys(value)
        inside: Iterable[object] = value.values()
    elif isinstance(value, list | tuple):
        inside = value
    else:
        inside = (value,)
    for inner in inside:
        kind = type(inner)
        if kind in _NESTED:
            check(inner, depth + 1)
        elif kind in _PLAIN or (kind is str and inner.isascii()):  # type: ignore[attr-defined]
            continue
        else:
            _check_leaf(inner)


def _check_leaf(value: object) -> None:
    if isinstance(value, str):
        if _LONE_SURROGATE.search(value):
            raise NotCanonicalError("a lone surrogate is no text")
    elif isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise NotCanonicalError("integer outside ±(2^53-1)")
    elif value is not None:
        raise NotCanonicalError(f"{type(value).__name__} has no canonical form here")


def _check_keys(value: Mapping[Any, object]) -> None:
    try:
        ascii_only = "".join(value).isascii()
    except TypeError:
        ascii_only = False
    if not ascii_only:
        raise NotCanonicalError("a key is not ASCII text")


def event_hash(event: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical event without ``hash`` and ``position``, lower-case hex."""
    kept = {key: value for key, value in event.items() if key not in UNHASHED}
    return sha256_hex(canonical(kept))


def sha256_hex(data: bytes) -> str:
    """SHA-256, lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def sealed_hash(salt: bytes, text: str) -> str:
    """What stands in an event instead of a typed text: SHA-256(salt + UTF-8 text)."""
    return sha256_hex(salt + text.encode())


def sealed_in(value: object) -> list[str]:
    """The hashes of all sealed texts inside ``value``, in order of appearance."""
    if isinstance(value, dict):
        if set(value) == {"sealed"}:
            return [str(value["sealed"])]
        return [found for inner in value.values() for found in sealed_in(inner)]
    if isinstance(value, (list, tuple)):
        return [found for inner in value for found in sealed_in(inner)]
    return []


@lru_cache(maxsize=4096)
def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and ``Z``.

    An event and its incident say the same few moments again and again.
    """
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"


def unstamp(text: str) -> datetime:
    """The aware UTC moment that ``stamp`` wrote down."""
    return datetime.fromisoformat(text).astimezone(UTC)
