"""Bodies and answers about calls that are owed (contract, section 8)."""

from marshmallow import Schema, fields, validate

from backend.api.command_schemas import Strict
from backend.api.fields import TEXT, Moment, PlainText, Uuid, Words
from backend.api.identity_schemas import OrgRefSchema
from backend.api.paging import PageSchema
from backend.api.shared_schemas import BothSchema, PersonSchema
from escalation.follow_up import CONTENT, KINDS, OUTCOMES, STATUSES

MOMENT = {"type": "string", "format": "date-time"}


class FollowUpQuerySchema(PageSchema):
    """Which: due by a moment, of an org and those below it, of a kind, of a status."""

    due = Moment(metadata=MOMENT)
    org = PlainText(longest=64)
    kind = fields.String(validate=validate.OneOf(KINDS))
    status = fields.String(validate=validate.OneOf(STATUSES))
    incident = Uuid()


class FollowUpBodySchema(Strict):
    """Call back: in three days, where ``due_at`` says nothing else."""

    command_id = Uuid()
    incident = Uuid(required=True)
    due_at = Moment(metadata=MOMENT)
    note = Words(metadata=TEXT)


class FollowUpDoneSchema(Strict):
    """What came of it. ``content`` and ``improve`` are the two questions."""

    command_id = Uuid()
    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    content = fields.String(validate=validate.OneOf(CONTENT))
    improve = Words(metadata=TEXT)


class FollowedIncidentSchema(Schema):
    """The incident that it is about."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True, allow_none=True)
    drill = fields.Boolean(required=True)


class FollowUpSchema(Schema):
    """A call that is owed, or was made. ``made_by`` null: by the rules."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    due_at = fields.DateTime(required=True)
    overdue = fields.Boolean(required=True)
    org = fields.Nested(OrgRefSchema, required=True)
    incident = fields.Nested(FollowedIncidentSchema, required=True)
    note = fields.String(required=True, allow_none=True)
    made_at = fields.DateTime(required=True)
    made_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    done_at = fields.DateTime(required=True, allow_none=True)
    done_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    content = fields.String(required=True, allow_none=True)
    improve = fields.String(required=True, allow_none=True)


class FollowUpsSchema(Schema):
    """A page of calls."""

    items = fields.List(fields.Nested(FollowUpSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
