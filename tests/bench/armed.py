"""The product's timer on a bank full of armed deadlines, in a process of its own (B9-B11).

``python -m tests.bench.armed DATA ARMED AT_ONCE`` prints one JSON object. Durations are a tenth
of the real ones; everything else is as in the server: events, chain, outbox, one commit on disk.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import gevent
import orjson
from sqlalchemy import Connection, func, insert, select

from backend.app import create_app, start, stop
from backend.batch import Batch
from backend.clock import SteadyClock
from backend.config import from_environment
from backend.engine import Engine
from backend.envelope import Envelope
from backend.projections import DEADLINES, INCIDENTS
from backend.services import Services
from backend.tables import EventRow
from escalation.commands import Open
from escalation.rights import Caller
from tests.bench.bank import build

SPEED = 10
LEVEL_2 = timedelta(seconds=60) / SPEED
FAR = datetime(2099, 1, 1, tzinfo=UTC)
FEW = 10_000
"""Armed deadlines that are beside the million."""
LOOKS = 400
PACED, RATE = 300, 50
IN_FLIGHT = 16
_EVENTS = EventRow.__table__


def measure(data: Path, armed: int, at_once: int) -> dict[str, float]:
    """Seconds to look at few and many armed deadlines, lateness (ms), fires a second."""
    build(data)
    bank = orjson.loads((data / "bank.json").read_bytes())
    settings = from_environment(
        {"COUNTERBELL_DEMO": "1", "COUNTERBELL_DEMO_SPEED": str(SPEED)}, data=str(data)
    )
    services = start(create_app(settings), settings, SteadyClock())
    people = services.world.directory.by_username
    for name, person in people.items():
        if name.startswith("bench.listener") or name == "bench.reporter":
            services.presence.connected(person.id, on_device=False)
    branches = iter(bank["branches"])
    found: dict[str, float] = {}
    _arm(services, 0, FEW)
    found["look_few"] = _look(services)
    _arm(services, FEW, armed)
    found["look_many"] = _look(services)
    found["lateness"] = _lateness(services, branches)
    found["per_second"] = _all_at_once(services, branches, at_once)
    stop(services)
    return found


def _arm(services: Services, first: int, last: int) -> None:
    for begin in range(first, last, 50_000):
        rows = [
            {"incident_id": f"far-{n}", "key": "ladder", "due_at": FAR + timedelta(seconds=n)}
            for n in range(begin, min(begin + 50_000, last))
        ]
        services.writer.run(partial(_insert, rows))


def _insert(rows: list[dict[str, Any]], batch: Batch) -> None:
    batch.conn.execute(insert(DEADLINES), rows)


def _look(services: Services) -> float:
    """The median of many looks for what is due, in one reading thread."""

    def look(conn: Connection) -> list[float]:
        took = []
        for _ in range(LOOKS):
            before = time.perf_counter()
            services.engine.look(conn)
            took.append(time.perf_counter() - before)
        return took

    return sorted(services.reader.run(look))[LOOKS // 2]


def _raise(services: Services, branch: str) -> None:
    person = services.world.directory.by_username["bench.reporter"]
    ids = services.clock.new_id
    content: dict[str, Any] = {"command": "open", "data": {}, "person": person.id}
    command = Open(ids(), "group_visit", branch)
    services.send(Envelope(command, Caller(person), ids(), content))


def _lateness(services: Services, branches: Iterator[str]) -> float:
    """The 99th percentile of how late nobody's answer was noticed, in milliseconds."""
    for _ in range(PACED):
        gevent.spawn(_raise, services, next(branches))
        gevent.sleep(1 / RATE)
    gevent.sleep(LEVEL_2.total_seconds() + 1)
    late = services.reader.run(_how_late)
    if len(late) != PACED:
        raise SystemExit(f"{PACED} deadlines were armed, {len(late)} have fired")
    return sorted(late)[int(len(late) * 0.99)]


def _how_late(conn: Connection) -> list[float]:
    fired = func.min(_EVENTS.c.recorded_at).label("fired")
    found = (
        select(INCIDENTS.c.opened_at, fired)
        .join(_EVENTS, _EVENTS.c.chain == INCIDENTS.c.id)
        .where(_EVENTS.c.type == "alert.escalated")
        .group_by(INCIDENTS.c.id)
    )
    return [
        (fired - opened_at - LEVEL_2) / timedelta(milliseconds=1)
        for opened_at, fired in conn.execute(found)
    ]


def _all_at_once(services: Services, branches: Iterator[str], count: int) -> float:
    """Fires a second when ``count`` deadlines are due at the same moment."""
    services.engine.stop()

    def some() -> None:
        for _ in range(count // IN_FLIGHT):
            _raise(services, next(branches))

    gevent.joinall([gevent.spawn(some) for _ in range(IN_FLIGHT)], raise_error=True)
    gevent.sleep(LEVEL_2.total_seconds())
    waiting = services.reader.run(_due)
    services.engine = Engine(services)
    began = time.perf_counter()
    services.engine.start()
    while services.engine.deadlines_fired < waiting:
        gevent.sleep(0.01)
    return waiting / (time.perf_counter() - began)


def _due(conn: Connection) -> int:
    armed = select(func.count()).where(DEADLINES.c.due_at < FAR)
    found: int = conn.execute(armed).scalar_one()
    return found


if __name__ == "__main__":
    result = measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(orjson.dumps(result).decode())
