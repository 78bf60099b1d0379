"""Bodies and answers about a person's own channels (contract, section 6)."""

import base64
import binascii
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from marshmallow import Schema, fields, pre_load, validate

from backend.api.command_schemas import Strict
from backend.api.fields import Flag, PlainText, Uuid, Whole, words
from escalation.timeline import MAX_INTEGER

KINDS = ("wecom", "dingtalk", "feishu", "email", "sms", "webhook", "ntfy", "apprise", "webpush")
LONGEST_ADDRESS = 2000
_POINT = 65
"""Bytes of an uncompressed point on P-256."""
_AUTH = 16


class PushKey(PlainText):
    """The browser's public key: a point on P-256, base64url."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        try:
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _bytes_of(text, _POINT))
        except ValueError as fault:
            raise words("不是浏览器的推送密钥。", "This is no push key of a browser.") from fault
        return text.rstrip("=")


class PushAuth(PlainText):
    """The browser's authentication secret: 16 bytes, base64url."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        try:
            _bytes_of(text, _AUTH)
        except ValueError as fault:
            raise words("不是浏览器的推送密钥。", "This is no push key of a browser.") from fault
        return text.rstrip("=")


class Endpoint(PlainText):
    """Where a browser's push service takes messages for it: always HTTPS (RFC 8030)."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if not _is_endpoint(text):
            raise words("推送地址须是 https 网址。", "A push endpoint is an https address.")
        return text


class ChannelBodySchema(Strict):
    """One of them. A new one has no ``id`` yet; the ``secret`` may be left as it is."""

    id = Uuid()
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    address = PlainText(longest=LONGEST_ADDRESS, required=True)
    secret = PlainText(longest=200, allow_none=True)
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

    p256dh = PushKey(longest=200, required=True)
    auth = PushAuth(longest=100, required=True)


class SubscriptionBodySchema(Strict):
    """As ``PushSubscription.toJSON()`` has it."""

    endpoint = Endpoint(longest=LONGEST_ADDRESS, required=True)
    keys = fields.Nested(PushKeysSchema, required=True)
    expirationTime = fields.Raw(allow_none=True)  # noqa: N815  (the browser's name)


class EndpointBodySchema(Strict):
    """Which browser."""

    endpoint = Endpoint(longest=LONGEST_ADDRESS, required=True)


class ReceiptBodySchema(Strict):
    """What a browser's service worker has shown. The endpoint, which nobody knows, is the proof."""

    endpoint = Endpoint(longest=LONGEST_ADDRESS, required=True)
    alert_id = PlainText(longest=64, required=True)
    repeat = Whole(0, MAX_INTEGER, required=True)


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


def _bytes_of(text: str, length: int) -> bytes:
    try:
        found = base64.b64decode(
            text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True
        )
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if len(found) != length:
        raise ValueError("of another length")
    return found


def _is_endpoint(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme == "https"
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and (parts.port is None or parts.port > 0)
            and text.isascii()
            and text.isprintable()
            and " " not in text
        )
    except ValueError:
        return False
