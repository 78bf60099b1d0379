"""Who is reachable: a socket now, or in the last 60 s of the server's running time.

Time in which the server was down does not count against anybody: the running time is kept on
disk, and with it when each person was last connected.
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, case, delete, insert, or_, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.tables import CounterRow, PresenceRow

HEARD_OF = 15
"""Seconds for which another process' word about its sockets is believed."""
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
        self._others: dict[str, tuple[float, frozenset[str]]] = {}
        self.changed = False

    @property
    def running_seconds(self) -> float:
        """How long the server has been running, all starts together."""
        return self._before + self._clock.steady() - self._started

    def connected(self, user_id: str) -> None:
        """A socket of this person has opened."""
        self._sockets[user_id] += 1
        self.changed = True

    def disconnected(self, user_id: str) -> None:
        """A socket of this person has closed."""
        self._sockets[user_id] -= 1
        if self._sockets[user_id] <= 0:
            del self._sockets[user_id]
            self._last_seen[user_id] = self.running_seconds
            self.changed = True

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

    def heard(self, process: str, users: Iterable[str]) -> None:
        """Another process has told who is connected to it."""
        now = self.running_seconds
        _, before = self._others.get(process, (0, frozenset()))
        self._others[process] = (now, frozenset(users))
        self._last_seen.update(dict.fromkeys(before - self._others[process][1], now))

    def _elsewhere(self, user_id: str) -> bool:
        now = self.running_seconds
        return any(
            user_id in users and now - heard <= HEARD_OF
            for heard, users in list(self._others.values())
        )

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
        value = case((_COUNTERS.c.value > running, _COUNTERS.c.value), else_=running)
        changed = conn.execute(
            update(_COUNTERS).where(_COUNTERS.c.name == _RUNNING).values(value=value)
        )
        if changed.rowcount == 0:
            conn.execute(insert(_COUNTERS), [{"name": _RUNNING, "value": running}])
        mine = [row["user_id"] for row in recent]
        old = or_(_PRESENCE.c.user_id.in_(mine), _PRESENCE.c.last_seen < running - REMEMBERED)
        conn.execute(delete(_PRESENCE).where(old))
        if recent:
            conn.execute(insert(_PRESENCE), recent)
