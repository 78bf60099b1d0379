"""The dead man's switch: an outside monitor hears us while all is well, and notices silence."""

from collections.abc import Callable
from datetime import datetime

import structlog

from backend.clock import Clock
from backend.outgoing.outside import WayOut
from notifications.channels.channel import Request, Undelivered
from notifications.channels.hosts import target

EVERY = 30
"""Seconds (F18 asks for 60 at most)."""
SECONDS = 5.0

_log = structlog.get_logger("ping")


class Ping:
    """Asks for the operator's address, and only while ``well`` says so."""

    def __init__(self, url: str | None, clock: Clock, well: Callable[[], bool]) -> None:
        self._url = url
        self._clock = clock
        self._well = well
        self._failing = False
        self.last_success: datetime | None = None

    def send(self) -> None:
        """Once. What goes wrong is said once, until it works again."""
        if self._url is None or not self._well():
            return
        place = target(self._url)
        host = f"[{place.host}]" if ":" in place.host else place.host
        outside = WayOut(self._clock, (f"{host}:{place.port}",), None, seconds=SECONDS)
        try:
            answer = outside.ask(Request("GET", self._url, b"", {"User-Agent": "Counterbell"}))
        except Undelivered as error:
            self._failed(error.detail)
            return
        if answer.status >= 400:
            self._failed(f"status {answer.status}")
            return
        self._failing = False
        self.last_success = self._clock.now()

    def _failed(self, why: str) -> None:
        """Never with the address: it is the monitor's secret."""
        if not self._failing:
            _log.error("ping_failed", why=why)
        self._failing = True
