"""The organisation, its staff and tablets, and who is signed in."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db


class OrgRow(db.Model):
    """The organisation tree (organisation.py)."""

    __tablename__ = "orgs"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent: Mapped[str | None] = mapped_column(ForeignKey("orgs.id"))
    kind: Mapped[str]
    timezone: Mapped[str]


class UserRow(db.Model):
    """Staff (staff.py). Hashes are Argon2id."""

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    pin_hash: Mapped[str | None]
    otp_secret: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)


class RoleRow(db.Model):
    """Who holds which role where (staff.py)."""

    __tablename__ = "roles"
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(default=0)


class DeviceRow(db.Model):
    """Paired tablets (devices.py). ``public_key`` is SPKI, base64url, P-256."""

    __tablename__ = "devices"
    id: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    name: Mapped[str]
    public_key: Mapped[str | None]
    paired_by: Mapped[str]
    paired_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class PairingCodeRow(db.Model):
    """Codes that turn a tablet into a paired device, once (devices.py)."""

    __tablename__ = "pairing_codes"
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str]
    name: Mapped[str]
    made_by: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(Moment)


class SessionRow(db.Model):
    """Who is signed in (sessions.py). The token itself is never stored, only its SHA-256.

    ``kind``: ``user`` a person; ``device`` a paired tablet; ``pin`` a person on that tablet.
    """

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    user_id: Mapped[str | None] = mapped_column(index=True)
    device_id: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)


class FailedSignInRow(db.Model):
    """Wrong passwords and PINs in a row (sessions.py). ``place`` is a device id or an address."""

    __tablename__ = "failed_sign_ins"
    username: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
