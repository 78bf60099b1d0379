"""A time that the server has signed: proof that a tablet's deed came after it."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def make_token(key: bytes, now: datetime) -> str:
    """``v1.MILLISECONDS.MAC`` for the moment."""
    claim = f"v1.{(now - _EPOCH) // timedelta(milliseconds=1)}"
    return f"{claim}.{_mac(key, claim)}"


def token_time(key: bytes, token: str | None) -> datetime | None:
    """The moment that a token of ours proves, or None for anything else."""
    if not token:
        return None
    claim, _, mac = token.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(key, claim).encode()):
        return None
    return _EPOCH + timedelta(milliseconds=int(claim.removeprefix("v1.")))


def _mac(key: bytes, claim: str) -> str:
    digest = hmac.digest(key, claim.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()
