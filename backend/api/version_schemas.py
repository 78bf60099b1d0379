"""Bodies and answers of playbook versions (A5)."""

from marshmallow import Schema, fields, validate

from backend.api.command_schemas import Strict
from backend.api.fields import TEXT, Document, LongText, Since, Whole
from backend.api.identity_bodies import OrgId
from backend.api.identity_schemas import OrgRefSchema
from backend.api.objection_schemas import ClearanceSchema
from backend.api.paging import PageSchema
from backend.api.shared_schemas import BothSchema, PersonSchema
from escalation.timeline import MAX_INTEGER
from escalation.version import STATES

SINCE = ["2026-12-01", "2026-12-01T00:00:00+08:00"]
DEEDS = ("edit", "submit", "clear", "send_back", "publish", "withdraw")


DOCUMENT = {
    "type": "object",
    "additionalProperties": True,
    "description": "A playbook's document (docs/playbooks.md), or an addition: "
    "{steps, lines: [{step, say, avoid}], advice}.",
}


class VersionQuerySchema(PageSchema):
    """Which: of one org alone."""

    org = OrgId()


class VersionBodySchema(Strict):
    """A draft for ``org`` (the head office, where not said): ``content``, or the same as ``from``.

    ``from`` is a version's number or id; without both it begins with what is in force.
    """

    org = OrgId()
    from_ = fields.Raw(
        data_key="from",
        validate=lambda value: isinstance(value, str | int) and not isinstance(value, bool),
        metadata={"oneOf": [{"type": "integer"}, {"type": "string"}]},
    )
    content = Document(metadata=DOCUMENT)


class _Read(Strict):
    """``revision``: the one that was read; a newer one is then refused (409)."""

    revision = Whole(1, MAX_INTEGER)


class VersionChangeSchema(_Read):
    """The whole content as it shall be."""

    content = Document(required=True, metadata=DOCUMENT)


class VersionReadSchema(_Read):
    """Nothing more than what was read."""


class VersionSendBackSchema(_Read):
    """Why it is not cleared."""

    reason = LongText(required=True, metadata=TEXT)


class VersionPublishSchema(_Read):
    """From when on; at once, where not said."""

    from_ = Since(
        data_key="from",
        metadata={"type": "string", "examples": SINCE},
    )


class SentBackSchema(Schema):
    """By whom, when and why it was not cleared."""

    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    at = fields.DateTime(required=True)
    reason = fields.String(required=True)


class VersionSchema(Schema):
    """A version without its content. ``addition``: what its org adds to an inherited playbook."""

    id = fields.String(required=True)
    playbook = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True)
    org = fields.Nested(OrgRefSchema, required=True)
    addition = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    in_force = fields.Boolean(required=True)
    shipped = fields.Boolean(required=True)
    authors = fields.List(fields.Nested(PersonSchema), required=True)
    made_at = fields.DateTime(required=True, allow_none=True)
    changed_at = fields.DateTime(required=True, allow_none=True)
    supersedes = fields.Integer(required=True, allow_none=True)
    submitted_at = fields.DateTime(required=True, allow_none=True)
    compliance = fields.Nested(ClearanceSchema, required=True, allow_none=True)
    legal = fields.Nested(ClearanceSchema, required=True, allow_none=True)
    sent_back = fields.Nested(SentBackSchema, required=True, allow_none=True)
    publish_from = fields.DateTime(required=True, allow_none=True)
    published_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    clear_again_by = fields.DateTime(required=True, allow_none=True)
    due_again = fields.Boolean(required=True)
    may = fields.List(fields.String(validate=validate.OneOf(DEEDS)), required=True)


class VersionListSchema(Schema):
    """A page of versions."""

    items = fields.List(fields.Nested(VersionSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DifferenceSchema(Schema):
    """One thing that has become different; ``before`` is null for what is new."""

    part = fields.String(required=True)
    name = fields.String(required=True)
    field = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class WholeVersionSchema(VersionSchema):
    """A version with its content, and what it says otherwise than what it is to replace.

    ``inherited``: what an addition adds to. ``against``: the number that it is compared with.
    """

    content = fields.Dict(required=True)
    inherited = fields.Dict(required=True, allow_none=True)
    against = fields.Integer(required=True, allow_none=True)
    differences = fields.List(fields.Nested(DifferenceSchema), required=True)


class ShelfItemSchema(Schema):
    """One playbook: what holds, what is being worked on or to come, and what orgs add."""

    id = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True)
    discreet = fields.Boolean(required=True)
    in_force = fields.Nested(VersionSchema, required=True)
    coming = fields.List(fields.Nested(VersionSchema), required=True)
    additions = fields.List(fields.Nested(VersionSchema), required=True)
    newer_shipped = fields.Integer(required=True, allow_none=True)
    left_out = fields.List(fields.Nested(OrgRefSchema), required=True)


class LibrarySchema(Schema):
    """All playbooks. ``drafts_for``: the reader's own orgs for which they may draft versions."""

    items = fields.List(fields.Nested(ShelfItemSchema), required=True)
    drafts_for = fields.List(fields.Nested(OrgRefSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
