"""Bodies and answers about a person's own channels (contract, section 6)."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, pre_load, validate, validates_schema

from backend.api.command_schemas import Strict
from backend.api.fields import Flag, PlainText, Uuid, Whole, words
from escalation.timeline import MAX_INTEGER

KINDS = ("wecom", "dingtalk", "feishu", "email", "sms", "webhook", "ntfy", "apprise", "webpush")
LONGEST_ADDRESS = 2000


class ChannelBodySchema(Strict):
    """One of them. A new one has no ``id`` yet.

    The ``secret`` stays as it is where it is null or missing; an empty one takes it away.
    """

    id = Uuid()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    address = PlainText(longest=LONGEST_ADDRESS, required=True)
    secret = PlainText(longest=200, shortest=0, allow_none=True)
    enabled = Flag(load_default=True)
    proven_at = fields.Raw(allow_none=True, metadata={"description": "As it was read; ignored."})

    @pre_load(pass_collection=True)
    def unwrap(self, data: Any, many: bool, **_: Any) -> Any:
        """The list may stand in ``items``, as lists of ours do."""
        if many and isinstance(data, dict) and data.keys() == {"items"}:
            return data["items"]
        return data


class ChannelSchema(Schema):
    """A person's own way to the outside. ``proven_at``: when a push last came back (push only)."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    address = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    secret = fields.String(required=True, allow_none=True)
    proven_at = fields.String(required=True, allow_none=True)


class PushKeysSchema(Strict):
    """What a message is encrypted with (RFC 8291)."""

    p256dh = PlainText(longest=200, required=True)
    auth = PlainText(longest=100, required=True)


class SubscriptionBodySchema(Strict):
    """As ``PushSubscription.toJSON()`` has it."""

    endpoint = PlainText(longest=LONGEST_ADDRESS, required=True)
    keys = fields.Nested(PushKeysSchema, required=True)
    expirationTime = fields.Raw(allow_none=True)  # noqa: N815  (the browser's name)


class EndpointBodySchema(Strict):
    """Which browser."""

    endpoint = PlainText(longest=LONGEST_ADDRESS, required=True)


class ReceiptBodySchema(Strict):
    """What a service worker has shown: an alert, or a trial. The endpoint is the proof."""

    endpoint = PlainText(longest=LONGEST_ADDRESS, required=True)
    alert_id = PlainText(longest=64)
    repeat = Whole(0, MAX_INTEGER, load_default=0)
    test_id = PlainText(longest=64)

    @validates_schema
    def one_of_both(self, data: Mapping[str, Any], **_: Any) -> None:
        """Either an alert or a trial."""
        if ("alert_id" in data) == ("test_id" in data):
            raise words("请给出提醒编号。", "Say which alert.")


class SubscribedSchema(Schema):
    """The channel that it has become."""

    id = fields.String(required=True)


class PushKeySchema(Schema):
    """The server's public key (VAPID, RFC 8292), base64url."""

    key = fields.String(required=True)


class TestedSchema(Schema):
    """What came of a test message."""

    state = fields.String(required=True, validate=validate.OneOf(("sent", "failed")))
    detail = fields.String(required=True)
