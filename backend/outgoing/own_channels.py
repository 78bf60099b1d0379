"""What a person changes about their own ways to the outside. Runs in the writer's transaction.

Each change is an event of the null chain that names ids and kinds: no address and no secret ever
stands in the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.batch import Batch
from backend.clock import Clock
from backend.event_store import append_log
from backend.outgoing.personal_channels import WEBPUSH
from backend.tables import ChannelRow
from backend.world import bump_version
from escalation.events import Actor
from escalation.people import Person
from escalation.refusal import Invalid

MOST = 20
"""Channels of one person."""
PROOF_HOLDS = timedelta(hours=1)
"""A receipt within this says nothing new, and changes no row."""
_CHANNELS = ChannelRow.__table__


@dataclass(frozen=True, slots=True)
class Wanted:
    """One channel as its owner wants it; without an ``id`` it is a new one.

    ``secret`` None leaves what is there, an empty one takes it away; ``place`` is where it
    stands in what was sent.
    """

    place: str
    id: str | None
    kind: str
    address: str
    enabled: bool
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A browser's push subscription (W3C Push API): where to, and the keys to seal for it."""

    endpoint: str
    p256dh: str
    auth: str

    @property
    def secret(self) -> str:
        """The keys as a channel keeps them."""
        return orjson.dumps({"p256dh": self.p256dh, "auth": self.auth}).decode()


def keep_channels(batch: Batch, clock: Clock, person: Person, wanted: Sequence[Wanted]) -> None:
    """Exactly these are the person's channels from now on.

    Raises:
        Invalid: an id of somebody else's; a push subscription that no browser has made.
    """
    present = _own(batch.conn, person.id)
    # A millisecond apart: they stay in the order in which they were put down.
    moments = [clock.now() + timedelta(milliseconds=at) for at in range(len(wanted))]
    rows = [
        _row(clock, person, each, present.get(each.id or ""), moment)
        for each, moment in zip(wanted, moments, strict=True)
    ]
    gone = present.keys() - {row["id"] for row in rows}
    changed = [row for row in rows if row != present.get(row["id"])]
    if not gone and not changed:
        return
    try:
        with batch.conn.begin_nested():
            _write(batch.conn, gone, changed, present)
    except IntegrityError as error:
        raise _not_yours(wanted, present) from error
    _tell(batch, clock, person)


def keep_subscription(batch: Batch, clock: Clock, person: Person, new: Subscription) -> str:
    """A browser of theirs can be pushed to; the channel's id.

    Known already, it is refreshed; it moves from whoever used that browser before.

    Raises:
        Invalid: they have as many channels as anybody may have.
    """
    keys = new.secret
    here = _CHANNELS.c.kind == WEBPUSH, _CHANNELS.c.address == new.endpoint
    found = batch.conn.execute(select(_CHANNELS).where(*here)).mappings().first()
    if found is not None and found["user_id"] == person.id:
        if found["secret"] != keys or not found["enabled"]:
            values = {"secret": keys, "enabled": True}
            batch.conn.execute(update(_CHANNELS).where(*here).values(values))
            _tell(batch, clock, person)
        return str(found["id"])
    if len(_own(batch.conn, person.id)) >= MOST:
        raise too_many("endpoint")
    batch.conn.execute(delete(_CHANNELS).where(*here))
    wanted = Wanted("", None, WEBPUSH, new.endpoint, enabled=True, secret=keys)
    row = _fresh(clock, person, wanted, clock.now())
    batch.conn.execute(insert(_CHANNELS), [row])
    _tell(batch, clock, person)
    return str(row["id"])


def drop_subscription(batch: Batch, clock: Clock, person: Person, endpoint: str) -> None:
    """This browser of theirs is not to be pushed to any more; nothing happens where it was not."""
    here = (
        _CHANNELS.c.kind == WEBPUSH,
        _CHANNELS.c.address == endpoint,
        _CHANNELS.c.user_id == person.id,
    )
    if batch.conn.execute(delete(_CHANNELS).where(*here)).rowcount:
        _tell(batch, clock, person)


