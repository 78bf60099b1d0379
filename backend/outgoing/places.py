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
MOST_WAITING = 100
"""For one place; more of them are turned away and come back later."""
LONGEST_WAY = 20.0
"""Seconds for a message, whatever its channel does; with the wait, less than a lease."""


class Crowded(Exception):
    """Everything on its way there hangs, and no place has become free."""


class Place:
    """One destination. ``waiting``: who was let in; ``crowds``: in a row, since one arrived."""

    def __init__(self) -> None:
        self._free = BoundedSemaphore(EACH_AT_MOST)
        self.waiting = 0
        self.crowds = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place on the way there, for as long as it may take.

        Raises:
            Crowded: none became free in time.
            Undelivered: it took too long.
        """
        if not self._free.acquire(timeout=LONGEST_WAIT):
            raise Crowded
        too_long = Undelivered("对方没有及时回答", "no answer in time", again=True)
        try:
            with gevent.Timeout(LONGEST_WAY, too_long):
                yield
            self.crowds = 0
        finally:
            self._free.release()

    @property
    def is_full(self) -> bool:
        """Nobody more is let in for now."""
        return self.waiting >= MOST_WAITING


class Places:
    """So many messages at once for each destination."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[str, Place] = WeakValueDictionary()

    def at(self, to: Address | None) -> Place:
        """Where a message goes; without an address it goes nowhere, and waits for nobody."""
        if to is None:
            return Place()
        name = destination(to)
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = Place()
        return found


def destination(to: Address) -> str:
    """Kind and, where the address is a link, host and port: what hangs, hangs together."""
    try:
        host = urlsplit(to.address).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return f"{to.kind} {host}"
