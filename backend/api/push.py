"""Web push: a browser says where it is reached, and that something has arrived there."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy import Connection, select

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.channel_schemas import (
    EndpointBodySchema,
    PushKeySchema,
    ReceiptBodySchema,
    SubscribedSchema,
    SubscriptionBodySchema,
)
from backend.api.channels import expect_sendable, own_person
from backend.api.problem_schemas import problems
from backend.batch import Batch
from backend.callers import current_caller, public, signed_in
from backend.envelope import Envelope, Outcome
from backend.outgoing.own_channels import (
    Subscription,
    drop_subscription,
    keep_subscription,
    mark_proven,
)
from backend.outgoing.personal_channels import WEBPUSH
from backend.outgoing.trial import is_test_id
from backend.outgoing.ways import push_key
from backend.problems import NotFound
from backend.services import services
from backend.tables import ChannelRow
from escalation.commands import Receive
from escalation.people import Person
from escalation.refusal import Forbidden, Invalid
from escalation.rights import Caller
from notifications.channels.webpush import application_server_key

blueprint = Blueprint("push", __name__, description="Web push.")

_CHANNELS = ChannelRow.__table__


@blueprint.post("/users/me/push-subscriptions")
@signed_in
@problems(400, 401, 403, 413, 422, 507)
@blueprint.arguments(SubscriptionBodySchema)
@blueprint.response(201, SubscribedSchema)
def subscribe(body: Mapping[str, Any]) -> Response:
    """This browser can be pushed to. The same endpoint again is refreshed, not doubled."""
    house, person = services(), own_person()
    if current_caller().device_id is not None:
        raise Forbidden(
            "柜台平板不接收推送，请用自己的手机。",
            "A counter tablet takes no push; use your phone.",
        )
    new = Subscription(body["endpoint"], body["keys"]["p256dh"], body["keys"]["auth"])
    expect_sendable("endpoint", WEBPUSH, new.endpoint, new.secret)
    found = house.writer.run(lambda batch: keep_subscription(batch, house.clock, person, new))
    house.world_changed()
    return answer({"id": found}, 201)


@blueprint.delete("/users/me/push-subscriptions")
@signed_in
@problems(400, 401, 403, 413, 422, 507)
@blueprint.arguments(EndpointBodySchema)
@blueprint.response(204)
def unsubscribe(body: Mapping[str, Any]) -> Response:
    """This browser is not to be pushed to any more."""
    house, person = services(), own_person()
    endpoint = body["endpoint"]
    house.writer.run(lambda batch: drop_subscription(batch, house.clock, person, endpoint))
    house.world_changed()
    return Response(status=204)


@blueprint.get("/push/key")
@signed_in
@problems(401, 403)
@blueprint.response(200, PushKeySchema)
def key() -> Response:
    """What a browser subscribes to."""
    return answer({"key": application_server_key(push_key(services().secret))})


@blueprint.post("/push/receipts")
@public
@problems(400, 404, 413, 422, 507)
@blueprint.arguments(ReceiptBodySchema)
@blueprint.response(204)
def receive(body: Mapping[str, Any]) -> Response:
    """A service worker has shown something; its endpoint is the proof, signed in or not.

    Only the browser, its push service and this server know an endpoint (RFC 8030, 8.1).
    """
    house = services()
    found = house.reader.run(lambda conn: _subscribed(conn, body["endpoint"]))
    person = None if found is None else house.world.directory.people.get(found.user_id)
    if found is None or person is None or not person.active:
        raise NotFound
    if "test_id" in body:
        _tried(found.id, body["test_id"])
    else:
        _received(Receive("delivered", body["alert_id"], body["repeat"], found.id), person)
    return Response(status=204)


def _received(command: Receive, person: Person) -> None:
    house = services()
    envelope = Envelope(command, Caller(person), house.clock.new_id(), {"command": "receive"})

    def work(batch: Batch) -> Outcome:
        outcome = house.write_path.receipt(batch, envelope)
        mark_proven(batch, house.clock, command.channel)
        return outcome

    house.writer.submit(work)


def _tried(channel_id: str, test_id: str) -> None:
    house = services()
    if not is_test_id(house.secret, channel_id, test_id, house.clock.now()):
        raise Invalid("test_id", "没有这条测试。", "There is no such trial.")
    house.writer.run(lambda batch: mark_proven(batch, house.clock, channel_id))
    house.world_changed()


def _subscribed(conn: Connection, endpoint: str) -> Any:
    here = _CHANNELS.c.kind == WEBPUSH, _CHANNELS.c.address == endpoint
    return conn.execute(select(_CHANNELS.c.id, _CHANNELS.c.user_id).where(*here)).first()
