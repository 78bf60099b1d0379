"""Past cases as teaching material (A6): what a review has kept, without whose case it was."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from backend.drills.runs import CASES
from backend.event_store import read_texts
from backend.incident_list import visible
from backend.projections import INCIDENTS
from backend.services import Services
from escalation.incident import Incident
from escalation.people import Directory
from escalation.rights import Caller

_COLUMNS = INCIDENTS.c
SOMEBODY = "※"
"""Stands where a name or a number stood."""
_TITLES = "先生|女士|小姐|太太|老师|经理|主任|行长|阿姨|大爷|大妈|叔叔|师傅|总"
_ADDRESSED = re.compile(rf"[\u4e00-\u9fff]{{1,2}}(?={_TITLES})")
_ENGLISH = re.compile(r"\b(Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][\w'-]*(\s+[A-Z][\w'-]*)?")
_NUMBERS = re.compile(r"\d[\d -]{4,}\d|\d{5,}")
_ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)


def cases(
    conn: Connection, services: Services, caller: Caller, before: str | None, limit: int
) -> list[dict[str, Any]]:
    """One more than ``limit``, the newest first: of what the caller may see.

    Args:
        conn: a reading connection.
        services: for states.
        caller: a person.
        before: an id; only what comes after it in the list.
        limit: how many.
    """
    wanted = (
        select(CASES.c.incident_id)
        .select_from(CASES.join(INCIDENTS, _COLUMNS.id == CASES.c.incident_id))
        .where(visible(caller, services.world.directory), _COLUMNS.drill.is_(False))
    )
    if before is not None:
        wanted = wanted.where(CASES.c.incident_id < before)
    ids = conn.execute(wanted.order_by(CASES.c.incident_id.desc()).limit(limit + 1)).scalars().all()
    loaded = [services.states.read(conn, each) for each in ids]
    return [
        item
        for each in loaded
        if each is not None
        for item in _case(conn, each.state, services.world.directory)
    ]


def _case(conn: Connection, state: Incident, directory: Directory) -> Iterator[dict[str, Any]]:
    review = state.review
    if review is None:
        return
    sealed = {"words": review.words, "process": review.process, "decision": review.decision}
    texts = read_texts(conn, [each["sealed"] for each in sealed.values()])
    said = {name: texts.get(each["sealed"], {}).get("text") for name, each in sealed.items()}
    yield {
        "id": state.id,
        "kind": "case",
        "type": state.type,
        "title": state.primary.title.as_json(),
        "says": [],
        "expected": [],
        **{name: text and nameless(text, directory) for name, text in said.items()},
    }


def nameless(text: str, directory: Directory) -> str:
    """Without the names of staff and branches, how customers are addressed, numbers, addresses."""
    names = {
        name
        for person in directory.people.values()
        for name in (person.name, person.username)
        if len(name) > 1
    } | {org.name for org in directory.orgs.values()}
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(re.escape(name), SOMEBODY, text, flags=re.IGNORECASE)
    for pattern in (_ADDRESSES, _NUMBERS, _ENGLISH, _ADDRESSED):
        text = pattern.sub(SOMEBODY, text)
    return text
