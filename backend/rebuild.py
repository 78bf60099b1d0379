"""``python -m backend rebuild``: all projections anew from the events, and what had differed.

The events are the truth; the rows that follow from them are compared and put right, chain by
chain, in one transaction. What only says how far a delivery or a deadline has got (``sent_at``,
``due_at`` and what follows it, ``parked``) is not a projection and stays with its row.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, delete, insert, select, update

from backend.config import Settings
from backend.db import make_engine
from backend.drills.runs import CASES, RESULTS, RUNS
from backend.event_store import LOG_CHAIN, read_events
from backend.figure_sums import put_sums_right
from backend.figures import FIGURES
from backend.projections import (
    ALIASES,
    DEADLINES,
    FOLLOW_UPS,
    INCIDENTS,
    KEYS,
    MATTERS,
    OUTBOX,
    REPORTERS,
    VIEWERS,
    rows_of,
    sent_again,
    to_send,
)
from backend.shelf import Shelf
from backend.tables import CANARY, EventRow
from backend.world import load_directory
from escalation.events import Event
from escalation.evolve import PlaybookOf, fold
from escalation.incident import Incident
from escalation.timeline import ZERO_HASH, event_hash
from playbooks.load import LIBRARY, load_library

_EVENTS = EventRow.__table__
_TABLES: tuple[Table, ...] = (
    *(INCIDENTS, ALIASES, REPORTERS, VIEWERS, DEADLINES),
    *(FIGURES, OUTBOX, FOLLOW_UPS, MATTERS),
    *(RUNS, RESULTS, CASES),
)
_PAGE = 500

Rows = dict[tuple[Any, ...], dict[str, Any]]


def run_rebuild(settings: Settings) -> int:
    """Rebuild the database of ``settings`` and say what differed; 1 when something did."""
    engine = make_engine(settings.database_url, writer=True)
    shelf = Shelf(load_library(LIBRARY, *([settings.playbooks] if settings.playbooks else [])))
    try:
        with engine.begin() as conn:
            shelf.load(conn)
        differences = rebuild(engine, shelf.of)
    finally:
        engine.dispose()
    for line in differences:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"{len(differences)} differences; what could be put right is right now\n"
        if differences
        else "no difference\n"
    )
    return 1 if differences else 0


def rebuild(engine: Engine, playbook_of: PlaybookOf) -> list[str]:
    """Compare and put right; one line for each thing that differed."""
    differences: list[str] = []
    with engine.begin() as conn:
        for chain in _chains(conn):
            differences += _rebuild_chain(conn, chain, playbook_of)
        for table in _TABLES:
            differences += _without_events(conn, table)
        differences += put_sums_right(conn, load_directory(conn))
    return differences


def _chains(conn: Connection) -> Iterator[str]:
    """Every chain, a page at a time."""
    last = ""
    while True:
        after = select(_EVENTS.c.chain).where(_EVENTS.c.chain > last).distinct()
        page = conn.execute(after.order_by(_EVENTS.c.chain).limit(_PAGE)).scalars().all()
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1]


def _rebuild_chain(conn: Connection, chain: str, playbook_of: PlaybookOf) -> list[str]:
    if conn.dialect.name == "postgresql":
        # Whoever decides on it waits for this row, or we for them.
        conn.execute(select(INCIDENTS.c.id).where(INCIDENTS.c.id == chain).with_for_update())
    if chain == LOG_CHAIN:
        # It belongs to no incident and may be long: only read, a page at a time.
        broken = _broken(_paged(conn, chain), chain)
        return [f"{chain}: {broken}"] if broken else []
    events = read_events(conn, chain)
    broken = _broken(events, chain)
    if broken:
        return [f"{chain}: {broken}; its rows are left as they are"]
    try:
        state = fold(map(Event.from_body, events), playbook_of)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return [f"{chain}: its events cannot be read ({error!r}); its rows are left as they are"]
    right: dict[Table, Rows] = {table: {} for table in _TABLES}
    if state is not None:
        for table, row in rows_of(state, events[-1]["hash"]):
            right[table][_key(table, row)] = row
    return [
        difference
        for table in _TABLES
        for difference in _put_right(conn, table, chain, right[table], state)
    ]


def _paged(conn: Connection, chain: str) -> Iterator[dict[str, Any]]:
    last = 0
    while page := read_events(conn, chain, after=last, limit=_PAGE):
        yield from page
        last += len(page)


def _broken(events: Iterable[dict[str, Any]], chain: str) -> str | None:
    """Where the chain does not hold, if anywhere."""
    prev_hash = ZERO_HASH
    incident_id = None if chain == LOG_CHAIN else chain
    for at, event in enumerate(events, 1):
        if event["seq"] != at or event["incident_id"] != incident_id:
            return f"event {at} is missing or does not belong there"
        if event["prev_hash"] != prev_hash or event_hash(event) != event["hash"]:
            return f"event {at} does not fit its hash"
        prev_hash = event["hash"]
    return None


def _put_right(
    conn: Connection, table: Table, chain: str, right: Rows, state: Incident | None
) -> Iterator[str]:
    column = table.c[_owner(table)]
    found = [dict(row) for row in conn.execute(select(table).where(column == chain)).mappings()]
    there: Rows = {_key(table, row): row for row in found}
    for key in sorted(there.keys() - right.keys()):
        conn.execute(delete(table).where(*_is(table, key)))
        yield f"{chain}: {table.name} {_named(key)} has no reason to be there"
    for key, row in right.items():
        if key not in there:
            _make_room(conn, table, key, row)
            new = to_send(state, row) if table is OUTBOX and state else row
            conn.execute(insert(table).values(new))
            yield f"{chain}: {table.name} {_named(key)} was missing"
            continue
        wrong = {name: row[name] for name in row if there[key][name] != row[name]}
        if wrong:
            if table is OUTBOX and state:
                wrong.update(sent_again(state, there[key], row))
            if table is DEADLINES:
                wrong["parked"] = False
            if table is FIGURES:
                wrong["loose"] = True
            _make_room(conn, table, key, wrong, but_itself=True)
            conn.execute(update(table).where(*_is(table, key)).values(wrong))
            yield f"{chain}: {table.name} {_named(key)} had wrong {', '.join(sorted(wrong))}"


def _make_room(
    conn: Connection,
    table: Table,
    key: tuple[Any, ...],
    row: Mapping[str, Any],
    *,
    but_itself: bool = False,
) -> None:
    """Remove a row of another chain that has taken this one's key or number."""
    if not but_itself:
        conn.execute(delete(table).where(*_is(table, key)))
    if table is INCIDENTS and "number" in row:
        taken = delete(table).where(table.c.number == row["number"], table.c.id != key[0])
        conn.execute(taken)


def _without_events(conn: Connection, table: Table) -> list[str]:
    owner = table.c[_owner(table)]
    nowhere = and_(owner != CANARY, owner.not_in(select(_EVENTS.c.chain)))
    lost = sorted(set(conn.execute(select(owner).where(nowhere)).scalars()))
    conn.execute(delete(table).where(nowhere))
    return [f"{incident_id}: {table.name} without any event" for incident_id in lost]


def _owner(table: Table) -> str:
    return "id" if table is INCIDENTS else "incident_id"


def _key(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS[table])


def _is(table: Table, key: tuple[Any, ...]) -> list[Any]:
    return [table.c[name] == value for name, value in zip(KEYS[table], key, strict=True)]


def _named(key: tuple[Any, ...]) -> str:
    return "/".join(map(str, key))
