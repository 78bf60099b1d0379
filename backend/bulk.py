"""Statements that SQLAlchemy writes once and the driver gets as they are.

Core would compile its caches' keys and prepare each row anew: for the writer's short statements
that cost more than carrying them out (docs/performance.md). What comes back is what the driver
gives: texts, integers and bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Connection,
    CursorResult,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Row = Mapping[str, Any]
KEY = "key_"
"""Before the name of a column that says which row is meant."""
MOST_IDS = 500
"""In one query."""


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    names: tuple[str, ...]
    positional: bool
    convert: tuple[tuple[str, Callable[[Any], Any]], ...]
    literals: dict[str, Any]

    def parameters(self, row: Row) -> Any:
        given = {**self.literals, **row}
        for name, convert in self.convert:
            given[name] = convert(given[name])
        return tuple([given[name] for name in self.names]) if self.positional else given


class Query:
    """A query with named parameters, written once for each kind of database."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._written: dict[str, _Statement] = {}

    def run(self, conn: Connection, **parameters: Any) -> CursorResult[Any]:
        """Ask; parameters are converted by their columns' types, results are not."""
        written = self._written.get(conn.dialect.name)
        if written is None:
            written = self._written[conn.dialect.name] = _write(self._statement, conn.dialect)
        return conn.exec_driver_sql(written.sql, written.parameters(parameters))


def rows_by_ids(conn: Connection, table: Table, ids: Sequence[str]) -> list[Any]:
    """The rows of a table whose ``id`` is one of these."""
    found: list[Any] = []
    for start in range(0, len(ids), MOST_IDS):
        part = ids[start : start + MOST_IDS]
        parameters = {f"id_{n}": each for n, each in enumerate(part)}
        found += _by_ids(table, len(part)).run(conn, **parameters).all()
    return found


def insert_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New rows, all with the same columns; a column's constant default is written out."""
    columns = tuple(rows[0])
    constants = _constants(table, columns)
    _run_many(conn, _insert(table, (*columns, *constants), conn.dialect), rows, constants)


def update_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New values; columns named ``key_…`` say for which row. All rows have the same columns."""
    _run_many(conn, _update(table, tuple(rows[0]), conn.dialect), rows)


def delete_rows(conn: Connection, table: Table, keys: Sequence[Row]) -> None:
    """Remove the rows that the ``key_…`` columns name."""
    _run_many(conn, _delete(table, tuple(keys[0]), conn.dialect), keys)


def _run_many(
    conn: Connection,
    statement: _Statement,
    rows: Sequence[Row],
    constants: Row | None = None,
) -> None:
    complete = [{**row, **constants} for row in rows] if constants else rows
    conn.exec_driver_sql(statement.sql, [statement.parameters(row) for row in complete])


@lru_cache(maxsize=MOST_IDS)
def _by_ids(table: Table, count: int) -> Query:
    ids = [bindparam(f"id_{n}", type_=table.c.id.type) for n in range(count)]
    return Query(select(table).where(table.c.id.in_(ids)))


@lru_cache(maxsize=256)
def _constants(table: Table, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in columns and isinstance(column.default, ScalarElementColumnDefault)
    }


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Statement:
    return _write(insert(table).values(_values(table, columns)), dialect)


@lru_cache(maxsize=256)
def _update(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Statement:
    statement = update(table).where(*_which(table, columns)).values(_values(table, columns))
    return _write(statement, dialect)


@lru_cache(maxsize=256)
def _delete(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Statement:
    return _write(delete(table).where(*_which(table, columns)), dialect)


def _values(table: Table, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: bindparam(name, type_=table.c[name].type)
        for name in columns
        if not name.startswith(KEY)
    }


def _which(table: Table, columns: tuple[str, ...]) -> list[Any]:
    return [
        table.c[name.removeprefix(KEY)] == bindparam(name)
        for name in columns
        if name.startswith(KEY)
    ]


def _write(statement: ClauseElement, dialect: Dialect) -> _Statement:
    compiled: Any = statement.compile(dialect=dialect)
    convert = []
    for name, bind in compiled.binds.items():
        processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            convert.append((name, processor))
    literals = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    names = tuple(compiled.positiontup or ())
    return _Statement(str(compiled), names, compiled.positional, tuple(convert), literals)
