"""What has happened, in the past tense. The names are the contract's (section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Self

from escalation.timeline import stamp, unstamp

Basis = Literal["measured", "estimated", "bounded", "server"]

INCIDENT_OPENED = "incident.opened"
INCIDENT_JOINED = "incident.joined"
INCIDENT_REPORT_WITHDRAWN = "incident.report_withdrawn"
INCIDENT_RECLASSIFIED = "incident.reclassified"
INCIDENT_HANDED_OVER = "incident.handed_over"
INCIDENT_CONTAINED = "incident.contained"
INCIDENT_CLOSED = "incident.closed"
INCIDENT_CANCELLED = "incident.cancelled"
INCIDENT_REOPENED = "incident.reopened"
REPORT_LATE = "report.late"
ALERT_RAISED = "alert.raised"
ALERT_INFORMED = "alert.informed"
ALERT_DELIVERED = "alert.delivered"
ALERT_SEEN = "alert.seen"
ALERT_FAILED = "alert.failed"
ALERT_ACKNOWLEDGED = "alert.acknowledged"
ALERT_DECLINED = "alert.declined"
ALERT_ESCALATED = "alert.escalated"
ALERT_EXHAUSTED = "alert.exhausted"
ALERT_SIMULATED = "alert.simulated"
STEP_COMPLETED = "step.completed"
STEP_SKIPPED = "step.skipped"
STEP_REOPENED = "step.reopened"
STEP_CLEARED = "step.cleared"
STEP_WARNED = "step.warned"
STEP_OVERDUE = "step.overdue"
FACTS_RECORDED = "facts.recorded"
NOTE_ADDED = "note.added"
ATTACHMENT_ADDED = "attachment.added"
PLAYBOOK_ADDED = "playbook.added"
CLOCK_STARTED = "clock.started"
CLOCK_MET = "clock.met"
CLOCK_WARNED = "clock.warned"
CLOCK_MISSED = "clock.missed"
CLOCK_PAUSED = "clock.paused"
CLOCK_EXTENDED = "clock.extended"
FOLLOW_UP_SCHEDULED = "follow_up.scheduled"
FOLLOW_UP_DUE = "follow_up.due"
FOLLOW_UP_DONE = "follow_up.done"
REVIEW_RECORDED = "review.recorded"
DRILL_MARKED = "drill.marked"
DRILL_UNMARKED = "drill.unmarked"
DRILL_SCORED = "drill.scored"
CUSTOMER_LINKED = "customer.linked"
CUSTOMER_UNLINKED = "customer.unlinked"
PROMISE_MADE = "promise.made"
PROMISE_DUE = "promise.due"
PROMISE_KEPT = "promise.kept"
PROMISE_BROKEN = "promise.broken"
REPRESENTATIVE_NAMED = "representative.named"
REPRESENTATIVE_WITHDRAWN = "representative.withdrawn"
ROOM_ENTERED = "room.entered"
ROOM_LEFT = "room.left"
STATEMENT_DRAFTED = "statement.drafted"
STATEMENT_ISSUED = "statement.issued"
PRESS_STATEMENT_RECORDED = "press_statement.recorded"
EXPORT_MADE = "export.made"


class Occurred(NamedTuple):
    """When it happened, as far as can be known: an interval, the best estimate, the basis."""

    not_before: datetime
    not_after: datetime
    estimate: datetime
    basis: Basis

    @classmethod
    def at_server(cls, moment: datetime) -> Self:
        """For what the server itself saw happen."""
        return cls(moment, moment, moment, "server")

    def as_json(self) -> dict[str, str]:
        """As it stands in an event."""
        return {
            "not_before": stamp(self.not_before),
            "not_after": stamp(self.not_after),
            "estimate": stamp(self.estimate),
            "basis": self.basis,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read it back from an event."""
        return cls(
            unstamp(value["not_before"]),
            unstamp(value["not_after"]),
            unstamp(value["estimate"]),
            value["basis"],
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a user in a role, a paired device with nobody signed in, or the system."""

    kind: Literal["user", "device", "system"]
    id: str
    name: str
    role: str | None = None
    org: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """As it stands in an event."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "role": self.role,
            "org": self.org,
        }


SYSTEM = Actor("system", "counterbell", "Counterbell")


class Event(NamedTuple):
    """One line of a timeline, before it is hashed. ``incident_id`` None: the log's own chain."""

    id: str
    incident_id: str | None
    seq: int
    type: str
    recorded_at: datetime
    occurred: Occurred
    actor: Actor
    data: Mapping[str, Any]
    command_id: str | None = None
    device: Mapping[str, Any] | None = None

    def body(self, prev_hash: str) -> dict[str, Any]:
        """The event as it is hashed and exported, but for ``hash`` and ``position``."""
        return {
            "id": self.id,
            "incident_id": self.incident_id,
            "seq": self.seq,
            "type": self.type,
            "recorded_at": stamp(self.recorded_at),
            "occurred": self.occurred.as_json(),
            "actor": self.actor.as_json(),
            "device": self.device,
            "command_id": self.command_id,
            "data": self.data,
            "prev_hash": prev_hash,
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Read an event back from its stored form."""
        return cls(
            id=body["id"],
            incident_id=body["incident_id"],
            seq=body["seq"],
            type=body["type"],
            recorded_at=unstamp(body["recorded_at"]),
            occurred=Occurred.from_json(body["occurred"]),
            actor=Actor(**body["actor"]),
            data=body["data"],
            command_id=body["command_id"],
            device=body["device"],
        )
