"""Statistics over few and over very many incidents (B15): ``python -m tests.bench.past [MANY]``.

A bank of 200 branches, a year of incidents; what an auditor of the whole bank asks. The answers
are counted up in this process, as a reader of the server does it: without HTTP.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, insert, update

from backend.db import Base, make_engine
from backend.figure_sums import ROWS, SUMS, calendar, month_of, put_sums_right, sum_up
from backend.projections import INCIDENTS
from backend.statistics import GROUPS, Question, count_up
from escalation.decide.life import ROOT_CAUSES
from escalation.people import Directory, Org

ZONE = "Asia/Shanghai"
REGIONS, BRANCHES = 5, 200
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FIRST = datetime(2025, 10, 31, 16, 0, tzinfo=UTC)
FEW = 1_000
FULL, QUICK = 300_000, 50_000
TURNS = 15
TYPES = ("group_visit", "media_declared", "disruptive_customer", "help", "complaint_light")
LINES = ("理财", "信用卡", "贷款", None)


@dataclass(frozen=True, slots=True)
class Found:
    """Milliseconds: for each grouping, for a broken period, for adding up one branch's month."""

    by: dict[str, float]
    broken: float
    adding: float


def compare(place: Path, many: int) -> tuple[list[str], list[str]]:
    """The rows of a table, ready for docs/performance.md, and what misses its goal."""
    with TemporaryDirectory(dir=place) as work:
        few = _measure(Path(work) / "few.db", FEW)
        lots = _measure(Path(work) / "many.db", many)
    rows = [
        f"| B15 | statistics by {by}, {many:,} incidents beside {FEW:,}, ms"
        f" | {few.by[by]:.1f} | {lots.by[by]:.1f} | {lots.by[by] / few.by[by]:.2f} |"
        for by in GROUPS
    ]
    rows += [
        f"| | the same from within a month on, ms | {few.broken:.1f} | {lots.broken:.1f} | |",
        f"| | one transaction that adds up, ms | {few.adding:.1f} | {lots.adding:.1f} | |",
    ]
    missed = [
        f"B15: statistics by {by} take over twice as long"
        for by in GROUPS
        if lots.by[by] > 2 * few.by[by]
    ]
    return ["| # | | few | many | ratio |", "|---|---|---:|---:|---:|", *rows], missed


def _measure(file: Path, count: int) -> Found:
    directory, engine = _bank(), make_engine(f"sqlite:///{file}", writer=True)
    Base.metadata.create_all(engine, tables=[ROWS, SUMS, INCIDENTS])
    with engine.begin() as conn:
        for begin in range(0, count, 50_000):
            conn.execute(insert(ROWS), _rows(begin, min(50_000, count - begin)))
        put_sums_right(conn, directory)
    reader = make_engine(f"sqlite:///{file}")
    by = {each: _time(reader, _question(directory, each)) for each in GROUPS}
    broken = replace(_question(directory, "type"), since=FIRST + timedelta(days=14))
    found = Found(by, _time(reader, broken), _adding(engine, directory))
    reader.dispose()
    engine.dispose()
    return found


def _time(engine: Engine, question: Question) -> float:
    def ask() -> None:
        with engine.connect() as conn:
            count_up(conn, question)

    return statistics.median(_milliseconds(ask) for _ in range(TURNS))


def _adding(engine: Engine, directory: Directory) -> float:
    """The writer's transaction after the present month of a branch has changed."""
    took = []
    for turn in range(TURNS):
        branch = f"b{turn}"
        latest = ROWS.c.opened_at >= month_of(NOW, calendar(directory)).start
        changed = update(ROWS).where(ROWS.c.branch == branch, latest)

        def add_up() -> None:
            with engine.begin() as conn:
                sum_up(conn, directory, 1)

        with engine.begin() as conn:
            conn.execute(changed.values(loose=True, kept=7))
        took.append(_milliseconds(add_up))
    return statistics.median(took)


def _milliseconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


def _bank() -> Directory:
    orgs = {"hq": Org("hq", "总行", None, "hq", ZONE)}
    for number in range(REGIONS):
        orgs[f"r{number}"] = Org(f"r{number}", "分行", "hq", "region", ZONE)
    for number in range(BRANCHES):
        parent = f"r{number % REGIONS}"
        orgs[f"b{number}"] = Org(f"b{number}", "支行", parent, "branch", ZONE)
    return Directory(orgs, {}, {})


def _rows(first: int, count: int) -> list[dict[str, Any]]:
    chance = random.Random(first)
    length = (NOW - FIRST) // timedelta(milliseconds=1)
    return [
        {
            "branch": f"b{chance.randrange(BRANCHES)}",
            "opened_at": FIRST + timedelta(milliseconds=chance.randrange(length)),
            "incident_id": f"i{number}",
            "type": chance.choice(TYPES),
            "status": "closed",
            "drill": False,
            "discreet": chance.random() < 0.05,
            "subject": f"u{chance.randrange(900)}" if chance.random() < 0.01 else None,
            "acknowledged_in": int(chance.lognormvariate(10.5, 1)),
            "contained_in": int(chance.lognormvariate(13, 1)),
            "kept": chance.randrange(3),
            "missed": chance.randrange(2),
            "reopened": 0,
            "cause": chance.choice(ROOT_CAUSES),
            "outcome": "settled",
            "kind": chance.choice(("fact", "perception", None)),
            "business_line": chance.choice(LINES),
            "customer": f"c{chance.randrange(9_000)}" if chance.random() < 0.1 else None,
            "loose": True,
        }
        for number in range(first, first + count)
    ]


def _question(directory: Directory, by: str) -> Question:
    branches = frozenset(org.id for org in directory.orgs.values() if org.kind == "branch")
    zone = calendar(directory)
    months, start = [], FIRST
    while start < NOW:
        months.append((start, f"{start.astimezone(zone):%Y-%m}"))
        start = month_of(start, zone).end
    return Question(
        FIRST,
        NOW + timedelta(milliseconds=1),
        ordinary=branches,
        discreet=branches,
        without="u1",
        by=by,
        now=NOW,
        zone=zone,
        tree={org: frozenset(directory.below(org) & branches) for org in directory.orgs},
        months=months,
    )


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        table, _ = compare(Path(folder), int(sys.argv[1]) if sys.argv[1:] else FULL)
    print("\n".join(table))
