"""A person's own ways to the outside, which nobody else reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from flask import Response

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.channel_schemas import ChannelBodySchema, ChannelSchema, TestedSchema
from backend.api.problem_schemas import problems
from backend.callers import current_caller, current_session, signed_in
from backend.outgoing.own_channels import MOST, Wanted, keep_channels, too_many
from backend.outgoing.personal_channels import WEBPUSH, PersonalChannel
from backend.outgoing.trial import new_test_id, try_out
from backend.problems import NotFound, language
from backend.services import services
from escalation.people import Person
from escalation.refusal import Forbidden, Invalid, Refused
from escalation.timeline import stamp
from notifications.channels.channel import BadAddress
from notifications.channels.registry import check_address

blueprint = Blueprint("channels", __name__, description="How I am told.")

WEBHOOK = "webhook"
PAGE = "/me/channels"
_SECRET_BYTES = 32
_log = structlog.get_logger("channels")


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
    present = {each.id: each for each in _channels(person)}
    wanted = [_checked(str(at), each, present) for at, each in enumerate(body)]
    _refuse_doubles(wanted)
    house.writer.run(lambda batch: keep_channels(batch, house.clock, person, wanted))
    house.world_changed()
    return _mine(person)


@blueprint.post("/channels/<channel_id>/test")
@signed_in
@problems(401, 403, 404, 409)
@blueprint.response(200, TestedSchema)
def test(channel_id: str) -> Response:
    """Send a test message over one of my channels, now, and say what came of it."""
    house, person = services(), own_person()
    channel = next((each for each in _channels(person) if each.id == channel_id), None)
    if channel is None:
        raise NotFound
    if not house.trials.admits(channel.id):
        raise Refused(
            "busy", "刚刚测试过几次，请等 10 秒再试。", "Just tried several times; wait 10 s."
        )
    public = house.settings.public_url
    link = None if public is None else public + PAGE
    test_id = new_test_id(house.secret, channel.id, house.clock.now())
    trial = try_out(house.ways[channel.kind], channel, test_id, link, house.outside)
    _log.info("channel_tried", channel=channel.id, kind=channel.kind, sent=trial.sent)
    detail = trial.detail.zh if language() == "zh" else trial.detail.en
    return answer({"state": "sent" if trial.sent else "failed", "detail": detail})


def own_person() -> Person:
    """Who asks, signed in with their password: four digits at a counter show no addresses.

    Raises:
        Forbidden: signed in otherwise.
    """
    person = current_caller().person
    if person is None or current_session().kind != "user":
        raise Forbidden("请用密码登录后再做。", "Sign in with your password for this.")
    return person


def expect_sendable(place: str, kind: str, address: str, secret: str | None) -> None:
    """Refuse what nothing could ever be sent to.

    Raises:
        Invalid: what is wrong with it.
    """
    try:
        check_address(services().ways, kind, address, secret)
    except BadAddress as fault:
        raise Invalid(place, fault.reason.zh, fault.reason.en) from fault


def _channels(person: Person) -> Sequence[PersonalChannel]:
    return services().world.channels.get(person.id, ())


def _mine(person: Person) -> Response:
    return answer([_json(each) for each in _channels(person)])


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


def _checked(place: str, body: Mapping[str, Any], present: Mapping[str, PersonalChannel]) -> Wanted:
    """As it is wanted. What has been checked before and is left as it was is not asked again."""
    before = present.get(body.get("id", ""))
    kind, address, secret = body["kind"], body["address"], body.get("secret")
    same = before is not None and (before.kind, before.address) == (kind, address)
    kept = before.secret if before is not None and before.kind == kind else None
    if kind == WEBHOOK and not (secret or (secret is None and kept)):
        secret = services().clock.random_bytes(_SECRET_BYTES).hex()
    wanted = Wanted(place, body.get("id"), kind, address, body["enabled"], secret)
    switched_on = before is not None and wanted.enabled and not before.enabled
    if kind != WEBPUSH and (not same or secret is not None or switched_on):
        known = kept if secret is None else secret or None
        expect_sendable(f"{place}.address", kind, address, known)
    return wanted


def _refuse_doubles(wanted: Sequence[Wanted]) -> None:
    ids: set[str] = set()
    addresses: set[tuple[str, str]] = set()
    for each in wanted:
        if each.id in ids or (each.kind, each.address) in addresses:
            raise Invalid(each.place, "同一个通知方式写了两次。", "The same channel stands twice.")
        ids |= {each.id} if each.id else set()
        addresses.add((each.kind, each.address))
