"""A person's own ways to the outside: what the rules and the delivery know of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from backend.tables import ChannelRow

WEBPUSH = "webpush"

_CHANNELS = ChannelRow.__table__


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
    """Everybody's channels by user id, in the order in which they were made."""
    found: dict[str, list[PersonalChannel]] = {}
    rows = conn.execute(select(_CHANNELS).order_by(_CHANNELS.c.created_at, _CHANNELS.c.id))
    for row in rows:
        channel = PersonalChannel(
            row.id, row.user_id, row.kind, row.address, row.secret, row.enabled, row.proven_at
        )
        found.setdefault(row.user_id, []).append(channel)
    return {user: tuple(channels) for user, channels in found.items()}
