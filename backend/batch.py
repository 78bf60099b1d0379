"""One transaction of the writer: what its commands have decided, written in one go.

A command first only reads and decides; its rows are collected here and flushed together, a
statement for a table, however many commands the batch has. A command that is refused has
collected nothing. Later commands of the batch see what earlier ones decided.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table

from backend.bulk import KEY, delete_rows, insert_rows, update_rows
from escalation.incident import Incident


@dataclass(frozen=True, slots=True)
class Loaded:
    """An incident's state together with the hash of its last event."""

    state: Incident
    head_hash: str


@dataclass(slots=True)
class Rows:
    """Rows to write, by table, in the order in which they were decided."""

    inserts: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    updates: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    deletes: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """A new row."""
        self.inserts[table].append(row)

    def update(self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """New values for the row with this key."""
        bound = {KEY + name: value for name, value in key.items()}
        self.updates[table].append({**bound, **values})

    def delete(self, table: Table, key: Mapping[str, Any]) -> None:
        """Remove the row with this key."""
        bound = {KEY + name: value for name, value in key.items()}
        self.deletes[table].append(bound)

    def flush(self, conn: Connection) -> None:
        """Deletes first, then new rows, then changed ones; one statement each."""
        for table, keys in self.deletes.items():
            delete_rows(conn, table, keys)
        for table, rows in self.inserts.items():
            for group in _of_one_shape(rows):
                insert_rows(conn, table, group)
        for table, rows in self.updates.items():
            for group in _of_one_shape(rows):
                update_rows(conn, table, group)


def _of_one_shape(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows grouped by their columns, each group in order; groups in order of appearance."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(row)
    return list(groups.values())


@dataclass(slots=True)
class Known:
    """Numbers that only writers move on: where the log ends, and counters, by name.

    On the embedded database one process writes: what a batch has left behind holds for the next.
    """

    position: int | None = None
    counters: dict[str, int] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)

    def after_commit(self) -> "Known":
        """What the next batch may begin with."""
        return Known(self.position, dict(self.counters))


@dataclass(slots=True)
class Batch:
    """The writer's transaction.

    ``asked`` are the ids of commands and incidents that have been looked up already, all in one
    query: one that is not in ``commands`` or ``aliases`` then is not in the database either.
    """

    conn: Connection
    rows: Rows = field(default_factory=Rows)
    loaded: dict[str, Loaded] = field(default_factory=dict)
    before: dict[str, Incident | None] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    commands: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    known: Known = field(default_factory=Known)
    log_head: tuple[int, str] | None = None

    @property
    def on_postgresql(self) -> bool:
        """Several processes may write; on SQLite there is one."""
        return self.conn.dialect.name == "postgresql"
