"""Finding incidents through what a person may see."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select

from backend.api.answers import NoCursor, decode_cursor, encode_cursor
from backend.projections import INCIDENTS, OUTBOX, REPORTERS
from backend.read_models import summary
from backend.services import Services
from backend.tables import EventRow, SealedTextRow
from escalation.events import STATEMENT_DRAFTED, STATEMENT_ISSUED
from escalation.people import Directory
from escalation.rights import Caller, scope, statements_read_at

_EVENTS = EventRow.__table__
_TEXTS = SealedTextRow.__table__
_COLUMNS = INCIDENTS.c
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def list_incidents(
    conn: Connection, services: Services, caller: Caller, query: Mapping[str, Any]
) -> dict[str, Any]:
    """A page of summaries, newest first.

    Args:
        conn: a reading connection.
        services: for states and names.
        caller: a person.
        query: ``status`` (list), ``branch`` (or an org above some), ``type``, ``since``,
            ``until``, ``drill``, ``q``, ``cursor``, ``limit``.
    """
    limit = query["limit"]
    rows = select(_COLUMNS.id, _COLUMNS.opened_at).where(
        visible(caller, services.world.directory),
        *_filters(query, services.world.directory),
        *_found_by(conn, query.get("q"), caller, services.world.directory),
    )
    place = decode_cursor(query.get("cursor"), (int, str))
    if place is not None:
        rows = rows.where(_after(*place))
    order = rows.order_by(_COLUMNS.opened_at.desc(), _COLUMNS.id.desc()).limit(limit + 1)
    found = conn.execute(order).all()
    items = []
    for row in found[:limit]:
        loaded = services.states.read(conn, row.id)
        if loaded is not None:
            items.append(summary(loaded.state, services.world.directory))
    more = len(found) > limit
    return {"items": items, "next_cursor": _cursor(found[limit - 1]) if more else None}


def visible(caller: Caller, directory: Directory) -> Any:
    """The SQL form of ``rights.sees`` for a person (a test holds the two together)."""
    person = caller.person
    if person is None:
        return _COLUMNS.id.in_([])
    ordinary, discreet = scope(person, directory)
    reported, told = (
        exists().where(table.c.incident_id == _COLUMNS.id, table.c.user_id == person.id)
        for table in (REPORTERS, OUTBOX)
    )
    may = or_(
        and_(_COLUMNS.discreet.is_(False), _within(ordinary, directory)),
        and_(_COLUMNS.discreet.is_(True), _within(discreet, directory)),
        reported,
        told,
    )
    not_about_them = or_(_COLUMNS.subject.is_(None), _COLUMNS.subject != person.username)
    if caller.device_id is not None:
        return and_(may, not_about_them, _COLUMNS.discreet.is_(False))
    return and_(may, not_about_them)


def _within(orgs: set[str], directory: Directory) -> Any:
    branches = {org for org in orgs if directory.orgs[org].kind == "branch"}
    if len(branches) == sum(org.kind == "branch" for org in directory.orgs.values()):
        return _COLUMNS.branch.is_not(None)
    return _COLUMNS.branch.in_(sorted(branches))


def _filters(query: Mapping[str, Any], directory: Directory) -> list[Any]:
    found: list[Any] = []
    if query.get("branch") is not None:
        # A region, or the head office, means every branch below it.
        found.append(_COLUMNS.branch.in_(sorted(directory.below(query["branch"]))))
    if query.get("status"):
        found.append(_COLUMNS.status.in_(query["status"]))
    found += [
        _COLUMNS[name] == query[name] for name in ("type", "drill") if query.get(name) is not None
    ]
    if query.get("since"):
        found.append(_COLUMNS.opened_at >= query["since"])
    if query.get("until"):
        found.append(_COLUMNS.opened_at < query["until"])
    return found


def _found_by(
    conn: Connection, words: str | None, caller: Caller, directory: Directory
) -> list[Any]:
    """Its number, or a text of it that the caller may read, has these words."""
    if not words:
        return []
    branches = {org.id for org in directory.orgs.values() if org.kind == "branch"}
    reads = statements_read_at(caller, branches, directory)
    text = _TEXTS.c.text.contains(words, autoescape=True)
    if reads != branches:
        # Whoever does not read a statement does not find out by searching what is in it (A8).
        text = and_(text, or_(_COLUMNS.branch.in_(sorted(reads)), ~_in_statement(conn)))
    in_texts = exists().where(_TEXTS.c.chain == _COLUMNS.id, text)
    return [or_(_COLUMNS.number.contains(words, autoescape=True), in_texts)]


def _in_statement(conn: Connection) -> Any:
    """An event of a written statement names this text."""
    body = _EVENTS.c.body
    if conn.dialect.name == "postgresql":
        names = func.strpos(func.convert_from(body, "UTF8"), _TEXTS.c.hash)
    else:
        names = func.instr(body, _TEXTS.c.hash)
    written = _EVENTS.c.type.in_((STATEMENT_DRAFTED, STATEMENT_ISSUED))
    return exists().where(_EVENTS.c.chain == _TEXTS.c.chain, written, names > 0)


def _cursor(last: Any) -> str:
    return encode_cursor([(last.opened_at - _EPOCH) // _MILLISECOND, last.id])


def _after(opened: int, last_id: str) -> Any:
    """Behind a place in the order, whether or not an incident is there: it is not looked up."""
    try:
        at = _EPOCH + opened * _MILLISECOND
    except OverflowError as error:
        raise NoCursor from error
    return or_(_COLUMNS.opened_at < at, and_(_COLUMNS.opened_at == at, _COLUMNS.id < last_id))
