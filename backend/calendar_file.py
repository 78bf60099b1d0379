"""A file with the days on which work differs from the plain week, and what is wrong in it (R4).

The columns are ``date`` and ``working``; a row such as ``2027-02-06,1`` for each such day. A
spreadsheet saves it as ``2027/2/6,1``.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from backend.setting_error import SettingError

FIRST_YEAR = 2024
"""No promise of ours is older."""
LAST_YEAR = 2100
MOST_FAULTS = 50
"""So many wrong lines are said at once."""
_DATE = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")
_WORDS = {"1": True, "0": False, "yes": True, "no": False}


class Fault(NamedTuple):
    """What is wrong on a line; the first one is 1."""

    line: int
    zh: str
    en: str


class CalendarFaults(ValueError):
    """The text is no calendar; each line that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults[0].en)
        self.faults = faults


def read_days(text: str) -> dict[date, bool]:
    """Whether each day that the text names is a working day.

    Raises:
        CalendarFaults: what is wrong, line by line.
    """
    found: dict[date, bool] = {}
    faults: list[Fault] = []
    for line, row in _rows(text, faults):
        try:
            day, working = _day(row)
        except (ValueError, KeyError):
            faults.append(
                Fault(line, "应写成 2027-02-06,1。", "expected date,working such as 2027-02-06,1")
            )
            continue
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            years = f"{FIRST_YEAR}–{LAST_YEAR}"
            faults.append(Fault(line, f"年份须在 {years} 之内。", f"the year is outside {years}"))
        elif day in found:
            faults.append(Fault(line, f"{day} 出现了两次。", f"{day} stands here twice"))
        found[day] = working
    if not found and not faults:
        faults.append(
            Fault(
                1,
                "没有日期；第一行应是 date,working。",
                "no days; expected a first line date,working",
            )
        )
    if faults:
        raise CalendarFaults(faults[:MOST_FAULTS])
    return found


def read_file(file: Path) -> dict[date, bool]:
    """As ``read_days``, from a file.

    Raises:
        SettingError: it cannot be read; or what is wrong first, and on which line.
    """
    try:
        return read_days(file.read_text("utf-8-sig"))
    except CalendarFaults as error:
        first = error.faults[0]
        raise SettingError(f"{file}:{first.line}: {first.en}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{file} cannot be read as a calendar: {error}") from error


def _rows(text: str, faults: list[Fault]) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error:
        faults.append(Fault(rows.line_num, "这一行读不出来。", "this line cannot be read"))


def _day(row: Mapping[str, str | None]) -> tuple[date, bool]:
    written = _DATE.fullmatch((row.get("date") or "").strip())
    if written is None:
        raise ValueError("no date")
    year, _, month, day = written.groups()
    return date(int(year), int(month), int(day)), _WORDS[(row.get("working") or "").strip().lower()]
