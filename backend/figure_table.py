"""The tables of what statistics count: a row of each incident, and the sums of months."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Moment, db
from backend.tables import BY_KEY


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class FigureRow(db.Model):
    """What statistics count of an incident (figures.py); a projection.

    A drill is never counted. None before somebody has taken it up: a tap writes nothing here. Times
    are milliseconds from the opening. ``loose``: has changed since the sums of its month were
    made (figure_sums.py); no part of the projection.
    """

    __tablename__ = "figures"
    branch: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    incident_id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    status: Mapped[str]
    drill: Mapped[bool] = mapped_column(server_default=false())
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
    customer: Mapped[str | None]
    loose: Mapped[bool] = mapped_column(server_default=true())
    __table_args__ = (
        Index("ix_figures_incident_id", "incident_id"),
        Index("ix_figures_loose", "branch", "opened_at", **_where("loose")),
        Index("ix_figures_subject", "subject", **_where("subject IS NOT NULL")),
        Index(
            "ix_figures_customer",
            *("customer", "opened_at"),
            **_where("customer IS NOT NULL"),
        ),
        BY_KEY,
    )


class FigureSumRow(db.Model):
    """The sums of a month at an org and all below it, by what ``by`` names (figure_sums.py).

    ``data``: JSON, from the group's key to its packed figures. Ordinary and discreet incidents
    are summed apart, for not everybody counts both.
    """

    __tablename__ = "figure_sums"
    org: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str] = mapped_column(primary_key=True)
    discreet: Mapped[bool] = mapped_column(primary_key=True)
    month: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = BY_KEY
