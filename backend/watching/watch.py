"""The server watches itself, beside the loops that it watches (F18)."""

from collections.abc import Callable

import gevent
import structlog
from gevent import Greenlet, spawn

from backend.services import Services
from backend.watching.canary import Canary
from backend.watching.clock_watch import ClockWatch
from backend.watching.lags import Lags, measure
from backend.watching.missing_deadlines import DeadlineWatch
from backend.watching.ping import EVERY as PING_EVERY
from backend.watching.ping import Ping

LATE = 20.0
"""Seconds of lag with which the house is not well."""

_log = structlog.get_logger("watch")


class Watch:
    """All that watches, each in a loop of its own."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.clock = ClockWatch(services.clock, services.writer.run)
        self.deadlines = DeadlineWatch(services)
        self.canary = Canary(services)
        self.ping = Ping(services.settings.ping_url, services.clock, lambda: self.well)
        self.lags = Lags()
        self._loops: list[Greenlet[..., None]] = []

    def start(self) -> None:
        """Begin; incidents are looked at once before anybody is served."""
        self._guarded(self.deadlines.look)
        canary_every = self._services.settings.canary_seconds
        for work, seconds in (
            (self.clock.look, 5.0),
            (self._measure, 5.0),
            (self.deadlines.look, 30.0),
            (self.canary.send, float(canary_every)),
            (self.ping.send, float(PING_EVERY)),
        ):
            self._loops.append(spawn(self._every, seconds, work))

    def listening(self, port: int | None) -> None:
        """We can be reached: the first canary starts now."""
        self.canary.port = port
        self._loops.append(spawn(self._guarded, self.canary.send))

    def stop(self) -> None:
        """No more."""
        gevent.killall(self._loops)

    @property
    def well(self) -> bool:
        """What an outside monitor should hear: an alert would go its whole way now."""
        services, canary = self._services, self.canary
        return (
            services.engine.alive
            and services.writer.alive
            and canary.last_success is not None
            and canary.failed_in_a_row == 0
            and self.lags.worst < LATE
        )

    @property
    def alarms(self) -> list[str]:
        """What goes on working and wants a person's eye all the same."""
        found = {
            "wall_clock": self.clock.alarm,
            "canary": self.canary.alarm,
            "incident_without_deadline": self.deadlines.missing > 0,
            "deadline_parked": self.deadlines.parked > 0,
        }
        return [name for name, rings in found.items() if rings]

    def _measure(self) -> None:
        now = self._services.clock.now()
        self.lags = self._services.reader.run(lambda conn: measure(conn, now))

    def _every(self, seconds: float, work: Callable[[], object]) -> None:
        while True:
            gevent.sleep(seconds)
            self._guarded(work)

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001  (who watches must outlive any fault)
            _log.exception("watching_failed")
