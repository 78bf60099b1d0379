"""Who is reachable: a socket now, or in the last 60 s of the server's running time.

Time in which the server was down does not count against anybody: the running time is kept on
disk, and with it when each person was last connected.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, insert, or_, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.tables import CounterRow, PresenceRow

HEARD_OF = 15
"""Seconds for which another process' word about its sockets is believed."""
REMEMBERED = 60
"""Seconds for which somebody who has just lost the line still counts as reachable."""
CONNECTED = 2**53 - 1
"""On disk instead of a second: still there when this was written."""
_RUNNING = "running_seconds"
_COUNTERS = CounterRow.__table__
_PRESENCE = PresenceRow.__table__


class Presence:
    """Counts sockets per person. Read by the writer's thread, changed on the hub."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock.steady()
        self._before = 0
        self._sockets: Counter[tuple[str, bool]] = Counter()
        self._last_seen: dict[str, float] = {}
        self._others: dict[str, tuple[float, frozenset[str]]] = {}
        self._unsaved: set[str] = set()
        self.changed = False

    @property
    def running_seconds(self) -> float:
        """How long the server has been running, all starts together."""
        return self._before + self._clock.steady() - self._started

    def connected(self, user_id: str, *, on_device: bool) -> None:
        """A socket of this person has opened; ``on_device``: on a counter's tablet."""
        self._sockets[user_id, on_device] += 1
        self._unsaved.add(_name(user_id, on_device))
        self.changed = True

    def disconnected(self, user_id: str, *, on_device: bool) -> None:
        """A socket of this person has closed."""
        key = (user_id, on_device)
        self._sockets[key] -= 1
        if self._sockets[key] <= 0:
            del self._sockets[key]
            self._last_seen[_name(*key)] = self.running_seconds
            self._unsaved.add(_name(*key))
            self.changed = True

    def online(self, user_id: str, *, quietly: bool) -> bool:
        """Has a socket on this process now; ``quietly``: not counting those on tablets."""
        return (user_id, False) in self._sockets or (
            not quietly and (user_id, True) in self._sockets
        )

    def reachable(self, user_id: str, *, quietly: bool = False) -> bool:
        """A socket now or a moment ago, on this process or another.

        ``quietly``: for what is discreet; it goes to no tablet at a counter (C4).
        """
        if self.online(user_id, quietly=quietly):
            return True
        names = [_name(user_id, False)] + ([] if quietly else [_name(user_id, True)])
        return any(self._recently(name) or self._elsewhere(name) for name in names)

    def present(self) -> list[str]:
        """Everybody with a socket on this process, as other processes are told."""
        return [_name(*key) for key in list(self._sockets)]

    def _recently(self, name: str) -> bool:
        seen = self._last_seen.get(name)
        return seen is not None and self.running_seconds - seen <= REMEMBERED

    def heard(self, process: str, users: Iterable[str]) -> None:
        """Another process has told who is connected to it."""
        now = self.running_seconds
        _, before = self._others.get(process, (0, frozenset()))
        self._others[process] = (now, frozenset(users))
        gone = before - self._others[process][1]
        self._last_seen.update(dict.fromkeys(gone, now))
        self._unsaved.update(gone)

    def _elsewhere(self, name: str) -> bool:
        now = self.running_seconds
        return any(
            name in users and now - heard <= HEARD_OF
            for heard, users in list(self._others.values())
        )

    def load(self, conn: Connection) -> None:
        """Go on where the last run ended: whoever was connected then was seen last then."""
        running = select(_COUNTERS.c.value).where(_COUNTERS.c.name == _RUNNING)
        self._before = conn.execute(running).scalar() or 0
        for row in conn.execute(select(_PRESENCE)):
            self._last_seen[row.user_id] = float(min(row.last_seen, self._before))
            self._unsaved.add(row.user_id)

    def to_save(self, *, whole: bool = False) -> "Kept":
        """What is not on disk yet; ``whole``: everything, whatever may have become of it."""
        running = int(self.running_seconds)
        seen: dict[str, float] = {**self._last_seen, **dict.fromkeys(self.present(), CONNECTED)}
        names = list(seen) if whole else [name for name in self._unsaved if name in seen]
        self._unsaved = set()
        for name in [name for name, at in self._last_seen.items() if running - at > REMEMBERED]:
            del self._last_seen[name]
        return Kept(running, {name: int(seen[name]) for name in names})


@dataclass(frozen=True, slots=True)
class Kept:
    """The running time, and when some people were last connected."""

    running_seconds: int
    last_seen: Mapping[str, int]

    def save(self, batch: Batch) -> None:
        """Write it down; what is older than anybody asks for is forgotten."""
        running, conn = self.running_seconds, batch.conn
        value = case((_COUNTERS.c.value > running, _COUNTERS.c.value), else_=running)
        changed = conn.execute(
            update(_COUNTERS).where(_COUNTERS.c.name == _RUNNING).values(value=value)
        )
        if changed.rowcount == 0:
            conn.execute(insert(_COUNTERS), [{"name": _RUNNING, "value": running}])
        rows = [{"user_id": name, "last_seen": at} for name, at in self.last_seen.items()]
        too_old = _PRESENCE.c.last_seen < running - REMEMBERED
        conn.execute(
            delete(_PRESENCE).where(or_(_PRESENCE.c.user_id.in_(list(self.last_seen)), too_old))
        )
        if rows:
            conn.execute(insert(_PRESENCE), rows)


def _name(user_id: str, on_device: bool) -> str:
    """How a person, or a person on a tablet, is remembered."""
    return f"{user_id}@tablet" if on_device else user_id
