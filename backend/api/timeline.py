"""The timeline of an incident, as it stands in the log (contract, sections 3 and 7)."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy import Connection

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import Strict
from backend.api.problem_schemas import problems
from backend.api.views import find_visible
from backend.bulk import rows_by_ids
from backend.bundle import texts_of
from backend.callers import current_caller, person_or_device
from backend.event_store import read_events
from backend.identity_tables import DeviceRow
from backend.services import services
from escalation.events import STATEMENT_DRAFTED, STATEMENT_ISSUED
from escalation.rights import reads_statements
from escalation.timeline import MAX_INTEGER, sealed_in

blueprint = Blueprint("timeline", __name__, description="Timelines.")

MOST_EVENTS = 1000


class AfterSchema(Strict):
    """Which events: those after this ``seq``."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, MAX_INTEGER))


class OccurredAtSchema(Schema):
    """When it happened, as far as can be known."""

    not_before = fields.String(required=True)
    not_after = fields.String(required=True)
    estimate = fields.String(required=True)
    basis = fields.String(
        required=True, validate=validate.OneOf(("measured", "estimated", "bounded", "server"))
    )


class ActorSchema(Schema):
    """Who did it."""

    kind = fields.String(required=True, validate=validate.OneOf(("user", "device", "system")))
    id = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, allow_none=True)
    org = fields.String(required=True, allow_none=True)


class EventDeviceSchema(Schema):
    """The device's signature over the command that the event came of."""

    id = fields.String(required=True)
    seq = fields.Integer(required=True)
    signature = fields.String(required=True)
    signed = fields.String(required=True)


class EventSchema(Schema):
    """One line of a timeline; ``position`` is null until it is sealed."""

    id = fields.String(required=True)
    incident_id = fields.String(required=True, allow_none=True)
    seq = fields.Integer(required=True)
    position = fields.Integer(required=True, allow_none=True)
    type = fields.String(required=True)
    recorded_at = fields.String(required=True)
    occurred = fields.Nested(OccurredAtSchema, required=True)
    actor = fields.Nested(ActorSchema, required=True)
    device = fields.Nested(EventDeviceSchema, required=True, allow_none=True)
    command_id = fields.String(required=True, allow_none=True)
    data = fields.Dict(required=True)
    prev_hash = fields.String(required=True)
    hash = fields.String(required=True)


class SealedTextSchema(Schema):
    """A typed text and its salt (hex); both null where retention has emptied them."""

    salt = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)


class HeadSchema(Schema):
    """The incident's last event."""

    seq = fields.Integer(required=True)
    hash = fields.String(required=True)


class SigningDeviceSchema(Schema):
    """A device that has signed; its key is SPKI, base64url, and null where it has none."""

    name = fields.String(required=True)
    public_key = fields.String(required=True, allow_none=True)


class TimelineSchema(Schema):
    """At most 1,000 events, what they hold sealed, who signed, and where the incident stands."""

    events = fields.List(fields.Nested(EventSchema), required=True)
    sealed = fields.Dict(
        keys=fields.String(), values=fields.Nested(SealedTextSchema), required=True
    )
    devices = fields.Dict(
        keys=fields.String(), values=fields.Nested(SigningDeviceSchema), required=True
    )
    head = fields.Nested(HeadSchema, required=True)


@blueprint.get("/incidents/<incident_id>/timeline")
@person_or_device
@problems(401, 404, 422)
@blueprint.arguments(AfterSchema, location="query")
@blueprint.response(200, TimelineSchema)
def get_timeline(query: Mapping[str, Any], incident_id: str) -> Response:
    """What happened, in order, from the event after ``after`` on.

    Who may not read written statements finds their texts not among the sealed ones.
    """
    parts, caller = services(), current_caller()

    def read(conn: Connection) -> dict[str, Any]:
        state = find_visible(conn, parts, caller, incident_id)
        found = _timeline(conn, state.id, query["after"], state.seq)
        if not reads_statements(caller, state, parts.world.directory):
            _withhold_statements(found)
        return found

    return answer(parts.reader.run(read))


def _withhold_statements(found: dict[str, Any]) -> None:
    """What is written to the customer is read by who writes it and who takes records out (A8)."""
    for event in found["events"]:
        if event["type"] in (STATEMENT_DRAFTED, STATEMENT_ISSUED):
            for digest in sealed_in(event["data"]):
                del found["sealed"][digest]


def _timeline(conn: Connection, incident_id: str, after: int, last: int) -> dict[str, Any]:
    """The head is the one that the caller's right to see was judged by."""
    found = read_events(conn, incident_id, after=after, limit=MOST_EVENTS)
    events = [event for event in found if event["seq"] <= last]
    head = read_events(conn, incident_id, after=last - 1, limit=1)[0]
    return {
        "events": events,
        "sealed": texts_of(conn, events),
        "devices": _devices(conn, events),
        "head": {"seq": head["seq"], "hash": head["hash"]},
    }


def _devices(conn: Connection, events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The tablets whose signatures the events hold, revoked ones included."""
    ids = sorted({event["device"]["id"] for event in events if event["device"]})
    rows = rows_by_ids(conn, DeviceRow.__table__, ids) if ids else []
    return {row["id"]: {"name": row["name"], "public_key": row["public_key"]} for row in rows}
