"""Bodies and answers of drills (A6)."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.api.command_schemas import Strict
from backend.api.fields import TEXT, Flag, LongText, Moment, PlainText, Uuid, Whole, Words, at_most
from backend.api.identity_schemas import OrgRefSchema
from backend.api.paging import PageSchema
from backend.api.shared_schemas import BothSchema, PersonSchema
from backend.drills.plans import STATUSES
from escalation.drill import MODES, PASS_MARK, TELLS

_MOMENT = {"type": "string", "format": "date-time"}
_STEP_STATES = ("done", "skipped", "open", "not_needed")


class DrillQuerySchema(PageSchema):
    """Which: of one org and those below it, of one type, mode, status."""

    org = PlainText(longest=64)
    type = PlainText(longest=64)
    mode = fields.String(validate=validate.OneOf(MODES))
    status = fields.String(validate=validate.OneOf(STATUSES))


class DrillChangeSchema(Strict):
    """What becomes different, before it has begun."""

    scenario = LongText(metadata=TEXT)
    tells = fields.String(validate=validate.OneOf(TELLS))
    pass_mark = Whole(1, 100)
    starts_at = Moment(metadata=_MOMENT)
    ends_at = Moment(metadata=_MOMENT)


class DrillBodySchema(DrillChangeSchema):
    """A plan; without ``starts_at`` it begins now. A mystery visit has a window (``ends_at``)."""

    id = Uuid()
    branch = PlainText(longest=64)
    type = PlainText(longest=64, required=True)
    mode = fields.String(validate=validate.OneOf(MODES), load_default="announced")
    tells = fields.String(validate=validate.OneOf(TELLS), load_default="branch")
    pass_mark = Whole(1, 100, load_default=PASS_MARK)

    @validates_schema
    def _window(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("mode") == "announced" and "ends_at" in data:
            said = {"zh": "宣布的演练没有时段。", "en": "An announced drill has no window."}
            raise ValidationError({"ends_at": [said]})


class MarkDrillSchema(Strict):
    """Which plan it was, and why; ``all_asked``: so has every reporter been."""

    drill = Uuid(required=True)
    reason = Words(required=True, metadata=TEXT)
    all_asked = Flag(load_default=False)
    command_id = Uuid()


class DrillIncidentSchema(Schema):
    """The incident that it has become."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    status = fields.String(required=True)
    opened_at = fields.DateTime(required=True)


