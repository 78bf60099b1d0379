"""Calls that are owed, found through what a person may see (A1, A4)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from backend.api.answers import NoCursor, decode_cursor, encode_cursor
from backend.event_store import read_texts
from backend.incident_list import visible
from backend.projections import FOLLOW_UPS, INCIDENTS
from backend.read_models import person
from backend.services import Services
from escalation.people import Directory
from escalation.rights import Caller
from escalation.timeline import stamp

_COLUMNS = FOLLOW_UPS.c
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def list_follow_ups(
    conn: Connection, services: Services, caller: Caller, query: Mapping[str, Any]
) -> dict[str, Any]:
    """A page, what is due first at the top.

    Args:
        conn: a reading connection.
        services: for names and titles.
        caller: a person.
        query: ``due`` (due by then), ``org`` (or what lies below it), ``kind``, ``status``,
            ``incident``, ``cursor``, ``limit``.
    """
    directory, limit = services.world.directory, query["limit"]
    rows = _shown_rows(caller, directory).where(*_filters(query, directory))
    place = decode_cursor(query.get("cursor"), (int, str))
    if place is not None:
        rows = rows.where(_after(*place))
    rows = rows.order_by(_COLUMNS.due_at, _COLUMNS.id).limit(limit + 1)
    found = conn.execute(rows).mappings().all()
    more = len(found) > limit
    return {
        "items": _drawn(conn, services, found[:limit]),
        "next_cursor": _cursor(found[limit - 1]) if more else None,
    }


def find_follow_up(
    conn: Connection, services: Services, caller: Caller, follow_up: str
) -> dict[str, Any] | None:
    """One of them, as the list shows it; None where it is not theirs to see."""
    rows = _shown_rows(caller, services.world.directory).where(_COLUMNS.id == follow_up)
    drawn = _drawn(conn, services, conn.execute(rows).mappings().all())
    return drawn[0] if drawn else None


def _shown_rows(caller: Caller, directory: Directory) -> Any:
    joined = FOLLOW_UPS.join(INCIDENTS, INCIDENTS.c.id == _COLUMNS.incident_id)
    shown = select(
        *_COLUMNS, INCIDENTS.c.number, INCIDENTS.c.branch, INCIDENTS.c.drill, INCIDENTS.c.type
    )
    return shown.select_from(joined).where(visible(caller, directory))


def _filters(query: Mapping[str, Any], directory: Directory) -> list[Any]:
    found = [
        _COLUMNS[column] == query[name]
        for name, column in (("kind", "kind"), ("status", "status"), ("incident", "incident_id"))
        if name in query
    ]
    if "org" in query:
        below = directory.below(query["org"]) if query["org"] in directory.orgs else set()
        found.append(_COLUMNS.org_id.in_(sorted(below)))
    if "due" in query:
        found.append(_COLUMNS.due_at <= query["due"])
    return found


def _drawn(conn: Connection, services: Services, rows: Any) -> list[dict[str, Any]]:
    needed = [row[name] for row in rows for name in ("note", "improve") if row[name] is not None]
    texts = read_texts(conn, needed) if needed else {}
    return [_shown(services, row, texts) for row in rows]


def _shown(
    services: Services, row: Any, texts: Mapping[str, Mapping[str, str | None]]
) -> dict[str, Any]:
    directory = services.world.directory
    org = directory.orgs[row["org_id"]]
    book = services.shelf.current.get(row["type"])

    def text(name: str) -> str | None:
        return None if row[name] is None else texts.get(row[name], {}).get("text")

    return {
        "id": row["id"],
        "kind": row["kind"],
        "status": row["status"],
        "due_at": stamp(row["due_at"]),
        "overdue": row["status"] == "scheduled" and row["due_at"] < services.clock.now(),
        "org": {"id": org.id, "name": org.name},
        "incident": {
            "id": row["incident_id"],
            "number": row["number"],
            "title": None if book is None else book.title.as_json(),
            "drill": row["drill"],
        },
        "note": text("note"),
        "made_at": stamp(row["made_at"]),
        "made_by": person(directory, row["made_by"]),
        "done_at": None if row["done_at"] is None else stamp(row["done_at"]),
        "done_by": person(directory, row["done_by"]),
        "outcome": row["outcome"],
        "content": row["content"],
        "improve": text("improve"),
    }


def _cursor(last: Any) -> str:
    return encode_cursor([(last["due_at"] - _EPOCH) // _MILLISECOND, last["id"]])


def _after(due: int, last_id: str) -> Any:
    try:
        at = _EPOCH + due * _MILLISECOND
    except OverflowError as error:
        raise NoCursor from error
    return or_(_COLUMNS.due_at > at, and_(_COLUMNS.due_at == at, _COLUMNS.id > last_id))
