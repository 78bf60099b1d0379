"""Bodies and answers of the objection library (A3, A5)."""

from marshmallow import Schema, fields, validate

from backend.api.command_schemas import Strict
from backend.api.fields import TEXT, Flag, LongText, PlainText, Uuid, Whole
from backend.api.identity_schemas import OrgRefSchema
from backend.api.paging import PageSchema
from backend.api.shared_schemas import BothSchema, PersonSchema
from escalation.objection import STATUSES
from escalation.timeline import MAX_INTEGER


class ObjectionQuerySchema(PageSchema):
    """Which: words in either language, a topic, a playbook, a status."""

    q = PlainText(longest=200)
    topic = PlainText(longest=80)
    playbook = PlainText(longest=64)
    status = fields.String(validate=validate.OneOf(STATUSES))


class ObjectionChangeSchema(Strict):
    """What becomes different; other words want new clearances."""

    topic = PlainText(longest=80)
    playbook = PlainText(longest=64, allow_none=True)
    objection_zh = LongText(metadata=TEXT)
    objection_en = LongText(metadata=TEXT)
    answer_zh = LongText(metadata=TEXT)
    answer_en = LongText(metadata=TEXT)
    retired = Flag()


class ObjectionBodySchema(Strict):
    """An entry: it holds for ``org`` (the writer's own, where not said) and below."""

    org = PlainText(longest=64)
    topic = PlainText(longest=80, required=True)
    playbook = PlainText(longest=64, allow_none=True)
    incident = Uuid(allow_none=True)
    objection_zh = LongText(required=True, metadata=TEXT)
    objection_en = LongText(required=True, metadata=TEXT)
    answer_zh = LongText(required=True, metadata=TEXT)
    answer_en = LongText(required=True, metadata=TEXT)


class ObjectionClearSchema(Strict):
    """The revision that was read."""

    revision = Whole(1, MAX_INTEGER, required=True)


class ClearanceSchema(Schema):
    """By whom and when."""

    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    at = fields.DateTime(required=True)


class ObjectionSchema(Schema):
    """An entry. Only what is ``cleared`` may be said to a customer."""

    id = fields.String(required=True)
    org = fields.Nested(OrgRefSchema, required=True)
    topic = fields.String(required=True)
    playbook = fields.String(required=True, allow_none=True)
    incident = fields.String(required=True, allow_none=True)
    objection = fields.Nested(BothSchema, required=True)
    answer = fields.Nested(BothSchema, required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    revision = fields.Integer(required=True)
    made_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    made_at = fields.DateTime(required=True)
    compliance = fields.Nested(ClearanceSchema, required=True, allow_none=True)
    legal = fields.Nested(ClearanceSchema, required=True, allow_none=True)
    clear_again_by = fields.DateTime(required=True, allow_none=True)


class ObjectionsSchema(Schema):
    """A page of the library."""

    items = fields.List(fields.Nested(ObjectionSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
