"""Which days are working days in mainland China, swapped weekends included (R4).

The table is chinesecalendar's. It knows no year before the State Council has announced it:
then weekdays count, and the log says so once a year.
"""

from datetime import date

import chinese_calendar
import structlog

_log = structlog.get_logger("working_days")
_warned: set[int] = set()


def is_working_day(day: date) -> bool:
    """Whether branches and offices work on that day."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        if day.year not in _warned:
            _warned.add(day.year)
            _log.warning("calendar_not_confirmed", year=day.year)
        return day.weekday() < 5
