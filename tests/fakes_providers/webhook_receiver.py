"""A bank's own receiver of webhooks: it believes nothing that is unsigned, old or a replay."""

import hashlib
import hmac
from datetime import datetime

from tests.fakes import MORNING
from tests.fakes_providers.http_server import Asked, FakeServer, Reply


def is_genuine(header: str, body: bytes, secret: str, now: float) -> bool:
    """Whether Counterbell sent this body, in the last five minutes. ``now``: seconds since 1970."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    sent, signature = parts.get("t", ""), parts.get("v1", "")
    if not sent.isdecimal() or abs(now - int(sent)) > 300:
        return False
    expected = hmac.new(secret.encode(), sent.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


class FakeReceiver(FakeServer):
    """Remembers the deliveries that it has taken; the same again is answered and not taken."""

    secret = "a secret that nobody guesses"

    def __init__(self, now: datetime = MORNING) -> None:
        super().__init__()
        self.now = now
        self._known: set[str] = set()

    @property
    def address(self) -> str:
        return f"{self.origin}/alerts?tenant=7"

    def take(self, asked: Asked) -> Reply:
        header = asked.headers.get("x-counterbell-signature", "")
        if not is_genuine(header, asked.body, self.secret, self.now.timestamp()):
            return Reply(401)
        delivery = asked.headers["x-counterbell-delivery"]
        if delivery not in self._known:
            self._known.add(delivery)
            self.taken.append(asked.json)
        return Reply(204)
