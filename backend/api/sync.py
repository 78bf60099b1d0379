"""``POST /sync``: what a tablet kept while it was away, in its order; one refusal stops nothing."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from marshmallow import ValidationError, fields, validate

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import SCHEMAS, SendingSchema, Strict
from backend.api.fields import Moment, PlainText, Uuid, Whole, at_most
from backend.api.problem_schemas import ProblemSchema, problems
from backend.callers import current_caller, person_or_device
from backend.envelope import Outcome
from backend.problems import (
    NotFound,
    Problem,
    problem,
    refusal_problem,
    sayable,
    validation_problem,
)
from backend.sending import seal_up
from backend.services import services
from escalation.refusal import Refused
from escalation.rights import Caller
from escalation.timeline import MAX_INTEGER

blueprint = Blueprint("sync", __name__, description="A tablet comes back.")

MOST_COMMANDS = 1000


class SyncBodySchema(Strict):
    """The commands are checked one by one: a bad one must not stop the rest."""

    device_now = Moment(required=True)
    mono_now = Whole(0, MAX_INTEGER, required=True)
    session = PlainText(longest=100)
    commands = fields.List(
        fields.Dict(),
        required=True,
        validate=at_most(MOST_COMMANDS),
    )


class SyncCommandSchema(SendingSchema):
    command_id = Uuid(required=True)
    incident = PlainText(longest=64, allow_none=True)
    command = fields.String(required=True, validate=validate.OneOf(tuple(SCHEMAS)))
    data = fields.Dict(required=True)


class SyncResultSchema(Strict):
    command_id = fields.String(required=True, allow_none=True)
    outcome = fields.String(
        required=True, validate=validate.OneOf(("applied", "repeated", "late", "refused"))
    )
    problem = fields.Nested(ProblemSchema)


class SyncAnswerSchema(Strict):
    results = fields.List(fields.Nested(SyncResultSchema), required=True)


@blueprint.post("/sync")
@person_or_device
@problems(400, 401, 403, 413, 415, 422, 507)
@blueprint.arguments(SyncBodySchema)
@blueprint.response(200, SyncAnswerSchema)
def sync(body: Mapping[str, Any]) -> Response:
    """Carry out what was kept, in order."""
    caller = current_caller()
    raw = request.get_json()["commands"]
    present = body.get("session") or _last_session(raw)
    results: list[dict[str, Any]] = []
    for command in raw:
        result: dict[str, Any] = {"command_id": _id_of(command)}
        try:
            outcome = _carry_out(caller, command, body, present)
            kind = {"late": "late", "repeated": "repeated"}.get(outcome.kind, "applied")
            result["outcome"] = kind
            if outcome.problem is not None:
                result["problem"] = refusal_problem(outcome.problem)
        except ValidationError as error:
            result |= {"outcome": "refused", "problem": validation_problem(error.messages)}
        except Refused as refusal:
            result |= {"outcome": "refused", "problem": refusal_problem(refusal)}
        except Problem as error:
            body_of = problem(error.status, error.kind, error.zh, error.en)
            result |= {"outcome": "refused", "problem": body_of}
        results.append(result)
    return answer({"results": results})


def _carry_out(
    caller: Caller, raw: Mapping[str, Any], body: Mapping[str, Any], present: Any
) -> Outcome:
    command = SyncCommandSchema().load(raw)
    name = command["command"]
    incident_id = None if name == "open" else command.get("incident")
    if name != "open" and incident_id is None:
        raise NotFound
    data = dict(raw["data"])
    if name == "open" and raw.get("incident") is not None:
        data.setdefault("id", raw["incident"])
    loaded = SCHEMAS[name]().load(data)
    occurred = command.get("occurred")
    sending = {
        **command,
        "occurred_raw": raw.get("occurred"),
        "mono_now": command.get("mono_now", body["mono_now"]),
        "device_now": body["device_now"],
        "signed_data": raw["data"],
        "signed_incident": raw.get("incident"),
    }
    same_run = None if occurred is None else _same_run(occurred["session"], body, present)
    envelope = seal_up(
        services(),
        name,
        caller,
        loaded,
        data,
        sending,
        incident_id=incident_id,
        same_run=same_run,
    )
    return services().send(envelope._replace(keep_late=True))


def _same_run(session: str, body: Mapping[str, Any], present: Any) -> bool | None:
    """Known for sure only where the tablet says which run sends; else only that it is not."""
    if session != present:
        return False
    return True if "session" in body else None


def _last_session(commands: Any) -> Any:
    """The run of the monotonic clock that sends: that of the newest deed, unless told."""
    for command in reversed(commands):
        occurred = command.get("occurred") if isinstance(command, dict) else None
        if isinstance(occurred, dict):
            return occurred.get("session")
    return None


def _id_of(command: Any) -> str | None:
    found = command.get("command_id") if isinstance(command, dict) else None
    return sayable(found) if isinstance(found, str) else None
