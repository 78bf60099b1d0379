"""The board asks the index of what is open, however much lies in the archive (B15)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert

from backend.board import Shown, board
from backend.projections import INCIDENTS
from escalation.rights import Caller
from tests.builders import MORNING
from tests.integration.exports_house import ExportsHouse

ARCHIVED = 20_000


class Parts:
    """What the board needs of a server."""

    def __init__(self, house: ExportsHouse) -> None:
        self.clock, self.world, self.states = house.clock, house.world, house.states
        self.presence = house.write_path.surroundings._presence


def steps_of(conn: Connection, work: Any) -> int:
    """How many instructions of SQLite's machine it takes."""
    counted = 0

    def tick() -> int:
        nonlocal counted
        counted += 1
        return 0

    raw = conn.connection.driver_connection
    assert raw is not None
    raw.set_progress_handler(tick, 10)
    work()
    raw.set_progress_handler(None, 0)
    return counted


def archive(house: ExportsHouse, count: int) -> None:
    """So many incidents that have been closed long ago."""
    with house.engine.begin() as conn:
        row = dict(conn.execute(INCIDENTS.select().limit(1)).mappings().one())
        rows = [
            row
            | {
                "id": f"old-{number:07d}",
                "number": f"CB-old-{number:07d}",
                "status": "closed",
                "opened_at": MORNING - timedelta(days=2, minutes=number),
            }
            for number in range(count)
        ]
        conn.execute(insert(INCIDENTS), rows)


def test_the_archive_costs_the_board_nothing(tmp_path: Any) -> None:
    house = ExportsHouse(tmp_path)
    for branch, who in (("east-01", "teller1"), ("east-02", "teller3")):
        house.opens("group_visit", who, branch=branch)
    parts: Any = Parts(house)
    caller: Caller = house.caller("regional1")
    assert caller.person is not None
    shown = Shown(caller, caller.person, set(house.world.directory.below("east")), wall=False)
    with house.engine.connect() as conn:
        few = steps_of(conn, lambda: board(conn, parts, shown, []))
    archive(house, ARCHIVED)
    with house.engine.connect() as conn:
        found = board(conn, parts, shown, [])
        many = steps_of(conn, lambda: board(conn, parts, shown, []))
    assert len(found["open"]) == 2
    assert many <= 2 * few
