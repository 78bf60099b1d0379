"""The tables of drills (A6). Who writes each stands beside its name; nobody else."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db


class DrillRow(db.Model):
    """Plans (plans.py). ``due_at``: when it is started by itself; None: nothing is to start."""

    __tablename__ = "drills"
    id: Mapped[str] = mapped_column(primary_key=True)
    branch: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    type: Mapped[str]
    mode: Mapped[str]
    scenario: Mapped[str]
    tells: Mapped[str]
    pass_mark: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    incident_id: Mapped[str | None]
    called_off: Mapped[bool]
    due_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    __table_args__ = (Index("ix_drills_branch", "branch", "id"),)


class DrillRunRow(db.Model):
    """Incidents that are drills, and how they went (runs.py); a projection."""

    __tablename__ = "drill_runs"
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    drill_id: Mapped[str] = mapped_column(index=True)
    status: Mapped[str]
    marked_at: Mapped[datetime | None] = mapped_column(Moment)
    percent: Mapped[int | None]
    passed: Mapped[bool | None]


class DrillResultRow(db.Model):
    """What taking part in a drill has added to somebody's record (runs.py); a projection."""

    __tablename__ = "drill_results"
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    playbook: Mapped[str]
    percent: Mapped[int]
    passed: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("ix_drill_results_user_id", "user_id", "playbook", "at"),)


class DrillCaseRow(db.Model):
    """Incidents from which a review has learnt something (runs.py); a projection."""

    __tablename__ = "drill_cases"
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    reviewed_at: Mapped[datetime] = mapped_column(Moment, index=True)


class DrillRequirementRow(db.Model):
    """What an org asks of whoever goes on duty there (passes.py). ``playbooks``: JSON."""

    __tablename__ = "drill_requirements"
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    playbooks: Mapped[str]
    months: Mapped[int]
    refuses: Mapped[bool]
