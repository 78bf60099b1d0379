"""The demo bank's database in memory, made once and copied for each run."""

import sqlite3
from functools import cache

from sqlalchemy import Engine, insert

from backend.batch import Batch
from backend.db import Base, make_engine
from backend.demo import load_demo
from backend.event_store import seal_log
from backend.identity_tables import UserRow
from backend.shelf import Shelf
from backend.tables import ChannelRow
from playbooks.load import load_library
from tests.simulation.course import BEGAN, Course, Machine, SimulatedClock

WITH_CHANNELS = ("manager1", "deputy1", "regional1", "hqduty1")
"""They have a channel beyond the socket."""
KIND = "simulated"


@cache
def shelf() -> Shelf:
    return Shelf(load_library())


@cache
def _template() -> sqlite3.Connection:
    engine = make_engine("sqlite:///:memory:", writer=True)
    course = Course(0)
    clock = SimulatedClock(course, Machine(course))
    Base.metadata.create_all(engine)
    with engine.begin() as conn:
        batch = Batch(conn)
        shelf().keep_current(batch, clock.now())
        load_demo(batch, clock)
        batch.rows.flush(conn)
        seal_log(conn)
        users = {row.username: row.id for row in conn.execute(UserRow.__table__.select())}
        rows = [
            {
                "id": f"channel-of-{name}",
                "user_id": users[name],
                "kind": KIND,
                "address": f"https://{name}.example/",
                "enabled": True,
                "created_at": BEGAN,
            }
            for name in WITH_CHANNELS
        ]
        conn.execute(insert(ChannelRow.__table__), rows)
    kept: sqlite3.Connection = engine.raw_connection().driver_connection  # type: ignore[assignment]
    return kept


def fresh_disk() -> Engine:
    """A copy."""
    engine = make_engine("sqlite:///:memory:", writer=True)
    connection = engine.raw_connection()
    _template().backup(connection.driver_connection)  # type: ignore[arg-type]
    connection.close()
    return engine
