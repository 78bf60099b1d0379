"""Who works when, and who stands in for whom. store.py and watch.py write them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db


class RotaRow(db.Model):
    """Shifts and take-overs (duty/store.py).

    A shift has minutes from midnight and a weekday (1 is Monday) or a day; a take-over has moments.
    """

    __tablename__ = "rota"
    id: Mapped[str] = mapped_column(primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"))
    role: Mapped[str]
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    weekday: Mapped[int | None]
    day: Mapped[date | None]
    begins: Mapped[int | None]
    ends: Mapped[int | None]
    starts_at: Mapped[datetime | None] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)


class AbsenceRow(db.Model):
    """Who is away from when to when (duty/store.py); the reason is nobody's business."""

    __tablename__ = "absences"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)


class SubstituteRow(db.Model):
    """Who stands in for whom while they are away (duty/store.py)."""

    __tablename__ = "substitutes"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    substitute_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)


class ReadinessRow(db.Model):
    """What was told last of a branch's ladders (duty/watch.py); one process tells it, once.

    ``checked``: the day, by the branch's clock, of its last check before opening.
    """

    __tablename__ = "readiness"
    org_id: Mapped[str] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    ok: Mapped[bool]
    checked: Mapped[date | None]
