"""Staff, for administrators: each within the part of the house where they hold that role."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from backend.api.answers import answer, encode_cursor
from backend.api.blueprint import Blueprint
from backend.api.identity_bodies import UserBodySchema, UserChangeBodySchema
from backend.api.identity_schemas import StaffPageSchema, StaffSchema, org_json
from backend.api.paging import PageSchema, page_start
from backend.api.problem_schemas import problems
from backend.batch import Batch
from backend.callers import current_caller, current_session, signed_in
from backend.otp import ACTIVE, state_of
from backend.passwords import hash_secret
from backend.problems import NotFound
from backend.services import services
from backend.sessions import end_sessions_of_user
from backend.sign_ins import forget_failures
from backend.staff import USERNAME, Change, NewUser, change_user, create_user, find_user, list_users
from backend.world import Role
from escalation.events import Actor
from escalation.people import Person
from escalation.refusal import Forbidden

blueprint = Blueprint("users", __name__, description="Staff.")


@blueprint.get("/users")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, StaffPageSchema)
def list_staff(page: Mapping[str, Any]) -> Response:
    """Staff by username; administrators only."""
    _, kept = administrator()
    after, limit = page_start(page), page["limit"]
    rows = services().reader.run(lambda conn: list_users(conn, kept, after, limit + 1))
    following = encode_cursor([rows[limit - 1][0].username]) if len(rows) > limit else None
    items = [_staff_json(row, roles) for row, roles in rows[:limit]]
    return answer({"items": items, "next_cursor": following})


@blueprint.post("/users")
@signed_in
@problems(400, 401, 403, 409, 413, 422, 507)
@blueprint.arguments(UserBodySchema)
@blueprint.response(201, StaffSchema)
def add_user(body: Mapping[str, Any]) -> Response:
    """A new member of staff with a first password; administrators only."""
    house, (actor, kept) = services(), administrator()
    roles = _roles(body["roles"])
    _require_within(roles, kept)
    new = NewUser(
        body["username"], body["name"], _hashed(body["password"]), _hashed(body.get("pin")), roles
    )
    house.writer.run(lambda batch: create_user(batch, house.clock, actor, new))
    house.world_changed()
    return answer(_read(body["username"]), 201)


@blueprint.patch("/users/<username>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(UserChangeBodySchema)
@blueprint.response(200, StaffSchema)
def change_staff(body: Mapping[str, Any], username: str) -> Response:
    """Change a member of staff; ``active: false`` ends their sessions and sockets."""
    house, (actor, kept) = services(), administrator()
    if not USERNAME.match(username):
        raise NotFound
    found = house.reader.run(lambda conn: find_user(conn, username))
    if found is None or not _within(found[1], kept, some=True):
        raise NotFound
    roles = _roles(body["roles"]) if "roles" in body else None
    _require_within(found[1], kept)
    _require_within(roles, kept)
    user_id, change, own = str(found[0].id), Change(_values(body), roles), current_session().id

    def work(batch: Batch) -> None:
        change_user(batch, house.clock, actor, user_id, change)
        _end_sessions(batch, body, user_id, own)
        if "password" in body or "pin" in body:
            forget_failures(batch, username)

    house.writer.run(work)
    if body.get("active") is False or "password" in body or "pin" in body:
        house.sessions.drop(lambda session: session.user_id == user_id)
    house.world_changed()
    return answer(_read(username))


def administrator() -> tuple[Actor, set[str] | None]:
    """Who acts, and which orgs they administer (None: the whole house).

    Raises:
        Forbidden: no administrator, or signed in with four digits only.
    """
    person = current_caller().person
    directory = services().world.directory
    held = [] if person is None else [org for role, org in person.roles if role == "admin"]
    if person is None or not held:
        raise Forbidden
    if current_session().kind != "user":
        raise Forbidden("请用密码登录后再做。", "Sign in with your password for this.")
    whole = any(directory.orgs[org].parent is None for org in held)
    kept = None if whole else set().union(*(directory.below(org) for org in held))
    return _actor(person, held[0]), kept


def _actor(person: Person, org: str) -> Actor:
    return Actor("user", person.id, person.name, "admin", org)


def _roles(given: list[Mapping[str, str]]) -> tuple[Role, ...]:
    return tuple(dict.fromkeys((each["role"], each["org"]) for each in given))


def _within(roles: tuple[Role, ...], kept: set[str] | None, *, some: bool = False) -> bool:
    if kept is None:
        return True
    inside = [org in kept for _, org in roles]
    return any(inside) if some else bool(inside) and all(inside)


def _require_within(roles: tuple[Role, ...] | None, kept: set[str] | None) -> None:
    """An administrator of a part neither changes nor makes somebody who is more than that."""
    if roles is not None and not _within(roles, kept):
        raise Forbidden(
            "这超出了你管理的机构范围。", "This lies outside the orgs that you administer."
        )


def _values(body: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a body changes."""
    values: dict[str, Any] = {name: body[name] for name in ("name", "active") if name in body}
    for name in ("password", "pin"):
        if name in body:
            values[f"{name}_hash"] = _hashed(body[name])
    if body.get("remove_otp"):
        values["otp_secret"] = None
    return values


def _end_sessions(batch: Batch, body: Mapping[str, Any], user_id: str, own: str) -> None:
    """Who has left is out at once; a new password or PIN ends what the old one opened."""
    if body.get("active") is False:
        end_sessions_of_user(batch, user_id)
    if "password" in body:
        end_sessions_of_user(batch, user_id, but=own)
    if "pin" in body:
        end_sessions_of_user(batch, user_id, kind="pin")


def _hashed(secret: str | None) -> str | None:
    return None if secret is None else services().slow.run(hash_secret, secret)


def _read(username: str) -> dict[str, Any]:
    found = services().reader.run(lambda conn: find_user(conn, username))
    if found is None:
        raise NotFound
    return _staff_json(*found)


def _staff_json(row: Any, roles: tuple[Role, ...]) -> dict[str, Any]:
    directory = services().world.directory
    return {
        "id": row.id,
        "username": row.username,
        "name": row.name,
        "active": row.active,
        "has_pin": row.pin_hash is not None,
        "has_otp": state_of(row.otp_secret) == ACTIVE,
        "roles": [{"role": role, "org": org_json(org, directory)} for role, org in roles],
    }
