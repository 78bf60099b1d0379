"""The thread that owns the write connection.

Greenlets hand jobs over and wait. One native thread takes what is waiting into one durable
transaction: commands decide one after the other and are flushed together; a refused command
leaves nothing behind. If the flush fails, each job is done again in a transaction of its own,
so that a bad one fails alone. See docs/adr/0001.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from gevent import Greenlet, spawn
from gevent.event import AsyncResult, Event
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from backend.batch import Batch
from backend.event_store import Sealed, seal_batch
from backend.problems import DiskFullError, Problem
from escalation.refusal import Refused

LARGEST_BATCH = 256
TRIES = 5

_log = structlog.get_logger("writer")
T = TypeVar("T")


@dataclass(slots=True)
class Job:
    """Something to do in the writer's transaction. ``alone``: it uses the connection itself."""

    work: Callable[[Batch], Any]
    alone: bool
    ids: tuple[str, ...] = ()
    result: "AsyncResult[Any]" = field(default_factory=AsyncResult)


@dataclass(slots=True)
class Committed:
    """A transaction that is on disk: each job's value, what was sealed, and the batch."""

    outcomes: list[tuple[Job, Any, BaseException | None]]
    sealed: Sealed | None
    batch: Batch | None


class Writer:
    """Serialises all writes of this process."""

    def __init__(
        self,
        engine: Engine,
        look_up: Callable[[Batch, Sequence[str]], None],
        after_commit: Callable[[Committed], None],
    ) -> None:
        """``after_commit`` runs on the hub, once per transaction, before the jobs' callers."""
        self._engine = engine
        self._look_up = look_up
        self._after_commit = after_commit
        self._waiting: deque[Job] = deque()
        self._wake = Event()
        self._pool = ThreadPool(1)
        self._loop: Greenlet[..., None] = spawn(self._serve)

    @property
    def waiting(self) -> int:
        """Jobs that have not begun (metrics)."""
        return len(self._waiting)

    @property
    def alive(self) -> bool:
        """Still taking jobs (readiness)."""
        return not self._loop.dead

    def submit(self, work: Callable[[Batch], T], *ids: str) -> T:
        """A command: ``work`` reads and decides; it is flushed together with others.

        ``ids`` are those of the command and its incident: they are looked up for the whole batch.

        Raises:
            Refused: a rule said no.
            DiskFullError: nothing was written.
        """
        value: T = self._hand_over(Job(work, alone=False, ids=ids))
        return value

    def run(self, work: Callable[[Batch], T]) -> T:
        """Housekeeping: ``work`` has the connection, and a transaction, for itself."""
        value: T = self._hand_over(Job(work, alone=True))
        return value

    def stop(self) -> None:
        """Finish what is waiting, then close the connection."""
        self._loop.kill()
        self._pool.join()
        self._pool.kill()
        self._engine.dispose()

    def _hand_over(self, job: Job) -> Any:
        self._waiting.append(job)
        self._wake.set()
        return job.result.get()

    def _serve(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._one_round(self._take())

    def _take(self) -> list[Job]:
        jobs = [self._waiting.popleft()]
        while not jobs[0].alone and self._waiting and len(jobs) < LARGEST_BATCH:
            if self._waiting[0].alone:
                break
            jobs.append(self._waiting.popleft())
        return jobs

    def _one_round(self, jobs: list[Job]) -> None:
        committed, error = self._pool.apply(self._together, (jobs,))
        if committed is not None:
            self._finish(committed)
            return
        # One by one: each sees what the one before it has committed.
        for job in jobs:
            first = error if len(jobs) == 1 else None
            self._finish(self._pool.apply(self._alone, (job, first)))

    def _finish(self, committed: Committed) -> None:
        try:
            self._after_commit(committed)
        except Exception:  # noqa: BLE001  (what was committed must be answered)
            _log.exception("after_commit_failed")
        for job, value, error in committed.outcomes:
            if error is None:
                job.result.set(value)
            else:
                job.result.set_exception(error)

    def _together(self, jobs: list[Job]) -> tuple[Committed | None, BaseException | None]:
        try:
            return self._transaction(jobs), None
        except Exception as error:  # noqa: BLE001  (each job is tried alone then)
            return None, error

    def _alone(self, job: Job, error: BaseException | None) -> Committed:
        for _ in range(TRIES):
            if error is not None and not _may_pass(error):
                break
            try:
                return self._transaction([job])
            except Exception as again:  # noqa: BLE001  (handed to the caller in the end)
                error = again
        if error is not None and _disk_is_full(error):
            error = DiskFullError()
        return Committed([(job, None, error)], None, None)

    def _transaction(self, jobs: list[Job]) -> Committed:
        with self._engine.begin() as conn:
            batch = Batch(conn)
            ids = [each for job in jobs for each in job.ids]
            if ids:
                self._look_up(batch, ids)
            outcomes: list[tuple[Job, Any, BaseException | None]] = []
            for job in jobs:
                try:
                    # A command that is refused has collected nothing; housekeeping may have
                    # written already.
                    with conn.begin_nested() if job.alone else nullcontext():
                        outcomes.append((job, job.work(batch), None))
                except (Refused, Problem) as refusal:
                    outcomes.append((job, None, refusal))
            sealed = None if batch.on_postgresql else seal_batch(batch)
            batch.rows.flush(conn)
        return Committed(outcomes, sealed, batch)


def _may_pass(error: BaseException) -> bool:
    """A lost race or a deadlock with another process is decided again."""
    return isinstance(error, DBAPIError) and not _disk_is_full(error)


def _disk_is_full(error: BaseException) -> bool:
    words = str(error).lower()
    return "disk is full" in words or "no space left" in words or "disk i/o error" in words
