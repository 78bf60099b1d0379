"""How an incident looks in answers (contract, section 3).

For the OpenAPI document only: the answers themselves are made by read_models.py.
"""

from copy import deepcopy
from typing import Any

from marshmallow import Schema, fields, validate

from escalation.dealings import PROMISE_KINDS
from escalation.follow_up import KINDS
from escalation.follow_up import STATUSES as FOLLOW_UP_STATUSES
from escalation.incident import SEVERITIES

STATUSES = ("open", "acknowledged", "contained", "closed", "cancelled")


def _text(**more: Any) -> fields.String:
    return fields.String(required=True, **more)


def _maybe(**more: Any) -> fields.String:
    return fields.String(required=True, allow_none=True, **more)


def _list(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


def _flag() -> fields.Boolean:
    return fields.Boolean(required=True)


class BothSchema(Schema):
    """A text for staff."""

    zh = _text()
    en = _text()


class PersonSchema(Schema):
    id = _text()
    username = _text()
    name = _text()


class OrgNameSchema(Schema):
    id = _text()
    name = _text()


class PlaybookVersionSchema(Schema):
    id = _text()
    version = fields.Integer(required=True)


class ReportSchema(Schema):
    user = fields.Nested(PersonSchema)
    device = fields.String()
    device_name = fields.String()
    at = _text()
    late = fields.Boolean()
    withdrawn = fields.Boolean()


class GateSchema(Schema):
    text = fields.Nested(BothSchema, required=True)
    open = _flag()
    clearance = _maybe()
    override = _flag()
    override_by_anyone_if = fields.List(fields.String(), required=True)


class ChoiceSchema(Schema):
    value = _text()
    label = fields.Nested(BothSchema, required=True)


class RecordFieldSchema(Schema):
    name = _text()
    label = fields.Nested(BothSchema, required=True)
    type = _text(validate=validate.OneOf(("text", "number", "boolean", "date", "choice")))
    required = _flag()
    choices = _list(ChoiceSchema)


class RecordRuleSchema(Schema):
    """Where ``when_field`` holds one of ``when``, ``field`` must hold one of ``needs``."""

    when_field = _text()
    when = fields.List(fields.String(), required=True)
    field = _text()
    needs = fields.List(fields.String(), required=True)
    text = fields.Nested(BothSchema, required=True)


class StepSchema(Schema):
    id = _text()
    playbook = _text()
    title = fields.Nested(BothSchema, required=True)
    owner = _text()
    only = fields.List(fields.String(), required=True)  # type: ignore[assignment]  # a field
    must = _flag()
    containment = _flag()
    repeats = _flag()
    state = _text(validate=validate.OneOf(("locked", "ready", "done", "skipped")))
    late = _flag()
    due_at = _maybe()
    done_at = _maybe()
    done_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    gate = fields.Nested(GateSchema, required=True, allow_none=True)
    say = _list(BothSchema)
    avoid = _list(BothSchema)
    record = _list(RecordFieldSchema)
    record_rules = fields.List(fields.Nested(RecordRuleSchema))
    recorded = fields.Dict(keys=fields.String())
    note = fields.String(allow_none=True)


class ChannelStateSchema(Schema):
    channel = _text()
    state = _text()
    at = _text()
    detail = fields.String()


class RecipientSchema(Schema):
    user = fields.Nested(PersonSchema, required=True, allow_none=True)
    role = _text()
    declined = fields.Boolean()
    channels = _list(ChannelStateSchema)


class AlertSchema(Schema):
    id = _text()
    level = fields.Integer(required=True)
    repeat = fields.Integer(required=True)
    raised_at = _text()
    reason = _text()
    acknowledged_at = _maybe()
    acknowledged_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    recipients = _list(RecipientSchema)


class ClockSchema(Schema):
    name = _text()
    due_at = _text()
    met_at = _maybe()
    state = _text(validate=validate.OneOf(("running", "paused", "met", "missed")))
    unconfirmed = fields.Boolean(
        metadata={"description": "Counts days of a year whose holidays are not announced yet."}
    )
    resumes_at = fields.String(metadata={"description": "It stands still until then."})
    changed_by = fields.List(
        fields.String(), metadata={"description": "Who alone pauses or extends it."}
    )


class PromiseStateSchema(Schema):
    """What was promised, and what came of it; ``late``: its moment has passed."""

    id = _text()
    kind = _text(validate=validate.OneOf(PROMISE_KINDS))
    text = _maybe()
    due_at = _text()
    made_at = _text()
    made_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    state = _text(validate=validate.OneOf(("open", "kept", "broken")))
    late = _flag()
    ended_at = _maybe()
    ended_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    said = _maybe()


class RepresentativeSchema(Schema):
    """Who speaks for a group; ``until`` null: still."""

    id = _text()
    who = _maybe()
    since = _text()
    until = _maybe()


class StaySchema(Schema):
    """Who was led to which room; ``until`` null: still there."""

    id = _text()
    who = _maybe()
    room = _maybe()
    people = fields.Integer(required=True, allow_none=True)
    since = _text()
    until = _maybe()
    led_by = fields.Nested(PersonSchema, required=True, allow_none=True)


class PressStatementSchema(Schema):
    """What the office told the media."""

    id = _text()
    at = _text()
    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    who = _maybe()
    outlet = _maybe()
    press_card = _maybe()
    asked = _maybe()
    said = _maybe()


class StatementSchema(Schema):
    """A paper that was issued; ``sha256`` is of its exact bytes."""

    id = _text()
    lang = _text()
    sha256 = _text()
    at = _text()
    by = fields.Nested(PersonSchema, required=True, allow_none=True)


class StatementDraftedSchema(Schema):
    """Words that somebody has begun and nobody has issued; not the words themselves."""

    lang = _text()
    at = _text()
    by = fields.Nested(PersonSchema, required=True, allow_none=True)


class OwedCallSchema(Schema):
    """A call that is owed to the customer, or was made."""

    id = _text()
    kind = _text(validate=validate.OneOf(KINDS))
    status = _text(validate=validate.OneOf(FOLLOW_UP_STATUSES))
    due_at = _text()
    done_at = _maybe()
    done_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    outcome = _maybe()
    content = _maybe()
    note = _maybe()
    improve = _maybe()


class ReviewFoundSchema(Schema):
    """What the weekly review has found."""

    at = _text()
    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    words = _maybe()
    process = _maybe()
    decision = _maybe()


class DeadlineSchema(Schema):
    at = _text()
    what = _text()


class SuggestionSchema(Schema):
    playbook = _text()
    because = fields.Nested(BothSchema, required=True)


class LinkedCustomerSchema(Schema):
    """Whose matter it is, for who may look the customer up; ``earlier``: of what they may see.

    What judges (``tags``, ``repeat_claims``) is empty on a counter's tablet; ``care``: what to do.
    """

    id = _text()
    name = _text()
    tags = fields.List(fields.String(), required=True)
    care = fields.List(fields.String(), required=True)
    risk_profile = _maybe()
    earlier = fields.Integer(required=True)
    repeat_claims = fields.List(fields.String(), required=True)


class IncidentSummarySchema(Schema):
    """An incident as a list shows it."""

    id = _text()
    number = _text()
    type = _text()
    title = fields.Nested(BothSchema, required=True)
    severity = _text(validate=validate.OneOf(SEVERITIES))
    discreet = _flag()
    drill = _flag()
    revision = fields.Integer(required=True)
    status = _text(validate=validate.OneOf(STATUSES))
    branch = fields.Nested(OrgNameSchema, required=True)
    reported_by = _list(ReportSchema)
    in_charge = fields.Nested(PersonSchema, required=True, allow_none=True)
    opened_at = _text()
    acknowledged_at = _maybe()
    contained_at = _maybe()
    closed_at = _maybe()
    flags = fields.List(fields.String(), required=True)
    next_deadline = fields.Nested(DeadlineSchema, required=True, allow_none=True)


class DrillTermsSchema(Schema):
    """Which drill it is (A6), how far it is told, and how it went."""

    id = _text()
    tells = _text()
    marked_at = _maybe()
    percent = fields.Integer(required=True, allow_none=True)


class IncidentSchema(IncidentSummarySchema):
    """The whole incident."""

    eta_minutes = fields.Integer(required=True, allow_none=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    playbooks = _list(PlaybookVersionSchema)
    steps = _list(StepSchema)
    alerts = _list(AlertSchema)
    informed = _list(RecipientSchema)
    clocks = _list(ClockSchema)
    suggestions = _list(SuggestionSchema)
    drill_terms = fields.Nested(DrillTermsSchema, metadata={"description": "Of drills only."})
    customer = fields.Nested(LinkedCustomerSchema, required=True, allow_none=True)
    promises = _list(PromiseStateSchema)
    representatives = _list(RepresentativeSchema)
    stays = _list(StaySchema)
    press_statements = _list(PressStatementSchema)
    statements = _list(StatementSchema)
    statement_drafts = _list(StatementDraftedSchema)
    follow_ups = _list(OwedCallSchema)
    review = fields.Nested(ReviewFoundSchema, required=True, allow_none=True)


def _at_least_the_id() -> dict[str, fields.Field[Any]]:
    found = {name: deepcopy(field) for name, field in IncidentSchema._declared_fields.items()}
    for name, field in found.items():
        field.required = name == "id"
    return found


class RaisedSchema(Schema.from_dict(_at_least_the_id())):  # type: ignore[misc]  # made, not written
    """What a raise answers: the whole incident; on a device, of a discreet one, its id only."""


class IncidentListSchema(Schema):
    items = _list(IncidentSummarySchema)
    next_cursor = _maybe()
