"""Branch notes: what is worth keeping and belongs to no incident."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import BODIES
from backend.api.problem_schemas import problems
from backend.api.views import envelope_of
from backend.callers import current_caller, person_or_device
from backend.sending import own_branch
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
    envelope = envelope_of("add-note", caller, body)
    note_id = parts.writer.submit(lambda batch: parts.notes.keep(batch, envelope, branch))
    return answer({"id": note_id}, 201)
