"""What lives in a branch's own time, where clocks go forward and back; and what does not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from escalation.workdays import end_of_working_day
from tests.builders import Bank

WEEKDAYS = range(5)


def weekday(day: date) -> bool:
    return day.weekday() in WEEKDAYS


@pytest.mark.parametrize(
    ("zone", "start", "days", "end"),
    [
        # Berlin goes forward on 2026-03-29 and back on 2026-10-25: the end is its own midnight.
        ("Europe/Berlin", "2026-03-27T09:00Z", 1, "2026-03-30T22:00Z"),
        ("Europe/Berlin", "2026-10-23T09:00Z", 1, "2026-10-26T23:00Z"),
        # Half past midnight in summer time is the new day there, though not yet in UTC.
        ("Europe/Berlin", "2026-07-05T22:30Z", 1, "2026-07-07T22:00Z"),
        ("America/New_York", "2026-10-30T20:00Z", 3, "2026-11-05T05:00Z"),
        ("America/New_York", "2026-03-06T20:00Z", 1, "2026-03-10T04:00Z"),
        # In Cairo the day of the change, Friday 2026-04-24, has no midnight: it begins at 01:00.
        ("Africa/Cairo", "2026-04-22T09:00Z", 1, "2026-04-23T22:00Z"),
        # Half hours, and the other side of the date line.
        ("Australia/Lord_Howe", "2026-04-03T01:00Z", 1, "2026-04-06T13:30Z"),
        ("Pacific/Kiritimati", "2026-03-11T09:59Z", 1, "2026-03-12T10:00Z"),
        ("Pacific/Kiritimati", "2026-03-11T10:00Z", 1, "2026-03-13T10:00Z"),
        ("Asia/Shanghai", "2026-03-11T02:00Z", 3, "2026-03-16T16:00Z"),
    ],
)
def test_a_working_day_ends_at_midnight_on_the_branchs_wall(
    zone: str, start: str, days: int, end: str
) -> None:
    found = end_of_working_day(datetime.fromisoformat(start), days, zone, weekday)
    assert found.astimezone(UTC) == datetime.fromisoformat(end)


@pytest.mark.parametrize("night", ["2026-03-29T00:59Z", "2026-10-25T00:59Z"])
def test_a_ladder_counts_seconds_and_knows_no_summer_time(night: str) -> None:
    bank = Bank(now=datetime.fromisoformat(night))
    group = bank.raises("teller1", "group_visit")
    bank.later(301)
    assert [rung[:2] for rung in group.rung()][:4] == [(0, 1), (60, 2), (180, 3), (300, 4)]
    assert all(each.due_at.utcoffset() == timedelta(0) for each in group.state.deadlines())
