"""Bodies and answers about customer cards (A4, A9, S9)."""

from typing import Any

from marshmallow import Schema, fields, validate

from backend.api.command_schemas import Strict
from backend.api.fields import (
    TEXT,
    VISIBLE,
    Flag,
    LongText,
    Moment,
    PlainText,
    Uuid,
    Whole,
    at_most,
    words,
)
from backend.api.identity_schemas import OrgRefSchema
from backend.api.paging import PageSchema
from backend.api.shared_schemas import BothSchema, OrgNameSchema, PersonSchema
from escalation.customer import CARE, FREQUENT, PERIODS, RISK_PROFILES, TAGS
from escalation.incident import SEVERITIES
from escalation.marketing import CHANNELS, WHY
from escalation.timeline import MAX_INTEGER

MOMENT = {"type": "string", "format": "date-time"}
OFFER = {"description": "The most cautious risk profile that what is to be offered suits (A9)."}
REPEATS = ("same_cause", "money_again")
SHORTEST_SEARCH = 2


class Name(PlainText):
    """A name or a number, without the blanks around it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        found = super()._deserialize(value, attr, data, **more).strip()
        if not VISIBLE.search(found):
            raise words("不能只填空格。", "It must not be blank.")
        return found


class Tags(fields.List[Any]):
    """Each once, in the order of the vocabulary."""

    def __init__(self) -> None:
        each = fields.String(validate=validate.OneOf(TAGS))
        super().__init__(each, validate=at_most(len(TAGS)))

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> Any:
        chosen = super()._deserialize(value, attr, data, **more)
        return tuple(each for each in TAGS if each in chosen)


class LimitSchema(Strict):
    """So many marketing contacts in any 31 days, or in any 92."""

    count = Whole(1, 31, required=True)
    per = fields.String(required=True, validate=validate.OneOf(tuple(PERIODS)))


class CustomerQuerySchema(PageSchema):
    """Which: a part of the name, the whole account or policy number, a tag, an org."""

    q = PlainText(longest=80)
    reference = Name(longest=64)
    tag = fields.String(validate=validate.OneOf(TAGS))
    org = PlainText(longest=64)


class CustomerBodySchema(Strict):
    """A card; ``org`` is the maker's branch where not said. ``id`` makes sending it again safe."""

    id = Uuid()
    org = PlainText(longest=64)
    name = Name(longest=80, required=True)
    reference = Name(longest=64, allow_none=True)
    tags = Tags()
    risk_profile = fields.String(validate=validate.OneOf(RISK_PROFILES), allow_none=True)
    contact_limit = fields.Nested(LimitSchema, allow_none=True)


class CustomerChangeSchema(Strict):
    """What becomes different. ``revision`` is the one that was read."""

    revision = Whole(1, MAX_INTEGER, required=True)
    name = Name(longest=80)
    reference = Name(longest=64, allow_none=True)
    tags = Tags()
    risk_profile = fields.String(validate=validate.OneOf(RISK_PROFILES), allow_none=True)
    contact_limit = fields.Nested(LimitSchema, allow_none=True)
    mute_marketing = Flag()
    do_not_contact = Flag()
    call_back_after = Moment(metadata=MOMENT, allow_none=True)
    reason = LongText(metadata=TEXT)


class MayCallQuerySchema(Strict):
    """By which channel, and when; now, where not said."""

    channel = fields.String(load_default="phone", validate=validate.OneOf(CHANNELS))
    at = Moment(metadata=MOMENT)
    offer = fields.String(validate=validate.OneOf(RISK_PROFILES), metadata=OFFER)


class MayCallByReferenceSchema(MayCallQuerySchema):
    """What a marketing system has in hand."""

    reference = Name(longest=64, required=True)


class ContactBodySchema(Strict):
    """A contact that is about to be made. ``id`` makes sending it again safe."""

    id = Uuid()
    channel = fields.String(load_default="phone", validate=validate.OneOf(CHANNELS))
    offer = fields.String(validate=validate.OneOf(RISK_PROFILES), metadata=OFFER)


