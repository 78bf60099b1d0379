"""Days by the branch's clocks: working days of mainland China, and hours in which to call.

A Saturday may be a working day there and a Friday may not (R4).
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playbooks.model import Hours

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


def end_of_day(start: datetime, days: int, timezone: str) -> datetime:
    """24:00, in the branch's time zone, of the ``days``-th day after ``start``'s day."""
    return end_of_working_day(start, days, timezone, lambda _: True)


def within_hours(moment: datetime, hours: Hours, timezone: str) -> datetime:
    """``moment`` where it falls within the ``hours`` of a day; else their next beginning (S2)."""
    zone = ZoneInfo(timezone)
    local = moment.astimezone(zone)
    opens = time.fromisoformat(hours.opens)
    if local.time() < opens:
        return datetime.combine(local.date(), opens, zone)
    if hours.closes != "24:00" and local.time() > time.fromisoformat(hours.closes):
        return datetime.combine(local.date() + timedelta(days=1), opens, zone)
    return moment