class DrillSchema(Schema):
    """A drill. ``incident`` is null until it has begun, or where one may not see it."""

    id = fields.String(required=True)
    branch = fields.Nested(OrgRefSchema, required=True)
    type = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True)
    mode = fields.String(required=True, validate=validate.OneOf(MODES))
    scenario = fields.String(required=True)
    tells = fields.String(required=True, validate=validate.OneOf(TELLS))
    pass_mark = fields.Integer(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True, allow_none=True)
    made_by = fields.Nested(PersonSchema, required=True, allow_none=True)
    made_at = fields.DateTime(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    marked_at = fields.DateTime(required=True, allow_none=True)
    percent = fields.Integer(required=True, allow_none=True)
    passed = fields.Boolean(required=True, allow_none=True)
    incident = fields.Nested(DrillIncidentSchema, required=True, allow_none=True)
    mine = fields.Boolean(required=True)


class CandidateSchema(DrillIncidentSchema):
    """An incident that may have been the mystery visit; ``reports``: by how many."""

    title = fields.Nested(BothSchema, required=True)
    reports = fields.Integer(required=True)
    harm = fields.Boolean(required=True)


class DrillDetailSchema(DrillSchema):
    """One drill; ``candidates`` are for whoever may mark one of them."""

    candidates = fields.List(fields.Nested(CandidateSchema), required=True)


class DrillsSchema(Schema):
    """A page of drills."""

    items = fields.List(fields.Nested(DrillSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PartSchema(Schema):
    """Some of the points."""

    points = fields.Integer(required=True)
    possible = fields.Integer(required=True)


class TimedPartSchema(PartSchema):
    """How long it took, in milliseconds; null: it has not happened."""

    took_ms = fields.Integer(required=True, allow_none=True)
    within_ms = fields.Integer(required=True)


class StepPartSchema(PartSchema):
    """A step; null: that was not asked of it."""

    step = fields.String(required=True)
    playbook = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STEP_STATES))
    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    role = fields.String(required=True, allow_none=True)
    in_time = fields.Boolean(required=True, allow_none=True)
    by_role = fields.Boolean(required=True, allow_none=True)
    in_order = fields.Boolean(required=True, allow_none=True)
    gate_kept = fields.Boolean(allow_none=True)


class ClockPartSchema(PartSchema):
    """A clock, or one round of it."""

    clock = fields.String(required=True)
    kept = fields.Boolean(required=True)


class LeftOutSchema(Schema):
    """Whom the drill would have told, and did not; level 0: told, not asked."""

    user = fields.Nested(PersonSchema, required=True, allow_none=True)
    role = fields.String(required=True)
    level = fields.Integer(required=True)
    at = fields.DateTime(required=True)


class ScoreSchema(Schema):
    """How it went; ``final`` once it stands on record."""

    drill = fields.String(required=True)
    incident = fields.String(required=True)
    final = fields.Boolean(required=True)
    at = fields.DateTime(required=True)
    rules = fields.Integer(required=True)
    points = fields.Integer(required=True)
    possible = fields.Integer(required=True)
    percent = fields.Integer(required=True)
    pass_mark = fields.Integer(required=True)
    passed = fields.Boolean(required=True)
    acknowledge = fields.Nested(TimedPartSchema, required=True)
    contain = fields.Nested(TimedPartSchema, required=True)
    steps = fields.List(fields.Nested(StepPartSchema), required=True)
    clocks = fields.List(fields.Nested(ClockPartSchema), required=True)
    took_part = fields.List(fields.Nested(PersonSchema), required=True)
    would_tell = fields.List(fields.Nested(LeftOutSchema), required=True)


class RequirementBodySchema(Strict):
    """Which playbooks, for how many months a pass holds; none: nothing is asked for."""

    playbooks = fields.List(PlainText(longest=64), required=True, validate=at_most(50))
    months = Whole(1, 60, load_default=12)
    refuses = Flag(load_default=False)


class RequirementSchema(Schema):
    """What an org asks of whoever goes on duty there and below."""

    org = fields.Nested(OrgRefSchema, required=True)
    playbooks = fields.List(fields.String(), required=True)
    months = fields.Integer(required=True)
    refuses = fields.Boolean(required=True)


class RequirementsSchema(Schema):
    """A page of them."""

    items = fields.List(fields.Nested(RequirementSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PassQuerySchema(PageSchema):
    """Whose: of one org and those below it, of one person."""

    org = PlainText(longest=64)
    user = PlainText(longest=64)


class PassedSchema(Schema):
    """One playbook that somebody has to have passed."""

    playbook = fields.String(required=True)
    passed_at = fields.DateTime(required=True, allow_none=True)
    good_until = fields.DateTime(required=True, allow_none=True)
    good = fields.Boolean(required=True)


class StaffPassesSchema(Schema):
    """Somebody who works at an org, and what is asked of them there."""

    user = fields.Nested(PersonSchema, required=True)
    org = fields.Nested(OrgRefSchema, required=True)
    ready = fields.Boolean(required=True)
    passes = fields.List(fields.Nested(PassedSchema), required=True)


class PassesSchema(Schema):
    """A page of staff."""

    items = fields.List(fields.Nested(StaffPassesSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ResultSchema(Schema):
    """What a drill has added to somebody's record."""

    incident = fields.String(required=True)
    user = fields.Nested(PersonSchema, required=True)
    playbook = fields.String(required=True)
    percent = fields.Integer(required=True)
    passed = fields.Boolean(required=True)
    at = fields.DateTime(required=True)


class ResultsSchema(Schema):
    """A page of results."""

    items = fields.List(fields.Nested(ResultSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ScenarioSchema(Schema):
    """Something to play: one of the house's own, or a case that a review has kept (A2)."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("built_in", "case")))
    type = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True)
    says = fields.List(fields.Nested(BothSchema), required=True)
    expected = fields.List(fields.Nested(BothSchema), required=True)
    words = fields.String(required=True, allow_none=True)
    process = fields.String(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)


class ScenariosSchema(Schema):
    """A page of scenarios."""

    items = fields.List(fields.Nested(ScenarioSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
