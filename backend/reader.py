"""Work in native threads: nothing that waits or computes for long stands on the hub."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from gevent.lock import BoundedSemaphore
from gevent.threadpool import ThreadPool
from sqlalchemy import Connection, Engine

T = TypeVar("T")
READERS = 4
EACH_AT_MOST = 2
"""Of the readers; whatever one client asks for at once, the others find some free."""
SLOW = 2


class Threads:
    """A pool of native threads for greenlets to wait on. What a job raises, its caller gets."""

    def __init__(self, count: int) -> None:
        self._pool = ThreadPool(count)

    def call(self, work: Callable[..., T], *args: Any) -> T:
        """``work(*args)`` in a native thread; the calling greenlet waits, the hub does not."""
        value, error = self._pool.apply(_caught, (work, args))
        if error is not None:
            raise error
        return value  # type: ignore[no-any-return]

    def stop(self) -> None:
        """Wait for what is running; take no more."""
        self._pool.join()
        self._pool.kill()


def _caught(work: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, BaseException | None]:
    """The pool itself would print each error as if nobody handled it."""
    try:
        return work(*args), None
    except BaseException as error:  # noqa: BLE001  (raised again where the caller waits)
        return None, error


def nobody() -> str | None:
    """The server itself, which never waits for its turn."""
    return None


class Reader:
    """Runs reads on their own connections, each in one consistent snapshot.

    ``client``: for whom the present greenlet reads; further reads of theirs wait for their turn.
    """

    def __init__(self, engine: Engine, client: Callable[[], str | None] = nobody) -> None:
        self._engine = engine
        self._client = client
        self._turns: WeakValueDictionary[str, BoundedSemaphore] = WeakValueDictionary()
        self._threads = Threads(READERS)

    def run(self, work: Callable[[Connection], T]) -> T:
        """``work``'s value."""
        client = self._client()
        with nullcontext() if client is None else self._turn_of(client):
            value: T = self._threads.call(self._read, work)
        return value

    def _turn_of(self, client: str) -> Any:
        turn = self._turns.get(client)
        if turn is None:
            turn = self._turns[client] = BoundedSemaphore(EACH_AT_MOST)
        return turn

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as conn:
            return work(conn)

    def stop(self) -> None:
        """Let go of the connections."""
        self._threads.stop()
        self._engine.dispose()


class Slow:
    """Work that only costs time: password hashes, pictures."""

    def __init__(self) -> None:
        self._threads = Threads(SLOW)

    def run(self, work: Callable[..., T], *args: Any) -> T:
        """``work(*args)``."""
        return self._threads.call(work, *args)

    def stop(self) -> None:
        """No more work."""
        self._threads.stop()
