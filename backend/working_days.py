"""Which days are working days in mainland China, swapped weekends included (R4).

Our own table says so, and which years are confirmed: the State Council announces each year's
holidays late in the year before. It begins with what chinesecalendar knows; later years come from
a file (``import-calendar``, or the API). In a year that nobody has confirmed weekdays count, and
the clocks that run through it say so.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import structlog
from chinese_calendar.constants import holidays, workdays
from sqlalchemy import Connection, delete, insert, select

from backend.calendar_file import FIRST_YEAR
from backend.tables import CalendarDayRow

_log = structlog.get_logger("working_days")
_DAYS = CalendarDayRow.__table__

LOOK_AHEAD = timedelta(days=30)
"""So long before an unconfirmed year begins, it wants somebody's eye."""


class Calendar:
    """The table as it was when it was last read."""

    def __init__(self) -> None:
        self._exceptions: Mapping[date, bool] = {}
        self._years: frozenset[int] = frozenset()

    def load(self, conn: Connection) -> None:
        """Read it anew."""
        rows = conn.execute(select(_DAYS.c.day, _DAYS.c.working))
        self._exceptions = {date.fromisoformat(row.day): row.working for row in rows}
        self._years = frozenset(day.year for day in self._exceptions)

    def is_working_day(self, day: date) -> bool:
        """Whether branches and offices work on that day."""
        return self._exceptions.get(day, plain_week(day))

    def year_is_confirmed(self, year: int) -> bool:
        """Whether its holidays are in the table."""
        return year in self._years

    def differing(self, year: int) -> dict[date, bool]:
        """The days of a year on which work differs from the plain week."""
        return {
            day: working
            for day, working in self._exceptions.items()
            if day.year == year and working != plain_week(day)
        }

    def unconfirmed(self, today: date) -> list[int]:
        """This year, or the one that begins soon, where its holidays are missing."""
        return sorted({today.year, (today + LOOK_AHEAD).year} - self._years)

    def wants_an_eye(self, today: date) -> bool:
        """This year, or the one that begins soon, is not confirmed."""
        return bool(self.unconfirmed(today))

    def warn(self, today: date) -> None:
        """Say so in the log, at the start."""
        for year in self.unconfirmed(today):
            _log.warning("calendar_not_confirmed", year=year)


def seed_calendar(conn: Connection) -> None:
    """Put the years that chinesecalendar knows into a table that does not have them."""
    exceptions = {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}
    known = {int(day[:4]) for day in conn.execute(select(_DAYS.c.day)).scalars()}
    years = {day.year for day in exceptions if day.year >= FIRST_YEAR} - known
    if years:
        _write(conn, {day: is_one for day, is_one in exceptions.items() if day.year in years})


def replace_years(conn: Connection, days: Mapping[date, bool]) -> list[int]:
    """Each year that ``days`` names holds what it says there, and nothing older; which years."""
    years = sorted({day.year for day in days})
    for year in years:
        conn.execute(delete(_DAYS).where(_DAYS.c.day.startswith(f"{year}-")))
    _write(conn, days)
    return years


def plain_week(day: date) -> bool:
    """Whether that day is worked where nothing is announced."""
    return day.weekday() < 5


def _write(conn: Connection, days: Mapping[date, bool]) -> None:
    conn.execute(
        insert(_DAYS),
        [{"day": day.isoformat(), "working": working} for day, working in days.items()],
    )
