"""Web push: encrypted for one browser (RFC 8291), signed by this server (VAPID, RFC 8292).

The address is the endpoint, the secret the browser's keys as JSON: ``p256dh`` and ``auth``.
What is shown may lie on a locked screen, so it is neutral, always.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import http_ece
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.channels.answers import expect_success
from notifications.channels.channel import (
    Address,
    BadAddress,
    Message,
    Outside,
    Request,
    Undelivered,
)
from notifications.channels.hosts import allowed_target

KEPT_FOR = 3600
"""Seconds that the push service keeps it for a phone that is away; repeats follow anyway."""
TOKEN_LIFE = timedelta(hours=12)
"""At most a day (RFC 8292, 2)."""
GONE = frozenset({404, 410})
TOO_LARGE = 413
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256."""


@dataclass(frozen=True, slots=True)
class WebPush:
    """``key`` signs for this server; ``contact`` is a ``mailto:`` or ``https:`` address."""

    hosts: Collection[str]
    key: ec.EllipticCurvePrivateKey
    contact: str | None

    def check(self, address: str, secret: str | None) -> None:
        """An endpoint and the keys of a browser."""
        allowed_target(address, self.hosts)
        if browser_keys(secret) is None:
            raise BadAddress(
                "浏览器没有给出推送密钥，请重新打开通知。",
                "The browser gave no push keys; turn notifications on again.",
            )

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """One push. Of several that wait for the same phone, the newest of an alert stays."""
        keys = browser_keys(to.secret)
        if keys is None:
            raise Undelivered("推送密钥不正确", "the browser's keys are wrong", again=False)
        headers = {
            "Authorization": authorization(self.key, to.address, self.contact, outside.now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_FOR),
            "Topic": _topic(message),
            "Urgency": "high" if message.urgent else "normal",
        }
        own = scalar_key(outside.random_bytes(48))
        body = encrypt(_shown(message), keys, own, outside.random_bytes(16))
        answer = outside.ask(Request("POST", to.address, body, headers))
        if answer.status in GONE:
            raise Undelivered("这部手机已取消通知", "the subscription is gone", again=False)
        if answer.status == TOO_LARGE:
            raise Undelivered("推送服务嫌太长", "too long for the push service", again=True)
        expect_success(answer)


def scalar_key(material: bytes) -> ec.EllipticCurvePrivateKey:
    """A P-256 key from 48 uniform bytes (FIPS 186-5, A.2.1)."""
    return ec.derive_private_key(int.from_bytes(material) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public point, uncompressed: 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def application_server_key(key: ec.EllipticCurvePrivateKey) -> str:
    """What a browser is given when it subscribes: base64url without padding."""
    return _text(public_bytes(key))


def browser_keys(secret: str | None) -> tuple[bytes, bytes] | None:
    """``p256dh`` and ``auth`` of a subscription; None where they are none."""
    try:
        found = json.loads(secret or "")
        point, auth = (_bytes(found[name]) for name in ("p256dh", "auth"))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, KeyError, TypeError, NotBase64, AttributeError):
        return None
    return (point, auth) if len(auth) == 16 and len(point) == 65 else None


def encrypt(
    content: bytes, keys: tuple[bytes, bytes], own: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """``content`` for the browser that has ``keys``; ``own`` and ``salt`` are used once."""
    body: bytes = http_ece.encrypt(
        content, salt=salt, private_key=own, dh=keys[0], auth_secret=keys[1], version="aes128gcm"
    )
    return body


def authorization(
    key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str | None, now: datetime
) -> str:
    """The header by which a push service knows us."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + TOKEN_LIFE).timestamp()),
    }
    if contact is not None:
        claims["sub"] = contact
    signed = b".".join(
        _text(orjson.dumps(part)).encode() for part in ({"typ": "JWT", "alg": "ES256"}, claims)
    )
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256())))
    token = f"{signed.decode()}.{_text(r.to_bytes(32) + s.to_bytes(32))}"
    return f"vapid t={token}, k={application_server_key(key)}"


def _shown(message: Message) -> bytes:
    """The ids, so that a notice is shown once, and neutral words."""
    kept = ("kind", "alert_id", "repeat", "incident_id", "urgency", "drill", "test_id")
    ids = {name: message.payload[name] for name in kept if name in message.payload}
    return orjson.dumps({**ids, "title": message.neutral.as_json(), "link": message.link})


def _topic(message: Message) -> str:
    what = message.payload.get("alert_id") or message.payload.get("test_id") or ""
    return _text(hashlib.sha256(str(what).encode()).digest()[:24])


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
