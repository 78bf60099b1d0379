"""Who owns the write connection: one transaction at a time, on disk before anybody is answered.

Greenlets hand jobs over and wait. What is waiting is taken into one transaction: commands decide
one after the other and are flushed together; a refused command leaves nothing behind. If the
flush fails, each job is done again in a transaction of its own, so that a bad one fails alone.

On the embedded database commands decide on the hub and only the commit, which waits for the
disk, is a native thread's; housekeeping and PostgreSQL are that thread's whole. See docs/adr/0001.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from gevent import Greenlet, GreenletExit, spawn
from gevent.event import AsyncResult, Event
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from backend.batch import Batch, Known
from backend.event_store import Sealed, seal_batch, write_counters
from backend.problems import DiskFullError, Problem
from backend.reader import Threads
from escalation.refusal import Refused

LARGEST_BATCH = 256
LARGEST_ON_HUB = 16
"""Commands that may decide in one go while everything else on the hub waits."""
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
        self._stopping = False
        self._known = Known()
        self._kept: Connection | None = None
        self._embedded = engine.dialect.name == "sqlite"
        self._largest = LARGEST_ON_HUB if self._embedded else LARGEST_BATCH
        self._threads = Threads(1)
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
        self._stopping = True
        self._wake.set()
        self._loop.join()
        self._threads.stop()
        if self._kept is not None:
            self._kept.close()
        self._engine.dispose()

    def _hand_over(self, job: Job) -> Any:
        if self._stopping:
            # Nobody would take it: who waited would wait, and hold what they hold, for ever.
            raise Problem(
                503,
                "stopping",
                "系统正在停止，没有保存。",
                "The server is stopping; nothing was saved.",
            )
        self._waiting.append(job)
        self._wake.set()
        return job.result.get()

    def _serve(self) -> None:
        while not self._stopping:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._one_round(self._take())

    def _take(self) -> list[Job]:
        jobs = [self._waiting.popleft()]
        while not jobs[0].alone and self._waiting and len(jobs) < self._largest:
            if self._waiting[0].alone:
                break
            jobs.append(self._waiting.popleft())
        return jobs

    def _one_round(self, jobs: list[Job]) -> None:
        committed, error = self._try(jobs)
        if committed is not None:
            self._finish(committed)
            return
        # One by one: each sees what the one before it has committed.
        for job in jobs:
            self._finish(self._alone(job, error if len(jobs) == 1 else None))

    def _try(self, jobs: list[Job]) -> tuple[Committed | None, BaseException | None]:
        try:
            return self._carry_out(jobs), None
        except GreenletExit:
            raise
        except BaseException as error:  # noqa: BLE001  (each job is tried alone then)
            return None, error

    def _carry_out(self, jobs: list[Job]) -> Committed:
        """A durable transaction. Commands on the embedded database decide on the hub."""
        if self._embedded and not jobs[0].alone:
            return self._transaction(jobs, commit=self._threads.call)
        return self._threads.call(self._transaction, jobs)

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

    def _alone(self, job: Job, error: BaseException | None) -> Committed:
        for _ in range(TRIES):
            if error is not None and not self._may_pass(error):
                break
            committed, error = self._try([job])
            if committed is not None:
                return committed
        if error is not None and _disk_is_full(error):
            error = DiskFullError()
        return Committed([(job, None, error)], None, None)

    def _may_pass(self, error: BaseException) -> bool:
        """A lost race or a deadlock with another process is decided again."""
        from_database = (DBAPIError, self._engine.dialect.loaded_dbapi.Error)
        return isinstance(error, from_database) and not _disk_is_full(error)

    def _transaction(
        self, jobs: list[Job], commit: Callable[[Callable[[], None]], None] = lambda work: work()
    ) -> Committed:
        with self._connection() as conn, conn.begin() as transaction:
            committed = self._decide(conn, jobs)
            commit(transaction.commit)
        if self._embedded and committed.batch is not None:
            self._known = committed.batch.known
        return committed

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """The embedded database's only one stays; one to PostgreSQL may have to be made anew."""
        if not self._embedded:
            with self._engine.connect() as conn:
                yield conn
            return
        if self._kept is None:
            self._kept = self._engine.connect()
        try:
            yield self._kept
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        """A commit that failed may have left its transaction open: closing the file ends it."""
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(Exception):
                kept.invalidate()
            with suppress(Exception):
                kept.close()

    def _decide(self, conn: Connection, jobs: list[Job]) -> Committed:
        batch = Batch(conn, known=self._known.after_commit())
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
        write_counters(batch)
        sealed = None if batch.on_postgresql else seal_batch(batch)
        batch.rows.flush(conn)
        return Committed(outcomes, sealed, batch)


def _disk_is_full(error: BaseException) -> bool:
    words = str(error).lower()
    return "disk is full" in words or "no space left" in words or "disk i/o error" in words
