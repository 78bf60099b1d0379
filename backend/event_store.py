"""The events: appended, sealed, read back. All SQL on events, texts and commands is here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from backend.batch import Batch, Loaded
from backend.bulk import Query, rows_by_ids, update_rows
from backend.clock import Clock
from backend.tables import CommandRow, CounterRow, EventRow, SealedTextRow
from escalation.events import Actor, Event, Occurred
from escalation.evolve import PlaybookOf, evolve
from escalation.texts import Seal
from escalation.timeline import ZERO_HASH, canonical, sha256_hex

LOG_CHAIN = "log"
"""The chain of what belongs to no incident."""

_EVENTS = EventRow.__table__
_TEXTS = SealedTextRow.__table__
_COMMANDS = CommandRow.__table__
_COUNTERS = CounterRow.__table__
_COUNT_UP = Query(
    update(_COUNTERS)
    .where(_COUNTERS.c.name == bindparam("counter"))
    .values(value=_COUNTERS.c.value + 1)
    .returning(_COUNTERS.c.value)
)
_UNSEALED = Query(
    select(_EVENTS.c.ord, _EVENTS.c.chain)
    .where(_EVENTS.c.position.is_(None))
    .order_by(_EVENTS.c.ord)
)
_LAST_POSITION = Query(select(func.max(_EVENTS.c.position)))
_SEALING_LOCK = 0x43_42_53_45
"""PostgreSQL advisory lock: one sealer at a time."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What sealing has given positions to: the log's end, and the last position per incident."""

    position: int
    incidents: Mapping[str, int]


def append(batch: Batch, chain: str, events: Iterable[Event], prev_hash: str) -> str:
    """Chain the events and hand their rows to the batch; the new head's hash."""
    for event in events:
        body = canonical(event.body(prev_hash))
        prev_hash = sha256_hex(body)
        batch.rows.insert(
            _EVENTS,
            {
                "id": event.id,
                "chain": chain,
                "seq": event.seq,
                "type": event.type,
                "recorded_at": event.recorded_at,
                "body": body,
                "hash": prev_hash,
            },
        )
    return prev_hash


def append_log(  # noqa: PLR0913  (an event has that many parts)
    batch: Batch,
    clock: Clock,
    kind: str,
    actor: Actor,
    data: Mapping[str, Any],
    *,
    occurred: Occurred | None = None,
    command_id: str | None = None,
    device: Mapping[str, Any] | None = None,
) -> Event:
    """An event of the null chain; ``Typed`` values anywhere in ``data`` are sealed."""
    seal = Seal(clock.random_bytes)
    seq, prev_hash = lock_log(batch)
    now = clock.now()
    event = Event(
        id=clock.new_id(),
        incident_id=None,
        seq=seq + 1,
        type=kind,
        recorded_at=now,
        occurred=occurred or Occurred.at_server(now),
        actor=actor,
        data=seal.deeply(data),
        command_id=command_id,
        device=device,
    )
    batch.log_head = (event.seq, append(batch, LOG_CHAIN, [event], prev_hash))
    keep_texts(batch, LOG_CHAIN, seal)
    return event


def lock_log(batch: Batch) -> tuple[int, str]:
    """The end of the null chain, which nobody else moves on until this batch is over.

    Whoever first looks and then writes what stands on that chain begins with this.
    """
    if batch.log_head is None:
        batch.log_head = _log_head(batch)
    return batch.log_head


def _log_head(batch: Batch) -> tuple[int, str]:
    if batch.on_postgresql:
        batch.conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEALING_LOCK + 1})
    head = select(_EVENTS.c.seq, _EVENTS.c.hash).where(_EVENTS.c.chain == LOG_CHAIN)
    row = batch.conn.execute(head.order_by(_EVENTS.c.seq.desc()).limit(1)).first()
    return (0, ZERO_HASH) if row is None else (row.seq, row.hash)


def keep_texts(batch: Batch, chain: str, seal: Seal) -> None:
    """Store what was sealed; the same text sealed again by a device is one row."""
    known: set[str] = set()
    if seal.foreign:
        # Only a device chooses its salt: then the text may be there already.
        known = {row["hash"] for row in batch.rows.inserts.get(_TEXTS, ())}
        found = select(_TEXTS.c.hash).where(_TEXTS.c.hash.in_(seal.foreign))
        known.update(batch.conn.execute(found).scalars())
    for digest, (salt, words) in seal.kept.items():
        if digest in known:
            continue
        batch.rows.insert(_TEXTS, {"hash": digest, "chain": chain, "salt": salt, "text": words})


def seal_log(conn: Connection) -> Sealed:
    """Give every committed event its position, in order, without a gap.

    On PostgreSQL one process at a time does, after the commits.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEALING_LOCK})
    rows = _UNSEALED.rows(conn)
    last = log_position(conn)
    if rows:
        places = [{"key_ord": ord_, "position": last + n} for n, (ord_, _) in enumerate(rows, 1)]
        update_rows(conn, _EVENTS, places)
    touched = {chain: last + n for n, (_, chain) in enumerate(rows, 1) if chain != LOG_CHAIN}
    return Sealed(last + len(rows), touched)


def seal_batch(batch: Batch) -> Sealed:
    """On SQLite, where nobody else writes: positions for the batch's events before its flush."""
    rows = batch.rows.inserts.get(_EVENTS, [])
    last = batch.known.position
    if last is None:
        last = log_position(batch.conn)
    for position, row in enumerate(rows, last + 1):
        row["position"] = position
    batch.known.position = last + len(rows)
    touched = {row["chain"]: row["position"] for row in rows if row["chain"] != LOG_CHAIN}
    return Sealed(last + len(rows), touched)


