"""The tables about customers. Who writes each stands beside its name; nobody else does."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db

_WAITING = text("status = 'open'")
"""Suggestions without an answer."""


class CustomerRow(db.Model):
    """Customer cards (cards.py). ``tags``: each between bars, ``|low_trust|vulnerable|``.

    ``reference_key``: what numbers are compared by.
    """

    __tablename__ = "customers"
    id: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    name: Mapped[str]
    reference: Mapped[str | None]
    reference_key: Mapped[str | None]
    tags: Mapped[str]
    risk_profile: Mapped[str | None]
    limit_count: Mapped[int | None]
    limit_per: Mapped[str | None]
    muted_by: Mapped[str | None]
    muted_at: Mapped[datetime | None] = mapped_column(Moment)
    muted_reason: Mapped[str | None]
    unmuted_by: Mapped[str | None]
    unmuted_at: Mapped[datetime | None] = mapped_column(Moment)
    unmuted_reason: Mapped[str | None]
    do_not_contact_by: Mapped[str | None]
    do_not_contact_at: Mapped[datetime | None] = mapped_column(Moment)
    do_not_contact_reason: Mapped[str | None]
    call_back_after: Mapped[datetime | None] = mapped_column(Moment)
    revision: Mapped[int]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (
        Index("ix_customers_org_made", "org_id", "made_at", "id"),
        Index("uq_customers_reference", "reference", "org_id", unique=True),
        Index("ix_customers_reference_key", "reference_key", "org_id"),
    )


class ContactRow(db.Model):
    """Marketing contacts that were made (contacts.py)."""

    __tablename__ = "customer_contacts"
    id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    channel: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    by: Mapped[str]
    offer: Mapped[str | None]
    __table_args__ = (Index("ix_customer_contacts_customer", "customer_id", "at", "id"),)


class MatterRow(db.Model):
    """Which incident is whose matter, and what claims are counted by (projections.py)."""

    __tablename__ = "customer_matters"
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Moment)
    cause: Mapped[str | None]
    money: Mapped[bool]
    __table_args__ = (Index("ix_customer_matters_customer", "customer_id", "opened_at"),)


class SuggestionRow(db.Model):
    """Suggestions to the business side and their answers (suggestions.py)."""

    __tablename__ = "suggestions"
    id: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    incident_id: Mapped[str | None]
    product: Mapped[str]
    cause: Mapped[str]
    text: Mapped[str]
    status: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        Index("ix_suggestions_org_made", "org_id", "made_at", "id"),
        Index("ix_suggestions_same", "org_id", "product", "cause"),
        Index(
            "ix_suggestions_waiting",
            "told_at",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
    )
