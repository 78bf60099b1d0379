"""The pack of a week's review: incidents chosen by the rules, with why (A2)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, or_, select

from backend.api.answers import NoCursor, decode_cursor, encode_cursor
from backend.event_store import read_texts
from backend.incident_list import visible
from backend.projections import INCIDENTS
from backend.read_models import person, summary
from backend.services import Services
from escalation.incident import Incident
from escalation.people import Directory
from escalation.reviewing import REPEATS_WITHIN, why_reviewed
from escalation.rights import Caller, reviews_at
from escalation.timeline import stamp

_COLUMNS = INCIDENTS.c
_PAGE = 200
_LOOKED_AT = 2000
"""Incidents that one request looks at; a larger week comes in several pages."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Week(NamedTuple):
    """An ISO week by the clocks of an org: from its Monday until before the next."""

    name: str
    since: datetime
    until: datetime


def week_of(day: date, zone: str) -> Week:
    """The week that holds the day. Raises OverflowError where the calendar ends."""
    year, number, weekday = day.isocalendar()
    monday = datetime.combine(day - timedelta(days=weekday - 1), time(), ZoneInfo(zone))
    until = (monday + timedelta(days=7)).astimezone(UTC)
    return Week(f"{year}-W{number:02d}", monday.astimezone(UTC), until)


def review_pack(
    conn: Connection, services: Services, caller: Caller, week: Week, query: Mapping[str, Any]
) -> dict[str, Any]:
    """A page of the chosen incidents, newest first.

    Args:
        conn: a reading connection.
        services: for states and names.
        caller: a person who reviews somewhere.
        week: in which they were opened.
        query: ``org`` (or what lies below it), ``cursor``, ``limit``.
    """
    items: list[dict[str, Any]] = []
    last: Any = None
    looked_at = 0
    for row in _rows(conn, services, caller, week, query):
        if len(items) == query["limit"] or looked_at == _LOOKED_AT:
            return {"week": week.name, "items": items, "next_cursor": _cursor(last)}
        last, looked_at = row, looked_at + 1
        loaded = services.states.read(conn, row.id)
        item = None if loaded is None else review_item(conn, services, loaded.state)
        if item is not None and item["because"]:
            items.append(item)
    return {"week": week.name, "items": items, "next_cursor": None}


def review_item(conn: Connection, services: Services, state: Incident) -> dict[str, Any]:
    """An incident as the review sees it: why it was chosen, what was found."""
    return {
        "incident": summary(state, services.world.directory),
        "because": list(reasons(conn, state)),
        "review": _review(conn, services.world.directory, state),
    }


def reasons(conn: Connection, state: Incident) -> tuple[str, ...]:
    """Why the review looks at it, as far as the house knows now."""
    of_its_kind = select(func.count()).where(
        _COLUMNS.branch == state.branch,
        _COLUMNS.type == state.type,
        _COLUMNS.drill.is_(False),
        _COLUMNS.status != "cancelled",
        _COLUMNS.opened_at > state.opened_at - REPEATS_WITHIN,
        _COLUMNS.opened_at <= state.opened_at,
    )
    return why_reviewed(state, conn.execute(of_its_kind).scalar() or 0)


def _review(conn: Connection, directory: Directory, state: Incident) -> dict[str, Any] | None:
    found = state.review
    if found is None:
        return None
    sealed = {"words": found.words, "process": found.process, "decision": found.decision}
    texts = read_texts(conn, [each["sealed"] for each in sealed.values()])
    said = {name: texts.get(each["sealed"], {}).get("text") for name, each in sealed.items()}
    return {"at": stamp(found.at), "by": person(directory, found.by), **said}


def _rows(
    conn: Connection, services: Services, caller: Caller, week: Week, query: Mapping[str, Any]
) -> Iterator[Any]:
    directory = services.world.directory
    orgs = reviews_at(caller, directory)
    if "org" in query:
        orgs &= directory.below(query["org"]) if query["org"] in directory.orgs else set()
    wanted = select(_COLUMNS.id, _COLUMNS.opened_at).where(
        visible(caller, directory),
        _COLUMNS.branch.in_(sorted(orgs)),
        _COLUMNS.drill.is_(False),
        _COLUMNS.status != "cancelled",
        _COLUMNS.opened_at >= week.since,
        _COLUMNS.opened_at < week.until,
    )
    place = decode_cursor(query.get("cursor"), (int, str))
    order = wanted.order_by(_COLUMNS.opened_at.desc(), _COLUMNS.id.desc()).limit(_PAGE)
    while True:
        page = conn.execute(order if place is None else order.where(_after(*place))).all()
        yield from page
        if len(page) < _PAGE:
            return
        place = _place(page[-1])


def _place(row: Any) -> list[Any]:
    return [(row.opened_at - _EPOCH) // _MILLISECOND, row.id]


def _cursor(row: Any) -> str | None:
    return None if row is None else encode_cursor(_place(row))


def _after(opened: int, last_id: str) -> Any:
    try:
        at = _EPOCH + opened * _MILLISECOND
    except OverflowError as error:
        raise NoCursor from error
    return or_(_COLUMNS.opened_at < at, and_(_COLUMNS.opened_at == at, _COLUMNS.id < last_id))
