"""List and board beside very many incidents (B15): ``python -m tests.bench.archive [MANY]``.

The demo bank with 200 more branches. A few incidents are lived through; all others are copies of
one of them, events and all, each at a branch and a time of its own. Asked over HTTP, of a server
in a process of its own, by those who see least and most.
"""

import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.clients import Client
from tests.fakes import MORNING
from tests.house import Host, House, Template

FEW = 1_000
FULL, QUICK = 200_000, 20_000
TURNS = 15
BRANCHES = 200
BUSY, QUIET = "east-01", "west-01"
LENGTH = timedelta(days=5 * 365)
ASKED = (
    ("a guard's list", "guard1", "/incidents"),
    ("a teller's list", "teller1", "/incidents"),
    ("a branch manager's list", "manager1", "/incidents"),
    ("what is open at the branch", "manager1", "/incidents?status=open"),
    ("what is open in the bank", "hqduty1", "/incidents?status=open&status=acknowledged"),
    ("a quiet branch's list", "teller4", "/incidents"),
    ("a region's list", "regional1", "/incidents"),
    ("the whole bank's list", "hqduty1", "/incidents"),
    ("its drills", "hqduty1", "/incidents?drill=true"),
    ("the whole bank's board", "hqduty1", "/board"),
)
_ROWS = (
    *("events", "incidents", "aliases", "reporters"),
    *("viewers", "outbox", "sealed_texts", "figures"),
)
_CHAIN = {"events": "chain", "sealed_texts": "chain", "incidents": "id"}
"""Which column names the incident, where it is another than ``incident_id``."""


@dataclass(frozen=True, slots=True)
class Found:
    """Milliseconds of each question."""

    took: dict[str, float]
    events: int


def compare(place: Path, many: int) -> tuple[list[str], list[str]]:
    """The rows of a table, ready for docs/performance.md, and what misses its goal."""
    with TemporaryDirectory(dir=place) as work:
        few = _measure(Path(work) / "few", FEW)
        lots = _measure(Path(work) / "many", many)
    rows = [
        f"| B15 | {what}, {many:,} incidents and {lots.events:,} events beside {FEW:,}, ms"
        f" | {few.took[what]:.1f} | {lots.took[what]:.1f}"
        f" | {lots.took[what] / few.took[what]:.2f} |"
        for what in few.took
    ]
    missed = [
        f"B15: {what} takes over twice as long"
        for what in few.took
        if lots.took[what] > 2 * few.took[what]
    ]
    return ["| # | | few | many | ratio |", "|---|---|---:|---:|---:|", *rows], missed


def _measure(place: Path, count: int) -> Found:
    place.mkdir()
    host = Host(place / "server.log")
    template = Template(host, place / "bank")
    house = House(host, template.data, template.tokens)
    model = _lived_through(house)
    house.close()
    events = _fill(template.data / "counterbell.db", model, count)
    house = House(host, template.data, template.tokens)
    took = {
        what: statistics.median(_milliseconds(house.person(who), path) for _ in range(TURNS))
        for what, who, path in ASKED
    }
    house.close()
    host.end()
    return Found(took, events)


def _lived_through(house: House) -> str:
    """Raised, taken up, ticked, contained and closed; another stays open."""
    teller, manager = house.person("teller1"), house.person("manager1")
    one = teller.raise_("group_visit", facts={"head_count": 5})
    manager.command(one, "acknowledge", eta_minutes=1)
    for step in ("divert",):
        manager.ticks(one, step)
    manager.command(one, "contain")
    manager.command(one, "close", resolution="已登记", outcome="to_procedure")
    teller.raise_("media_declared")
    return str(one["id"])


def _fill(file: Path, model: str, count: int) -> int:
    """Copies of ``model``; the number of events that are stored then."""
    db = sqlite3.connect(file)
    db.executescript("PRAGMA synchronous=off; PRAGMA cache_size=-400000;")
    names = [f"many-{number:03}" for number in range(BRANCHES)]
    db.executemany(
        "INSERT INTO orgs (id, name, parent, kind, timezone)"
        " VALUES (?, ?, 'hq', 'branch', 'Asia/Shanghai')",
        [(name, name) for name in names],
    )
    branches = [*names, "east-01", "east-02"]
    after = int(db.execute("SELECT max(position) FROM events").fetchone()[0])
    for table in _ROWS:
        whose = _CHAIN.get(table, "incident_id")
        found = db.execute(f"SELECT * FROM {table} WHERE {whose} = ?", [model])  # noqa: S608
        names = [each[0] for each in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        for row in rows:
            row.pop("ord", None)
        columns, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
        insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
        copies = _copies(table, rows, model, branches, count, after)
        while batch := list(islice(copies, 100_000)):
            db.executemany(insert, batch)
            db.commit()
    events = int(db.execute("SELECT max(ord) FROM events").fetchone()[0])
    db.close()
    return events


def _copies(
    table: str,
    rows: list[dict[str, Any]],
    model: str,
    branches: list[str],
    count: int,
    after: int,
) -> Iterator[list[Any]]:
    """Rows of ``table`` for each copy; ``after``: the last position that is given."""
    for number in range(count):
        new_id = f"{number:08x}-0000-7000-8000-{number:012x}"
        branch = branches[number % len(branches)]
        if number % 10 == 0:
            branch = QUIET if number % 5_000 == 0 else BUSY
        opened = MORNING - LENGTH * ((count - number + 1) / count)
        own = {
            "opened_at": int(opened.timestamp() * 1000),
            "branch": branch,
            "number": f"{number:08}",
        }
        for at, row in enumerate(rows):
            found = {name: _with_id(value, model, new_id) for name, value in row.items()}
            found |= {name: own[name] for name in own if name in found}
            if table == "events":
                position = after + number * len(rows) + at + 1
                found |= {"id": f"{new_id}-{at}", "position": position}
            if table == "aliases":
                found["id"] = new_id
            if table == "outbox":
                found["alert_id"] = new_id + str(found["alert_id"])[-4:]
            if table == "sealed_texts":
                found["hash"] = f"{number:060x}{at:04x}"
            if "user_id" in found and branch != BUSY:
                found["user_id"] = branch + str(found["user_id"])[-8:]  # somebody there
            yield list(found.values())


def _with_id(value: Any, old: str, new: str) -> Any:
    if isinstance(value, bytes):
        return value.replace(old.encode(), new.encode())
    return value.replace(old, new) if isinstance(value, str) else value


def _milliseconds(who: Client, path: str) -> float:
    began = time.perf_counter()
    who.get(path)
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        table, _ = compare(Path(folder), int(sys.argv[1]) if sys.argv[1:] else FULL)
    print("\n".join(table))
