"""The objection library's rows: found, written, cleared; each change on the log's own chain."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from backend.afterwards.tables import ObjectionRow
from backend.batch import Batch
from backend.clock import Clock
from backend.db import contains_word
from backend.event_store import append_log
from backend.problems import NotFound
from escalation.clearance import GOOD_FOR, Clearance, check_second
from escalation.events import Actor
from escalation.objection import WORD_FIELDS, Objection, Words, check_wording
from escalation.refusal import Refused
from escalation.texts import Typed

OBJECTIONS = ObjectionRow.__table__
_COLUMNS = OBJECTIONS.c


def find_objections(
    conn: Connection, shown: ColumnElement[bool], query: Mapping[str, Any], now: datetime
) -> list[Objection]:
    """One more than ``limit``, the newest first.

    Args:
        conn: a reading connection.
        shown: what the reader may see.
        query: ``q``, ``topic``, ``playbook``, ``status``, ``before`` (an id), ``limit``.
        now: what has expired by now.
    """
    wanted = select(OBJECTIONS).where(shown)
    for name in ("topic", "playbook"):
        if name in query:
            wanted = wanted.where(_COLUMNS[name] == query[name])
    if "q" in query:
        places = (*WORD_FIELDS, "topic")
        wanted = wanted.where(or_(*[contains_word(_COLUMNS[name], query["q"]) for name in places]))
    if "status" in query:
        wanted = wanted.where(of_status(query["status"], now))
    if query.get("before") is not None:
        wanted = wanted.where(_COLUMNS.id < query["before"])
    rows = conn.execute(wanted.order_by(_COLUMNS.id.desc()).limit(query["limit"] + 1))
    return [_read(row) for row in rows.mappings()]


def of_status(status: str, now: datetime) -> ColumnElement[bool]:
    """``Objection.status`` in SQL (a test holds the two together)."""
    both = and_(_COLUMNS.compliance_at.is_not(None), _COLUMNS.legal_at.is_not(None))
    since = now - GOOD_FOR
    good = and_(both, _COLUMNS.compliance_at > since, _COLUMNS.legal_at > since)
    if status == "retired":
        return and_(_COLUMNS.retired.is_(True))
    kept = _COLUMNS.retired.is_(False)
    if status == "draft":
        return and_(kept, or_(_COLUMNS.compliance_at.is_(None), _COLUMNS.legal_at.is_(None)))
    if status == "cleared":
        return and_(kept, good)
    old = or_(_COLUMNS.compliance_at <= since, _COLUMNS.legal_at <= since)
    return and_(kept, both, old)


def held_by(orgs: set[str]) -> ColumnElement[bool]:
    """Entries of these orgs."""
    return and_(_COLUMNS.org_id.in_(sorted(orgs)))


def find_objection(
    conn: Connection, objection_id: str, shown: ColumnElement[bool]
) -> Objection | None:
    """The entry of that id, where it may be seen."""
    row = conn.execute(select(OBJECTIONS).where(_COLUMNS.id == objection_id, shown)).mappings()
    found = row.first()
    return None if found is None else _read(found)


def add_objection(batch: Batch, clock: Clock, actor: Actor, entry: Objection) -> None:
    """A new entry, on record. Raises Refused: ``forbidden-wording``."""
    check_wording(entry.words)
    batch.conn.execute(insert(OBJECTIONS), [_row(entry)])
    _note(batch, clock, actor, "added", entry)


def change_objection(
    batch: Batch, clock: Clock, actor: Actor, objection_id: str, change: Mapping[str, Any]
) -> Objection:
    """Other words want new clearances; retiring an entry keeps it on record.

    Raises:
        NotFound: it is gone.
        Refused: ``forbidden-wording``.
    """
    before = _now(batch, objection_id)
    words = replace(before.words, **{k: v for k, v in change.items() if k in WORD_FIELDS})
    rest = {key: value for key, value in change.items() if key not in WORD_FIELDS}
    entry = replace(before, **rest, words=words)
    if words != before.words:
        check_wording(words)
        entry = replace(entry, revision=before.revision + 1, compliance=None, legal=None)
    if entry != before:
        _write(batch, entry)
        _note(batch, clock, actor, "changed", entry)
    return entry


def clear_objection(
    batch: Batch, clock: Clock, actor: Actor, objection_id: str, role: str, revision: int
) -> Objection:
    """Compliance's or legal's word for what it says now.

    Raises:
        NotFound: it is gone.
        Refused: ``changed-meanwhile``, ``retired``, ``second-person``, ``forbidden-wording``.
    """
    before = _now(batch, objection_id)
    if before.revision != revision:
        raise Refused(
            "changed-meanwhile",
            "内容刚改过，请看过新的再审核。",
            "It has been changed meanwhile; read it again before you clear it.",
        )
    if before.retired:
        raise Refused("retired", "这条已停用。", "This entry is retired.")
    check_second(before, role, actor.id)
    check_wording(before.words)
    cleared = Clearance(actor.id, clock.now())
    is_compliance = role == "compliance_officer"
    entry = replace(before, compliance=cleared) if is_compliance else replace(before, legal=cleared)
    _write(batch, entry)
    data = {"objection": entry.id, "role": role, "revision": entry.revision}
    append_log(batch, clock, "objection.cleared", actor, data)
    return entry


def _now(batch: Batch, objection_id: str) -> Objection:
    wanted = select(OBJECTIONS).where(_COLUMNS.id == objection_id).with_for_update()
    row = batch.conn.execute(wanted).mappings().first()
    if row is None:
        raise NotFound
    return _read(row)


def _write(batch: Batch, entry: Objection) -> None:
    batch.conn.execute(update(OBJECTIONS).where(_COLUMNS.id == entry.id).values(**_row(entry)))


def _note(batch: Batch, clock: Clock, actor: Actor, what: str, entry: Objection) -> None:
    data = {
        "objection": entry.id,
        "org": entry.org,
        "playbook": entry.playbook,
        "incident": entry.incident,
        "revision": entry.revision,
        "retired": entry.retired,
        "topic": Typed(entry.topic),
        **{name: Typed(text) for name, text in asdict(entry.words).items()},
    }
    append_log(batch, clock, f"objection.{what}", actor, data)


def _read(row: Any) -> Objection:
    def clearance(name: str) -> Clearance | None:
        by = row[f"{name}_by"]
        return None if by is None else Clearance(by, row[f"{name}_at"])

    return Objection(
        id=row["id"],
        org=row["org_id"],
        topic=row["topic"],
        playbook=row["playbook"],
        incident=row["incident_id"],
        words=Words(**{name: row[name] for name in WORD_FIELDS}),
        revision=row["revision"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        compliance=clearance("compliance"),
        legal=clearance("legal"),
        retired=row["retired"],
    )


def _row(entry: Objection) -> dict[str, Any]:
    compliance, legal = entry.compliance, entry.legal
    return {
        "id": entry.id,
        "org_id": entry.org,
        "topic": entry.topic,
        "playbook": entry.playbook,
        "incident_id": entry.incident,
        **asdict(entry.words),
        "revision": entry.revision,
        "made_by": entry.made_by,
        "made_at": entry.made_at,
        "compliance_by": None if compliance is None else compliance.by,
        "compliance_at": None if compliance is None else compliance.at,
        "legal_by": None if legal is None else legal.by,
        "legal_at": None if legal is None else legal.at,
        "retired": entry.retired,
    }
