"""Paired tablets: codes, pairing, the list, the end."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from backend.api.answers import answer, encode_cursor
from backend.api.auth import device_json
from backend.api.blueprint import Blueprint
from backend.api.identity_bodies import PairBodySchema, PairingCodeBodySchema
from backend.api.identity_schemas import (
    DeviceRefSchema,
    DevicesSchema,
    PairedSchema,
    PairingCodeSchema,
    org_json,
)
from backend.api.paging import PageSchema, page_start
from backend.api.problem_schemas import problems
from backend.batch import Batch
from backend.callers import (
    DEVICE_COOKIE,
    current_caller,
    current_session,
    from_browser,
    give_cookie,
    person_or_device,
    public,
    signed_in,
)
from backend.devices import Paired, list_paired, make_code, pair, revoke
from backend.problems import NotFound
from backend.services import services
from backend.sign_ins import PAIRING, TooManySignIns, count_failure, place_of, seconds_to_wait
from escalation.events import Actor
from escalation.people import Directory, Person
from escalation.refusal import Forbidden, Invalid
from escalation.timeline import stamp

blueprint = Blueprint("devices", __name__, description="Paired tablets.")


@blueprint.post("/devices/pairing-codes")
@signed_in
@problems(400, 401, 403, 413, 422, 507)
@blueprint.arguments(PairingCodeBodySchema)
@blueprint.response(201, PairingCodeSchema)
def make_pairing_code(body: Mapping[str, Any]) -> Response:
    """A code that pairs one tablet with an org within ten minutes, once."""
    house, person = services(), _person()
    if current_session().kind != "user":
        raise Forbidden(
            "配对码要用密码登录后才能生成。", "Sign in with your password to make a pairing code."
        )
    allowed = _keeper_of(person, house.world.directory)
    if body["org"] not in house.world.directory.orgs:
        raise Invalid("org", "没有这个机构。", "There is no such org.")
    if body["org"] not in allowed:
        raise Forbidden
    code, expires_at = house.writer.run(
        lambda batch: make_code(
            batch,
            house.clock,
            house.secret,
            org_id=body["org"],
            name=body["name"],
            made_by=person.id,
        )
    )
    return answer({"code": code, "expires_at": stamp(expires_at)}, 201)


@blueprint.post("/devices/pair")
@public
@problems(400, 413, 422, 429, 507)
@blueprint.arguments(PairBodySchema)
@blueprint.response(201, PairedSchema)
def pair_device(body: Mapping[str, Any]) -> Response:
    """Become a paired tablet; a browser that sends X-Counterbell: 1 gets a cookie as well."""
    house, place, now = services(), place_of(request.remote_addr), services().clock.now()
    wait = house.reader.run(lambda conn: seconds_to_wait(conn, "", place, PAIRING, now))
    if wait:
        raise TooManySignIns(wait)

    def spend(batch: Batch) -> Paired | None:
        key = body.get("public_key")
        paired = pair(batch, house.clock, house.secret, body["code"], key)
        if paired is None:
            count_failure(batch, "", place, PAIRING, now)
        return paired

    paired = house.writer.run(spend)
    if paired is None:
        raise Invalid(
            "code",
            "配对码不对、已用过或已过期。",
            "The pairing code is wrong, used already, or too old.",
        )
    house.sessions.keep(paired.session)
    house.world_changed()
    response = answer({"device_id": paired.device_id, "device_token": paired.token}, 201)
    if from_browser(request):
        give_cookie(response, DEVICE_COOKIE, paired.token, paired.session)
    return response


@blueprint.get("/devices/me")
@person_or_device
@problems(401, 404)
@blueprint.response(200, DeviceRefSchema)
def own_device() -> Response:
    """The tablet that asks, whoever is signed in on it."""
    device = services().world.devices.get(current_caller().device_id or "")
    if device is None:
        raise NotFound
    return answer(device_json(device))


@blueprint.get("/devices")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, DevicesSchema)
def list_devices(page: Mapping[str, Any]) -> Response:
    """Paired tablets: a branch manager's own branch, an administrator's part of the house."""
    house, limit = services(), page["limit"]
    allowed = _keeper_of(_person(), house.world.directory)
    after = page_start(page)
    rows = house.reader.run(lambda conn: list_paired(conn, allowed, after, limit + 1))
    items = [
        {
            "id": row.id,
            "name": row.name,
            "org": org_json(row.org_id, house.world.directory),
            "paired_at": stamp(row.paired_at),
            "has_key": row.public_key is not None,
        }
        for row in rows[:limit]
    ]
    following = encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None
    return answer({"items": items, "next_cursor": following})


@blueprint.delete("/devices/<device_id>")
@signed_in
@problems(401, 403, 404, 507)
@blueprint.response(204)
def revoke_device(device_id: str) -> Response:
    """End a tablet: its token, and whoever is signed in on it."""
    house, person = services(), _person()
    allowed = _keeper_of(person, house.world.directory)
    device = house.world.devices.get(device_id)
    if device is None or device.org_id not in allowed:
        raise NotFound
    role = "admin" if any(role == "admin" for role, _ in person.roles) else "branch_manager"
    actor = Actor("user", person.id, person.name, role, device.org_id)
    house.writer.run(lambda batch: revoke(batch, house.clock, actor, device_id))
    house.sessions.drop(lambda session: session.device_id == device_id)
    house.world_changed()
    return Response(status=204)


def _person() -> Person:
    person = current_caller().person
    if person is None:
        raise Forbidden
    return person


def _keeper_of(person: Person, directory: Directory) -> set[str]:
    """The orgs whose tablets somebody looks after.

    Raises:
        Forbidden: none at all.
    """
    kept: set[str] = set()
    for role, org in person.roles:
        if role == "admin":
            kept |= directory.below(org)
        elif role == "branch_manager":
            kept.add(org)
    if not kept:
        raise Forbidden
    return kept
