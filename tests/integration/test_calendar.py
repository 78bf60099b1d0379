"""The calendar of working days: our own table, from the library and from files (R4)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from backend.calendar_file import read_file
from backend.cli import take_calendar
from backend.db import db, make_engine
from backend.setting_error import SettingError
from backend.working_days import Calendar, replace_years, seed_calendar

PLAIN_2027 = "date,working\n2027-02-05,0\n2027-02-06,1\n2027-10-01,0\n"


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    engine = make_engine(f"sqlite:///{tmp_path / 'calendar.db'}", writer=True)
    with engine.begin() as conn:
        db.Model.metadata.create_all(conn)
        seed_calendar(conn)
        yield conn
    engine.dispose()


def calendar_of(conn: Connection) -> Calendar:
    calendar = Calendar()
    calendar.load(conn)
    return calendar


def import_calendar(conn: Connection, file: Path) -> list[int]:
    return replace_years(conn, read_file(file))


def written(directory: Path, text: str) -> Path:
    file = directory / "days.csv"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 9, 20), True),
        (date(2026, 3, 11), True),
        (date(2025, 9, 28), True),
    ],
)
def test_announced_years_have_their_holidays_and_worked_weekends(
    conn: Connection, day: date, working: bool
) -> None:
    assert calendar_of(conn).is_working_day(day) is working
    assert calendar_of(conn).year_is_confirmed(day.year)


def test_a_year_that_nobody_has_confirmed_counts_weekdays_and_wants_an_eye(
    conn: Connection,
) -> None:
    calendar = calendar_of(conn)
    assert not calendar.year_is_confirmed(2027)
    assert calendar.is_working_day(date(2027, 10, 1))
    assert not calendar.wants_an_eye(date(2026, 11, 22))
    assert calendar.wants_an_eye(date(2026, 12, 20))
    assert calendar.wants_an_eye(date(2027, 1, 4))


def test_a_file_confirms_its_year(conn: Connection, tmp_path: Path) -> None:
    assert import_calendar(conn, written(tmp_path, PLAIN_2027)) == [2027]
    calendar = calendar_of(conn)
    assert calendar.year_is_confirmed(2027)
    assert not calendar.wants_an_eye(date(2026, 12, 20))
    assert not calendar.is_working_day(date(2027, 10, 1))
    assert calendar.is_working_day(date(2027, 2, 6))
    assert calendar.is_working_day(date(2026, 10, 10)), "other years stay"


def test_a_file_may_have_gone_through_a_spreadsheet(conn: Connection, tmp_path: Path) -> None:
    text = "\ufeffdate,working\r\n2027/2/6,1\r\n2027/10/1,0\r\n"
    assert import_calendar(conn, written(tmp_path, text)) == [2027]
    calendar = calendar_of(conn)
    assert calendar.is_working_day(date(2027, 2, 6))
    assert not calendar.is_working_day(date(2027, 10, 1))


def test_a_file_replaces_its_year_whole(conn: Connection, tmp_path: Path) -> None:
    import_calendar(conn, written(tmp_path, PLAIN_2027))
    import_calendar(conn, written(tmp_path, "date,working\n2027-05-03,no\n"))
    assert calendar_of(conn).is_working_day(date(2027, 10, 1))
    assert not calendar_of(conn).is_working_day(date(2027, 5, 3))


def test_what_was_imported_is_not_overwritten_at_the_next_start(
    conn: Connection, tmp_path: Path
) -> None:
    import_calendar(conn, written(tmp_path, "date,working\n2026-10-10,0\n"))
    seed_calendar(conn)
    assert not calendar_of(conn).is_working_day(date(2026, 10, 10))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("date,working\n2027-02-30,1\n", ":2: expected date,working"),
        ("date,working\n2027-02-05,1\n2027-02-06,perhaps\n", ":3: expected date,working"),
        ("date,working\n2027-02-05,1\n2027-02-05,0\n", ":3: 2027-02-05 stands here twice"),
        ("day;open\n2027-02-05;1\n", ":2: expected date,working"),
        ("date,working\n", "no days"),
        ("", "no days"),
        ("date,working\n\n2027-02-05,1\n\nsoon,1\n", ":5: expected date,working"),
        ("date,working\n1997-07-01,0\n", ":2: the year is outside 2024–2100"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_with_its_line(
    conn: Connection, tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(SettingError, match=reason):
        import_calendar(conn, written(tmp_path, text))
    assert not calendar_of(conn).year_is_confirmed(2027)


def test_a_file_that_is_not_there_is_refused(conn: Connection, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        import_calendar(conn, tmp_path / "nothing.csv")


def test_the_command_takes_a_file_and_says_which_year(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, PLAIN_2027)
    assert take_calendar([str(file), "--data", str(tmp_path / "data")]) == 0
    assert "2027" in capsys.readouterr().out
    engine = make_engine(f"sqlite:///{tmp_path / 'data' / 'counterbell.db'}", writer=True)
    with engine.begin() as conn:
        seed_calendar(conn)
        calendar = calendar_of(conn)
    engine.dispose()
    assert calendar.year_is_confirmed(2026)
    assert calendar.year_is_confirmed(2027)


def test_the_command_refuses_a_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "date,working\nsoon,1\n")
    assert take_calendar([str(file), "--data", str(tmp_path / "data")]) == 2
    assert "days.csv:2" in capsys.readouterr().err
