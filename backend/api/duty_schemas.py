"""Bodies and answers about who is on duty (contract, section 8)."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.api.command_schemas import Strict
from backend.api.fields import TIME_OF_DAY, CalendarDay, Moment, PlainText, TimeOfDay, Whole, words
from backend.api.identity_schemas import OrgRefSchema, UserSchema
from backend.api.paging import PageSchema
from backend.api.shared_schemas import PersonSchema
from escalation.duty import WHOLE_DAY
from escalation.people import BYSTANDERS
from playbooks.values import ROLES

WEEKLY, DAY, OVERRIDE = "weekly", "day", "override"
SERVING = [role for role in ROLES if role not in BYSTANDERS]
"""Roles that one can be on duty in."""
#: Which fields each kind has, and must have.
_FIELDS: Mapping[str, frozenset[str]] = {
    WEEKLY: frozenset({"user", "weekday", "begins", "ends"}),
    DAY: frozenset({"user", "day", "begins", "ends"}),
    OVERRIDE: frozenset({"until"}),
}
_MOMENT = {"type": "string", "format": "date-time"}
_BY_NAME = {"begins": "from", "ends": "to", "day": "date"}


def time_of_day(minutes: int) -> str:
    """As ``TimeOfDay`` reads it."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class FilterSchema(PageSchema):
    """Which: of one org and those below it, of one person."""

    org = PlainText(longest=64)
    user = PlainText(longest=64)


class RotaFilterSchema(FilterSchema):
    """Which: of one org and those below it, of one person, of one role."""

    role = PlainText(longest=64)


class ShiftPartsSchema(Strict):
    """What a shift or a take-over consists of."""

    user = PlainText(longest=64)
    weekday = Whole(1, 7)
    day = CalendarDay(data_key="date", metadata={"type": "string", "format": "date"})
    begins = TimeOfDay(data_key="from", metadata={"type": "string", "pattern": TIME_OF_DAY.pattern})
    ends = TimeOfDay(data_key="to", metadata={"type": "string", "pattern": TIME_OF_DAY.pattern})
    until = Moment(metadata=_MOMENT)

    @validates_schema
    def _times(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("begins") == WHOLE_DAY:
            raise ValidationError({"from": words("从 00:00 算起。", "Begin at 00:00.").messages})
        if "begins" in data and data["begins"] == data.get("ends"):
            raise ValidationError({"to": same_times().messages})


class RotaBodySchema(ShiftPartsSchema):
    """A weekly shift, one on a single day, or taking a role over oneself."""

    kind = fields.String(required=True, validate=validate.OneOf((WEEKLY, DAY, OVERRIDE)))
    org = PlainText(longest=64, required=True)
    role = fields.String(required=True, validate=validate.OneOf(SERVING))

    @validates_schema
    def _belong_together(self, data: Mapping[str, Any], **_: Any) -> None:
        wanted = _FIELDS.get(data.get("kind", ""))
        if wanted is None:
            return
        given = set(data) - {"kind", "org", "role"}
        missing, strange = wanted - given, given - wanted
        no_value = words("这里要填。", "This is needed.").messages
        no_place = words("这种班次没有这一项。", "This kind has no such field.").messages
        errors = {_BY_NAME.get(name, name): no_value for name in sorted(missing)}
        errors |= {_BY_NAME.get(name, name): no_place for name in sorted(strange)}
        if errors:
            raise ValidationError(errors)


class AbsenceBodySchema(Strict):
    """Somebody (oneself, where nobody is named) is away."""

    user = PlainText(longest=64)
    start = Moment(data_key="from", required=True, metadata=_MOMENT)
    end = Moment(data_key="to", required=True, metadata=_MOMENT)


class AbsenceChangeSchema(Strict):
    """What becomes different."""

    start = Moment(data_key="from", metadata=_MOMENT)
    end = Moment(data_key="to", metadata=_MOMENT)


class SubstituteChangeSchema(Strict):
    """What becomes different; ``to: null`` leaves the end open."""

    substitute = PlainText(longest=64)
    start = Moment(data_key="from", metadata=_MOMENT)
    end = Moment(
        data_key="to",
        allow_none=True,
        metadata=_MOMENT,
    )


class SubstituteBodySchema(SubstituteChangeSchema):
    """Who stands in for somebody (oneself, where nobody is named); from now, where not said."""

    user = PlainText(longest=64)
    substitute = PlainText(longest=64, required=True)


class RotaEntrySchema(Schema):
    """A shift, or a take-over (``since`` to ``until``).

    ``not_passed``: playbooks whose drill its person still has to pass for this org (A6).
    """

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf((WEEKLY, DAY, OVERRIDE)))
    org = fields.Nested(OrgRefSchema, required=True)
    role = fields.String(required=True)
    user = fields.Nested(PersonSchema, required=True)
    weekday = fields.Integer()
    date = fields.Date()
    from_ = fields.String(data_key="from")
    to = fields.String()
    since = fields.DateTime()
    until = fields.DateTime()
    not_passed = fields.List(fields.String(), required=True)


class AbsenceSchema(Schema):
    """Who is away, from when to before when."""

    id = fields.String(required=True)
    user = fields.Nested(PersonSchema, required=True)
    from_ = fields.DateTime(data_key="from", required=True)
    to = fields.DateTime(required=True)


class SubstituteSchema(Schema):
    """Who stands in for whom while they are away; ``to`` null: until further notice."""

    id = fields.String(required=True)
    user = fields.Nested(PersonSchema, required=True)
    substitute = fields.Nested(PersonSchema, required=True)
    from_ = fields.DateTime(data_key="from", required=True)
    to = fields.DateTime(required=True, allow_none=True)


class RotaPageSchema(Schema):
    """A page of the rota."""

    items = fields.List(fields.Nested(RotaEntrySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AbsencesSchema(Schema):
    """A page of absences."""

    items = fields.List(fields.Nested(AbsenceSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class SubstitutesSchema(Schema):
    """A page of substitutes."""

    items = fields.List(fields.Nested(SubstituteSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ColleaguesSchema(Schema):
    """A page of those who work at an org."""

    items = fields.List(fields.Nested(UserSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


def same_times() -> ValidationError:
    """A shift needs a length."""
    return words(
        "开始和结束不能相同；整天写 00:00 到 24:00。",
        "It begins and ends at the same time; a whole day is 00:00 to 24:00.",
    )
