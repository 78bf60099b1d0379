"""Who is reachable: a socket now, or in the last 60 s of the server's running time.

Time in which the server was down does not count against anybody: the running time is kept on
disk, and with it when each person was last connected.
"""

from collections import Counter
from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.tables import CounterRow, PresenceRow

REMEMBERED = 60
"""Seconds for which somebody who has just lost the line still counts as reachable."""
_RUNNING = "running_seconds"
_COUNTERS = CounterRow.__table__
_PRESENCE = PresenceRow.__table__


class Presence:
    """Counts sockets per person. Read by the writer's thread, changed on the hub."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock.steady()
        self._before = 0
        self._sockets: Counter[str] = Counter()
        self._last_seen: dict[str, float] = {}
        self._elsewhere: Callable[[str], bool] = lambda _: False

    @property
    def running_seconds(self) -> float:
        """How long the server has been running, all starts together."""
        return self._before + self._clock.steady() - self._started

    def connected(self, user_id: str) -> None:
        """A socket of this person has opened."""
        self._sockets[user_id] += 1

    def disconnected(self, user_id: str) -> None:
        """A socket of this person has closed."""
        self._sockets[user_id] -= 1
        if self._sockets[user_id] <= 0:
            del self._sockets[user_id]
            self._last_seen[user_id] = self.running_seconds

    def online(self, user_id: str) -> bool:
        """Has a socket on this process now."""
        return user_id in self._sockets

    def reachable(self, user_id: str) -> bool:
        """A socket now or a moment ago, on this process or another."""
        if user_id in self._sockets:
            return True
        seen = self._last_seen.get(user_id)
        recently = seen is not None and self.running_seconds - seen <= REMEMBERED
        return recently or self._elsewhere(user_id)

    def present(self) -> list[str]:
        """Everybody with a socket on this process."""
        return list(self._sockets)

    def ask_elsewhere(self, reachable: Callable[[str], bool]) -> None:
        """How to learn of sockets on other processes."""
        self._elsewhere = reachable

    def load(self, conn: Connection) -> None:
        """Go on where the last run ended."""
        running = select(_COUNTERS.c.value).where(_COUNTERS.c.name == _RUNNING)
        self._before = conn.execute(running).scalar() or 0
        for row in conn.execute(select(_PRESENCE)):
            self._last_seen[row.user_id] = float(row.last_seen)

    def save(self, batch: Batch) -> None:
        """Write down the running time and who is or was connected lately."""
        running = int(self.running_seconds)
        seen = {user: int(at) for user, at in list(self._last_seen.items())}
        seen.update(dict.fromkeys(list(self._sockets), running))
        recent = [
            {"user_id": user, "last_seen": at}
            for user, at in seen.items()
            if running - at <= REMEMBERED
        ]
        conn = batch.conn
        changed = conn.execute(
            update(_COUNTERS).where(_COUNTERS.c.name == _RUNNING).values(value=running)
        )
        if changed.rowcount == 0:
            conn.execute(insert(_COUNTERS), [{"name": _RUNNING, "value": running}])
        conn.execute(delete(_PRESENCE))
        if recent:
            conn.execute(insert(_PRESENCE), recent)
