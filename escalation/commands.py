"""What people, tablets and the timer ask for, in the imperative (contract, section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from escalation.texts import Typed


@dataclass(frozen=True, slots=True)
class Open:
    """Raise an incident. ``number`` is given by the write path."""

    name: ClassVar[str] = "open"
    id: str
    type: str
    branch: str
    drill: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: Typed | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    name: ClassVar[str] = "acknowledge"
    eta_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    name: ClassVar[str] = "decline"
    reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class CompleteStep:
    name: ClassVar[str] = "complete-step"
    step: str
    note: Typed | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    override_reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class ClearStep:
    name: ClassVar[str] = "clear-step"
    step: str
    reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class SkipStep:
    name: ClassVar[str] = "skip-step"
    step: str
    reason: Typed


@dataclass(frozen=True, slots=True)
class ReopenStep:
    name: ClassVar[str] = "reopen-step"
    step: str
    reason: Typed


@dataclass(frozen=True, slots=True)
class RecordFacts:
    name: ClassVar[str] = "record-facts"
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AddPlaybook:
    name: ClassVar[str] = "add-playbook"
    playbook: str
    reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class Reclassify:
    name: ClassVar[str] = "reclassify"
    type: str
    reason: Typed


@dataclass(frozen=True, slots=True)
class HandOver:
    """``to`` is a username."""

    name: ClassVar[str] = "hand-over"
    to: str
    reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class AddNote:
    name: ClassVar[str] = "add-note"
    text: Typed


@dataclass(frozen=True, slots=True)
class Escalate:
    name: ClassVar[str] = "escalate"
    reason: Typed


@dataclass(frozen=True, slots=True)
class Contain:
    name: ClassVar[str] = "contain"
    summary: Typed | None = None


@dataclass(frozen=True, slots=True)
class Close:
    name: ClassVar[str] = "close"
    resolution: Typed
    outcome: str
    root_cause: str | None = None
    complaint_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    name: ClassVar[str] = "cancel"
    reason: Typed


@dataclass(frozen=True, slots=True)
class Reopen:
    name: ClassVar[str] = "reopen"
    reason: Typed


@dataclass(frozen=True, slots=True)
class Attach:
    """A file was stored beside the incident; ``sha256`` is of its bytes."""

    name: ClassVar[str] = "attach"
    attachment_id: str
    sha256: str
    media_type: str
    size: int
    caption: Typed | None = None


@dataclass(frozen=True, slots=True)
class Receive:
    """A recipient's device has received (``delivered``) or shown (``seen``) an alert."""

    name: ClassVar[str] = "receive"
    receipt: str
    alert_id: str
    repeat: int
    channel: str = "socket"


@dataclass(frozen=True, slots=True)
class RecordExport:
    """Somebody took the timeline out of the house."""

    name: ClassVar[str] = "export"
    format: str
    upto_seq: int
    lang: str


@dataclass(frozen=True, slots=True)
class ReportLate:
    """Keep what came too late to act: which command, what it said, and why (contract, 3)."""

    name: ClassVar[str] = "report-late"
    command: str
    data: Mapping[str, Any]
    because: str


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The timer speaks: the deadline ``key`` of this incident is due."""

    name: ClassVar[str] = "deadline-passed"
    key: str


Command = (
    Open
    | Acknowledge
    | Decline
    | CompleteStep
    | ClearStep
    | SkipStep
    | ReopenStep
    | RecordFacts
    | AddPlaybook
    | Reclassify
    | HandOver
    | AddNote
    | Escalate
    | Contain
    | Close
    | Cancel
    | Reopen
    | Attach
    | Receive
    | RecordExport
    | ReportLate
    | DeadlinePassed
)
