"""Signing in and out."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.identity_bodies import LoginBodySchema, PinBodySchema
from backend.api.identity_schemas import MeSchema, SignedInSchema, org_json, user_json
from backend.api.problem_schemas import problems
from backend.callers import (
    DEVICE_COOKIE,
    PERSON_COOKIE,
    caller_of,
    cookie_session,
    current_caller,
    current_session,
    fresh_world,
    from_browser,
    give_cookie,
    person_or_device,
    public,
    signed_in,
    take_cookie,
)
from backend.problems import Unauthenticated
from backend.services import services
from backend.sessions import Kind, Session, end_session, open_session
from backend.sign_ins import Attempt, place_of, sign_in
from backend.world import Device
from escalation.refusal import Forbidden
from escalation.timeline import stamp

blueprint = Blueprint("auth", __name__, description="Signing in and out.")


@blueprint.post("/auth/login")
@public
@problems(400, 401, 413, 422, 429, 507)
@blueprint.arguments(LoginBodySchema)
@blueprint.response(200, SignedInSchema)
def login(body: Mapping[str, Any]) -> Response:
    """Sign in with a password; a browser that sends X-Counterbell: 1 gets a cookie as well."""
    here = cookie_session(request.cookies) if from_browser(request) else None
    tablet = None if here is None else here.device_id
    place = place_of(request.remote_addr)
    attempt = Attempt(body["username"], place, body["password"], "password", body.get("otp"))
    return _welcome(attempt, "user", tablet)


@blueprint.post("/auth/pin")
@person_or_device
@problems(400, 401, 403, 413, 422, 429, 507)
@blueprint.arguments(PinBodySchema)
@blueprint.response(200, SignedInSchema)
def pin(body: Mapping[str, Any]) -> Response:
    """Sign in on a paired tablet, by its token or cookie; whoever was there before is out."""
    tablet = current_caller().device_id
    if tablet is None:
        raise Forbidden("PIN 只能在已配对的设备上使用。", "A PIN works on a paired device only.")
    return _welcome(
        Attempt(body["username"], tablet, body["pin"], "pin", needs_code=False), "pin", tablet
    )


@blueprint.post("/auth/logout")
@signed_in
@problems(401, 403, 507)
@blueprint.response(204)
def logout() -> Response:
    """Sign out. A tablet stays paired."""
    ended = current_session().id
    services().writer.run(lambda batch: end_session(batch, ended))
    services().sessions.drop(lambda session: session.id == ended)
    response = Response(status=204)
    if PERSON_COOKIE in request.cookies:
        take_cookie(response, PERSON_COOKIE)
    return response


@blueprint.get("/auth/me")
@signed_in
@problems(401, 403)
@blueprint.response(200, MeSchema)
def me() -> Response:
    """Who is signed in, and on which paired tablet."""
    world, caller = services().world, current_caller()
    if caller.person is None:
        raise Unauthenticated
    told = user_json(caller.person, world.directory)
    if caller.device_id is not None:
        told["device"] = device_json(world.devices[caller.device_id])
    return answer(told)


def device_json(device: Device) -> dict[str, Any]:
    """A paired tablet, as sessions name it."""
    directory = services().world.directory
    return {"id": device.id, "name": device.name, "org": org_json(device.org_id, directory)}


def _welcome(attempt: Attempt, kind: Kind, tablet: str | None) -> Response:
    house = services()
    token, session = sign_in(
        attempt,
        lambda batch, user_id: open_session(
            batch, house.clock, kind, user_id=user_id, device_id=tablet
        ),
    )
    if tablet is not None:
        house.sessions.drop(lambda each: each.device_id == tablet and each.user_id is not None)
    house.sessions.keep(session)
    caller = caller_of(session, fresh_world(session))
    if caller is None or caller.person is None:
        raise Unauthenticated
    user = user_json(caller.person, house.world.directory)
    expires_at = None if session.expires_at is None else stamp(session.expires_at)
    response = answer({"access_token": token, "expires_at": expires_at, "user": user})
    if from_browser(request):
        give_cookie(response, PERSON_COOKIE, token, session)
        _renew_device_cookie(response)
    return response


def _renew_device_cookie(response: Response) -> None:
    """Browsers forget a cookie in the end; a tablet in use never does."""
    token = request.cookies.get(DEVICE_COOKIE)
    session: Session | None = services().sessions.find(token) if token else None
    if token and session is not None:
        give_cookie(response, DEVICE_COOKIE, token, session)
