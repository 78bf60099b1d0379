"""Statements that SQLAlchemy writes once and the driver gets as they are.

Core would compile its caches' keys, prepare each row and dress each result anew: for the writer's
short statements that cost more than carrying them out (docs/performance.md). What comes back is
what the driver gives: texts, integers and bytes; what goes wrong are the driver's own errors.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    ClauseElement,
    Connection,
    LargeBinary,
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


class _Statement:
    """Words for a driver, and how a row becomes their parameters.

    ``literals`` are what the statement itself says, where a row does not.
    """

    def __init__(
        self,
        sql: str,
        names: Sequence[str] | None,
        convert: Mapping[str, Callable[[Any], Any]],
        literals: Row,
    ) -> None:
        """``names``: the order of positional parameters; None where the driver wants names."""
        self.sql = sql
        self._names = names
        self._convert = convert
        self._literals = literals
        self._places = [(n, convert[name]) for n, name in enumerate(names or ()) if name in convert]

    def parameters(self, rows: Sequence[Row]) -> list[Any]:
        """What the driver gets for each of these rows."""
        if self._literals:
            rows = [{**self._literals, **row} for row in rows]
        names, convert = self._names, self._convert
        if names is None:
            return [
                {name: convert[name](row[name]) if name in convert else row[name] for name in row}
                for row in rows
            ]
        if len(names) < 2:
            found: list[Any] = [[row[name] for name in names] for row in rows]
        else:
            found = list(map(itemgetter(*names), rows))
        return [self._converted(values) for values in found] if self._places else found

    def _converted(self, values: Sequence[Any]) -> list[Any]:
        changed = list(values)
        for place, convert in self._places:
            changed[place] = convert(changed[place])
        return changed


class Query:
    """A query with named parameters, written once for each kind of database."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._written: dict[str, _Statement] = {}

    def rows(self, conn: Connection, **parameters: Any) -> list[tuple[Any, ...]]:
        """Ask; parameters are converted by their columns' types, results are not."""
        written = self._written.get(conn.dialect.name)
        if written is None:
            written = self._written[conn.dialect.name] = _write(self._statement, conn.dialect)
        cursor = _driver(conn).cursor()
        try:
            cursor.execute(written.sql, written.parameters([parameters])[0])
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def value(self, conn: Connection, **parameters: Any) -> Any:
        """The first column of the first row; None where there is none."""
        rows = self.rows(conn, **parameters)
        return rows[0][0] if rows else None


def rows_by_ids(conn: Connection, table: Table, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a table whose ``id`` is one of these."""
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(ids), MOST_IDS):
        part = ids[start : start + MOST_IDS]
        parameters = {f"id_{n}": each for n, each in enumerate(part)}
        found += _by_ids(table, len(part)).rows(conn, **parameters)
    names = table.columns.keys()
    return [dict(zip(names, row, strict=True)) for row in found]


def insert_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New rows, all with the same columns; a column's constant default is written out."""
    _run_many(conn, _insert(table, tuple(rows[0]), conn.dialect), rows)


def update_rows(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """New values; columns named ``key_…`` say for which row. All rows have the same columns."""
    _run_many(conn, _update(table, tuple(rows[0]), conn.dialect), rows)


def delete_rows(conn: Connection, table: Table, keys: Sequence[Row]) -> None:
    """Remove the rows that the ``key_…`` columns name."""
    _run_many(conn, _delete(table, tuple(keys[0]), conn.dialect), keys)


def _driver(conn: Connection) -> Any:
    return conn.connection.driver_connection


def _run_many(conn: Connection, statement: _Statement, rows: Sequence[Row]) -> None:
    cursor = _driver(conn).cursor()
    try:
        cursor.executemany(statement.sql, statement.parameters(rows))
    finally:
        cursor.close()


@lru_cache(maxsize=MOST_IDS)
def _by_ids(table: Table, count: int) -> Query:
    ids = [bindparam(f"id_{n}", type_=table.c.id.type) for n in range(count)]
    return Query(select(table).where(table.c.id.in_(ids)))


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Statement:
    constants = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in columns and isinstance(column.default, ScalarElementColumnDefault)
    }
    values = _values(table, (*columns, *constants))
    return _write(insert(table).values(values), dialect, constants)


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


def _write(statement: ClauseElement, dialect: Dialect, constants: Row | None = None) -> _Statement:
    compiled: Any = statement.compile(dialect=dialect)
    convert = {}
    for name, bind in compiled.binds.items():
        processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
        # Drivers know booleans and bytes themselves.
        if processor is not None and not isinstance(bind.type, Boolean | LargeBinary):
            convert[name] = processor
    literals = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    literals.update(constants or {})
    for name in literals.keys() & convert.keys():
        literals[name] = convert.pop(name)(literals[name])
    names = tuple(compiled.positiontup or ()) if compiled.positional else None
    return _Statement(str(compiled), names, convert, literals)
