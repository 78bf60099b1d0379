"""The outbox's working state: what goes out beyond the sockets, claimed, finished, tried again.

A row is due from ``due_at`` on. Whoever claims it holds it until the lease runs out, which is
when it is due again: what was cut off in the middle is sent once more (rule 4). ``fence`` counts
the leases, so that whoever finishes too late changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, update

from backend.batch import Batch
from backend.projections import OUTBOX
from backend.tables import OFFICE, ChannelRow
from escalation.commands import SOCKET
from notifications.channels.channel import Address

AT_ONCE = 100
"""Rows claimed in one transaction."""
OFFICE_AT_ONCE = 20
"""Of what the office is told: few, so that an alarm finds its way free."""
LEASE = timedelta(seconds=30)
"""Longer than any channel may take to hand a message over."""
LONGEST_PAUSE = 60
"""Seconds between two tries, at most."""

_CHANNELS = ChannelRow.__table__
_KEY = ("alert_id", "user_id", "channel")
_ALARMS = OUTBOX.c.kind != OFFICE


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row: one notice for one person by one of their channels.

    ``to`` is None where the channel has been switched off since. ``tries`` were made before.
    """

    incident_id: str
    kind: str
    alert_id: str
    user_id: str
    channel: str
    repeat: int
    fence: int
    tries: int
    to: Address | None

    @property
    def held(self) -> dict[str, Any]:
        """The row, as long as it is ours and no later repeat has begun."""
        key = {name: getattr(self, name) for name in _KEY}
        return {**key, "fence": self.fence, "repeat": self.repeat}


def next_due(conn: Connection) -> datetime | None:
    """When something has to be tried next, but for what the office is told."""
    return _first(conn, _ALARMS)


def next_office(conn: Connection) -> datetime | None:
    """When the office is to be told something next."""
    return _first(conn, ~_ALARMS)


def _first(conn: Connection, which: ColumnElement[bool]) -> datetime | None:
    found: datetime | None = conn.execute(
        select(func.min(OUTBOX.c.due_at)).where(OUTBOX.c.due_at.is_not(None), OUTBOX.c.live, which)
    ).scalar()
    return found


def backlog(conn: Connection) -> tuple[int, datetime | None]:
    """How many rows are still to be tried, and since when the oldest is due (metrics).

    What the office is told may wait, and is not counted.
    """
    columns = select(func.count(), func.min(OUTBOX.c.due_at)).where(_ALARMS)
    count, oldest = conn.execute(columns.where(OUTBOX.c.due_at.is_not(None), OUTBOX.c.live)).one()
    return count, oldest


def claim(conn: Connection, now: datetime) -> list[Delivery]:
    """Take what is due. Who was seen to, and what is over, is not ``live`` any more (rule 5)."""
    return _take(conn, now, and_(OUTBOX.c.due_at <= now, _ALARMS), AT_ONCE)


def claim_office(conn: Connection, now: datetime) -> list[Delivery]:
    """Take a little of what the office is told, when nothing else is to be sent."""
    return _take(conn, now, and_(OUTBOX.c.due_at <= now, ~_ALARMS), OFFICE_AT_ONCE)


def claim_waiting(conn: Connection, now: datetime, user_id: str, channel: str) -> list[Delivery]:
    """Take what is not due yet and has never been tried, to send it together with other things."""
    waiting = and_(
        _ALARMS,
        OUTBOX.c.user_id == user_id,
        OUTBOX.c.channel == channel,
        OUTBOX.c.due_at > now,
        OUTBOX.c.tries == 0,
        OUTBOX.c.leased_until.is_(None),
    )
    return _take(conn, now, waiting, AT_ONCE)


