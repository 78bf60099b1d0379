"""What happens by itself: deadlines fire, the log is sealed, the house is kept.

Due work is rows. The loop sleeps until the earliest and is woken by an earlier one;
APScheduler only ticks for housekeeping and never holds a job of the domain (rule 2).
"""

import gc
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.gevent import GeventScheduler
from gevent import Greenlet, joinall, sleep, spawn
from gevent.event import Event
from sqlalchemy import Connection, and_, delete, false, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from backend import devices, sessions, sign_ins
from backend.batch import Batch
from backend.customers.reminders import SuggestionWatch
from backend.db import shorten_log
from backend.delivery import Emission, change
from backend.drills.running import DrillStarts
from backend.duty import store
from backend.duty.watch import ReadinessWatch
from backend.envelope import timer_envelope
from backend.event_store import Sealed, seal_log
from backend.figure_sums import calendar, loose_months, sum_up
from backend.library.reminders import LibraryWatch
from backend.outgoing.courier import Courier
from backend.problems import DiskFullError
from backend.projections import DEADLINES
from backend.services import Services
from backend.tables import CANARY
from backend.watching.restarts import forget_old, keep_time
from escalation.incident import Incident

AT_ONCE = 100
"""Due deadlines taken in one go."""
LONGEST_SLEEP = 5.0
"""Seconds; a deadline that another process armed is found by then."""
AGAIN = 1.0
"""Seconds until what failed is tried again."""
TRIES = 3
"""After so many unexpected failures a deadline is parked, with an alarm in the log."""
SUMMED_AT_ONCE, SUMMED_EVERY = 1, 0.5
"""Months of a branch added up in one transaction of some 20 ms, and seconds between two."""

_log = structlog.get_logger("engine")


