"""Reads, in native threads: nothing that waits for the disk stands on the hub."""

from collections.abc import Callable
from typing import Any, TypeVar

from gevent.threadpool import ThreadPool
from sqlalchemy import Connection, Engine

T = TypeVar("T")
THREADS = 4


class Reader:
    """Runs reads on their own connections, each in one consistent snapshot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPool(THREADS)

    def run(self, work: Callable[[Connection], T]) -> T:
        """``work``'s value; the calling greenlet waits, the hub does not."""
        return self._pool.apply(self._read, (work,))  # type: ignore[no-any-return]

    def _read(self, work: Callable[[Connection], Any]) -> Any:
        with self._engine.connect() as conn:
            return work(conn)

    def stop(self) -> None:
        """Let go of the connections."""
        self._pool.kill()
        self._engine.dispose()


class Slow:
    """Work that only costs time: password hashes, pictures."""

    def __init__(self) -> None:
        self._pool = ThreadPool(2)

    def run(self, work: Callable[..., T], *args: Any) -> T:
        """``work(*args)`` in a native thread."""
        return self._pool.apply(work, args)  # type: ignore[no-any-return]

    def stop(self) -> None:
        """No more work."""
        self._pool.kill()
