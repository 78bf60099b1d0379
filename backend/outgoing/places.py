"""Where messages go, each with places of its own: who hangs keeps nobody else waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import gevent
from gevent.lock import BoundedSemaphore

from notifications.channels.channel import Address, Undelivered

EACH_AT_MOST = 8
"""Messages on their way to one place at once."""
LONGEST_WAIT = 8.0
"""Seconds for a free place."""
LONGEST_WAY = 20.0
"""Seconds for a message, whatever its channel does; with the wait, less than a lease."""


class Crowded(Exception):
    """Everything on its way there hangs, and no place has become free."""


class Places:
    """So many messages at once for each destination."""

    def __init__(self) -> None:
        self._free: WeakValueDictionary[str, BoundedSemaphore] = WeakValueDictionary()

    @contextmanager
    def one(self, to: Address) -> Iterator[None]:
        """A place on the way there, for as long as it may take.

        Raises:
            Crowded: none became free in time.
            Undelivered: it took too long.
        """
        name = destination(to)
        free = self._free.get(name)
        if free is None:
            free = self._free[name] = BoundedSemaphore(EACH_AT_MOST)
        if not free.acquire(timeout=LONGEST_WAIT):
            raise Crowded
        too_long = Undelivered("对方没有及时回答", "no answer in time", again=True)
        try:
            with gevent.Timeout(LONGEST_WAY, too_long):
                yield
        finally:
            free.release()


def destination(to: Address) -> str:
    """Kind and, where the address is a link, host and port: what hangs, hangs together."""
    try:
        host = urlsplit(to.address).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return f"{to.kind} {host}"
