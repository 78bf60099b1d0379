"""The database: the ``db`` object that declares tables, and how engines are made.

SQLite has exactly one write connection, owned by the writer's thread; everybody else reads.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    create_engine,
    event,
    func,
    or_,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


PAGES_AT_MOST = 64_000
"""At this length of the write-ahead log a commit shortens it; ``shorten_log`` comes first."""


class Base(DeclarativeBase):
    """Names for constraints, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


def contains_word(column: Any, word: str) -> ColumnElement[bool]:
    """The text holds the word, as it is typed or without regard to capitals.

    SQLite knows the capitals of English only, and so may PostgreSQL.
    """
    exact, folded = (column, word), (func.lower(column), word.lower())
    return or_(*[text.contains(part, autoescape=True) for text, part in (exact, folded)])


def _to_milliseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return (value - _EPOCH) // _MILLISECOND


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment, kept as whole milliseconds since 1970; naive ones are refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Milliseconds; a moment without a time zone is a fault."""
        return _to_milliseconds(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        """``process_bind_param`` without the steps around it."""
        return _to_milliseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        return None if value is None else _EPOCH + timedelta(milliseconds=value)


def make_engine(url: str, *, writer: bool = False) -> Engine:
    """An engine for ``url``; the writer's has one connection and never shares it."""
    if not url.startswith("sqlite"):
        # A reader sees one snapshot, as on SQLite; the writer what others have committed.
        level = "READ COMMITTED" if writer else "REPEATABLE READ"
        return create_engine(
            url, pool_size=1 if writer else 8, max_overflow=0, isolation_level=level
        )
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": 30}}
    if writer:
        options["poolclass"] = StaticPool
    engine = create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN below, not the driver's
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-65536",
            "temp_store=MEMORY",
            "journal_size_limit=67108864",
            f"wal_autocheckpoint={PAGES_AT_MOST}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if not writer:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        driver = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def shorten_log(conn: Connection) -> None:
    """Carry SQLite's write-ahead log over into the database, beside whoever reads and writes.

    Commits would do it otherwise, each now and then for all before it, and be late.
    """
    driver: Any = conn.connection.driver_connection
    driver.execute("PRAGMA wal_checkpoint(PASSIVE)")
