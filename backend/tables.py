"""Incidents, alerts, and what the server keeps of itself. Who writes each stands beside it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db

NOT_OVER = frozenset({"open", "acknowledged", "contained"})
"""The statuses of incidents that are not over."""
OPEN = "status IN ('open', 'acknowledged', 'contained')"
"""Incidents that are not over, as the index of them and who looks them up by it say it."""
DRILL = "drill"
"""Incidents that are drills, in the same way."""
CANARY = "canary"
READINESS = "readiness"
OFFICE = "office"
"""Instead of an incident, a person, a channel: rows that only the server's own test knows."""
BY_KEY = {"sqlite_with_rowid": False}
"""SQLite keeps the rows in the order of their key, and no second tree with a copy of it."""
_BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class EventRow(db.Model):
    """The truth (event_store.py). ``chain`` is the incident's id, or ``log`` for the null chain.

    ``body`` holds the canonical bytes that were hashed.
    """

    __tablename__ = "events"
    ord: Mapped[int] = mapped_column(_BIG_ID, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    chain: Mapped[str]
    seq: Mapped[int]
    type: Mapped[str]
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str]
    __table_args__ = (
        Index("uq_events_chain_seq", "chain", "seq", unique=True),
        Index(
            "ix_events_unsealed",
            "ord",
            sqlite_where=text("position IS NULL"),
            postgresql_where=text("position IS NULL"),
        ),
    )


class SealedTextRow(db.Model):
    """Typed texts beside the events that name their hash (event_store.py); may be purged."""

    __tablename__ = "sealed_texts"
    hash: Mapped[str] = mapped_column(primary_key=True)
    chain: Mapped[str] = mapped_column(index=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    text: Mapped[str | None]


class CommandRow(db.Model):
    """What has been carried out, by the client's id (event_store.py; reliability rule 3)."""

    __tablename__ = "commands"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(primary_key=True)
    chain: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str]


class IncidentRow(db.Model):
    """What lists and searches need of an incident (incident_rows.py); a projection."""

    __tablename__ = "incidents"
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    branch: Mapped[str]
    status: Mapped[str]
    severity: Mapped[str]
    discreet: Mapped[bool]
    drill: Mapped[bool]
    subject: Mapped[str | None]
    in_charge: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(Moment)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)
    contained_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    head_seq: Mapped[int]
    head_hash: Mapped[str]
    __table_args__ = (
        Index("ix_incidents_branch_opened", "branch", "opened_at", "id"),
        Index("ix_incidents_opened", "opened_at", "id"),
        Index("ix_incidents_open", "id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index(
            "ix_incidents_drill",
            "opened_at",
            "id",
            sqlite_where=text(DRILL),
            postgresql_where=text(DRILL),
        ),
    )


class AliasRow(db.Model):
    """Every id under which an incident answers (incident_rows.py); a projection."""

    __tablename__ = "aliases"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str]


class ReporterRow(db.Model):
    """Who reported it: they see it, as those do whom the outbox has told; a projection."""

    __tablename__ = "reporters"
    __table_args__ = BY_KEY
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)


class ViewerRow(db.Model):
    """Who reported or was told of an incident that is over, in the order of lists; a projection.

    Of those that are not over there are few: reporters and outbox say it (incident_list.py).
    """

    __tablename__ = "viewers"
    __table_args__ = BY_KEY
    user_id: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    incident_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class DeadlineRow(db.Model):
    """What is armed, and nothing else (deadlines.py); a projection."""

    __tablename__ = "deadlines"
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(Moment)
    parked: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index(
            "ix_deadlines_due",
            "due_at",
            sqlite_where=text("parked = 0"),
            postgresql_where=text("NOT parked"),
        ),
        Index(
            "ix_deadlines_parked",
            "incident_id",
            sqlite_where=text("parked"),
            postgresql_where=text("parked"),
        ),
        BY_KEY,
    )


class NoticeRow(db.Model):
    """The outbox (outgoing/outbox.py): one notice to one person on one channel; a projection.

    ``channel`` is ``socket`` or the id of one of the person's own channels. ``live``: the person
    may still have to hear of it. From ``sent_at`` on it is working state: ``due_at`` says when a
    channel to the outside is tried next (null: never); whoever tries holds a lease until
    ``leased_until``, and ``fence`` counts the leases, so that a late holder changes nothing.
    """

    __tablename__ = "outbox"
    alert_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    repeat: Mapped[int]
    live: Mapped[bool]
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    fence: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    detail: Mapped[str | None]
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            # In the order of the alerts: a tap's rows stand together, whomever they are for.
            "ix_outbox_live",
            "alert_id",
            "user_id",
            "channel",
            "live",
            sqlite_where=text("live = 1"),
            postgresql_where=text("live"),
        ),
        BY_KEY,
    )


class CanaryRow(db.Model):
    """The server's tests of itself that are under way (watching/canary.py)."""

    __tablename__ = "canaries"
    __table_args__ = BY_KEY
    id: Mapped[str] = mapped_column(primary_key=True)
    tapped_at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime | None] = mapped_column(Moment)


class ChannelRow(db.Model):
    """A person's own ways to the outside (outgoing/personal_channels.py).

    ``secret`` signs what is sent; of a push subscription it holds the browser's keys (JSON).
    ``proven_at``: when a receipt last came back over it.
    """

    __tablename__ = "channels"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str]
    address: Mapped[str]
    secret: Mapped[str | None]
    enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Moment)
    proven_at: Mapped[datetime | None] = mapped_column(Moment)


class CalendarDayRow(db.Model):
    """A day on which work differs from the plain week; a year with any is confirmed (R4)."""

    __tablename__ = "calendar_days"
    __table_args__ = BY_KEY
    day: Mapped[str] = mapped_column(primary_key=True)
    working: Mapped[bool]


class CounterRow(db.Model):
    """Numbers that only grow: incident numbers of a month, log positions, versions."""

    __tablename__ = "counters"
    __table_args__ = BY_KEY
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class KeptRow(db.Model):
    """The demo's secret, where several processes must share it (secret.py)."""

    __tablename__ = "kept"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


class PlaybookRow(db.Model):
    """Each version of a playbook that an incident may have opened with (shelf.py)."""

    __tablename__ = "playbook_versions"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str]
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class AttachmentRow(db.Model):
    """Where an attached file lies (attachments.py); its hash stands in the timeline."""

    __tablename__ = "attachments"
    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    filename: Mapped[str]


class PresenceRow(db.Model):
    """When somebody was last connected, in the server's running seconds (presence.py)."""

    __tablename__ = "presence"
    user_id: Mapped[str] = mapped_column(primary_key=True)
    last_seen: Mapped[int] = mapped_column(BigInteger)
