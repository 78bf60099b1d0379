"""A person's own ways to the outside: what the rules and the delivery know of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from backend.batch import Batch
from backend.identity_tables import UserRow
from backend.tables import ChannelRow

WEBPUSH = "webpush"
PROVEN_FOR = timedelta(days=7)
"""A push subscription counts as a way to somebody for so long after its last receipt."""

_CHANNELS = ChannelRow.__table__
_USERS = UserRow.__table__


@dataclass(frozen=True, slots=True)
class PersonalChannel:
    """One of them. ``proven_at``: when a receipt last came back over it (push only)."""

    id: str
    user_id: str
    kind: str
    address: str
    secret: str | None
    enabled: bool
    proven_at: datetime | None


def load_channels(conn: Connection) -> Mapping[str, tuple[PersonalChannel, ...]]:
    """Everybody's channels by user id, in the order in which they were made.

    Who has left has none that are used.
    """
    found: dict[str, list[PersonalChannel]] = {}
    staff = (
        select(_CHANNELS).join(_USERS, _USERS.c.id == _CHANNELS.c.user_id).where(_USERS.c.active)
    )
    for row in conn.execute(staff.order_by(_CHANNELS.c.created_at, _CHANNELS.c.id)):
        channel = PersonalChannel(
            row.id, row.user_id, row.kind, row.address, row.secret, row.enabled, row.proven_at
        )
        found.setdefault(row.user_id, []).append(channel)
    return {user: tuple(channels) for user, channels in found.items()}


def switched_on(channels: Iterable[PersonalChannel]) -> Sequence[tuple[str, str]]:
    """Ids and kinds of those that an alert goes out on."""
    return tuple((each.id, each.kind) for each in channels if each.enabled)


def counts_as_reachable(channels: Iterable[PersonalChannel], now: datetime) -> bool:
    """Whether one of these is a way to somebody (contract, section 5)."""
    return any(
        each.enabled
        and (
            each.kind != WEBPUSH
            or (each.proven_at is not None and now - each.proven_at <= PROVEN_FOR)
        )
        for each in channels
    )


def remove_channel(batch: Batch, channel_id: str) -> None:
    """It will never work again; whoever had it may make a new one."""
    batch.rows.delete(_CHANNELS, {"id": channel_id})
