"""Branch notes: what is worth keeping and belongs to no incident."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import BODIES, SENDING_KEYS
from backend.api.fields import Uuid
from backend.api.identity_schemas import problems
from backend.callers import current_caller, person_or_device
from backend.sending import own_branch, seal_up
from backend.services import services
from escalation.refusal import Forbidden
from escalation.rights import may_raise

blueprint = Blueprint("notes", __name__, description="Branch notes.")


class NoteAnswerSchema(Schema):
    id = fields.String(required=True)


@blueprint.post("/notes")
@person_or_device
@problems(400, 401, 403, 409, 413, 415, 422, 507)
@blueprint.arguments(BODIES["add-note"])
@blueprint.response(201, NoteAnswerSchema)
def post_note(body: Mapping[str, Any]) -> Response:
    """Keep a note of the branch."""
    parts = services()
    caller = current_caller()
    branch = own_branch(parts, caller)
    if not may_raise(caller, branch, parts.world.directory):
        raise Forbidden
    raw = request.get_json()
    sending = {key: body[key] for key in SENDING_KEYS if key in body}
    sending["occurred_raw"] = raw.get("occurred")
    header = request.headers.get("Idempotency-Key")
    if header is not None and "command_id" not in sending:
        sending["command_id"] = Uuid().deserialize(header)
    data = {key: value for key, value in raw.items() if key not in SENDING_KEYS}
    envelope = seal_up(parts, "add-note", caller, {"text": body["text"]}, data, sending)
    note_id = parts.writer.submit(lambda batch: parts.notes.keep(batch, envelope, branch))
    return answer({"id": note_id}, 201)
