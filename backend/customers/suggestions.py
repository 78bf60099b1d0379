"""Suggestions to the business side: made, answered once, and how often they repeat (W4, A7)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from backend.batch import Batch
from backend.clock import Clock
from backend.customers.tables import SuggestionRow
from backend.event_store import append_log, lock_log
from backend.incident_list import visible
from backend.problems import NotFound
from backend.projections import INCIDENTS
from escalation.events import Actor
from escalation.people import Directory
from escalation.refusal import Refused
from escalation.rights import Caller
from escalation.suggestion import Status, Suggestion, check_open, suggestions_seen_at
from escalation.texts import Typed

SUGGESTIONS = SuggestionRow.__table__
_COLUMNS = SUGGESTIONS.c
_SAME = (_COLUMNS.org_id, _COLUMNS.product, _COLUMNS.cause)


def shown_to(caller: Caller, directory: Directory) -> Any:
    """Their own, and those of the orgs that they answer or look after.

    Nothing that comes from an incident about themselves; on a tablet nothing of a discreet one.
    """
    if caller.person is None:
        return _COLUMNS.id.in_([])
    person, incident = caller.person, INCIDENTS.c
    about_them = exists().where(
        incident.id == _COLUMNS.incident_id, incident.subject == person.username
    )
    seen = _COLUMNS.org_id.in_(sorted(suggestions_seen_at(caller, directory)))
    shown = and_(
        or_(_COLUMNS.made_by == person.id, seen),
        or_(_COLUMNS.made_by == person.id, ~about_them),
    )
    if caller.device_id is None:
        return shown
    quiet = exists().where(incident.id == _COLUMNS.incident_id, incident.discreet.is_(True))
    return and_(shown, ~quiet)


def find_suggestions(
    conn: Connection, shown: ColumnElement[bool], query: Mapping[str, Any]
) -> list[Suggestion]:
    """One more than ``limit``, the newest first.

    Args:
        conn: a reading connection.
        shown: what the reader may see.
        query: ``orgs``, ``status``, ``product``, ``cause``, ``mine`` (a person's id), ``after``
            (a moment and an id), ``limit``.
    """
    wanted = select(SUGGESTIONS).where(shown, *_filters(query))
    if query.get("after") is not None:
        at, last = query["after"]
        same_moment = and_(_COLUMNS.made_at == at, _COLUMNS.id < last)
        wanted = wanted.where(or_(_COLUMNS.made_at < at, same_moment))
    order = wanted.order_by(_COLUMNS.made_at.desc(), _COLUMNS.id.desc())
    rows = conn.execute(order.limit(query["limit"] + 1))
    return [_read(row) for row in rows.mappings()]


def find_suggestion(
    conn: Connection, suggestion_id: str, shown: ColumnElement[bool]
) -> Suggestion | None:
    """The one of that id, where it may be seen."""
    row = conn.execute(select(SUGGESTIONS).where(_COLUMNS.id == suggestion_id, shown)).mappings()
    found = row.first()
    return None if found is None else _read(found)


def how_often(
    conn: Connection, shown: ColumnElement[bool], found: Sequence[Suggestion]
) -> dict[tuple[str, str, str], int]:
    """For each of these: how many came from the same org about the same product and cause."""
    keys = {(each.org, each.product, each.cause) for each in found}
    if not keys:
        return {}
    counted = select(*_SAME, func.count().label("times")).where(
        shown, tuple_(*_SAME).in_(sorted(keys))
    )
    rows = conn.execute(counted.group_by(*_SAME))
    return {(row.org_id, row.product, row.cause): row.times for row in rows}


def numbers_of(
    conn: Connection, ids: Sequence[str], caller: Caller, directory: Directory
) -> dict[str, str]:
    """Numbers of those of these incidents that the reader may see, by id."""
    if not ids:
        return {}
    columns = INCIDENTS.c
    wanted = select(columns.id, columns.number).where(
        columns.id.in_(sorted(set(ids))), visible(caller, directory)
    )
    return {row.id: row.number for row in conn.execute(wanted)}


def count_causes(
    conn: Connection, shown: ColumnElement[bool], query: Mapping[str, Any]
) -> Sequence[Row[Any]]:
    """By branch, product and cause: how many there are and how many are open; the most first.

    ``query`` as of ``find_suggestions``, with ``skip`` for the place; one more than ``limit``.
    """
    waiting = func.sum(case((_COLUMNS.status == "open", 1), else_=0)).label("open")
    times, last = func.count().label("times"), func.max(_COLUMNS.made_at).label("last_at")
    counted = select(*_SAME, times, waiting, last).where(shown, *_filters(query)).group_by(*_SAME)
    order = counted.order_by(times.desc(), *_SAME)
    return conn.execute(order.offset(query["skip"]).limit(query["limit"] + 1)).all()


def add_suggestion(batch: Batch, clock: Clock, actor: Actor, suggestion: Suggestion) -> Suggestion:
    """On record; sent again by the same person it is the one that there is.

    Raises:
        Refused: ``idempotency-conflict``.
    """
    lock_log(batch)
    known = _now(batch, suggestion.id)
    if known is not None:
        if replace(suggestion, made_at=known.made_at) != _as_made(known):
            raise Refused(
                "idempotency-conflict",
                "这个编号已经用在别的建议上。",
                "This id belongs to another suggestion.",
            )
        return known
    batch.conn.execute(insert(SUGGESTIONS), [_row(suggestion)])
    data = {
        "suggestion": suggestion.id,
        "org": suggestion.org,
        "incident": suggestion.incident,
        "cause": suggestion.cause,
        "product": Typed(suggestion.product),
        "text": Typed(suggestion.text),
    }
    append_log(batch, clock, "suggestion.made", actor, data)
    return suggestion


def answer_suggestion(
    batch: Batch, clock: Clock, actor: Actor, suggestion_id: str, status: Status, answer: str
) -> Suggestion:
    """The business side's word; of two who answer at once, the first one's stands.

    Raises:
        NotFound: it is gone.
        Refused: ``answered-already``.
    """
    lock_log(batch)
    before = _now(batch, suggestion_id)
    if before is None:
        raise NotFound
    check_open(before)
    after = replace(
        before, status=status, answer=answer, answered_by=actor.id, answered_at=clock.now()
    )
    batch.conn.execute(update(SUGGESTIONS).where(_COLUMNS.id == after.id).values(**_row(after)))
    data = {"suggestion": after.id, "status": status, "answer": Typed(answer)}
    append_log(batch, clock, "suggestion.answered", actor, data)
    return after


def _filters(query: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    found = [
        _COLUMNS[name] == query[name] for name in ("status", "product", "cause") if name in query
    ]
    if "orgs" in query:
        found.append(_COLUMNS.org_id.in_(sorted(query["orgs"])))
    if "mine" in query:
        found.append(_COLUMNS.made_by == query["mine"])
    if "since" in query:
        since: datetime = query["since"]
        found.append(_COLUMNS.made_at >= since)
    return found


def _now(batch: Batch, suggestion_id: str) -> Suggestion | None:
    row = batch.conn.execute(select(SUGGESTIONS).where(_COLUMNS.id == suggestion_id)).mappings()
    found = row.first()
    return None if found is None else _read(found)


def _as_made(known: Suggestion) -> Suggestion:
    return replace(known, status="open", answer=None, answered_by=None, answered_at=None)


def _read(row: Any) -> Suggestion:
    return Suggestion(
        id=row["id"],
        org=row["org_id"],
        incident=row["incident_id"],
        product=row["product"],
        cause=row["cause"],
        text=row["text"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        status=row["status"],
        answer=row["answer"],
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
    )


def _row(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "id": suggestion.id,
        "org_id": suggestion.org,
        "incident_id": suggestion.incident,
        "product": suggestion.product,
        "cause": suggestion.cause,
        "text": suggestion.text,
        "status": suggestion.status,
        "made_by": suggestion.made_by,
        "made_at": suggestion.made_at,
        "answer": suggestion.answer,
        "answered_by": suggestion.answered_by,
        "answered_at": suggestion.answered_at,
    }
