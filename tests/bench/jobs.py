"""APScheduler 3 with a durable job store doing what our timer does, in a process of its own.

``python -m tests.bench.jobs FILE AT_ONCE`` prints one JSON object. Its jobs do nothing.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gevent
import orjson
from apscheduler.executors.gevent import GeventExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.gevent import GeventScheduler
from sqlalchemy import Engine, create_engine, event

ARMED = 10_000
PACED, RATE = 300, 50
FAR = datetime(2099, 1, 1, tzinfo=UTC)

_late: list[float] = []


def job(due: float) -> None:
    """Only says how late it is."""
    _late.append((time.time() - due) * 1000)


def measure(file: Path, at_once: int) -> dict[str, float]:
    """Lateness (ms) with 10,000 jobs armed; fires a second when many are due at once."""
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", _set_durability)
    scheduler = GeventScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=engine)},
        executors={"default": GeventExecutor()},
        job_defaults={"misfire_grace_time": None},
        timezone="UTC",
    )
    scheduler.start(paused=True)
    for n in range(ARMED):
        _add(scheduler, FAR + timedelta(seconds=n))
    begin = datetime.now(UTC) + timedelta(seconds=3)
    for n in range(PACED):
        _add(scheduler, begin + timedelta(seconds=n / RATE))
    _wait_for_the_disk(engine, "FULL")
    scheduler.resume()
    _wait_for(PACED)
    lateness = sorted(_late)[int(PACED * 0.99)]
    scheduler.pause()
    _wait_for_the_disk(engine, "OFF")
    _late.clear()
    for _ in range(at_once):
        _add(scheduler, datetime.now(UTC))
    _wait_for_the_disk(engine, "FULL")
    began = time.perf_counter()
    scheduler.resume()
    _wait_for(at_once)
    per_second = at_once / (time.perf_counter() - began)
    scheduler.shutdown(wait=False)
    return {"lateness": lateness, "per_second": per_second}


_durability = ["OFF"]


def _set_durability(connection: Any, _: Any) -> None:
    connection.execute(f"PRAGMA synchronous={_durability[0]}")


def _wait_for_the_disk(engine: Engine, durability: str) -> None:
    """Filling the store may be quick; what is measured is as durable as ours."""
    _durability[0] = durability
    engine.dispose()


def _add(scheduler: Any, due: datetime) -> None:
    scheduler.add_job(job, "date", run_date=due, args=[due.timestamp()])


def _wait_for(count: int) -> None:
    while len(_late) < count:
        gevent.sleep(0.01)


if __name__ == "__main__":
    result = measure(Path(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(orjson.dumps(result).decode())
