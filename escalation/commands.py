"""What people, tablets and the timer ask for, in the imperative (contract, section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from escalation.dealing_commands import Dealing
from escalation.drill import Terms
from escalation.texts import Typed


@dataclass(frozen=True, slots=True)
class Open:
    """Raise an incident. ``number`` is given by the write path; ``terms``: of a planned drill."""

    name: ClassVar[str] = "open"
    id: str
    type: str
    branch: str
    drill: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: Typed | None = None
    number: str = ""
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The caller takes it up, and perhaps says when they arrive.

    ``by_link``: straight from a message, with its link for a proof and no session.
    """

    name: ClassVar[str] = "acknowledge"
    eta_minutes: int | None = None
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class Decline:
    """The caller will not take it up."""

    name: ClassVar[str] = "decline"
    reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class CompleteStep:
    """Tick a step, with what is written down for it."""

    name: ClassVar[str] = "complete-step"
    step: str
    note: Typed | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    override_reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class ClearStep:
    """Let a step pass that waits for compliance (S6)."""

    name: ClassVar[str] = "clear-step"
    step: str
    reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class SkipStep:
    """Leave a step out."""

    name: ClassVar[str] = "skip-step"
    step: str
    reason: Typed


@dataclass(frozen=True, slots=True)
class ReopenStep:
    """Take a tick back."""

    name: ClassVar[str] = "reopen-step"
    step: str
    reason: Typed


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Write down what is going on; None withdraws a fact."""

    name: ClassVar[str] = "record-facts"
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AddPlaybook:
    """A second situation has come up in the same incident (G1)."""

    name: ClassVar[str] = "add-playbook"
    playbook: str
    reason: Typed | None = None


@dataclass(frozen=True, slots=True)
class Reclassify:
    """Another type fits better."""

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
    """Keep something in the caller's own words."""

    name: ClassVar[str] = "add-note"
    text: Typed


@dataclass(frozen=True, slots=True)
class Escalate:
    """Ask the next level now."""

    name: ClassVar[str] = "escalate"
    reason: Typed


@dataclass(frozen=True, slots=True)
class Contain:
    """It is under control."""

    name: ClassVar[str] = "contain"
    summary: Typed | None = None


@dataclass(frozen=True, slots=True)
class Close:
    """It is settled; the lists of what came of it are in decide/life.py (S7)."""

    name: ClassVar[str] = "close"
    resolution: Typed
    outcome: str
    root_cause: str | None = None
    complaint_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take the raise back."""

    name: ClassVar[str] = "cancel"
    reason: Typed


@dataclass(frozen=True, slots=True)
class Reopen:
    """A closed incident is not over."""

    name: ClassVar[str] = "reopen"
    reason: Typed


@dataclass(frozen=True, slots=True)
class PauseClock:
    """A promise stands still until a moment, for a reason."""

    name: ClassVar[str] = "pause-clock"
    clock: str
    until: datetime
    reason: Typed


@dataclass(frozen=True, slots=True)
class ExtendClock:
    """A promise gets more time, for a reason."""

    name: ClassVar[str] = "extend-clock"
    clock: str
    until: datetime
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


SOCKET = "socket"
"""The channel that everybody has; the others are named by their ids."""


@dataclass(frozen=True, slots=True)
class ScheduleFollowUp:
    """Call the customer back at a better moment (A4); the rules say when, where nobody does."""

    name: ClassVar[str] = "schedule-follow-up"
    due_at: datetime | None = None
    note: Typed | None = None


@dataclass(frozen=True, slots=True)
class FinishFollowUp:
    """What came of a follow-up: its two questions are ``content`` and ``improve`` (A1)."""

    name: ClassVar[str] = "finish-follow-up"
    follow_up: str
    outcome: str
    content: str | None = None
    improve: Typed | None = None


@dataclass(frozen=True, slots=True)
class RecordReview:
    """What the weekly review has found of it; ``because``: why it was chosen (A2)."""

    name: ClassVar[str] = "record-review"
    words: Typed
    process: Typed
    decision: Typed
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkDrill:
    """The owner of a mystery visit says: this was it (A6). The rest is what the plan says.

    ``all_asked``: every reporter has been asked whether they met the visitor and nobody else.
    """

    name: ClassVar[str] = "mark-drill"
    terms: Terms
    branch: str
    type: str
    begins: datetime
    ends: datetime
    reason: Typed
    all_asked: bool = False


@dataclass(frozen=True, slots=True)
class UnmarkDrill:
    """It was no drill after all: it counts, and all who were told hear of it."""

    name: ClassVar[str] = "unmark-drill"
    reason: Typed


@dataclass(frozen=True, slots=True)
class LinkCustomer:
    """It is the matter of the customer with this card.

    ``org``, which keeps the card, is found by the write path; None: there is no such card.
    """

    name: ClassVar[str] = "link-customer"
    customer: str
    org: str | None = None


@dataclass(frozen=True, slots=True)
class UnlinkCustomer:
    """It is not that customer's matter."""

    name: ClassVar[str] = "unlink-customer"


@dataclass(frozen=True, slots=True)
class Receive:
    """A recipient's device has received (``delivered``) or shown (``seen``) an alert.

    ``channel``: the socket, or the id of the channel to the outside that brought it.
    """

    name: ClassVar[str] = "receive"
    receipt: str
    alert_id: str
    repeat: int
    channel: str = SOCKET


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """The sender speaks: a channel (by its id) of ``user`` did not take this repeat."""

    name: ClassVar[str] = "delivery-failed"
    alert_id: str
    repeat: int
    user: str
    channel: str
    detail: str = ""


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


@dataclass(frozen=True, slots=True)
class AlertAgain:
    """The server has been started anew: whoever has not answered hears of it again."""

    name: ClassVar[str] = "alert-again"


@dataclass(frozen=True, slots=True)
class Rearm:
    """The server has found that nothing is armed any more: whoever is next must hear of it."""

    name: ClassVar[str] = "re-arm"


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """A promise that stands still goes on at once, for a reason."""

    name: ClassVar[str] = "resume-clock"
    clock: str
    reason: Typed


Command = (
    Open
    | Dealing
    | ResumeClock
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
    | PauseClock
    | ExtendClock
    | Attach
    | ScheduleFollowUp
    | FinishFollowUp
    | RecordReview
    | MarkDrill
    | UnmarkDrill
    | LinkCustomer
    | UnlinkCustomer
    | Receive
    | DeliveryFailed
    | RecordExport
    | ReportLate
    | DeadlinePassed
    | AlertAgain
    | Rearm
)
