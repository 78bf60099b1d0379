"""Which days are working days in mainland China, swapped weekends included (R4).

Our own table says so, and which years are confirmed: the State Council announces each year's
holidays late in the year before. It begins with what chinesecalendar knows; later years come from
a file (``import-calendar``). In a year that nobody has confirmed weekdays count, and the clocks
that run through it say so.
"""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import structlog
from chinese_calendar.constants import holidays, workdays
from sqlalchemy import Connection, delete, insert, select

from backend.setting_error import SettingError
from backend.tables import CalendarDayRow

_log = structlog.get_logger("working_days")
_DAYS = CalendarDayRow.__table__

FIRST_YEAR = 2024
"""No promise of ours is older."""
LOOK_AHEAD = timedelta(days=30)
"""So long before an unconfirmed year begins, it wants somebody's eye."""
_WORDS = {"1": True, "0": False, "yes": True, "no": False}


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
        return self._exceptions.get(day, day.weekday() < 5)

    def year_is_confirmed(self, year: int) -> bool:
        """Whether its holidays are in the table."""
        return year in self._years

    def wants_an_eye(self, today: date) -> bool:
        """This year, or the one that begins soon, is not confirmed."""
        return not {today.year, (today + LOOK_AHEAD).year} <= self._years

    def warn(self, today: date) -> None:
        """Say so in the log, at the start."""
        for year in sorted({today.year, (today + LOOK_AHEAD).year} - self._years):
            _log.warning("calendar_not_confirmed", year=year)


def seed_calendar(conn: Connection) -> None:
    """Put the years that chinesecalendar knows into a table that does not have them."""
    exceptions = {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}
    known = {int(day[:4]) for day in conn.execute(select(_DAYS.c.day)).scalars()}
    years = {day.year for day in exceptions if day.year >= FIRST_YEAR} - known
    if years:
        _write(conn, {day: is_one for day, is_one in exceptions.items() if day.year in years})


def import_calendar(conn: Connection, file: Path) -> list[int]:
    """Take whole years from a CSV file with the columns ``date`` and ``working``; which years.

    A row for each day that differs from the plain week is enough: ``2027-02-06,1``.

    Raises:
        SettingError: what is wrong, and on which line; nothing has been written.
    """
    days = _read(file)
    years = sorted({day.year for day in days})
    for year in years:
        conn.execute(delete(_DAYS).where(_DAYS.c.day.startswith(f"{year}-")))
    _write(conn, days)
    return years


def _write(conn: Connection, days: Mapping[date, bool]) -> None:
    conn.execute(
        insert(_DAYS),
        [{"day": day.isoformat(), "working": working} for day, working in days.items()],
    )


def _read(file: Path) -> dict[date, bool]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return _days(csv.DictReader(lines), file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingError(f"{file} cannot be read as a calendar: {error}") from error


def _days(rows: Iterable[Mapping[str, str | None]], file: Path) -> dict[date, bool]:
    found: dict[date, bool] = {}
    for line, row in enumerate(rows, start=2):
        try:
            day = date.fromisoformat((row.get("date") or "").strip())
            working = _WORDS[(row.get("working") or "").strip().lower()]
        except (ValueError, KeyError) as error:
            raise SettingError(
                f"{file}:{line}: expected date,working such as 2027-02-06,1"
            ) from error
        if day in found:
            raise SettingError(f"{file}:{line}: {day} stands here twice")
        found[day] = working
    if not found:
        raise SettingError(f"{file}: no days; expected a first line date,working")
    return found
