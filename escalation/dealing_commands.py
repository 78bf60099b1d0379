"""What people ask to have put on record about their dealings with visitors, in the imperative."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from escalation.statement import Lang
from escalation.texts import Typed


@dataclass(frozen=True, slots=True)
class MakePromise:
    """Something was promised to the customer, to be done by ``due_at`` (S6, T3)."""

    name: ClassVar[str] = "promise"
    text: Typed
    due_at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class KeepPromise:
    """It was done."""

    name: ClassVar[str] = "keep-promise"
    promise: str
    note: Typed | None = None


@dataclass(frozen=True, slots=True)
class BreakPromise:
    """It will not be done, and why."""

    name: ClassVar[str] = "break-promise"
    promise: str
    reason: Typed


@dataclass(frozen=True, slots=True)
class NameRepresentative:
    """Somebody speaks for the group, by name or mark (G4)."""

    name: ClassVar[str] = "name-representative"
    who: Typed


@dataclass(frozen=True, slots=True)
class WithdrawRepresentative:
    """They speak for it no more."""

    name: ClassVar[str] = "withdraw-representative"
    representative: str


@dataclass(frozen=True, slots=True)
class LeadToRoom:
    """People were led to a room, so many, at that moment; now where nobody says (G2, G4)."""

    name: ClassVar[str] = "lead-to-room"
    who: Typed
    room: Typed
    people: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    """They have left it."""

    name: ClassVar[str] = "leave-room"
    stay: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordPressStatement:
    """What the media asked, and what the office told them (M5)."""

    name: ClassVar[str] = "record-press-statement"
    who: Typed
    outlet: Typed
    asked: Typed
    said: Typed
    press_card: Typed | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DraftStatement:
    """The words of a written statement so far; ``draft`` is the one that they change (A8)."""

    name: ClassVar[str] = "draft-statement"
    lang: Lang
    text: Typed
    contact: Typed
    draft: int = 0


@dataclass(frozen=True, slots=True)
class IssueStatement:
    """These words are final."""

    name: ClassVar[str] = "issue-statement"
    lang: Lang
    text: Typed
    contact: Typed
    draft: int = 0


Dealing = (
    MakePromise
    | KeepPromise
    | BreakPromise
    | NameRepresentative
    | WithdrawRepresentative
    | LeadToRoom
    | LeaveRoom
    | RecordPressStatement
    | DraftStatement
    | IssueStatement
)
