"""The organisation tree."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from backend.api.answers import answer, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.identity_schemas import OrgsSchema, PageSchema, page_start, problems
from backend.callers import signed_in
from backend.services import services

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
    items = [
        {
            "id": org.id,
            "name": org.name,
            "parent": org.parent,
            "kind": org.kind,
            "timezone": org.timezone,
        }
        for org in (orgs[org_id] for org_id in found[:limit])
    ]
    following = encode_cursor([found[limit - 1]]) if len(found) > limit else None
    return answer({"items": items, "next_cursor": following})