def _take(conn: Connection, now: datetime, which: Any, most: int) -> list[Delivery]:
    """Claim: the rows' state is read, and they are leased, in one transaction."""
    columns = select(
        OUTBOX,
        _CHANNELS.c.enabled,
        _CHANNELS.c.kind.label("channel_kind"),
        _CHANNELS.c.address,
        _CHANNELS.c.secret,
    )
    found = columns.join(_CHANNELS, _CHANNELS.c.id == OUTBOX.c.channel, isouter=True)
    due = found.where(which, OUTBOX.c.live, OUTBOX.c.channel != SOCKET).order_by(OUTBOX.c.due_at)
    locked = due.limit(most).with_for_update(of=OUTBOX, skip_locked=True)
    deliveries = [_delivery(row) for row in conn.execute(locked)]
    if deliveries:
        keys = [{f"b_{name}": getattr(each, name) for name in _KEY} for each in deliveries]
        mine = (OUTBOX.c[name] == bindparam(f"b_{name}") for name in _KEY)
        until = now + LEASE
        leased = {"fence": OUTBOX.c.fence + 1, "leased_until": until, "due_at": until}
        conn.execute(update(OUTBOX).where(*mine).values(leased), keys)
    return deliveries


def _delivery(row: Any) -> Delivery:
    to = Address(row.channel_kind, row.address, row.secret) if row.enabled else None
    return Delivery(
        incident_id=row.incident_id,
        kind=row.kind,
        alert_id=row.alert_id,
        user_id=row.user_id,
        channel=row.channel,
        repeat=row.repeat,
        fence=row.fence + 1,
        tries=row.tries,
        to=to,
    )


def is_held(conn: Connection, delivery: Delivery) -> bool:
    """Nobody has claimed it since."""
    mine = [OUTBOX.c[name] == value for name, value in delivery.held.items()]
    return conn.execute(select(OUTBOX.c.fence).where(*mine)).first() is not None


def note_sent(batch: Batch, deliveries: Iterable[Delivery], now: datetime) -> None:
    """The other side has said yes: that is all, until somebody has seen it."""
    for each in deliveries:
        values = {"sent_at": now, "due_at": None, "leased_until": None, "detail": None}
        batch.rows.update(OUTBOX, each.held, {**values, "tries": each.tries + 1})


def put_off(conn: Connection, deliveries: Iterable[tuple[Delivery, datetime]]) -> None:
    """Nothing was tried: the lease is given back, and each is due again at its moment."""
    rows = [
        {f"b_{name}": value for name, value in each.held.items()} | {"later": due_at}
        for each, due_at in deliveries
    ]
    mine = (OUTBOX.c[name] == bindparam(f"b_{name}") for name in (*_KEY, "fence", "repeat"))
    values: dict[str, Any] = {"due_at": bindparam("later"), "leased_until": None}
    conn.execute(update(OUTBOX).where(*mine, OUTBOX.c.live).values(values), rows)


def try_again(batch: Batch, delivery: Delivery, due_at: datetime, detail: str) -> None:
    """It is due again then, unless it is over meanwhile."""
    values = {"due_at": due_at, "leased_until": None, "detail": detail}
    held = {**delivery.held, "live": True}
    batch.rows.update(OUTBOX, held, {**values, "tries": delivery.tries + 1})


def give_up(batch: Batch, delivery: Delivery, detail: str) -> None:
    """It is not tried any more."""
    values = {"due_at": None, "leased_until": None, "detail": detail}
    batch.rows.update(OUTBOX, delivery.held, {**values, "tries": delivery.tries + 1})


def pause_before(tries: int, random_bytes: Callable[[int], bytes]) -> timedelta:
    """How long to wait after so many tries: up to a second, doubling, up to a minute.

    Full jitter: those who failed together do not come back together.
    """
    longest = min(2 ** min(tries - 1, 10), LONGEST_PAUSE)
    share = int.from_bytes(random_bytes(4)) / 2**32
    return timedelta(seconds=longest * share)


def read_sent(conn: Connection, incident_id: str) -> dict[tuple[str, str, str], datetime]:
    """When notices of an incident left the house, by alert, user and channel."""
    columns = select(OUTBOX.c.alert_id, OUTBOX.c.user_id, OUTBOX.c.channel, OUTBOX.c.sent_at)
    found = columns.where(OUTBOX.c.incident_id == incident_id, OUTBOX.c.sent_at.is_not(None))
    return {(row.alert_id, row.user_id, row.channel): row.sent_at for row in conn.execute(found)}
