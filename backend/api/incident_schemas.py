"""How an incident looks in answers (contract, section 3).

For the OpenAPI document only: the answers themselves are made by read_models.py.
"""

from copy import deepcopy
from typing import Any

from marshmallow import Schema, fields, validate

from backend.api.dealing_schemas import (
    OwedCallSchema,
    PressStatementSchema,
    PromiseStateSchema,
    RepresentativeSchema,
    ReviewFoundSchema,
    StatementDraftedSchema,
    StatementSchema,
    StaySchema,
)
from backend.api.shared_schemas import (
    BothSchema,
    OrgNameSchema,
    PersonSchema,
    flag,
    listed,
    maybe,
    string,
)
from escalation.incident import SEVERITIES

STATUSES = ("open", "acknowledged", "contained", "closed", "cancelled")


class PlaybookVersionSchema(Schema):
    id = string()
    version = fields.Integer(required=True)


class ReportSchema(Schema):
    user = fields.Nested(PersonSchema)
    device = fields.String()
    device_name = fields.String()
    at = string()
    late = fields.Boolean()
    withdrawn = fields.Boolean()


class GateSchema(Schema):
    text = fields.Nested(BothSchema, required=True)
    open = flag()
    clearance = maybe()
    override = flag()
    override_by_anyone_if = fields.List(fields.String(), required=True)


class ChoiceSchema(Schema):
    value = string()
    label = fields.Nested(BothSchema, required=True)


class RecordFieldSchema(Schema):
    name = string()
    label = fields.Nested(BothSchema, required=True)
    type = string(validate=validate.OneOf(("text", "number", "boolean", "date", "choice")))
    required = flag()
    choices = listed(ChoiceSchema)


class RecordRuleSchema(Schema):
    """Where ``when_field`` holds one of ``when``, ``field`` must hold one of ``needs``."""

    when_field = string()
    when = fields.List(fields.String(), required=True)
    field = string()
    needs = fields.List(fields.String(), required=True)
    text = fields.Nested(BothSchema, required=True)


class StepSchema(Schema):
    id = string()
    playbook = string()
    title = fields.Nested(BothSchema, required=True)
    owner = string()
    only = fields.List(fields.String(), required=True)  # type: ignore[assignment]  # a field
    must = flag()
    containment = flag()
    repeats = flag()
    state = string(validate=validate.OneOf(("locked", "ready", "done", "skipped")))
    late = flag()
    due_at = maybe()
    done_at = maybe()
    done_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    gate = fields.Nested(GateSchema, required=True, allow_none=True)
    say = listed(BothSchema)
    avoid = listed(BothSchema)
    record = listed(RecordFieldSchema)
    record_rules = fields.List(fields.Nested(RecordRuleSchema))
    recorded = fields.Dict(keys=fields.String())
    note = fields.String(allow_none=True)


class ChannelStateSchema(Schema):
    channel = string()
    state = string()
    at = string()
    detail = fields.String()


class RecipientSchema(Schema):
    user = fields.Nested(PersonSchema, required=True, allow_none=True)
    role = string()
    declined = fields.Boolean()
    channels = listed(ChannelStateSchema)


class AlertSchema(Schema):
    id = string()
    level = fields.Integer(required=True)
    repeat = fields.Integer(required=True)
    raised_at = string()
    reason = string()
    acknowledged_at = maybe()
    acknowledged_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    recipients = listed(RecipientSchema)


class ClockSchema(Schema):
    name = string()
    due_at = string()
    met_at = maybe()
    state = string(validate=validate.OneOf(("running", "paused", "met", "missed")))
    unconfirmed = fields.Boolean(
        metadata={"description": "Counts days of a year whose holidays are not announced yet."}
    )
    resumes_at = fields.String(metadata={"description": "It stands still until then."})
    changed_by = fields.List(
        fields.String(), metadata={"description": "Who alone pauses or extends it."}
    )


class DeadlineSchema(Schema):
    at = string()
    what = string()


class SuggestionSchema(Schema):
    playbook = string()
    because = fields.Nested(BothSchema, required=True)


class LinkedCustomerSchema(Schema):
    """Whose matter it is, for who may look the customer up; ``earlier``: of what they may see.

    What judges (``tags``, ``repeat_claims``) is empty on a counter's tablet; ``care``: what to do.
    """

    id = string()
    name = string()
    tags = fields.List(fields.String(), required=True)
    care = fields.List(fields.String(), required=True)
    risk_profile = maybe()
    earlier = fields.Integer(required=True)
    repeat_claims = fields.List(fields.String(), required=True)


class IncidentSummarySchema(Schema):
    """An incident as a list shows it."""

    id = string()
    number = string()
    type = string()
    title = fields.Nested(BothSchema, required=True)
    severity = string(validate=validate.OneOf(SEVERITIES))
    discreet = flag()
    drill = flag()
    revision = fields.Integer(required=True)
    status = string(validate=validate.OneOf(STATUSES))
    branch = fields.Nested(OrgNameSchema, required=True)
    reported_by = listed(ReportSchema)
    in_charge = fields.Nested(PersonSchema, required=True, allow_none=True)
    opened_at = string()
    acknowledged_at = maybe()
    contained_at = maybe()
    closed_at = maybe()
    flags = fields.List(fields.String(), required=True)
    next_deadline = fields.Nested(DeadlineSchema, required=True, allow_none=True)


class DrillTermsSchema(Schema):
    """Which drill it is (A6), how far it is told, and how it went."""

    id = string()
    tells = string()
    marked_at = maybe()
    percent = fields.Integer(required=True, allow_none=True)


class IncidentSchema(IncidentSummarySchema):
    """The whole incident."""

    eta_minutes = fields.Integer(required=True, allow_none=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    playbooks = listed(PlaybookVersionSchema)
    steps = listed(StepSchema)
    alerts = listed(AlertSchema)
    informed = listed(RecipientSchema)
    clocks = listed(ClockSchema)
    suggestions = listed(SuggestionSchema)
    drill_terms = fields.Nested(DrillTermsSchema, metadata={"description": "Of drills only."})
    customer = fields.Nested(LinkedCustomerSchema, required=True, allow_none=True)
    promises = listed(PromiseStateSchema)
    representatives = listed(RepresentativeSchema)
    stays = listed(StaySchema)
    press_statements = listed(PressStatementSchema)
    statements = listed(StatementSchema)
    statement_drafts = listed(StatementDraftedSchema)
    follow_ups = listed(OwedCallSchema)
    review = fields.Nested(ReviewFoundSchema, required=True, allow_none=True)


def _at_least_the_id() -> dict[str, fields.Field[Any]]:
    found = {name: deepcopy(field) for name, field in IncidentSchema._declared_fields.items()}
    for name, field in found.items():
        field.required = name == "id"
    return found


class RaisedSchema(Schema.from_dict(_at_least_the_id())):  # type: ignore[misc]  # made, not written
    """What a raise answers: the whole incident; on a device, of a discreet one, its id only."""


class IncidentListSchema(Schema):
    items = listed(IncidentSummarySchema)
    next_cursor = maybe()
