"""The bank's calendar: holidays and worked weekends, year by year (R4)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import Schema, ValidationError, fields, validate

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import Strict
from backend.api.fields import Flag, PlainText
from backend.api.planning import reader, writer
from backend.api.problem_schemas import problems
from backend.calendar_file import FIRST_YEAR, LAST_YEAR, CalendarFaults, read_days
from backend.calendar_import import keep_calendar
from backend.callers import signed_in
from backend.services import services
from backend.working_days import plain_week
from escalation.events import Actor
from escalation.people import Directory, Person
from escalation.refusal import Forbidden
from escalation.version import head_of

blueprint = Blueprint("calendar", __name__, description="Holidays and worked weekends.")
KEEPERS = ("admin", "compliance_officer")
LONGEST = 20_000
"""Characters of a file: several years."""


class CalendarQuerySchema(Schema):
    """Which year: the present one, where not said."""

    year = fields.Integer(validate=validate.Range(FIRST_YEAR, LAST_YEAR))


class CalendarBodySchema(Strict):
    """A file's text, as ``import-calendar`` takes it; ``dry_run`` changes nothing."""

    csv = PlainText(longest=LONGEST, required=True)
    dry_run = Flag(load_default=False)


class CalendarDaySchema(Schema):
    """A day and whether it is worked."""

    date = fields.Date(required=True)
    working = fields.Boolean(required=True)


class CalendarYearSchema(Schema):
    """A year's days that differ from the plain week, by date; which near years lack theirs."""

    year = fields.Integer(required=True)
    confirmed = fields.Boolean(required=True)
    days = fields.List(fields.Nested(CalendarDaySchema), required=True)
    unconfirmed = fields.List(fields.Integer(), required=True)
    may_import = fields.Boolean(required=True)


class ImportedYearSchema(Schema):
    """A year of the file: what differs from the plain week, and from what held before."""

    year = fields.Integer(required=True)
    confirmed = fields.Boolean(
        required=True, metadata={"description": "Whether it was, before the file."}
    )
    days = fields.List(fields.Nested(CalendarDaySchema), required=True)
    changes = fields.List(fields.Nested(CalendarDaySchema), required=True)


class ImportedSchema(Schema):
    """What a file has changed, or would."""

    dry_run = fields.Boolean(required=True)
    years = fields.List(fields.Nested(ImportedYearSchema), required=True)


@blueprint.get("/calendar")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(CalendarQuerySchema, location="query")
@blueprint.response(200, CalendarYearSchema)
def get_calendar(query: Mapping[str, Any]) -> Response:
    """The days of a year that differ from the plain week; weekdays count where none is known.

    ``unconfirmed``: this year, or one that begins within 30 days, whose holidays are missing.
    """
    person, directory = reader()
    parts = services()
    zone = ZoneInfo(directory.orgs[head_of(directory)].timezone)
    today = parts.clock.now().astimezone(zone).date()
    year, calendar = query.get("year", today.year), parts.world.calendar
    return answer(
        {
            "year": year,
            "confirmed": calendar.year_is_confirmed(year),
            "days": _days(calendar.differing(year)),
            "unconfirmed": calendar.unconfirmed(today),
            "may_import": _keeps_at(person, directory) is not None,
        }
    )


@blueprint.post("/calendar")
@signed_in
@problems(400, 401, 403, 413, 422, 507)
@blueprint.arguments(CalendarBodySchema)
@blueprint.response(200, ImportedSchema)
def import_years(body: Mapping[str, Any]) -> Response:
    """Replace the years that the file names: for all clocks that begin from now on.

    By administrators and compliance of the head office: the whole bank's promises hang on it.
    """
    person, directory = writer()
    kept = _keeps_at(person, directory)
    if kept is None:
        raise Forbidden
    days = _read(body["csv"])
    told = {"dry_run": body["dry_run"], "years": _effect(days)}
    if not body["dry_run"]:
        parts, (role, org) = services(), kept
        actor = Actor("user", person.id, person.name, role, org)
        parts.writer.run(lambda batch: keep_calendar(batch, parts.clock, actor, days))
        parts.world_changed()
    return answer(told)


def _keeps_at(person: Person, directory: Directory) -> tuple[str, str] | None:
    head = head_of(directory)
    return next(
        ((role, org) for role, org in person.roles if role in KEEPERS and org == head), None
    )


def _read(text: str) -> Mapping[date, bool]:
    try:
        return read_days(text)
    except CalendarFaults as error:
        lines = {
            each.line: [
                {"zh": f"第 {each.line} 行：{each.zh}", "en": f"Line {each.line}: {each.en}."}
            ]
            for each in error.faults
        }
        raise ValidationError({"csv": lines}) from error


def _effect(days: Mapping[date, bool]) -> list[dict[str, Any]]:
    calendar = services().world.calendar

    def of_year(year: int) -> dict[str, Any]:
        new = {day: working for day, working in days.items() if day.year == year}
        before = calendar.differing(year)
        changed = {
            day: new.get(day, plain_week(day))
            for day in {*new, *before}
            if new.get(day, plain_week(day)) != before.get(day, plain_week(day))
        }
        differing = {day: working for day, working in new.items() if working != plain_week(day)}
        return {
            "year": year,
            "confirmed": calendar.year_is_confirmed(year),
            "days": _days(differing),
            "changes": _days(changed),
        }

    return [of_year(year) for year in sorted({day.year for day in days})]


def _days(days: Mapping[date, bool]) -> list[dict[str, Any]]:
    return [{"date": day.isoformat(), "working": working} for day, working in sorted(days.items())]
