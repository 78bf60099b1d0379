"""Readiness: whom each level of each ladder reaches now, branch by branch (contract, section 8)."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from backend.api.blueprint import Blueprint
from backend.api.fields import PlainText
from backend.api.identity_schemas import OrgRefSchema
from backend.api.paging import PageSchema
from backend.api.planning import filtered_orgs, page_of, reader
from backend.api.problem_schemas import problems
from backend.api.shared_schemas import BothSchema, PersonSchema
from backend.callers import signed_in
from backend.duty.reach import ways_now
from backend.services import Services, services
from escalation.duty_rights import sees_readiness
from escalation.people import Org
from escalation.readiness import LadderReach, LevelReach, Reached, Ways, branch_reach
from escalation.refusal import Forbidden
from escalation.timeline import stamp

blueprint = Blueprint("readiness", __name__, description="Whom the ladders reach now.")


class ReadinessQuerySchema(PageSchema):
    """Which: of one org and those below it."""

    org = PlainText(longest=64)


class ReachedSchema(Schema):
    """Whom a level tells, in which role, and by what; by nothing: it does not reach them."""

    user = fields.Nested(PersonSchema, required=True)
    role = fields.String(required=True)
    by = fields.List(fields.String(), required=True)
    stands_for = fields.Nested(PersonSchema, allow_none=True, required=True)


class NobodySchema(Schema):
    """A role that nobody is there for."""

    role = fields.String(required=True)
    because = fields.String(
        required=True, validate=validate.OneOf(("no_holder", "off_duty", "absent"))
    )


class LevelReachSchema(Schema):
    """A level; ``because`` says why it reaches nobody."""

    level = fields.Integer(required=True)
    after = fields.Integer(required=True)
    ok = fields.Boolean(required=True)
    because = fields.String(
        required=True, allow_none=True, validate=validate.OneOf(("empty", "unreachable", None))
    )
    reached = fields.List(fields.Nested(ReachedSchema), required=True)
    nobody = fields.List(fields.Nested(NobodySchema), required=True)


class LadderReachSchema(Schema):
    """The ladder of a playbook."""

    id = fields.String(required=True)
    title = fields.Nested(BothSchema, required=True)
    ok = fields.Boolean(required=True)
    levels = fields.List(fields.Nested(LevelReachSchema), required=True)


class BranchReachSchema(Schema):
    """A branch, ready or not."""

    branch = fields.Nested(OrgRefSchema, required=True)
    ok = fields.Boolean(required=True)
    at = fields.DateTime(required=True)
    playbooks = fields.List(fields.Nested(LadderReachSchema), required=True)


class ReadinessSchema(Schema):
    """A page of branches."""

    items = fields.List(fields.Nested(BranchReachSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


@blueprint.get("/readiness")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(ReadinessQuerySchema, location="query")
@blueprint.response(200, ReadinessSchema)
def show_readiness(page: Mapping[str, Any]) -> Response:
    """Branches by id, as their ladders would climb at this moment.

    For managers of the branch and above, auditors and administrators.
    """
    person, directory = reader()
    seen = {
        org.id
        for org in directory.orgs.values()
        if org.kind == "branch" and sees_readiness(person, org.id, directory)
    }
    if not seen:
        raise Forbidden
    house, shown = services(), filtered_orgs(seen, page, directory)
    branches = [(org, directory.orgs[org]) for org in shown]
    ways = ways_now(house.world, house.presence, house.clock.now())
    return page_of(branches, page, lambda org: _branch_json(house, org, ways))


def _branch_json(house: Services, org: Org, ways: Ways) -> dict[str, Any]:
    now = house.clock.now()
    books = sorted(house.shelf.current.values(), key=lambda book: (book.tap.order, book.id))
    ladders = branch_reach(books, org.id, house.world.directory, now, ways)
    return {
        "branch": {"id": org.id, "name": org.name},
        "ok": all(ladder.ok for ladder in ladders),
        "at": stamp(now),
        "playbooks": [_ladder_json(house, ladder) for ladder in ladders],
    }


def _ladder_json(house: Services, ladder: LadderReach) -> dict[str, Any]:
    return {
        "id": ladder.book.id,
        "title": ladder.book.title.as_json(),
        "ok": ladder.ok,
        "levels": [_level_json(house, level) for level in ladder.levels],
    }


def _level_json(house: Services, level: LevelReach) -> dict[str, Any]:
    return {
        "level": level.number,
        "after": level.after,
        "ok": level.ok,
        "because": level.because,
        "reached": [_reached_json(house, each) for each in level.told],
        "nobody": [{"role": role, "because": because} for role, because in level.nobody],
    }


def _reached_json(house: Services, reached: Reached) -> dict[str, Any]:
    meant = house.world.directory.people.get(reached.recipient.stands_for or "")
    return {
        "user": reached.recipient.person.as_json(),
        "role": reached.recipient.role,
        "by": list(reached.by),
        "stands_for": None if meant is None else meant.as_json(),
    }
