"""Bodies and answers about suggestions to the business side (W4, A7)."""

from marshmallow import Schema, fields, validate

from backend.api.command_schemas import Strict
from backend.api.customer_schemas import MOMENT, Name
from backend.api.fields import TEXT, Flag, LongText, Moment, PlainText, Uuid
from backend.api.identity_schemas import OrgRefSchema
from backend.api.paging import PageSchema
from backend.api.shared_schemas import PersonSchema
from escalation.decide.life import ROOT_CAUSES
from escalation.suggestion import STATUSES


class SuggestionQuerySchema(PageSchema):
    """Which: of an org and those below it, a status, a product, a cause; one's own."""

    org = PlainText(longest=64)
    status = fields.String(validate=validate.OneOf(STATUSES))
    product = Name(longest=60)
    cause = fields.String(validate=validate.OneOf(ROOT_CAUSES))
    mine = fields.Boolean()


class CauseQuerySchema(PageSchema):
    """Which: of an org and those below it, since a moment."""

    org = PlainText(longest=64)
    since = Moment(metadata=MOMENT)


class SuggestionBodySchema(Strict):
    """What should be done differently, about which product and for which cause.

    ``org``: the incident's branch, or the maker's own, where not said.
    """

    id = Uuid()
    org = PlainText(longest=64)
    incident = Uuid(allow_none=True)
    product = Name(longest=60, required=True)
    cause = fields.String(required=True, validate=validate.OneOf(ROOT_CAUSES))
    text = LongText(required=True, metadata=TEXT)


class SuggestionAnswerSchema(Strict):
    """The business side's word: it is taken up (or explained), or it is not."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES[1:]))
    answer = LongText(required=True, metadata=TEXT)


class SuggestedIncidentSchema(Schema):
    """The incident it came from, for who may see it."""

    id = fields.String(required=True)
    number = fields.String(required=True)


class BusinessSuggestionSchema(Schema):
    """A suggestion. ``times``: how often the same product and cause came up at that org."""

    id = fields.String(required=True)
    org = fields.Nested(OrgRefSchema, required=True)
    incident = fields.Nested(SuggestedIncidentSchema, required=True, allow_none=True)
    product = fields.String(required=True)
    cause = fields.String(required=True, validate=validate.OneOf(ROOT_CAUSES))
    text = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    times = fields.Integer(required=True)
    may_answer = Flag(required=True)
    made_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    made_at = fields.DateTime(required=True)
    answer = fields.String(required=True, allow_none=True)
    answered_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    answered_at = fields.DateTime(required=True, allow_none=True)


class SuggestionsSchema(Schema):
    """A page of suggestions."""

    items = fields.List(fields.Nested(BusinessSuggestionSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CauseSchema(Schema):
    """What came up at a branch about a product, and how often."""

    org = fields.Nested(OrgRefSchema, required=True)
    product = fields.String(required=True)
    cause = fields.String(required=True, validate=validate.OneOf(ROOT_CAUSES))
    times = fields.Integer(required=True)
    open = fields.Integer(required=True)
    last_at = fields.DateTime(required=True)


class CausesSchema(Schema):
    """A page of repeat causes, the most frequent first."""

    items = fields.List(fields.Nested(CauseSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
