"""The playbooks as tiles and checklists."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.incident_schemas import StepSchema
from backend.api.problem_schemas import problems
from backend.api.shared_schemas import BothSchema
from backend.callers import current_caller, person_or_device
from backend.playbook_view import as_json
from backend.services import services
from escalation.people import Person

blueprint = Blueprint("playbooks", __name__, description="Playbooks.")


class TapSchema(Schema):
    order = fields.Integer(required=True)
    colour = fields.String(required=True)
    icon = fields.String(required=True)
    hidden = fields.Boolean(required=True)
    by_facts = fields.Boolean(required=True)


class LevelSchema(Schema):
    after = fields.Integer(required=True)
    tell = fields.List(fields.String(), required=True)


class ClockRuleSchema(Schema):
    name = fields.String(required=True)
    starts = fields.String(required=True)
    within = fields.Integer(required=True)
    unit = fields.String(required=True)
    met_by = fields.List(fields.String(), required=True)


class CardSchema(Schema):
    id = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True)
    signs = fields.List(fields.Nested(BothSchema), required=True)
    say = fields.List(fields.Nested(BothSchema), required=True)
    avoid = fields.List(fields.Nested(BothSchema), required=True)
    advice = fields.List(fields.Nested(BothSchema), required=True)
    rules = fields.List(fields.Nested(BothSchema), required=True)
    source = fields.List(fields.String(), required=True)


class PlaybookStepSchema(StepSchema):
    class Meta:
        """Without what only an incident's step has."""

        exclude = ("state", "late", "due_at", "done_at", "done_by", "recorded", "note")

    due = fields.Integer(required=True, allow_none=True)
    completed_by_raising = fields.Boolean(required=True)
    rules = fields.List(fields.Nested(BothSchema), required=True)


class ConditionSchema(Schema):
    """A fact that is true, or has the value ``equals``."""

    fact = fields.String(required=True)
    equals = fields.String(required=True, allow_none=True)


class NoPromiseSchema(Schema):
    """While one of ``when`` holds, nobody promises this customer anything."""

    text = fields.Nested(BothSchema, required=True)
    when = fields.List(fields.Nested(ConditionSchema), required=True)


class PlaybookSchema(Schema):
    id = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.Nested(BothSchema, required=True)
    summary = fields.Nested(BothSchema, required=True)
    tap = fields.Nested(TapSchema, required=True)
    severity = fields.String(required=True)
    discreet = fields.Boolean(required=True)
    ladder = fields.List(fields.Nested(LevelSchema), required=True)
    repeat_every = fields.Integer(required=True)
    act_within = fields.Integer(required=True)
    inform = fields.List(fields.String(), required=True)
    clocks = fields.List(fields.Nested(ClockRuleSchema), required=True)
    steps = fields.List(fields.Nested(PlaybookStepSchema), required=True)
    cards = fields.List(fields.Nested(CardSchema), required=True)
    advice = fields.List(fields.Nested(BothSchema), required=True)
    needs_root_cause = fields.Boolean(required=True)
    representatives = fields.Integer(required=True)
    press = fields.Boolean(required=True)
    no_promise = fields.Nested(NoPromiseSchema, required=True, allow_none=True)
    sha256 = fields.String(required=True)


class PlaybookListSchema(Schema):
    items = fields.List(fields.Nested(PlaybookSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


@blueprint.get("/playbooks")
@person_or_device
@problems(401, 403)
@blueprint.response(200, PlaybookListSchema)
def get_playbooks() -> Response:
    """What the caller may tap or see, in the order of the tiles; nothing covert on a device.

    With what their tablet's branch adds to it, or else the org of their first role.
    """
    caller = current_caller()
    on_device = caller.device_id is not None
    mine = caller.device_org or _first_org(caller.person)
    books = sorted(services().shelf.at(mine).playbooks.values(), key=lambda book: book.tap.order)
    items: list[dict[str, Any]] = [
        as_json(book) for book in books if not (on_device and (book.discreet or book.tap.hidden))
    ]
    return answer({"items": items, "next_cursor": None})


def _first_org(person: Person | None) -> str:
    return next((org for _, org in person.roles), "") if person is not None else ""
