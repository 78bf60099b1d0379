"""The table of playbook versions. library/store.py writes it; nobody else."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db


class VersionRow(db.Model):
    """A version of a playbook or of an org's addition: drafts, what is published, what was."""

    __tablename__ = "library_versions"
    id: Mapped[str] = mapped_column(primary_key=True)
    playbook: Mapped[str]
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    number: Mapped[int]
    revision: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str]
    kept: Mapped[str] = mapped_column(index=True)
    authors: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    based_on: Mapped[int | None]
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    compliance_by: Mapped[str | None]
    compliance_at: Mapped[datetime | None] = mapped_column(Moment)
    legal_by: Mapped[str | None]
    legal_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_back_by: Mapped[str | None]
    sent_back_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_back_reason: Mapped[str | None]
    publish_from: Mapped[datetime | None] = mapped_column(Moment)
    published_by: Mapped[str | None]
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (Index("ix_library_versions_playbook", "playbook", "org_id", "number"),)
