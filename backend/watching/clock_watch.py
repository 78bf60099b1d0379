"""The house's clock beside the machine's wall clock: brought together, or an alarm."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import Connection, and_, or_, select

from backend.batch import Batch
from backend.clock import Clock
from backend.projections import DEADLINES, INCIDENTS

TOO_FAR = 2.0
"""Seconds between the two that are an alarm."""
SHORT = timedelta(hours=1)
"""A step that is due so soon is counted in minutes."""

_log = structlog.get_logger("clock")


class ClockWatch:
    """Compares the two every few seconds. ``offset``: the wall clock is ahead by (seconds)."""

    def __init__(self, clock: Clock, write: Callable[[Callable[[Batch], float]], float]) -> None:
        """``write`` runs work in the writer's transaction, when no command is being decided."""
        self._clock = clock
        self._write = write
        self._told = 0.0
        self.offset = 0.0

    @property
    def alarm(self) -> bool:
        """One of the two is wrong."""
        return abs(self.offset) > TOO_FAR

    def look(self) -> None:
        """Compare; a big difference is taken over while no command is being decided."""
        offset = self._clock.follow_wall(hurried=True)
        if abs(offset) > TOO_FAR:
            offset = self._write(self._follow)
        self.offset = offset
        self._tell()

    def _follow(self, batch: Batch) -> float:
        hurried = hurries(batch.conn, self._clock)
        return self._clock.follow_wall(hurried=hurried)

    def _tell(self) -> None:
        """Once for each change."""
        if self.alarm and abs(self.offset - self._told) > TOO_FAR:
            _log.critical("wall_clock_wrong", offset_seconds=round(self.offset, 3))
            self._told = self.offset
        elif not self.alarm and self._told:
            _log.warning("wall_clock_right_again", offset_seconds=round(self.offset, 3))
            self._told = 0.0


def hurries(conn: Connection, clock: Clock) -> bool:
    """Whether anything is armed whose minutes count: its length must stay what it is."""
    columns = DEADLINES.c
    soon = and_(columns.key.startswith("step:"), columns.due_at <= clock.now() + SHORT)
    armed = (
        select(columns.key)
        .join(INCIDENTS, INCIDENTS.c.id == columns.incident_id)
        .where(
            INCIDENTS.c.status.in_(("open", "acknowledged")),
            or_(columns.key.in_(("ladder", "act_within")), soon),
        )
    )
    return conn.execute(armed.limit(1)).first() is not None
