"""One promise with a time: where it stands, and when it speaks next. clocks.py runs them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

#: The stage of a clock that has run out.
MISSED = 2


def speaks_at(
    start: datetime, due_at: datetime, stage: int, lead: timedelta | None = None
) -> datetime | None:
    """When something owed speaks next: a warning, the due moment, the escalation after it.

    ``lead``: how long before the end it warns, and after it escalates; else a fifth of its length.
    """
    if stage > MISSED:
        return None
    lead = lead or (due_at - start) / 5
    return (due_at - lead, due_at, due_at + lead)[stage]


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise with a time. ``stage`` 0 running, 1 warned, 2 missed, 3 missed and escalated.

    ``lead``: how long before its end it warns, and after it escalates; else a fifth of its length.
    ``unconfirmed``: it counts working days of a year whose holidays are not announced yet.
    """

    name: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    stage: int = 0
    paused: bool = False
    lead: timedelta | None = None
    resumes_at: datetime | None = None
    unconfirmed: bool = False

    @property
    def state(self) -> Literal["running", "paused", "met", "missed"]:
        """What people are told of it."""
        if self.met_at is not None:
            return "met"
        if self.stage >= MISSED:
            return "missed"
        return "paused" if self.paused else "running"

    @property
    def next_at(self) -> datetime | None:
        """When this clock speaks next: a warning, the due moment, the escalation after it."""
        if self.met_at is not None or self.stage > MISSED:
            return None
        if self.paused:
            return self.resumes_at
        return speaks_at(self.started_at, self.due_at, self.stage, self.lead)
