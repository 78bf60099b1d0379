"""What passes between branch and visitors and is kept: promises, rooms, words to the press."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from escalation.clock import speaks_at
from escalation.statement import Draft, Statement

PROMISE_KINDS = ("action", "money", "information")
Sealed = Mapping[str, str]
"""A text as an event holds it: ``{"sealed": hash}``."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that was promised to a customer (S6). ``stage`` as of a clock.

    ``text``, and ``said`` at its end (a note, or why it was broken), are sealed.
    """

    id: str
    kind: str
    text: Sealed
    made_at: datetime
    made_by: str | None
    due_at: datetime
    stage: int = 0
    state: Literal["open", "kept", "broken"] = "open"
    ended_at: datetime | None = None
    ended_by: str | None = None
    said: Sealed | None = None

    @property
    def next_at(self) -> datetime | None:
        """When it is spoken of next: a warning, the due moment, the next level after it."""
        if self.state != "open":
            return None
        return speaks_at(self.made_at, self.due_at, self.stage)


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody who speaks for a group (G4). ``until`` None: still."""

    id: str
    who: Sealed
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """People in a room (G2, G4): led there ``since``, ``until`` None: still there."""

    id: str
    who: Sealed
    room: Sealed
    people: int | None
    since: datetime
    led_by: str | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PressStatement:
    """What the office told the media (M5): sealed texts."""

    id: str
    at: datetime
    by: str | None
    who: Sealed
    outlet: Sealed
    press_card: Sealed | None
    asked: Sealed
    said: Sealed


_NONE: Mapping[str, Any] = MappingProxyType({})


class Dealings(NamedTuple):
    """All of one incident, each by its id, in order; drafts of statements by their language."""

    promises: Mapping[str, Promise] = _NONE
    representatives: Mapping[str, Representative] = _NONE
    stays: Mapping[str, Stay] = _NONE
    press: Mapping[str, PressStatement] = _NONE
    drafts: Mapping[str, Draft] = _NONE
    statements: Mapping[str, Statement] = _NONE

    def open_drafts(self) -> Mapping[str, Draft]:
        """By language: those that somebody has written since the last one was issued."""
        issued = {each.lang: each.at for each in self.statements.values()}
        return {
            lang: each
            for lang, each in self.drafts.items()
            if lang not in issued or issued[lang] < each.at
        }


NO_DEALINGS = Dealings()
