"""Finding incidents through what a person may see."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select, text, union

from backend.api.answers import NoCursor, decode_cursor, encode_cursor
from backend.projections import INCIDENTS, OUTBOX, REPORTERS, VIEWERS
from backend.read_models import summary
from backend.services import Services
from backend.tables import DRILL, NOT_OVER, OPEN, EventRow, SealedTextRow
from escalation.events import STATEMENT_DRAFTED, STATEMENT_ISSUED
from escalation.people import Directory
from escalation.rights import Caller, scope, statements_read_at

_EVENTS = EventRow.__table__
_TEXTS = SealedTextRow.__table__
_COLUMNS = INCIDENTS.c
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
FEW_BRANCHES = 8
"""So many are looked through one by one; of more, the list of all is full soon enough."""


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
    found = conn.execute(page(conn, caller, services.world.directory, query, limit + 1)).all()
    items = []
    for row in found[:limit]:
        loaded = services.states.read(conn, row.id)
        if loaded is not None:
            items.append(summary(loaded.state, services.world.directory))
    more = len(found) > limit
    return {"items": items, "next_cursor": _cursor(found[limit - 1]) if more else None}


def page(
    conn: Connection, caller: Caller, directory: Directory, query: Mapping[str, Any], limit: int
) -> Any:
    """Id and opening of the newest that the caller may see, from indexes alone.

    Each place where some may stand is walked in its own order until the page is full, so that
    the archive costs nothing (B15). Whatever is found there has to be ``visible`` all the same.
    """
    rows = select(_COLUMNS.id, _COLUMNS.opened_at).where(
        visible(caller, directory),
        *_filters(query, directory),
        *_found_by(conn, query.get("q"), caller, directory),
    )
    every = {org.id for org in directory.orgs.values() if org.kind == "branch"}
    asked = every if query.get("branch") is None else every & directory.below(query["branch"])
    theirs = asked & _scope(caller, directory)
    not_over = _not_over(rows, query)
    if query.get("status") and NOT_OVER.issuperset(query["status"]):
        opened = _unindexed(_COLUMNS.opened_at)  # nor is the order worth a walk through all
        return not_over.order_by(opened.desc(), _COLUMNS.id.desc()).limit(limit)
    if theirs == every:
        return _newest(rows, query, limit)
    places = [not_over]
    if len(theirs) > FEW_BRANCHES:
        places.append(_newest(rows.where(_unindexed(_COLUMNS.branch).in_(theirs)), query, limit))
    else:
        places += [
            _newest(rows.where(_COLUMNS.branch == branch), query, limit)
            for branch in sorted(theirs)
        ]
    if theirs != asked:
        places.append(_newest(_told(rows, caller), query, limit, VIEWERS.c))
    found = union(*(select(place.subquery()) for place in places)).subquery()
    return select(found).order_by(found.c.opened_at.desc(), found.c.id.desc()).limit(limit)


def _scope(caller: Caller, directory: Directory) -> set[str]:
    return set() if caller.person is None else set().union(*scope(caller.person, directory))


def _told(rows: Any, caller: Caller) -> Any:
    """Those that are over and that the caller reported or was told of, wherever they were."""
    told = rows.join(VIEWERS, VIEWERS.c.incident_id == _COLUMNS.id)
    return told.where(VIEWERS.c.user_id == caller.user_id)


def _not_over(rows: Any, query: Mapping[str, Any]) -> Any:
    """Those that are not over, wherever they are: few, by an index of their own."""
    opened = _unindexed(_COLUMNS.opened_at)
    return rows.where(text(OPEN), *_period(query, opened, _COLUMNS.id))


def _newest(rows: Any, query: Mapping[str, Any], limit: int, by: Any = None) -> Any:
    """A page of ``rows``, backwards along an index that ends in opening and id."""
    opened, id_ = (
        (_COLUMNS.opened_at, _COLUMNS.id) if by is None else (by.opened_at, by.incident_id)
    )
    asked = rows.where(*_period(query, opened, id_))
    return asked.order_by(opened.desc(), id_.desc()).limit(limit)


def _unindexed(column: Any) -> Any:
    """Its value, for which no index is chosen."""
    return func.coalesce(column, column)


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
    if query.get("type") is not None:
        found.append(_COLUMNS.type == query["type"])
    if query.get("drill") is not None:
        found.append(text(DRILL) if query["drill"] else _COLUMNS.drill.is_(False))
    return found


def _found_by(
    conn: Connection, words: str | None, caller: Caller, directory: Directory
) -> list[Any]:
    """Its number, or a text of it that the caller may read, has these words."""
    if not words:
        return []
    branches = {org.id for org in directory.orgs.values() if org.kind == "branch"}
    reads = statements_read_at(caller, branches, directory)
    told = _TEXTS.c.text.contains(words, autoescape=True)
    if reads != branches:
        # Whoever does not read a statement does not find out by searching what is in it (A8).
        told = and_(told, or_(_COLUMNS.branch.in_(sorted(reads)), ~_in_statement(conn)))
    in_texts = exists().where(_TEXTS.c.chain == _COLUMNS.id, told)
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


def _period(query: Mapping[str, Any], opened: Any, id_: Any) -> list[Any]:
    """Since, until, and behind the cursor's place; no incident is looked up for it."""
    found = []
    if query.get("since"):
        found.append(opened >= query["since"])
    if query.get("until"):
        found.append(opened < query["until"])
    place = decode_cursor(query.get("cursor"), (int, str))
    if place is not None:
        last, last_id = place
        try:
            at = _EPOCH + last * _MILLISECOND
        except OverflowError as error:
            raise NoCursor from error
        found.append(opened <= at)  # an index begins there
        found.append(or_(opened < at, id_ < last_id))
    return found
