"""Many rows in one statement, quickly.

SQLAlchemy writes the statement once, and the driver gets the rows: Core would prepare each row
anew, which cost more than writing it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, update
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Row = Mapping[str, Any]
KEY = "key_"
"""Before the name of a column that says which row is meant."""


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    names: tuple[str, ...]
    positional: bool
    convert: tuple[tuple[str, Callable[[Any], Any]], ...]
    constants: tuple[tuple[str, Any], ...]

    def parameters(self, row: Row) -> Any:
        given = {**row, **dict(self.constants)}
        for name, convert in self.convert:
            given[name] = convert(given[name])
        return tuple([given[name] for name in self.names]) if self.positional else given


def insert_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New rows, all with the same columns."""
    _run(conn, _insert(table, tuple(rows[0]), conn.dialect), rows)


def update_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New values; columns named ``key_…`` say for which row. All rows have the same columns."""
    _run(conn, _update(table, tuple(rows[0]), conn.dialect), rows)


def delete_rows(conn: Connection, table: Table, keys: Sequence[Row]) -> None:
    """Remove the rows that the ``key_…`` columns name."""
    _run(conn, _delete(table, tuple(keys[0]), conn.dialect), keys)


def _run(conn: Connection, statement: _Statement, rows: Sequence[Row]) -> None:
    conn.exec_driver_sql(statement.sql, [statement.parameters(row) for row in rows])


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Statement:
    constants = tuple(
        (column.name, column.default.arg)
        for column in table.columns
        if column.name not in columns and isinstance(column.default, ScalarElementColumnDefault)
    )
    every = (*columns, *(name for name, _ in constants))
    values = {name: bindparam(name, type_=table.c[name].type) for name in every}
    return _prepare(insert(table).values(values), table, every, constants, dialect)


@lru_cache(maxsize=256)
def _update(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Statement:
    values: dict[str, Any] = {name: bindparam(name) for name in columns if not name.startswith(KEY)}
    statement = update(table).where(*_which(table, columns)).values(values)
    return _prepare(statement, table, columns, (), dialect)


@lru_cache(maxsize=256)
def _delete(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Statement:
    return _prepare(delete(table).where(*_which(table, columns)), table, columns, (), dialect)


def _which(table: Table, columns: tuple[str, ...]) -> list[Any]:
    return [
        table.c[name.removeprefix(KEY)] == bindparam(name)
        for name in columns
        if name.startswith(KEY)
    ]


def _prepare(
    statement: UpdateBase,
    table: Table,
    columns: tuple[str, ...],
    constants: tuple[tuple[str, Any], ...],
    dialect: Dialect,
) -> _Statement:
    compiled = statement.compile(dialect=dialect)
    convert = []
    for name in columns:
        processor = (
            table.c[name.removeprefix(KEY)].type.dialect_impl(dialect).bind_processor(dialect)
        )
        if processor is not None:
            convert.append((name, processor))
    names = tuple(compiled.positiontup or ())
    return _Statement(str(compiled), names, bool(names), tuple(convert), constants)
