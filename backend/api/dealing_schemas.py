"""How promises, rooms, statements and what is owed to the customer look in an incident.

For the OpenAPI document only: the answers themselves are made by read_models.py.
"""

from marshmallow import Schema, fields, validate

from backend.api.shared_schemas import (
    PersonSchema,
    flag,
    maybe,
    string,
)
from escalation.dealings import PROMISE_KINDS
from escalation.follow_up import KINDS
from escalation.follow_up import STATUSES as FOLLOW_UP_STATUSES


class PromiseStateSchema(Schema):
    """What was promised, and what came of it; ``late``: its moment has passed."""

    id = string()
    kind = string(validate=validate.OneOf(PROMISE_KINDS))
    text = maybe()
    due_at = string()
    made_at = string()
    made_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    state = string(validate=validate.OneOf(("open", "kept", "broken")))
    late = flag()
    ended_at = maybe()
    ended_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    said = maybe()


class RepresentativeSchema(Schema):
    """Who speaks for a group; ``until`` null: still."""

    id = string()
    who = maybe()
    since = string()
    until = maybe()


class StaySchema(Schema):
    """Who was led to which room; ``until`` null: still there."""

    id = string()
    who = maybe()
    room = maybe()
    people = fields.Integer(required=True, allow_none=True)
    since = string()
    until = maybe()
    led_by = fields.Nested(PersonSchema, required=True, allow_none=True)


class PressStatementSchema(Schema):
    """What the office told the media."""

    id = string()
    at = string()
    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    who = maybe()
    outlet = maybe()
    press_card = maybe()
    asked = maybe()
    said = maybe()


class StatementSchema(Schema):
    """A paper that was issued; ``sha256`` is of its exact bytes."""

    id = string()
    lang = string()
    sha256 = string()
    at = string()
    by = fields.Nested(PersonSchema, required=True, allow_none=True)


class StatementDraftedSchema(Schema):
    """Words that somebody has begun and nobody has issued; not the words themselves."""

    lang = string()
    at = string()
    by = fields.Nested(PersonSchema, required=True, allow_none=True)


class OwedCallSchema(Schema):
    """A call that is owed to the customer, or was made."""

    id = string()
    kind = string(validate=validate.OneOf(KINDS))
    status = string(validate=validate.OneOf(FOLLOW_UP_STATUSES))
    due_at = string()
    done_at = maybe()
    done_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    outcome = maybe()
    content = maybe()
    note = maybe()
    improve = maybe()


class ReviewFoundSchema(Schema):
    """What the weekly review has found."""

    at = string()
    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    words = maybe()
    process = maybe()
    decision = maybe()