class MarkSchema(Schema):
    """Who has decided it, when, and why."""

    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    at = fields.DateTime(required=True)
    reason = fields.String(required=True)


class MuteSchema(Schema):
    """Whether marketing is muted. ``because``: by the rule (``frequent_complainant``) or a person.

    ``mark``: of the person who has muted it, or lifted it last.
    """

    on = fields.Boolean(required=True)
    because = fields.String(
        required=True, allow_none=True, validate=validate.OneOf((FREQUENT, "person", None))
    )
    since = fields.DateTime(required=True, allow_none=True)
    mark = fields.Nested(MarkSchema, required=True, allow_none=True)


class ShownLimitSchema(Schema):
    """What holds. ``lowered``: the tags ask for less than was chosen, or than is usual."""

    count = fields.Integer(required=True)
    per = fields.String(required=True, validate=validate.OneOf(tuple(PERIODS)))
    lowered = fields.Boolean(required=True)
    chosen = fields.Nested(LimitSchema, required=True, allow_none=True)


class CustomerSchema(Schema):
    """A card. Who may only look a customer up gets the first part (``whole`` false).

    ``tags`` are empty on a counter's tablet; ``care`` says what to do and judges nobody.
    """

    id = fields.String(required=True)
    org = fields.Nested(OrgRefSchema, required=True)
    name = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    tags = fields.List(fields.String(validate=validate.OneOf((*TAGS, FREQUENT))), required=True)
    care = fields.List(fields.String(validate=validate.OneOf(tuple(CARE))), required=True)
    risk_profile = fields.String(
        required=True, allow_none=True, validate=validate.OneOf((*RISK_PROFILES, None))
    )
    do_not_contact = fields.Boolean(required=True)
    call_back_after = fields.DateTime(required=True, allow_none=True)
    revision = fields.Integer(required=True)
    whole = fields.Boolean(required=True)
    refusal = fields.Nested(MarkSchema, allow_none=True)
    mute_marketing = fields.Nested(MuteSchema)
    contact_limit = fields.Nested(ShownLimitSchema)
    made_by = fields.Nested(PersonSchema, allow_none=True)
    made_at = fields.DateTime()


class CustomersSchema(Schema):
    """A page of cards."""

    items = fields.List(fields.Nested(CustomerSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class WhyNotSchema(Schema):
    """One thing that stands against it."""

    key = fields.String(required=True, validate=validate.OneOf(tuple(WHY)))
    text = fields.Nested(BothSchema, required=True)


class MayCallSchema(Schema):
    """``not_before`` null: now, where it is allowed; else at no time that is known.

    ``customer`` null: nobody has a card with this reference that the asker may see.
    """

    customer = fields.String(required=True, allow_none=True)
    allowed = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(WhyNotSchema), required=True)
    not_before = fields.DateTime(required=True, allow_none=True)
    risk_notice = fields.Nested(
        BothSchema,
        required=True,
        allow_none=True,
        metadata={"description": "To be said, word for word, whenever something is offered (A5)."},
    )


class ContactSchema(Schema):
    """A contact that counts."""

    id = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    at = fields.DateTime(required=True)
    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    offer = fields.String(
        required=True, allow_none=True, validate=validate.OneOf(RISK_PROFILES), metadata=OFFER
    )


class ContactsSchema(Schema):
    """A page of contacts."""

    items = fields.List(fields.Nested(ContactSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class MatterSchema(Schema):
    """An incident of the customer's that the reader may see."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    type = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True, allow_none=True)
    severity = fields.String(required=True, validate=validate.OneOf(SEVERITIES))
    status = fields.String(required=True)
    branch = fields.Nested(OrgNameSchema, required=True)
    opened_at = fields.DateTime(required=True)
    closed_at = fields.DateTime(required=True, allow_none=True)
    root_cause = fields.String(required=True, allow_none=True)
    money = fields.Boolean(required=True)


class MattersSchema(Schema):
    """A page of matters, and whether claims repeat among all of them."""

    items = fields.List(fields.Nested(MatterSchema), required=True)
    repeat_claims = fields.List(fields.String(validate=validate.OneOf(REPEATS)), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
