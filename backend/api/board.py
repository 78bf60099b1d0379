"""The board of a region, the head office or a branch (contract, section 8)."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.fields import PlainText
from backend.api.identity_schemas import OrgRefSchema
from backend.api.planning import reader
from backend.api.problem_schemas import problems
from backend.api.shared_schemas import BothSchema, PersonSchema
from backend.board import Shown, board, branches_of
from backend.callers import current_caller, signed_in
from backend.services import services
from escalation.board import looks_at_the_board
from escalation.refusal import Forbidden, Invalid

blueprint = Blueprint("board", __name__, description="What is open now, and who is there.")


class BoardQuerySchema(Schema):
    """Of one org and those below it; ``wall``: for a screen that everybody can see."""

    class Meta:
        """Marshmallow's settings."""

        unknown = EXCLUDE

    org = PlainText(longest=64)
    wall = fields.Boolean(load_default=False)


class CountsSchema(Schema):
    """Of what is real; ``due_soon``: within ten minutes or overdue; ``last_day``: 24 hours."""

    open = fields.Integer(required=True)
    drills = fields.Integer(required=True)
    nobody = fields.Integer(required=True)
    due_soon = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    last_day = fields.Integer(required=True)
    ready = fields.Integer(required=True)
    branches = fields.Integer(required=True)


class DueSchema(Schema):
    """Something that runs out: the next level, a step (its title) or a clock (its name)."""

    kind = fields.String(required=True, validate=validate.OneOf(("ladder", "step", "clock")))
    what = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True, allow_none=True)
    at = fields.DateTime(required=True)
    overdue = fields.Boolean(required=True)


class OpenIncidentSchema(Schema):
    """An open incident in a line, without facts, notes or names of customers."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    type = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True)
    severity = fields.String(required=True)
    discreet = fields.Boolean(required=True)
    drill = fields.Boolean(required=True)
    status = fields.String(required=True)
    branch = fields.Nested(OrgRefSchema, required=True)
    opened_at = fields.DateTime(required=True)
    in_charge = fields.Nested(PersonSchema, required=True, allow_none=True)
    level = fields.Integer(required=True)
    levels = fields.Integer(required=True)
    taken_by = fields.Integer(required=True, allow_none=True)
    steps_done = fields.Integer(required=True)
    steps = fields.Integer(required=True)
    counter_no = fields.Integer(required=True, allow_none=True)
    head_count = fields.Integer(required=True, allow_none=True)
    next = fields.Nested(DueSchema, required=True, allow_none=True)


class DueOfIncidentSchema(DueSchema):
    """With whose incident it is."""

    incident = fields.String(required=True)
    branch = fields.Nested(OrgRefSchema, required=True)
    in_charge = fields.Nested(PersonSchema, required=True, allow_none=True)


class CallSchema(Schema):
    """A call that is owed."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    at = fields.DateTime(required=True)
    overdue = fields.Boolean(required=True)
    incident = fields.String(required=True)
    branch = fields.Nested(OrgRefSchema, required=True)


class BoardPersonSchema(Schema):
    """Somebody who can be asked, and by what they are reached now; by nothing: they are not."""

    user = fields.Nested(PersonSchema, required=True)
    role = fields.String(required=True)
    org = fields.Nested(OrgRefSchema, required=True)
    by = fields.List(fields.String(), required=True)
    absent = fields.Boolean(required=True)
    in_charge_of = fields.Integer(required=True)


class BoardLevelSchema(Schema):
    """A level of all ladders together."""

    level = fields.Integer(required=True)
    ok = fields.Boolean(required=True)
    because = fields.String(required=True, allow_none=True)
    stands_in = fields.Boolean(required=True)


class BoardBranchSchema(Schema):
    """A branch: whether each level reaches somebody, and whom the first one tells."""

    branch = fields.Nested(OrgRefSchema, required=True)
    ok = fields.Boolean(required=True)
    at = fields.DateTime(required=True)
    first = fields.Nested(PersonSchema, required=True, allow_none=True)
    levels = fields.List(fields.Nested(BoardLevelSchema), required=True)


class BoardSchema(Schema):
    """What is open now, what runs out, who is there, which branches are ready."""

    at = fields.DateTime(required=True)
    counts = fields.Nested(CountsSchema, required=True)
    open = fields.List(fields.Nested(OpenIncidentSchema), required=True)
    due = fields.List(fields.Nested(DueOfIncidentSchema), required=True)
    calls = fields.List(fields.Nested(CallSchema), required=True)
    people = fields.List(fields.Nested(BoardPersonSchema), required=True)
    branches = fields.List(fields.Nested(BoardBranchSchema), required=True)


@blueprint.get("/board")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(BoardQuerySchema, location="query")
@blueprint.response(200, BoardSchema)
def show_board(query: Mapping[str, Any]) -> Response:
    """For managers, the office, complaint officers and auditors; of what each may see."""
    who, directory = reader()
    if not looks_at_the_board(who):
        raise Forbidden
    parts = services()
    orgs = {below for _, org in who.roles for below in directory.below(org)}
    if "org" in query:
        if query["org"] not in directory.orgs:
            raise Invalid("org", "没有这个机构。", "There is no such org.")
        orgs &= directory.below(query["org"])
    shown = Shown(current_caller(), who, orgs, query["wall"])
    looks = parts.engine.readiness.looks(branches_of(shown, directory))
    return answer(parts.reader.run(lambda conn: board(conn, parts, shown, looks)))
