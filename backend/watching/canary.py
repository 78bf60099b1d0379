"""A canary: every few minutes an alarm of its own goes the whole way, and nobody sees it.

A tap into the writer arms a deadline; the engine fires it into the outbox; the outbox hands it to
the gateway, which sends it over a websocket to a device of its own; that says ``received``. Its
rows belong to no incident; no event is written, so no list, figure, export or position knows it.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from gevent import Timeout
from sqlalchemy import delete

from backend.batch import Batch
from backend.delivery import Emission
from backend.projections import DEADLINES, OUTBOX
from backend.services import Services
from backend.tables import CANARY, CanaryRow
from backend.watching.canary_device import CanaryDevice, CanaryError

PATIENCE = 30.0
"""Seconds for the whole way."""
FORGOTTEN = timedelta(hours=1)

_CANARIES = CanaryRow.__table__
_log = structlog.get_logger("canary")


@dataclass(slots=True)
class _Flight:
    """One under way. ``token`` lets its device in, and nobody else; ``sid`` is that device's."""

    id: str
    token: str
    sid: str | None = None

    @property
    def room(self) -> str:
        return f"{CANARY}:{self.id}"


class Canary:
    """Sends one at a time. ``port``: where we listen, as soon as we do."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._flight: _Flight | None = None
        self.port: int | None = None
        self.last_success: datetime | None = None
        self.round_trip = 0.0
        self.failures = 0
        self.failed_in_a_row = 0

    @property
    def alarm(self) -> bool:
        """Two in a row did not come back."""
        return self.failed_in_a_row >= 2

    def send(self) -> bool:
        """One, the whole way; whether it came back in time."""
        if self.port is None:
            return False
        services = self._services
        flight = _Flight(services.clock.new_id(), services.clock.random_bytes(32).hex())
        began, self._flight = services.clock.steady(), flight
        try:
            with Timeout(PATIENCE, TimeoutError("it did not come back")):
                self._fly(flight, self.port)
        except Exception as error:  # noqa: BLE001  (whatever it was, an alert would not arrive)
            self._failed(error)
            return False
        finally:
            self._flight = None
            self._tidy(flight)
        self.round_trip = services.clock.steady() - began
        self.last_success, self.failed_in_a_row = services.clock.now(), 0
        return True

    def _fly(self, flight: _Flight, port: int) -> None:
        with CanaryDevice(port, self._services.settings.cert) as device:
            device.joins(flight.token)
            now = self._services.clock.now()
            self._services.writer.submit(lambda batch: _tap(batch, flight.id, now))
            device.answers(flight.id)

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        self.failed_in_a_row += 1
        said = _log.critical if self.alarm else _log.warning
        why = str(error) if isinstance(error, CanaryError | OSError) else type(error).__name__
        said("canary_lost", in_a_row=self.failed_in_a_row, why=why)

    def fired(self, alert_id: str) -> None:
        """The engine: its deadline has passed."""
        now = self._services.clock.now()
        self._services.writer.submit(lambda batch: _to_outbox(batch, alert_id, now))
        self._services.engine.courier.wake()

    def handed_over(self, alert_id: str) -> None:
        """The outbox: it is this notice's turn, on whichever process its device waits."""
        mine = {"alert_id": alert_id, "user_id": CANARY, "channel": CANARY}
        self._services.writer.submit(lambda batch: batch.rows.delete(OUTBOX, mine))
        payload = {"alert_id": alert_id, "repeat": 0}
        self._services.send_out([Emission(CANARY, payload, (_Flight(alert_id, "").room,))])

    def admits(self, token: object, sid: str) -> str | None:
        """The gateway: the room of our own device; None for everybody else."""
        flight = self._flight
        if flight is None or not isinstance(token, str) or not token.isascii():
            return None
        if not hmac.compare_digest(token, flight.token):
            return None
        flight.sid = sid
        return flight.room

    def received(self, sid: str, body: Any) -> bool:
        """The gateway: a receipt; whether it was our own device's, and is on record."""
        flight = self._flight
        if flight is None or flight.sid != sid or not isinstance(body, Mapping):
            return False
        if body.get("alert_id") != flight.id:
            return False
        values = {"received_at": self._services.clock.now()}
        self._services.writer.submit(
            lambda batch: batch.rows.update(_CANARIES, {"id": flight.id}, values)
        )
        return True

    def _tidy(self, flight: _Flight) -> None:
        """Leave nothing behind; what a killed server left is an hour old by then."""
        before = self._services.clock.now() - FORGOTTEN

        def forget(batch: Batch) -> None:
            mine = DEADLINES.c.incident_id == CANARY
            batch.conn.execute(delete(DEADLINES).where(mine, DEADLINES.c.key == flight.id))
            batch.conn.execute(delete(DEADLINES).where(mine, DEADLINES.c.due_at < before))
            mine = OUTBOX.c.incident_id == CANARY
            batch.conn.execute(delete(OUTBOX).where(mine, OUTBOX.c.alert_id == flight.id))
            batch.conn.execute(delete(_CANARIES).where(_CANARIES.c.tapped_at < before))

        try:
            with Timeout(PATIENCE, TimeoutError):
                self._services.writer.run(forget)
        except Exception:  # noqa: BLE001  (the next one tidies up)
            _log.exception("canary_not_tidied")


def _tap(batch: Batch, alert_id: str, now: datetime) -> None:
    batch.rows.insert(_CANARIES, {"id": alert_id, "tapped_at": now})
    batch.rows.insert(DEADLINES, {"incident_id": CANARY, "key": alert_id, "due_at": now})


def _to_outbox(batch: Batch, alert_id: str, now: datetime) -> None:
    batch.rows.delete(DEADLINES, {"incident_id": CANARY, "key": alert_id})
    row = {"alert_id": alert_id, "user_id": CANARY, "channel": CANARY, "incident_id": CANARY}
    due = {"kind": CANARY, "repeat": 0, "live": True, "due_at": now}
    batch.rows.insert(OUTBOX, {**row, **due})
