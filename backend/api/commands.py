"""``POST /incidents/{id}/COMMAND``: one route for each command of the contract."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import BODIES
from backend.api.incident_schemas import IncidentSchema, RaisedSchema
from backend.api.problem_schemas import problems
from backend.api.views import send_body, whole_incident
from backend.callers import current_caller, person_or_device
from backend.services import services
from escalation.rights import sees

blueprint = Blueprint("commands", __name__, description="What changes an incident.")

_DONE = "Done; the incident is not the caller's to see any more."
_SUMMARIES = {
    "acknowledge": "I'm in charge.",
    "decline": "I can't.",
    "complete-step": "Tick a step.",
    "clear-step": "Compliance opens a gate.",
    "skip-step": "Leave a step out.",
    "reopen-step": "Take a tick back.",
    "record-facts": "Record what is going on.",
    "add-playbook": "Add a second playbook.",
    "reclassify": "Another type fits better.",
    "hand-over": "Somebody else takes charge.",
    "add-note": "Add a note.",
    "escalate": "Call the next level now.",
    "contain": "It is under control.",
    "close": "It is settled.",
    "cancel": "Take it back.",
    "reopen": "It was not over.",
    "pause-clock": "A promise stands still for a while.",
    "extend-clock": "A promise gets more time.",
    "unmark-drill": "It is no drill after all (A6).",
    "link-customer": "It is the matter of this customer.",
    "unlink-customer": "It is not that customer's matter.",
    "resume-clock": "A promise that stands still goes on.",
    "promise": "Something was promised to the customer.",
    "keep-promise": "It was done.",
    "break-promise": "It will not be done.",
    "name-representative": "Somebody speaks for the group.",
    "withdraw-representative": "They speak for it no more.",
    "lead-to-room": "People were led to a room.",
    "leave-room": "They have left it.",
    "draft-statement": "The words of a written statement so far.",
    "issue-statement": "These words are final.",
    "record-press-statement": "What the office told the media.",
}


def _route(name: str) -> Callable[..., Response]:
    def command(body: Mapping[str, Any], incident_id: str) -> Response:
        caller = current_caller()
        state = send_body(name, caller, body, incident_id).state
        if not sees(caller, state, services().world.directory):
            # It has become discreet, or it is about them: done, and nothing more is shown.
            return answer({"id": incident_id}, 202)
        return whole_incident(state)

    command.__name__ = name.replace("-", "_")
    command.__doc__ = _SUMMARIES[name]
    return command


for _name in _SUMMARIES:
    _view = blueprint.response(200, IncidentSchema)(_route(_name))
    _view = blueprint.alt_response(202, schema=RaisedSchema, description=_DONE)(_view)
    _view = blueprint.arguments(BODIES[_name])(_view)
    _view = problems(400, 401, 403, 404, 409, 413, 415, 422, 507)(_view)
    blueprint.post(f"/incidents/<incident_id>/{_name}")(person_or_device(_view))
