"""What notices say, in both languages. A discreet one gives nothing away (C4; contract, 6)."""

from typing import Any

from escalation.incident import Alert, Incident
from escalation.people import Org
from escalation.timeline import stamp
from playbooks.model import Text

DISCREET_TITLE = Text("内部提醒", "Internal notice")


def alert_message(state: Incident, alert: Alert, branch: Org, repeat: int) -> dict[str, Any]:
    """The payload of ``alert`` (contract, section 4)."""
    return {**inform_message(state, alert, branch, repeat), "level": alert.level}


def inform_message(state: Incident, alert: Alert, branch: Org, repeat: int) -> dict[str, Any]:
    """The payload of ``inform``: told, not asked."""
    title = DISCREET_TITLE if state.discreet else state.primary.title
    message: dict[str, Any] = {
        "alert_id": alert.id,
        "repeat": repeat,
        "incident_id": state.id,
        "reason": alert.reason,
        "urgency": alert.urgency,
        "discreet": state.discreet,
        "drill": state.drill,
        "title": title.as_json(),
        "branch": {"id": branch.id, "name": branch.name},
        "raised_at": stamp(alert.raised_at),
    }
    if not state.discreet:
        message["type"] = state.type
    return message
