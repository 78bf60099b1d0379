"""A person's own ways to the outside, which nobody else reads."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.channel_schemas import (
    ChannelBodySchema,
    ChannelSchema,
)
from backend.api.identity_schemas import problems
from backend.callers import current_caller, current_session, signed_in
from backend.outgoing.own_channels import MOST, Wanted, keep_channels, too_many
from backend.outgoing.personal_channels import WEBPUSH, PersonalChannel
from backend.services import services
from escalation.people import Person
from escalation.refusal import Forbidden, Invalid
from escalation.timeline import stamp

blueprint = Blueprint("channels", __name__, description="How I am told.")


@blueprint.get("/users/me/channels")
@signed_in
@problems(401, 403)
@blueprint.response(200, ChannelSchema(many=True))
def list_channels() -> Response:
    """My own channels; nobody else reads their addresses."""
    return _mine(own_person())


@blueprint.put("/users/me/channels")
@signed_in
@problems(400, 401, 403, 413, 422, 507)
@blueprint.arguments(ChannelBodySchema(many=True))
@blueprint.response(200, ChannelSchema(many=True))
def keep(body: Sequence[Mapping[str, Any]]) -> Response:
    """Exactly these are my channels from now on; what is missing is removed."""
    house, person = services(), own_person()
    if len(body) > MOST:
        raise too_many("")
    wanted = [Wanted(place=str(at), **_columns(each)) for at, each in enumerate(body)]
    _refuse_doubles(wanted)
    house.writer.run(lambda batch: keep_channels(batch, house.clock, person, wanted))
    house.world_changed()
    return _mine(person)


def own_person() -> Person:
    """Who asks, signed in with their password: four digits at a counter show no addresses.

    Raises:
        Forbidden: signed in otherwise.
    """
    person = current_caller().person
    if person is None or current_session().kind != "user":
        raise Forbidden("请用密码登录后再做。", "Sign in with your password for this.")
    return person


def _mine(person: Person) -> Response:
    return answer([_json(each) for each in services().world.channels.get(person.id, ())])


def _json(channel: PersonalChannel) -> dict[str, Any]:
    proven = channel.proven_at
    return {
        "id": channel.id,
        "kind": channel.kind,
        "address": channel.address,
        "enabled": channel.enabled,
        "secret": None if channel.kind == WEBPUSH else channel.secret,
        "proven_at": None if proven is None else stamp(proven),
    }


def _columns(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body.get(name) for name in ("id", "kind", "address", "enabled", "secret")}


def _refuse_doubles(wanted: Sequence[Wanted]) -> None:
    ids: set[str] = set()
    addresses: set[tuple[str, str]] = set()
    for each in wanted:
        if each.id in ids or (each.kind, each.address) in addresses:
            raise Invalid(each.place, "同一个通知方式写了两次。", "The same channel stands twice.")
        ids |= {each.id} if each.id else set()
        addresses.add((each.kind, each.address))
