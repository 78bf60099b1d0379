"""Commands that come by a route of their own, to the one write path."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import request

from backend.api.fields import Uuid
from backend.callers import current_caller
from backend.envelope import Envelope
from backend.services import services
from escalation.commands import Command
from escalation.incident import Incident


class Done(NamedTuple):
    """What came of a command, and its id."""

    state: Incident
    command_id: str


def carry_out(command: Command, incident_id: str, body: Mapping[str, Any]) -> Done:
    """Hand the command to the write path."""
    envelope = envelope_for(command, incident_id, body)
    return Done(services().send(envelope).state, envelope.command_id)


def envelope_for(command: Command, incident_id: str, body: Mapping[str, Any]) -> Envelope:
    """The command's envelope.

    Its id stands in the body or in the header; sent again it changes nothing.
    """
    parts, caller = services(), current_caller()
    header = request.headers.get("Idempotency-Key")
    command_id = body.get("command_id") or (
        parts.clock.new_id() if header is None else Uuid().deserialize(header)
    )
    raw = dict(request.get_json(silent=True) or {})
    raw.pop("command_id", None)
    content = {
        "command": command.name,
        "incident": incident_id,
        "path": request.path,
        "data": raw,
        "person": caller.user_id,
    }
    return Envelope(command, caller, command_id, content, incident_id=incident_id)
