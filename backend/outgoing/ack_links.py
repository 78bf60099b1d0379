"""The link in a message that takes an alert up: for one person, one alert, one day, once.

The token is the proof: alert, person and end of life, and a MAC over them. What it leads to is
backend/acknowledging.py.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

LIFE = timedelta(hours=24)
_MAC = 16
"""Bytes: nobody guesses 128 bits, and a text message stays short."""
_BODY = 16 + 16 + 4


@dataclass(frozen=True, slots=True)
class AckToken:
    """What a token says. ``command_id`` is the same for every link to this alert and person."""

    alert_id: str
    user_id: str
    expires_at: datetime
    command_id: str


def acknowledge_link(
    public_url: str | None, secret: bytes, alert_id: str, user_id: str, now: datetime
) -> str | None:
    """The address that a message carries; None where the house has no public address."""
    if public_url is None:
        return None
    ends = int((now + LIFE).timestamp())
    body = UUID(alert_id).bytes + UUID(user_id).bytes + ends.to_bytes(4)
    token = base64.urlsafe_b64encode(body + _mac(secret, body)).decode().rstrip("=")
    return f"{public_url}/a/{token}"


def read_token(secret: bytes, token: str) -> AckToken | None:
    """What a token says, also when its time is over; None for one that is not ours."""
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    body, mac = whole[:_BODY], whole[_BODY:]
    if len(body) != _BODY or not hmac.compare_digest(mac, _mac(secret, body)):
        return None
    alert, user, ends = body[:16], body[16:32], int.from_bytes(body[32:])
    return AckToken(
        alert_id=str(UUID(bytes=alert)),
        user_id=str(UUID(bytes=user)),
        expires_at=datetime.fromtimestamp(ends, UTC),
        command_id=_command_id(secret, alert + user),
    )


def _mac(secret: bytes, body: bytes) -> bytes:
    key = hmac.digest(secret, b"acknowledge link", "sha256")
    return hmac.digest(key, body, "sha256")[:_MAC]


def _command_id(secret: bytes, what: bytes) -> str:
    """A UUID that nobody else can make, and that a second use makes again."""
    key = hmac.digest(secret, b"acknowledge command", "sha256")
    return str(UUID(bytes=hmac.digest(key, what, "sha256")[:16], version=4))
