"""The tables of the time after an incident. Who writes each stands beside its name; nobody else."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db


class FollowUpRow(db.Model):
    """Calls that are owed: of an incident (projections.py), or of a customer alone (customers.py).

    ``note`` and ``improve`` are the hashes of sealed texts.
    """

    __tablename__ = "follow_ups"
    id: Mapped[str] = mapped_column(primary_key=True)
    incident_id: Mapped[str | None] = mapped_column(index=True)
    customer_id: Mapped[str | None] = mapped_column(index=True)
    org_id: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(Moment, index=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str | None]
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by: Mapped[str | None]
    outcome: Mapped[str | None]
    content: Mapped[str | None]
    note: Mapped[str | None]
    improve: Mapped[str | None]


class ObjectionRow(db.Model):
    """What customers object to, and the answer that two have cleared (objections.py)."""

    __tablename__ = "objections"
    id: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    topic: Mapped[str]
    playbook: Mapped[str | None]
    incident_id: Mapped[str | None]
    objection_zh: Mapped[str]
    objection_en: Mapped[str]
    answer_zh: Mapped[str]
    answer_en: Mapped[str]
    revision: Mapped[int]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    compliance_by: Mapped[str | None]
    compliance_at: Mapped[datetime | None] = mapped_column(Moment)
    legal_by: Mapped[str | None]
    legal_at: Mapped[datetime | None] = mapped_column(Moment)
    retired: Mapped[bool]
