"""The weekly review: incidents that the rules choose, what was found, what was decided."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import Schema, fields, validate

from backend.afterwards.reviews import Week, reasons, review_item, review_pack, week_of
from backend.afterwards.sending import carry_out
from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import Strict
from backend.api.fields import ISO_WEEK, TEXT, IsoWeek, PlainText, Uuid, Words
from backend.api.incident_schemas import IncidentSummarySchema
from backend.api.paging import PageSchema
from backend.api.problem_schemas import problems
from backend.api.shared_schemas import PersonSchema
from backend.api.views import find_visible
from backend.callers import current_caller, signed_in
from backend.services import services
from escalation.commands import RecordReview
from escalation.refusal import Forbidden, Invalid
from escalation.reviewing import REASONS
from escalation.rights import reviews_at

blueprint = Blueprint("reviews", __name__, description="The weekly review.")


class ReviewQuerySchema(PageSchema):
    """Which week (the last whole one, where not said), of an org and those below it."""

    week = IsoWeek(metadata={"type": "string", "pattern": ISO_WEEK.pattern})
    org = PlainText(longest=64)


class ReviewBodySchema(Strict):
    """What the review has found."""

    command_id = Uuid()
    incident = Uuid(required=True)
    words = Words(required=True, metadata=TEXT)
    process = Words(required=True, metadata=TEXT)
    decision = Words(required=True, metadata=TEXT)


class FoundSchema(Schema):
    """What broke in words and in process, and what was decided; null where it was purged."""

    at = fields.DateTime(required=True)
    by = fields.Nested(PersonSchema, required=True, allow_none=True)
    words = fields.String(required=True, allow_none=True)
    process = fields.String(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)


class ReviewItemSchema(Schema):
    """An incident of the pack."""

    incident = fields.Nested(IncidentSummarySchema, required=True)
    because = fields.List(fields.String(validate=validate.OneOf(REASONS)), required=True)
    review = fields.Nested(FoundSchema, required=True, allow_none=True)


class ReviewPackSchema(Schema):
    """A page of the pack."""

    week = fields.String(required=True)
    items = fields.List(fields.Nested(ReviewItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


@blueprint.get("/reviews")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(ReviewQuerySchema, location="query")
@blueprint.response(200, ReviewPackSchema)
def get_reviews(query: Mapping[str, Any]) -> Response:
    """The week's incidents that are worth a review, each with why.

    Severe ones, missed clocks, the last level reached, gates overridden, repeats, and those that
    nobody took up for long.
    """
    parts, caller = services(), current_caller()
    if not reviews_at(caller, parts.world.directory):
        raise Forbidden
    week = _week(query)
    return answer(parts.reader.run(lambda conn: review_pack(conn, parts, caller, week, query)))


@blueprint.post("/reviews")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(ReviewBodySchema)
@blueprint.response(201, ReviewItemSchema)
def record_review(body: Mapping[str, Any]) -> Response:
    """What broke in words and in process, and the decision: on the incident's record."""
    parts, caller = services(), current_caller()
    because = parts.reader.run(
        lambda conn: reasons(conn, find_visible(conn, parts, caller, body["incident"]))
    )
    command = RecordReview(body["words"], body["process"], body["decision"], because)
    done = carry_out(command, body["incident"], body)
    return answer(parts.reader.run(lambda conn: review_item(conn, parts, done.state)), 201)


def _week(query: Mapping[str, Any]) -> Week:
    """By the clocks of the org that is asked for, else of the head office."""
    parts = services()
    orgs = parts.world.directory.orgs
    top = next(each for each in orgs.values() if each.parent is None)
    zone = orgs.get(query.get("org", top.id), top).timezone
    day = query.get("week")
    if day is None:
        day = parts.clock.now().astimezone(ZoneInfo(zone)).date() - timedelta(days=7)
    try:
        return week_of(day, zone)
    except OverflowError as error:
        raise Invalid("week", "没有这一周。", "There is no such week.") from error
