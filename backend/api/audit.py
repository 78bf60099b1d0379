"""What auditors need to check the log without trusting this server."""

from flask import Response
from marshmallow import Schema, fields

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.callers import public
from backend.services import services
from backend.signing import NAME, log_key_in

blueprint = Blueprint("audit", __name__, description="The log's proof.")


class LogKeySchema(Schema):
    """``key``: base64 of the 32 bytes; ``note_key``: the same for C2SP signed notes."""

    name = fields.String(required=True)
    key = fields.String(required=True)
    note_key = fields.String(required=True)


@blueprint.get("/audit/key")
@public
@blueprint.response(200, LogKeySchema)
def get_key() -> Response:
    """The public key (Ed25519) that bundles are signed with; keep it outside this server."""
    key = log_key_in(services().settings.data)
    return answer({"name": NAME, "key": key.public_text, "note_key": key.note_key})