def log_position(conn: Connection) -> int:
    """The end of the sealed log."""
    return _LAST_POSITION.value(conn) or 0


def changed_since(conn: Connection, position: int, limit: int) -> list[tuple[str, int]]:
    """Chains with events after ``position`` and the last position of each, oldest first."""
    last = func.max(_EVENTS.c.position).label("last")
    found = (
        select(_EVENTS.c.chain, last)
        .where(_EVENTS.c.position > position, _EVENTS.c.chain != LOG_CHAIN)
        .group_by(_EVENTS.c.chain)
        .order_by(last)
        .limit(limit)
    )
    return [(row.chain, row.last) for row in conn.execute(found)]


def read_events(
    conn: Connection, chain: str, *, after: int = 0, limit: int | None = None
) -> list[dict[str, Any]]:
    """A chain's events as they are exported, with ``hash`` and ``position``, from seq after+1."""
    found = (
        select(_EVENTS.c.body, _EVENTS.c.hash, _EVENTS.c.position)
        .where(_EVENTS.c.chain == chain, _EVENTS.c.seq > after)
        .order_by(_EVENTS.c.seq)
        .limit(limit)
    )
    return [
        {**orjson.loads(row.body), "hash": row.hash, "position": row.position}
        for row in conn.execute(found)
    ]


def events_so_far(batch: Batch, chain: str) -> list[Event]:
    """A chain's events as they stand within the batch: what is on disk, and what will be."""
    waiting = batch.rows.inserts.get(_EVENTS, ())
    bodies = [orjson.loads(row["body"]) for row in waiting if row["chain"] == chain]
    return [Event.from_body(body) for body in (*read_events(batch.conn, chain), *bodies)]


def read_log_event(conn: Connection, event_id: str) -> dict[str, Any] | None:
    """An event of the null chain as it was hashed."""
    found = select(_EVENTS.c.body).where(_EVENTS.c.id == event_id, _EVENTS.c.chain == LOG_CHAIN)
    body = conn.execute(found).scalar()
    return None if body is None else dict(orjson.loads(body))


def load_incident(conn: Connection, chain: str, playbook_of: PlaybookOf) -> Loaded | None:
    """Fold an incident from its events."""
    state, head_hash = None, ZERO_HASH
    for body in read_events(conn, chain):
        state = evolve(state, Event.from_body(body), playbook_of)
        head_hash = body["hash"]
    return None if state is None else Loaded(state, head_hash)


def read_texts(conn: Connection, hashes: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Salt (hex) and text of sealed hashes; both None where retention has emptied them."""
    found: dict[str, dict[str, str | None]] = {}
    for start in range(0, len(hashes), 500):
        part = hashes[start : start + 500]
        for row in conn.execute(select(_TEXTS).where(_TEXTS.c.hash.in_(part))):
            salt = None if row.salt is None else row.salt.hex()
            found[row.hash] = {"salt": salt, "text": row.text}
    return found


def look_up_commands(batch: Batch, ids: Sequence[str]) -> None:
    """Find out in one query which of these ids have been carried out."""
    for row in rows_by_ids(batch.conn, _COMMANDS, ids):
        batch.commands[row["id"]] = row


def find_command(batch: Batch, command_id: str) -> Mapping[str, Any] | None:
    """What was carried out under this id, with its fingerprint and outcome."""
    if command_id not in batch.commands and command_id not in batch.asked:
        look_up_commands(batch, [command_id])
    return batch.commands.get(command_id)


def keep_command(batch: Batch, row: dict[str, Any]) -> None:
    """Remember a command that was carried out: ``id, chain, fingerprint, outcome``."""
    batch.commands[row["id"]] = row
    batch.rows.insert(_COMMANDS, row)


def next_in_batch(batch: Batch, name: str) -> int:
    """The next value of a counter that many commands of a batch count up.

    ``write_counters`` writes down what it has come to.
    """
    known = batch.known
    value = known.counters.get(name)
    if value is None:
        value = next_number(batch.conn, name)
    else:
        value += 1
        known.counted.add(name)
    known.counters[name] = value
    return value


def write_counters(batch: Batch) -> None:
    """The last values of this batch, each counter once."""
    for name in batch.known.counted:
        batch.rows.update(_COUNTERS, {"name": name}, {"value": batch.known.counters[name]})


def next_number(conn: Connection, name: str) -> int:
    """The next value of a counter, from 1."""
    taken = _COUNT_UP.value(conn, counter=name)
    if taken is not None:
        return int(taken)
    conn.execute(insert(_COUNTERS), [{"name": name, "value": 1}])
    return 1