def mark_proven(batch: Batch, clock: Clock, channel_id: str) -> None:
    """A receipt has come back over it."""
    now = clock.now()
    found = select(_CHANNELS.c.proven_at).where(_CHANNELS.c.id == channel_id)
    row = batch.conn.execute(found).first()
    if row is None or (row.proven_at is not None and now - row.proven_at < PROOF_HOLDS):
        return
    batch.conn.execute(update(_CHANNELS).where(_CHANNELS.c.id == channel_id).values(proven_at=now))
    bump_version(batch)


def too_many(place: str) -> Invalid:
    """Nobody is told on more ways than this."""
    return Invalid(place, f"最多 {MOST} 个通知方式。", f"There are at most {MOST} channels.")


def _own(conn: Connection, user_id: str) -> dict[str, Mapping[str, Any]]:
    rows = conn.execute(select(_CHANNELS).where(_CHANNELS.c.user_id == user_id)).mappings()
    return {row["id"]: dict(row) for row in rows}


def _row(
    clock: Clock,
    person: Person,
    wanted: Wanted,
    before: Mapping[str, Any] | None,
    moment: datetime,
) -> Mapping[str, Any]:
    same_push = before is not None and (before["kind"], before["address"]) == (
        WEBPUSH,
        wanted.address,
    )
    if wanted.kind == WEBPUSH and not same_push:
        raise Invalid(
            f"{wanted.place}.kind",
            "浏览器推送要在那个浏览器里打开。",
            "Push is switched on in the browser that it is for.",
        )
    if before is None:
        return _fresh(clock, person, wanted, moment)
    return {
        **before,
        "kind": wanted.kind,
        "address": wanted.address,
        "enabled": wanted.enabled,
        "secret": _secret(wanted, before),
        "proven_at": before["proven_at"] if same_push else None,
    }


def _secret(wanted: Wanted, before: Mapping[str, Any]) -> str | None:
    """The given one, else the one that was there; a push subscription's is its browser's."""
    kept = before["secret"] if before["kind"] == wanted.kind else None
    if wanted.secret is None or wanted.kind == WEBPUSH:
        return kept
    return wanted.secret or None


def _fresh(clock: Clock, person: Person, wanted: Wanted, moment: datetime) -> dict[str, Any]:
    return {
        "id": wanted.id or clock.new_id(),
        "user_id": person.id,
        "kind": wanted.kind,
        "address": wanted.address,
        "secret": wanted.secret or None,
        "enabled": wanted.enabled,
        "created_at": moment,
        "proven_at": None,
    }


def _write(
    conn: Connection,
    gone: set[str],
    changed: Sequence[Mapping[str, Any]],
    present: Mapping[str, Mapping[str, Any]],
) -> None:
    if gone:
        conn.execute(delete(_CHANNELS).where(_CHANNELS.c.id.in_(gone)))
    for row in changed:
        if row["id"] in present:
            conn.execute(update(_CHANNELS).where(_CHANNELS.c.id == row["id"]).values(row))
        else:
            conn.execute(insert(_CHANNELS), [row])


def _not_yours(wanted: Sequence[Wanted], present: Mapping[str, Any]) -> Invalid:
    """One of the ids that were new to this person is somebody else's."""
    place = next(each.place for each in wanted if each.id and each.id not in present)
    return Invalid(f"{place}.id", "没有这个通知方式。", "You have no such channel.")


def _tell(batch: Batch, clock: Clock, person: Person) -> None:
    bump_version(batch)
    named = [
        {"id": row["id"], "kind": row["kind"], "enabled": row["enabled"]}
        for row in sorted(_own(batch.conn, person.id).values(), key=lambda row: row["id"])
    ]
    actor = Actor("user", person.id, person.name)
    append_log(batch, clock, "channels.changed", actor, {"user": person.id, "channels": named})
