"""A webhook of the bank's own: JSON, signed so that the receiver knows who sent it, and when.

``X-Counterbell-Signature: t=UNIX,v1=HEX``: HEX is HMAC-SHA256 of ``t``, a dot and the body, by
the secret. Receivers refuse what is older than five minutes (docs/channels.md has a verifier).
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import orjson

from notifications.channels.answers import expect_success
from notifications.channels.channel import Address, BadAddress, Message, Outside, Request
from notifications.channels.hosts import allowed_target

SIGNATURE = "X-Counterbell-Signature"
DELIVERY = "X-Counterbell-Delivery"
SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Webhook:
    """``hosts``: what the operator has named, such as the bank's own receiver."""

    hosts: Collection[str]

    def check(self, address: str, secret: str | None) -> None:
        """Any allowed host, and a secret that nobody guesses."""
        allowed_target(address, self.hosts)
        if secret is None or len(secret) < SHORTEST_SECRET:
            raise BadAddress(
                f"请填写签名密钥，至少 {SHORTEST_SECRET} 个字符。",
                f"Give a signing secret of {SHORTEST_SECRET} characters or more.",
            )

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """One POST. Sent again, the same notice has the same delivery id."""
        content = {**message.payload, "link": message.link, "acknowledge": message.acknowledge}
        body = orjson.dumps(content)
        headers = {
            "Content-Type": "application/json",
            DELIVERY: _delivery_id(to, message),
            SIGNATURE: signature(to.secret or "", body, outside.now()),
        }
        expect_success(outside.ask(Request("POST", to.address, body, headers)))


def signature(secret: str, body: bytes, now: datetime) -> str:
    """The header's text; ``t`` in seconds since 1970."""
    at = int(now.timestamp())
    signed = hmac.digest(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hex()}"


def _delivery_id(to: Address, message: Message) -> str:
    """Of this notice to this person: keyed, so that it tells nothing of either."""
    what = orjson.dumps([to.address, message.payload], option=orjson.OPT_SORT_KEYS)
    return hmac.digest((to.secret or "").encode(), what, hashlib.sha256).hex()[:32]
