"""Typed texts: what people write. In an event only their salted hash stands (contract, 7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from escalation.timeline import sealed_hash, stamp

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that somebody typed; ``salt`` is set where the device has sealed it already."""

    text: str
    salt: bytes | None = None


@dataclass(slots=True)
class Seal:
    """Turns typed texts into ``{"sealed": hash}`` and keeps what must be stored beside.

    ``foreign`` are the hashes whose salt a device chose.
    """

    random_bytes: Callable[[int], bytes]
    kept: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)

    def __call__(self, typed: Typed) -> dict[str, str]:
        """What stands in the event for ``typed``."""
        salt = self.random_bytes(SALT_BYTES) if typed.salt is None else typed.salt
        digest = sealed_hash(salt, typed.text)
        self.kept[digest] = (salt, typed.text)
        if typed.salt is not None:
            self.foreign.add(digest)
        return {"sealed": digest}

    def optional(self, name: str, typed: Typed | None) -> dict[str, object]:
        """``{name: sealed}`` for a text that is there, else nothing to add."""
        return {} if typed is None else {name: self(typed)}

    def all_in(self, values: Mapping[str, object]) -> dict[str, object]:
        """The same mapping with each typed text sealed."""
        return {
            name: self(value) if isinstance(value, Typed) else value
            for name, value in values.items()
        }

    def deeply(self, value: Any) -> Any:
        """The same value with each typed text inside it sealed, at any depth, as JSON has it."""
        if isinstance(value, Typed):
            return self(value)
        if isinstance(value, datetime):
            return stamp(value)
        if isinstance(value, Mapping):
            return {name: self.deeply(inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.deeply(inner) for inner in value]
        return value
