"""The table of what statistics count (figures.py); a projection."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db
from backend.tables import BY_KEY


class FigureRow(db.Model):
    """What statistics count of an incident (figures.py); a projection.

    None of a drill, and none before somebody has taken it up: a tap writes nothing here. Times
    are milliseconds from the opening, rounded as ``figures.rounded`` says.
    """

    __tablename__ = "figures"
    branch: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    status: Mapped[str]
    discreet: Mapped[bool]
    subject: Mapped[str | None]
    acknowledged_in: Mapped[int | None] = mapped_column(BigInteger)
    contained_in: Mapped[int | None] = mapped_column(BigInteger)
    kept: Mapped[int]
    missed: Mapped[int]
    reopened: Mapped[int]
    cause: Mapped[str | None]
    outcome: Mapped[str | None]
    kind: Mapped[str | None]
    business_line: Mapped[str | None]
    __table_args__ = (Index("ix_figures_incident_id", "incident_id"), BY_KEY)
