"""A person's own second factor."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from sqlalchemy import Connection

from backend import otp
from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.identity_bodies import OtpBodySchema, PasswordBodySchema
from backend.api.identity_schemas import OtpSchema
from backend.api.problem_schemas import problems
from backend.batch import Batch
from backend.callers import current_caller, current_session, signed_in
from backend.clock import Clock
from backend.problems import Problem
from backend.services import services
from backend.sign_ins import Attempt, WrongSignIn, place_of, sign_in
from backend.staff import Change, change_user, find_user
from escalation.events import Actor
from escalation.people import Person
from escalation.refusal import Forbidden, Invalid, Refused

blueprint = Blueprint("one_time_codes", __name__, description="One-time codes.")


@blueprint.post("/users/me/otp")
@signed_in
@problems(401, 403, 409, 507)
@blueprint.response(201, OtpSchema)
def begin() -> Response:
    """A new secret for an authenticator app; it counts once a first code has been shown."""
    house, person = services(), _person()
    secret = otp.new_secret(house.clock)
    stored = _vault().lock(otp.PENDING, secret, person.id, house.clock)

    def work(batch: Batch) -> None:
        if otp.state_of(_stored(batch.conn, person)) == otp.ACTIVE:
            raise Refused(
                "otp-active",
                "动态码已启用，要先停用。",
                "One-time codes are in use already; remove them first.",
            )
        _keep(batch, house.clock, person, stored)

    house.writer.run(work)
    return answer({"secret": secret, "uri": otp.uri(secret, person.username)}, 201)


@blueprint.put("/users/me/otp")
@signed_in
@problems(400, 401, 403, 409, 413, 422, 507)
@blueprint.arguments(OtpBodySchema)
@blueprint.response(204)
def confirm(body: Mapping[str, Any]) -> Response:
    """Show the first code: from now on signing in with the password asks for one."""
    house, person, vault = services(), _person(), _vault()
    now = house.clock.now()

    def work(batch: Batch) -> None:
        stored = _stored(batch.conn, person)
        if stored is None or otp.state_of(stored) != otp.PENDING:
            raise Refused("otp-not-begun", "请先生成密钥。", "Ask for a secret first.")
        secret = vault.unlock(stored, person.id)
        step = otp.matching_step(secret, body["otp"], now)
        if step is None or not otp.use_step(batch, person.id, step):
            raise Invalid("otp", "动态码不对。", "The code is wrong.")
        sealed = vault.lock(otp.ACTIVE, secret, person.id, house.clock)
        _keep(batch, house.clock, person, sealed)

    house.writer.run(work)
    return Response(status=204)


@blueprint.delete("/users/me/otp")
@signed_in
@problems(400, 401, 403, 413, 422, 429, 507)
@blueprint.arguments(PasswordBodySchema)
@blueprint.response(204)
def remove(body: Mapping[str, Any]) -> Response:
    """Do without one-time codes again; asks for the password."""
    person, place = _person(), place_of(request.remote_addr)
    attempt = Attempt(person.username, place, body["password"], "password", needs_code=False)
    clock = services().clock
    try:
        sign_in(attempt, lambda batch, _: _keep(batch, clock, person, None))
    except WrongSignIn as wrong:
        raise Problem(403, "wrong-password", "密码不对。", "The password is wrong.") from wrong
    return Response(status=204)


def _person() -> Person:
    person = current_caller().person
    if person is None or current_session().kind != "user":
        raise Forbidden("请用密码登录后再做。", "Sign in with your password for this.")
    return person


def _vault() -> otp.Vault:
    return otp.Vault(services().secret)


def _stored(conn: Connection, person: Person) -> str | None:
    found = find_user(conn, person.username)
    return None if found is None else found[0].otp_secret


def _keep(batch: Batch, clock: Clock, person: Person, stored: str | None) -> None:
    actor = Actor("user", person.id, person.name)
    change_user(batch, clock, actor, person.id, Change({"otp_secret": stored}))
