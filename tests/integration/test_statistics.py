"""Statistics are added up from prepared rows, by an index. SQLite and PostgreSQL."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.dialects import sqlite

from backend.figures import FIGURES
from backend.projections import INCIDENTS
from backend.statistics import GROUPS, Question, count_up, figures_of, waiting_for
from escalation.commands import Acknowledge, RecordFacts
from escalation.oversight import counted_by
from escalation.rights import Caller, sees
from tests.identity_bank import Process
from tests.integration.exports_house import ExportsHouse

MARCH = datetime(2026, 3, 2, tzinfo=UTC)
ALL = frozenset({"east-01", "east-02", "west-01"})
NOTHING: Mapping[str, Any] = {
    "type": "group_visit",
    "status": "closed",
    "discreet": False,
    "subject": None,
    "acknowledged_in": None,
    "contained_in": None,
    "kept": 0,
    "missed": 0,
    "reopened": 0,
    "cause": None,
    "outcome": "settled",
    "kind": None,
    "business_line": None,
}
_numbers = count(1)


def figure(branch: str, opened_at: datetime = MARCH, **more: Any) -> dict[str, Any]:
    return {
        **NOTHING,
        "branch": branch,
        "opened_at": opened_at,
        "incident_id": f"incident-{next(_numbers)}",
        **more,
    }


def waiting(branch: str, **more: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "id": f"waiting-{number}",
        "number": f"CB-2603-{number:04d}",
        "type": "help",
        "branch": branch,
        "status": "open",
        "severity": "high",
        "discreet": False,
        "drill": False,
        "opened_at": MARCH,
        "head_seq": 1,
        "head_hash": "0" * 64,
        **more,
    }


def asked(by: str = "branch", **more: Any) -> Question:
    months = ((MARCH - timedelta(days=1), "2026-03"), (MARCH + timedelta(days=30), "2026-04"))
    question = Question(
        MARCH - timedelta(days=1), MARCH + timedelta(days=50), ALL, ALL, "nobody", by, months
    )
    return replace(question, **more)


def keep(bank: Process, *rows: Mapping[str, Any]) -> None:
    def write(conn: Connection) -> None:
        for row in rows:
            conn.execute(insert(INCIDENTS if "id" in row else FIGURES).values(**row))

    bank.write(lambda batch: write(batch.conn))


def shown(bank: Process, question: Question) -> tuple[dict[str, Any], dict[str, Any]]:
    total, groups = bank.read(lambda conn: count_up(conn, question))
    return total.as_json(), {key: each.as_json() for key, each in groups.items()}


def test_times_clocks_causes_and_repeats_are_counted_by_every_grouping(bank: Process) -> None:
    late = "promises.benefit_late"
    keep(
        bank,
        figure("east-01", acknowledged_in=10_000, contained_in=60_000, kept=2, cause=late),
        figure("east-01", acknowledged_in=30_000, missed=1, cause=late, kind="fact"),
        figure("east-02", MARCH + timedelta(days=40), acknowledged_in=20_000, cause=late),
        figure("west-01", status="cancelled", outcome=None),
        waiting("west-01"),
        waiting("west-01", drill=True),
    )
    total, branches = shown(bank, asked())
    assert (total["incidents"], total["open"], total["cancelled"]) == (5, 1, 1)
    assert total["to_acknowledge"] == {"count": 3, "median": 20, "p90": 30}
    assert total["to_contain"] == {"count": 1, "median": 60, "p90": 60}
    assert total["clocks"] == {"kept": 2, "missed": 1}
    assert total["causes"] == [{"cause": late, "count": 3}]
    assert total["complaint_kinds"] == [{"kind": "fact", "count": 1}]
    assert total["repeats"] == 1
    assert branches["east-01"]["to_acknowledge"] == {"count": 2, "median": 20, "p90": 30}
    assert {key: each["repeats"] for key, each in branches.items()} == {
        "east-01": 1,
        "east-02": 0,
        "west-01": 0,
    }
    for by in GROUPS:
        total_by, groups = shown(bank, asked(by))
        assert total_by == total, by
        assert sum(each["incidents"] for each in groups.values()) == 5, by
    assert shown(bank, asked("month"))[1].keys() == {"2026-03", "2026-04"}
    assert shown(bank, asked("cause"))[1].keys() == {late, ""}


def test_only_the_period_the_branches_and_what_one_may_see_are_counted(bank: Process) -> None:
    keep(
        bank,
        figure("east-01"),
        figure("east-01", discreet=True),
        figure("east-02", subject="manager2"),
        figure("west-01", MARCH - timedelta(days=9)),
        waiting("west-01", discreet=True),
        waiting("west-01", subject="manager2"),
    )

    def counted(**more: Any) -> int:
        number: int = shown(bank, asked(**more))[0]["incidents"]
        return number

    assert counted() == 5
    assert counted(discreet=frozenset()) == 3
    assert counted(ordinary=frozenset({"east-01"}), discreet=frozenset({"west-01"})) == 2
    assert counted(without="manager2") == 3
    assert counted(since=MARCH + timedelta(days=1)) == 0


def test_a_million_incidents_are_found_by_branch_and_time_and_the_open_ones_by_theirs(
    tmp_path: Path,
) -> None:
    house = ExportsHouse(tmp_path)
    by_key = "SEARCH figures USING PRIMARY KEY (branch=? AND opened_at>? AND opened_at<?)"
    assert by_key in plan_of(house, figures_of(asked()).select())
    looked_at = plan_of(house, waiting_for(asked()))
    assert "incidents USING INDEX ix_incidents_open" in looked_at
    assert "figures USING INDEX ix_figures_incident_id" in looked_at


def plan_of(house: ExportsHouse, statement: Any) -> str:
    """How SQLite carries a statement out."""
    options = {"render_postcompile": True}
    words = statement.compile(dialect=sqlite.dialect(), compile_kwargs=options)
    values = [words.params[name] for name in words.positiontup or ()]
    numbers = [0 if isinstance(each, datetime) else each for each in values]
    with house.engine.connect() as conn:
        driver: Any = conn.connection.driver_connection
        plan = driver.execute(f"EXPLAIN QUERY PLAN {words}", numbers).fetchall()
    return "\n".join(line[3] for line in plan)


def test_nobody_counts_what_they_do_not_see(tmp_path: Path) -> None:
    house = ExportsHouse(tmp_path)
    for type_, who, branch in (
        ("media_covert", "teller1", "east-01"),
        ("group_visit", "teller1", "east-01"),
        ("media_covert", "teller4", "west-01"),
        ("help", "teller3", "east-02"),
    ):
        incident = house.opens(type_, who, branch)
        if type_ == "help":
            house.does(who, RecordFacts({"subject_staff": "manager2"}), incident)
        if branch == "east-01":
            house.does("manager1", Acknowledge(), incident)
    directory, counts = house.world.directory, {}
    with house.engine.connect() as conn:
        ids = list(conn.execute(text("SELECT id FROM incidents")).scalars())
        states = [loaded.state for each in ids if (loaded := house.states.read(conn, each))]
        for person in directory.people.values():
            caller = Caller(person)
            ordinary, discreet = counted_by(caller, directory)
            question = asked(
                ordinary=frozenset(ordinary & ALL),
                discreet=frozenset(discreet & ALL),
                without=person.username,
                since=house.clock.now() - timedelta(days=1),
                until=house.clock.now() + timedelta(days=1),
            )
            counted = count_up(conn, question)[0].incidents
            assert counted <= sum(sees(caller, each, directory) for each in states)
            counts[person.username] = counted
    assert counts["auditor1"] == counts["hqduty1"] == 4
    assert (counts["regional1"], counts["compliance1"]) == (3, 2)
    assert (counts["manager1"], counts["manager2"], counts["teller1"]) == (2, 0, 0)


@pytest.mark.parametrize("by", GROUPS)
def test_an_empty_house_has_figures_too(bank: Process, by: str) -> None:
    total, groups = shown(bank, asked(by))
    assert groups == {}
    assert total["to_contain"] == {"count": 0, "median": None, "p90": None}
