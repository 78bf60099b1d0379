"""Paired tablets: codes that pair one, its public key, its revocation. All SQL on them is here."""

import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from sqlalchemy import Connection, delete, insert, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.event_store import append_log
from backend.identity_tables import DeviceRow, PairingCodeRow
from backend.sessions import Session, end_sessions_of_device, open_session
from backend.world import bump_version
from escalation.events import Actor
from escalation.texts import Typed

CODE_LASTS = timedelta(minutes=10)
# 32 signs, none of which is taken for another (no 0, 1, I, O): 40 bits in eight of them.
CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
LONGEST_KEY = 1000

_DEVICES = DeviceRow.__table__
_CODES = PairingCodeRow.__table__


class KeyFault(ValueError):
    """Not an SPKI public key on the curve P-256."""


@dataclass(frozen=True, slots=True)
class Paired:
    """A tablet that has just been paired: its token is shown this once."""

    device_id: str
    token: str
    session: Session


def public_key(text: str) -> str:
    """An SPKI key on P-256 in PEM, base64 or base64url, as unpadded base64url.

    Raises:
        KeyFault: it is anything else.
    """
    try:
        if text.lstrip().startswith("-----BEGIN"):
            key = serialization.load_pem_public_key(text.strip().encode())
        else:
            plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
            der = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
            key = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFault("not a public key") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise KeyFault("not on P-256")
    spki = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return urlsafe_b64encode(spki).rstrip(b"=").decode()


def make_code(
    batch: Batch, clock: Clock, seal_key: bytes, *, org_id: str, name: str, made_by: str
) -> tuple[str, datetime]:
    """A code that pairs one tablet with an org, and until when."""
    code = "".join(CODE_SIGNS[byte % 32] for byte in clock.random_bytes(CODE_LENGTH))
    row = {
        "code_hash": _code_hash(code, seal_key),
        "org_id": org_id,
        "name": name,
        "made_by": made_by,
        "expires_at": clock.now() + CODE_LASTS,
    }
    batch.conn.execute(insert(_CODES), [row])
    return code, clock.now() + CODE_LASTS


def pair(batch: Batch, clock: Clock, seal_key: bytes, code: str, key: str | None) -> Paired | None:
    """Spend a code; None where it is wrong, spent or too old."""
    found = select(_CODES).where(_CODES.c.code_hash == _code_hash(code, seal_key))
    row = batch.conn.execute(found).first()
    if row is None or row.expires_at <= clock.now():
        return None
    spent = delete(_CODES).where(_CODES.c.code_hash == row.code_hash)
    if batch.conn.execute(spent).rowcount != 1:
        return None
    device = {
        "id": clock.new_id(),
        "org_id": row.org_id,
        "name": row.name,
        "public_key": key,
        "paired_by": row.made_by,
        "paired_at": clock.now(),
        "revoked_at": None,
    }
    device_id = str(device["id"])
    batch.conn.execute(insert(_DEVICES), [device])
    token, session = open_session(batch, clock, "device", device_id=device_id)
    bump_version(batch)
    actor = Actor("device", device_id, row.name, None, row.org_id)
    told = {
        "device": device_id,
        "org": row.org_id,
        "name": Typed(row.name),
        "public_key": key,
        "paired_by": row.made_by,
    }
    append_log(batch, clock, "device.paired", actor, told)
    return Paired(device_id, token, session)


def revoke(batch: Batch, clock: Clock, actor: Actor, device_id: str) -> None:
    """End a tablet: its session, and that of whoever is signed in on it."""
    living = update(_DEVICES).where(_DEVICES.c.id == device_id, _DEVICES.c.revoked_at.is_(None))
    if batch.conn.execute(living.values(revoked_at=clock.now())).rowcount:
        end_sessions_of_device(batch, device_id)
        bump_version(batch)
        append_log(batch, clock, "device.revoked", actor, {"device": device_id})


def list_paired(conn: Connection, orgs: set[str], after: str, limit: int) -> list[Any]:
    """Rows of paired tablets of these orgs, oldest first, from behind the id ``after``."""
    found = select(_DEVICES).where(
        _DEVICES.c.org_id.in_(orgs), _DEVICES.c.revoked_at.is_(None), _DEVICES.c.id > after
    )
    return list(conn.execute(found.order_by(_DEVICES.c.id).limit(limit)))


def sweep(batch: Batch, now: datetime) -> None:
    """Housekeeping: codes that nobody used in time."""
    batch.conn.execute(delete(_CODES).where(_CODES.c.expires_at < now))


def _code_hash(code: str, seal_key: bytes) -> str:
    """Keyed: 40 bits would be guessed from a plain hash. Spaces, hyphens and case do not count."""
    plain = "".join(code.upper().replace("-", "").split())
    label = hmac.digest(seal_key, b"counterbell pairing codes", "sha256")
    return hmac.new(label, plain.encode(errors="replace"), hashlib.sha256).hexdigest()
