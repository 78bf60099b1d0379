"""Raising incidents, and reading them."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import BODIES
from backend.api.fields import Moment, PlainText, clean
from backend.api.incident_schemas import STATUSES, IncidentListSchema, IncidentSchema, RaisedSchema
from backend.api.problem_schemas import problems
from backend.api.views import (
    find_visible,
    new_incident,
    send_body,
    whole_incident,
)
from backend.callers import current_caller, person_or_device, signed_in
from backend.incident_list import list_incidents
from backend.services import services
from escalation.rights import sees

blueprint = Blueprint("incidents", __name__, description="Incidents.")


class Statuses(fields.String):
    """One status, or several with commas."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        chosen = super()._deserialize(value, attr, data, **more).split(",")
        for each in chosen:
            validate.OneOf(STATUSES)(each)
        return chosen


class QueryText(fields.String):
    """Words in the address bar."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        return clean(super()._deserialize(value, attr, data, **more))


class IncidentQuerySchema(Schema):
    """Which incidents."""

    class Meta:
        """Marshmallow's settings."""

        unknown = EXCLUDE

    status = Statuses()
    branch = PlainText(longest=64)
    type = PlainText(longest=64)
    since = Moment()
    until = Moment()
    drill = fields.Boolean()
    q = QueryText(validate=validate.Length(max=200))
    cursor = QueryText(validate=validate.Length(max=500))
    limit = fields.Integer(validate=validate.Range(1, 200), load_default=50)


@blueprint.post("/incidents")
@person_or_device
@problems(400, 401, 403, 409, 413, 415, 422, 507)
@blueprint.arguments(BODIES["open"])
@blueprint.alt_response(200, schema=IncidentSchema, description="It joined this incident.")
@blueprint.response(201, RaisedSchema)
def raise_incident(body: Mapping[str, Any]) -> Response:
    """One tap: the checklist opens and people are alerted."""
    caller = current_caller()
    outcome = send_body("open", caller, body)
    state = outcome.state
    if not sees(caller, state, services().world.directory):
        # A counter's device learns nothing of a discreet one, not even whether somebody was first.
        return answer({"id": outcome.alias}, 201)
    if outcome.kind == "applied":
        return new_incident(outcome)
    return whole_incident(state, opened=outcome.opened)


@blueprint.get("/incidents")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(IncidentQuerySchema, location="query")
@blueprint.response(200, IncidentListSchema)
def get_incidents(query: Mapping[str, Any]) -> Response:
    """The incidents that the caller may see, newest first."""
    parts = services()
    caller = current_caller()
    found = parts.reader.run(lambda conn: list_incidents(conn, parts, caller, query))
    return answer(found)


@blueprint.get("/incidents/<incident_id>")
@person_or_device
@problems(401, 403, 404)
@blueprint.response(200, IncidentSchema)
def get_incident(incident_id: str) -> Response:
    """One incident, by its own id or any reporter's."""
    parts = services()
    caller = current_caller()
    state = parts.reader.run(lambda conn: find_visible(conn, parts, caller, incident_id))
    return whole_incident(state)
