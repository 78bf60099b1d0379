"""One-time codes (RFC 6238) as a second factor; secrets lie encrypted beside the user.

A secret is ``pending`` until its owner has shown one right code: only then is it asked for.
"""

import hmac
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyotp import TOTP
from sqlalchemy import insert, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.tables import CounterRow

PENDING = "pending"
ACTIVE = "active"
STEP = 30
"""Seconds in which a code holds."""
_NONCE = 12
_COUNTERS = CounterRow.__table__


class Vault:
    """Encrypts secrets with a key that the database does not know."""

    def __init__(self, seal_key: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(seal_key, b"counterbell otp secrets", "sha256"))

    def lock(self, state: str, secret: str, user_id: str, clock: Clock) -> str:
        """The stored form of a user's secret."""
        nonce = clock.random_bytes(_NONCE)
        kept = nonce + self._cipher.encrypt(nonce, secret.encode(), user_id.encode())
        return f"{state}:{urlsafe_b64encode(kept).decode()}"

    def unlock(self, stored: str, user_id: str) -> str:
        """The secret in a stored form."""
        kept = urlsafe_b64decode(stored.partition(":")[2])
        secret = self._cipher.decrypt(kept[:_NONCE], kept[_NONCE:], user_id.encode())
        return secret.decode()


def state_of(stored: str | None) -> str | None:
    """``pending``, ``active``, or None where there is no secret."""
    return None if stored is None else stored.partition(":")[0]


def new_secret(clock: Clock) -> str:
    """A secret of 160 bits, as authenticator apps want it."""
    return b32encode(clock.random_bytes(20)).decode()


def uri(secret: str, username: str) -> str:
    """What an authenticator app reads from a QR code."""
    return TOTP(secret).provisioning_uri(name=username, issuer_name="Counterbell")


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is: the present one, or one to either side."""
    present = int(now.timestamp()) // STEP
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(TOTP(secret).generate_otp(step), code):
            return step
    return None


def use_step(batch: Batch, user_id: str, step: int) -> bool:
    """Spend a code: False where it is wrong (-1), or it or a later one has been used already."""
    if step < 0:
        return False
    name = f"otp:{user_id}"
    found = select(_COUNTERS.c.value).where(_COUNTERS.c.name == name)
    last = batch.conn.execute(found.with_for_update()).scalar()
    if last is None:
        batch.conn.execute(insert(_COUNTERS), [{"name": name, "value": step}])
    elif last < step:
        batch.conn.execute(update(_COUNTERS).where(_COUNTERS.c.name == name).values(value=step))
    return last is None or last < step
