"""Working days of mainland China, where a Saturday may be one and a Friday may not (R4)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

IsWorkingDay = Callable[[date], bool]


def end_of_working_day(
    start: datetime, days: int, timezone: str, is_working_day: IsWorkingDay
) -> datetime:
    """24:00, in the branch's time zone, of the ``days``-th working day after ``start``'s day."""
    zone = ZoneInfo(timezone)
    day = start.astimezone(zone).date()
    left = days
    while left > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            left -= 1
    return datetime.combine(day + timedelta(days=1), time(), zone)