class Engine:
    """The timer of one process. Firing twice is harmless: the second finds nothing armed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.courier = Courier(services)
        self._wake = Event()
        self._unsealed = Event()
        self._next_due: datetime | None = None
        self._failures: dict[tuple[str, str], int] = {}
        self._loops: list[Greenlet[..., None]] = []
        self._scheduler = GeventScheduler(timezone="UTC")
        self._ticks = 0
        self.readiness = ReadinessWatch(services)
        self.drills = DrillStarts(services)
        self.library = LibraryWatch(services)
        self.suggestions = SuggestionWatch(services)
        self.deadlines_fired = 0
        self.deadlines_parked = 0
        self.deadlines_mended = 0
        self.lateness = 0.0

    def start(self) -> None:
        """Begin; what became due while the server was down fires now."""
        self._loops.append(spawn(self._deadlines))
        self.courier.start()
        if not self._services.settings.embedded:
            self._loops.append(spawn(self._sealing))
        for work, seconds in (
            (self._check_sessions, 2),
            (self._check_world, 2),
            (self.save_presence, 5),
            (self._save_all_presence, 60),
            (self._tell_presence, 0.25),
            (self._collect, 600),
            (self._shorten_log, 10),
            (self.readiness.tick, 5),
            (self.drills.tick, 5),
            (self.library.tick, 60),
            (self.suggestions.tick, 60),
            (self._sweep, 3600),
            (self._sum_up, 60),
        ):
            self._scheduler.add_job(
                work, "interval", seconds=seconds, max_instances=1, coalesce=True
            )
        self._scheduler.start()

    def stop(self) -> None:
        """No more work begins."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for loop in self._loops:
            loop.kill()
        self.courier.stop()

    @property
    def alive(self) -> bool:
        """All loops run (readiness)."""
        running = bool(self._loops) and not any(loop.dead for loop in self._loops)
        return running and self.courier.alive

    def wake(self) -> None:
        """Look again now: the clock was moved, or something earlier is armed."""
        self._wake.set()

    def armed(self, rows: Sequence[dict[str, Any]]) -> None:
        """These deadlines have just been committed."""
        earliest = min((row["due_at"] for row in rows if row.get("due_at")), default=None)
        if earliest is not None and (self._next_due is None or earliest < self._next_due):
            self._wake.set()

    def seal_soon(self) -> None:
        """Events were committed and have no position yet (PostgreSQL)."""
        self._unsealed.set()

    def _deadlines(self) -> None:
        while True:
            self._wake.clear()
            try:
                self._turn_shelf()
                due, self._next_due = self._services.reader.run(self.look)
                if due:
                    fired = joinall([spawn(self._fire, *each) for each in due])
                    if not all(each.value for each in fired):
                        self._wake.wait(AGAIN)
                    continue
            except Exception:  # noqa: BLE001  (the timer must outlive any fault)
                _log.exception("deadlines_failed")
                self._wake.wait(1)
                continue
            self._wake.wait(self._sleep())

    def _turn_shelf(self) -> None:
        """A published playbook comes into force at its moment."""
        services = self._services
        turn = services.shelf.next_turn
        if turn is not None and services.shelf.turn(services.clock.now()):
            services.gateway.tell_everybody("playbooks", {})

    def _sleep(self) -> float:
        moments = (self._next_due, self._services.shelf.next_turn)
        left = [self._services.clock.seconds_until(each) for each in moments if each is not None]
        return max(0.0, min([*left, LONGEST_SLEEP]))

    def look(self, conn: Connection) -> tuple[list[tuple[str, str]], datetime | None]:
        """What is due, at most a hundred of it, and when the next one will be."""
        now = self._services.clock.now()
        columns = DEADLINES.c
        armed = (
            select(columns.incident_id, columns.key, columns.due_at)
            .where(columns.parked == false())  # as the index has it: SQLite takes no other words
            .order_by(columns.due_at)
        )
        due = conn.execute(armed.where(columns.due_at <= now).limit(AT_ONCE)).all()
        later = conn.execute(armed.where(columns.due_at > now).limit(1)).first()
        if due:
            self.lateness = (now - due[0].due_at).total_seconds()
        return [(row.incident_id, row.key) for row in due], None if later is None else later.due_at

    def _fire(self, incident_id: str, key: str) -> bool:
        """Whether it is done; what is not is still due."""
        services = self._services
        try:
            if incident_id == CANARY:
                services.watch.canary.fired(key)
                return True
            outcome = services.send(timer_envelope(incident_id, key, services.clock.new_id))
        except (DiskFullError, OperationalError, InterfaceError):
            # Not this row's fault, and it will pass: nothing is set aside for it.
            _log.exception("deadlines_wait_for_the_database", incident_id=incident_id, key=key)
            return False
        except Exception:  # noqa: BLE001  (one bad row never stops the rest)
            _log.exception("deadline_failed", incident_id=incident_id, key=key)
            return self._set_aside(incident_id, key)
        self._failures.pop((incident_id, key), None)
        self.deadlines_fired += outcome.changed
        if not outcome.changed and self._still_due(outcome.state.deadlines(), key):
            _log.error("deadline_does_nothing", incident_id=incident_id, key=key)
            return self._set_aside(incident_id, key)
        return outcome.changed or self._put_right(incident_id, key)

    def _put_right(self, incident_id: str, key: str) -> bool:
        """Nothing was due: somebody was quicker, or the row says otherwise than its events."""
        services = self._services

        def mend(batch: Batch) -> int:
            row = and_(DEADLINES.c.incident_id == incident_id, DEADLINES.c.key == key)
            loaded = services.states.for_writing(batch, incident_id)
            armed = () if loaded is None else loaded.state.deadlines()
            due_at = next((each.due_at for each in armed if each.key == key), None)
            if due_at is None:
                return batch.conn.execute(delete(DEADLINES).where(row)).rowcount
            wrong = and_(row, DEADLINES.c.due_at != due_at)
            return batch.conn.execute(update(DEADLINES).where(wrong).values(due_at=due_at)).rowcount

        if services.writer.run(mend):
            self.deadlines_mended += 1
            _log.critical("deadline_row_was_wrong", incident_id=incident_id, key=key)
        return True

    def _still_due(self, deadlines: Sequence[Any], key: str) -> bool:
        now = self._services.clock.now()
        return any(each.key == key and each.due_at <= now for each in deadlines)

    def _set_aside(self, incident_id: str, key: str) -> bool:
        """After some tries; watching/missing_deadlines.py brings it back. Whether that is done."""
        at = (incident_id, key)
        self._failures[at] = self._failures.get(at, 0) + 1
        if self._failures[at] < TRIES:
            return False
        del self._failures[at]
        self.deadlines_parked += 1
        _log.critical("deadline_parked", incident_id=incident_id, key=key)
        row = update(DEADLINES).where(
            DEADLINES.c.incident_id == incident_id, DEADLINES.c.key == key
        )
        try:
            self._services.writer.run(lambda batch: batch.conn.execute(row.values(parked=True)))
        except Exception:  # noqa: BLE001  (it is still due, and fails again)
            _log.exception("deadline_not_parked", incident_id=incident_id, key=key)
            return False
        return True

    def _sealing(self) -> None:
        """On PostgreSQL: positions are given after the commits, by one process at a time."""
        while True:
            self._unsealed.wait(1)
            self._unsealed.clear()
            try:
                sealed = self._services.writer.run(lambda batch: seal_log(batch.conn))
                self._services.send_out(self.changes(sealed))
            except Exception:  # noqa: BLE001  (tried again within a second)
                _log.exception("sealing_failed")
                self._wake.wait(1)

    def changes(self, sealed: Sealed, batch: Batch | None = None) -> list[Emission]:
        """What has a position now has changed for everybody who may see it.

        ``batch``: the states are at hand; without it they are read.
        """
        services = self._services
        services.position = max(services.position, sealed.position)
        if batch is None and sealed.incidents:
            states = services.reader.run(lambda conn: self._states_of(conn, sealed))
        else:
            loaded = {} if batch is None else batch.loaded
            states = {key: loaded[key].state for key in sealed.incidents if key in loaded}
        return [
            change(state, sealed.incidents[incident_id], services.world.directory)
            for incident_id, state in states.items()
        ]

    def _states_of(self, conn: Connection, sealed: Sealed) -> dict[str, Incident]:
        found = {key: self._services.states.read(conn, key) for key in sealed.incidents}
        return {key: loaded.state for key, loaded in found.items() if loaded is not None}

    def _check_sessions(self) -> None:
        if self._services.reader.run(self._services.sessions.forget_unknown):
            self._services.gateway.end_dead_sessions()

    def _check_world(self) -> None:
        if self._services.reader.run(self._services.is_stale):
            self._services.read_world()
            self._services.gateway.end_dead_sessions()

    def _tell_presence(self) -> None:
        """Other processes must know who is reachable here: at a change, else every 5 s."""
        presence = self._services.presence
        self._ticks += 1
        if presence.changed or self._ticks % 20 == 0:
            presence.changed = False
            self._services.hints.publish({"present": presence.present()})

    def _sweep(self) -> None:
        now = self._services.clock.now()
        for sweep in (sessions.sweep, sign_ins.sweep, devices.sweep, store.sweep):
            self._services.writer.run(partial(sweep, now=now))
        self._services.writer.run(partial(forget_old, clock=self._services.clock))

    def _sum_up(self) -> None:
        """Statistics' sums of what has changed: a little at a time, and while nobody waits."""
        services = self._services
        directory = services.world.directory
        zone = calendar(directory)
        while services.reader.run(lambda conn: loose_months(conn, zone, 1)):
            if services.writer.waiting == 0:
                services.writer.run(lambda batch: sum_up(batch.conn, directory, SUMMED_AT_ONCE))
            sleep(SUMMED_EVERY)

    def save_presence(self, *, whole: bool = False) -> None:
        """Write down the time, the running time, and who is or was connected lately."""
        kept, mark = self._services.presence.to_save(whole=whole), self._services.clock.mark()

        def save(batch: Batch) -> None:
            kept.save(batch)
            keep_time(batch, mark)

        self._services.writer.run(save)

    def _shorten_log(self) -> None:
        if self._services.settings.embedded:
            self._services.reader.run(shorten_log)

    def _collect(self) -> None:
        """What is left in memory, all at once, while nobody waits; then it is left in peace."""
        if self._services.writer.waiting == 0:
            gc.unfreeze()
            gc.collect()
            gc.freeze()

    def _save_all_presence(self) -> None:
        self.save_presence(whole=True)
