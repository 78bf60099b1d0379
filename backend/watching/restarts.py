"""Going on where the last start ended: what the time was, and whom a reboot may have cut off.

After a reboot, or when another machine takes the database over, nobody knows how long the house
was silent and what was lost on the way: whoever has not answered is alerted again (rule 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

import orjson
import structlog
from gevent.pool import Pool
from sqlalchemy import Connection, delete, insert, select

from backend.batch import Batch
from backend.clock import Clock, Mark
from backend.envelope import Envelope
from backend.projections import DEADLINES
from backend.services import Services
from backend.tables import EventRow, KeptRow
from escalation.commands import AlertAgain

ABSENT = timedelta(seconds=60)
"""So far behind another machine, this one has not been serving: it takes over anew."""
FORGOTTEN = timedelta(days=30)
AT_ONCE = 100
_PREFIX = "clock:"

_EVENTS = EventRow.__table__
_KEPT = KeptRow.__table__
_log = structlog.get_logger("restarts")


@dataclass(frozen=True, slots=True)
class LastTime:
    """What is known at a start. ``own``: of this run of the machine; ``latest``: of anybody."""

    own: Mark | None
    others: Sequence[Mark]
    latest: datetime | None

    @property
    def taken_over(self) -> str | None:
        """Names a reboot or a failover; None where this run of the machine simply goes on."""
        if self.own is None:
            return "first"
        newest = max((each.moment for each in self.others), default=self.own.moment)
        return self.own.moment.isoformat() if newest - self.own.moment > ABSENT else None


def last_time(conn: Connection, boot: str) -> LastTime:
    """The moments that were kept, by this run of the machine and by others."""
    rows = conn.execute(select(_KEPT).where(_KEPT.c.name.startswith(_PREFIX))).all()
    marks = [_mark(row.name.removeprefix(_PREFIX), row.value) for row in rows]
    newest = select(_EVENTS.c.recorded_at).order_by(_EVENTS.c.ord.desc()).limit(1)
    moments = [each.moment for each in marks]
    recorded: datetime | None = conn.execute(newest).scalar()
    moments += [] if recorded is None else [recorded]
    return LastTime(
        own=next((each for each in marks if each.boot == boot), None),
        others=[each for each in marks if each.boot != boot],
        latest=max(moments, default=None),
    )


def _mark(boot: str, value: bytes) -> Mark:
    kept = orjson.loads(value)
    return Mark(boot, kept["seconds"], datetime.fromtimestamp(kept["moment"] / 1000, UTC))


def keep_time(batch: Batch, mark: Mark) -> None:
    """Write down where the clock stands; what nobody goes on from any more is forgotten."""
    name = _PREFIX + mark.boot
    moment = int(mark.moment.timestamp() * 1000)
    row = {"name": name, "value": orjson.dumps({"seconds": mark.seconds, "moment": moment})}
    batch.conn.execute(delete(_KEPT).where(_KEPT.c.name == name))
    batch.conn.execute(insert(_KEPT), [row])


def forget_old(batch: Batch, clock: Clock) -> None:
    """The moments of machines that have long been started anew."""
    for mark in last_time(batch.conn, clock.mark().boot).others:
        if mark.moment < clock.now() - FORGOTTEN:
            batch.conn.execute(delete(_KEPT).where(_KEPT.c.name == _PREFIX + mark.boot))


def alert_again(services: Services, last: LastTime) -> None:
    """After a reboot or a failover: each incident that nobody has answered, once."""
    taken_over = last.taken_over
    if taken_over is None:
        return
    climbing = select(DEADLINES.c.incident_id).where(DEADLINES.c.key == "ladder")
    found = services.reader.run(lambda conn: conn.execute(climbing).scalars().all())
    if found:
        _log.warning("alerted_again", incidents=len(found), because=taken_over)
    run = f"{services.clock.mark().boot}:{taken_over}"
    pool = Pool(AT_ONCE)
    for incident_id in found:
        pool.spawn(_send_again, services, incident_id, run)
    pool.join()


def _send_again(services: Services, incident_id: str, run: str) -> None:
    command_id = str(uuid5(NAMESPACE_OID, f"{incident_id}:{run}"))
    content = {"command": AlertAgain.name, "run": run}
    try:
        services.send(
            Envelope(
                AlertAgain(), None, command_id, content, incident_id=incident_id, only_once=True
            )
        )
    except Exception:  # noqa: BLE001  (one that cannot be read must not keep the rest silent)
        _log.exception("not_alerted_again", incident_id=incident_id)
