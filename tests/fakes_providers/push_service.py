"""A push service and the browser behind it: RFC 8030, 8188, 8291, 8292, with other code than ours.

It takes a push for its one subscription when the server's token is good, and decrypts it.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fakes import MORNING
from tests.fakes_providers.http_server import Asked, FakeServer, Reply

LARGEST = 4096
AUTH = b"0123456789abcdef"


def unpadded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def padded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(token: str, key: str) -> dict[str, Any] | None:
    """What a VAPID token claims; None unless ``key`` has signed it (RFC 8292, 2)."""
    head, body, signature = token.split(".")
    if json.loads(padded(head)) != {"typ": "JWT", "alg": "ES256"}:
        return None
    raw = padded(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), padded(key))
    numbers = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    try:
        public.verify(numbers, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return None
    claims: dict[str, Any] = json.loads(padded(body))
    return claims


class FakePushService(FakeServer):
    """``subscribed_for``: the server's public key that the browser was given."""

    def __init__(self, subscribed_for: str, now: datetime = MORNING) -> None:
        super().__init__()
        self.now = now
        self.subscribed_for = subscribed_for
        self.gone: int | None = None
        self._browser = ec.generate_private_key(ec.SECP256R1())

    @property
    def address(self) -> str:
        return f"{self.origin}/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"

    @property
    def secret(self) -> str:
        point = self._browser.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return json.dumps({"p256dh": unpadded(point), "auth": unpadded(AUTH)})

    def take(self, asked: Asked) -> Reply:
        if self.gone is not None:
            return Reply(self.gone)
        status = self._status(asked)
        if status == 201:
            plain = http_ece.decrypt(
                asked.body, private_key=self._browser, auth_secret=AUTH, version="aes128gcm"
            )
            self.taken.append((json.loads(plain), asked.headers))
        return Reply(status, b"", {"Location": f"{self.origin}/message/1"})

    def _status(self, asked: Asked) -> int:
        headers = asked.headers
        if not headers.get("ttl", "").isdecimal() or headers["content-encoding"] != "aes128gcm":
            return 400
        if headers.get("urgency") not in {"very-low", "low", "normal", "high"}:
            return 400
        if len(headers.get("topic", "")) > 32:
            return 400
        if len(asked.body) > LARGEST:
            return 413
        return 201 if self._knows(headers.get("authorization", "")) else 403

    def _knows(self, header: str) -> bool:
        scheme, _, rest = header.partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        if scheme != "vapid" or given["k"] != self.subscribed_for:
            return False
        claims = claims_of(given["t"], given["k"])
        if claims is None or claims["aud"] != self.origin:
            return False
        ends = float(claims["exp"]) - self.now.timestamp()
        named = str(claims["sub"]).startswith(("mailto:", "https:"))
        return named and 0 < ends <= timedelta(hours=24).total_seconds()
