"""The organisation tree; administrators add to the part of it where they hold that role."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from backend.api.answers import answer, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.duty_schemas import ColleaguesSchema
from backend.api.identity_bodies import OrgBodySchema, OrgChangeBodySchema
from backend.api.identity_schemas import OrgSchema, OrgsSchema, user_json
from backend.api.paging import PageSchema, page_start
from backend.api.planning import page_of, reader
from backend.api.problem_schemas import problems
from backend.api.users import administrator
from backend.callers import signed_in
from backend.organisation import NewOrg, add_org, rename_org
from backend.problems import NotFound
from backend.services import services
from escalation.duty_rights import looks_at
from escalation.events import Actor
from escalation.people import Org
from escalation.refusal import Forbidden

blueprint = Blueprint("orgs", __name__, description="The organisation.")


@blueprint.get("/orgs")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, OrgsSchema)
def list_orgs(page: Mapping[str, Any]) -> Response:
    """Every org, by id; ``parent`` makes the tree."""
    orgs, limit = services().world.directory.orgs, page["limit"]
    after = page_start(page)
    found = sorted(org_id for org_id in orgs if org_id > after)
    items = [_whole(orgs[org_id]) for org_id in found[:limit]]
    following = encode_cursor([found[limit - 1]]) if len(found) > limit else None
    return answer({"items": items, "next_cursor": following})


@blueprint.post("/orgs")
@signed_in
@problems(400, 401, 403, 409, 413, 422, 507)
@blueprint.arguments(OrgBodySchema)
@blueprint.response(201, OrgSchema)
def create_org(body: Mapping[str, Any]) -> Response:
    """A new region or branch; administrators only."""
    house, actor = services(), _keeper_of(body["parent"])
    new = NewOrg(**body)
    house.writer.run(lambda batch: add_org(batch, house.clock, actor, new))
    house.world_changed()
    return answer(_whole(house.world.directory.orgs[new.id]), 201)


@blueprint.patch("/orgs/<org_id>")
@signed_in
@problems(400, 401, 403, 404, 413, 422, 507)
@blueprint.arguments(OrgChangeBodySchema)
@blueprint.response(200, OrgSchema)
def change_org(body: Mapping[str, Any], org_id: str) -> Response:
    """Give an org another name; administrators only."""
    house, actor = services(), _keeper_of(org_id)
    if org_id not in house.world.directory.orgs:
        raise NotFound
    if "name" in body:
        name = body["name"]
        house.writer.run(lambda batch: rename_org(batch, house.clock, actor, org_id, name))
        house.world_changed()
    return answer(_whole(house.world.directory.orgs[org_id]))


@blueprint.get("/orgs/<org_id>/staff")
@signed_in
@problems(401, 403, 404, 422)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, ColleaguesSchema)
def list_colleagues(page: Mapping[str, Any], org_id: str) -> Response:
    """Who works at an org, by username: for those who work there too, or plan its rota."""
    person, directory = reader()
    if org_id not in looks_at(person, directory):
        raise NotFound
    here = [
        (each.username, each)
        for each in directory.people.values()
        if each.active and any(org == org_id for _, org in each.roles)
    ]
    return page_of(here, page, lambda each: user_json(each, directory))


def _keeper_of(org_id: str) -> Actor:
    """Who acts.

    Raises:
        Forbidden: no administrator, or not of this part of the tree.
    """
    actor, kept = administrator()
    if kept is not None and org_id not in kept:
        raise Forbidden(
            "这超出了你管理的机构范围。", "This lies outside the orgs that you administer."
        )
    return actor


def _whole(org: Org) -> dict[str, str | None]:
    return {
        "id": org.id,
        "name": org.name,
        "parent": org.parent,
        "kind": org.kind,
        "timezone": org.timezone,
    }
