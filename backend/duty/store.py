"""What changes who is on duty: each change a row, an event of the null chain, a new snapshot.

It runs inside the writer's transaction; what is refused leaves nothing behind.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, update

from backend.batch import Batch
from backend.clock import Clock
from backend.duty.load import ABSENCES, ROTA, SUBSTITUTES, load_duty, row_of, table_of
from backend.event_store import append_log
from backend.problems import NotFound
from backend.world import bump_version
from escalation.duty import (
    Absence,
    Entry,
    Override,
    Shift,
    Substitute,
    makes_circle,
    overlap,
)
from escalation.events import Actor
from escalation.people import Directory
from escalation.refusal import Refused
from escalation.texts import Typed
from escalation.timeline import stamp

KEPT = timedelta(days=30)
"""For so long one can still look up what is over; the log keeps it for good."""

MOST = 200
"""Absences of one person, and substitutes, and take-overs: whoever changes one reads them all."""

_WORDS: dict[type[Entry], str] = {
    Shift: "shift",
    Override: "take_over",
    Absence: "absence",
    Substitute: "substitute",
}


def add_entry(batch: Batch, clock: Clock, actor: Actor, entry: Entry, directory: Directory) -> None:
    """Plan something new, on record.

    Raises:
        Refused: ``planned-already``, ``too-many-planned``, ``substitute-overlap``,
            ``substitute-circle``.
    """
    _refuse_conflicts(batch, entry)
    batch.conn.execute(insert(table_of(entry)), [row_of(entry)])
    _note(batch, clock, actor, "added", entry, directory)


def change_entry(
    batch: Batch, clock: Clock, actor: Actor, entry: Entry, directory: Directory
) -> None:
    """Put another in the place of what has the same id, on record.

    Raises:
        NotFound: somebody has taken it away meanwhile.
        Refused: as ``add_entry``.
    """
    _refuse_conflicts(batch, entry)
    table = table_of(entry)
    found = batch.conn.execute(update(table).where(table.c.id == entry.id).values(**row_of(entry)))
    if not found.rowcount:
        raise NotFound
    _note(batch, clock, actor, "changed", entry, directory)


def remove_entry(
    batch: Batch, clock: Clock, actor: Actor, entry: Entry, directory: Directory
) -> None:
    """Take it away, on record; nothing happens where it is gone already."""
    table = table_of(entry)
    if batch.conn.execute(delete(table).where(table.c.id == entry.id)).rowcount:
        _note(batch, clock, actor, "removed", entry, directory)


def sweep(batch: Batch, now: datetime) -> None:
    """Housekeeping: what was over long ago. No snapshot has to be made anew for it."""
    over = now - KEPT
    batch.conn.execute(delete(ROTA).where((ROTA.c.ends_at < over) | (ROTA.c.day < over.date())))
    for table in (ABSENCES, SUBSTITUTES):
        batch.conn.execute(delete(table).where(table.c.ends_at < over))


def _refuse_conflicts(batch: Batch, entry: Entry) -> None:
    """By what is on disk now, whatever the snapshot says."""
    duty = load_duty(batch.conn)
    others = [each for each in duty.entries.values() if each.id != entry.id] if duty else []
    if any(replace(each, id=entry.id) == entry for each in others):
        raise Refused(
            "planned-already", "已经有一条同样的安排。", "Exactly this is planned already."
        )
    if not isinstance(entry, Shift):
        alike = [each for each in others if type(each) is type(entry) and each.user == entry.user]
        if len(alike) >= MOST:
            raise Refused("too-many-planned", f"最多 {MOST} 条。", f"There are at most {MOST}.")
    if not isinstance(entry, Substitute):
        return
    known = [each for each in others if isinstance(each, Substitute)]
    if any(each.user == entry.user and overlap(each, entry) for each in known):
        raise Refused(
            "substitute-overlap",
            "这段时间已经有代班人，请先改原来的。",
            "Somebody stands in during that time already; change that first.",
        )
    if makes_circle(entry, known):
        raise Refused(
            "substitute-circle",
            "代班会绕回本人：请换一个人。",
            "They would stand in for each other in a circle; choose somebody else.",
        )


def _note(
    batch: Batch, clock: Clock, actor: Actor, what: str, entry: Entry, directory: Directory
) -> None:
    bump_version(batch)
    word = _WORDS[type(entry)]
    told = {word: entry.id, **_told(entry)}
    told["name"] = Typed(directory.people[entry.user].name)
    append_log(batch, clock, f"{word}.{what}", actor, told)


def _told(entry: Entry) -> dict[str, Any]:
    """What the log keeps of it."""
    told: dict[str, Any] = {"user": entry.user}
    if isinstance(entry, Shift):
        told |= {"role": entry.role, "org": entry.org, "weekday": entry.weekday}
        told |= {"date": None if entry.day is None else entry.day.isoformat()}
        return told | {"from_minute": entry.begins, "to_minute": entry.ends}
    if isinstance(entry, Override):
        told |= {"role": entry.role, "org": entry.org}
    elif isinstance(entry, Substitute):
        told["substitute"] = entry.substitute
    return told | {
        "from": stamp(entry.start),
        "to": None if entry.end is None else stamp(entry.end),
    }
