"""How drills look in answers, and which of them the caller may know or change."""

from typing import Any

from sqlalchemy import ColumnElement, Connection

from backend.callers import current_caller
from backend.drills.plans import Found, find_drill, known_to
from backend.drills.shown import candidates, drills_json
from backend.problems import NotFound
from backend.services import services
from escalation.drill_rights import knowing, may_change
from escalation.people import Person
from escalation.refusal import Forbidden
from playbooks.scenarios import VISITOR_RULES, Scenario


def shown_to_caller() -> ColumnElement[bool]:
    """The drills that the caller may know of, as a condition on their rows."""
    parts = services()
    discreet = sorted(book.id for book in parts.shelf.current.values() if book.discreet)
    return known_to(knowing(current_caller(), parts.world.directory), discreet)


def own_drill(who: Person, drill_id: str) -> Found:
    """A drill that somebody may change.

    Raises:
        NotFound: they know of none.
        Forbidden: it is another's.
    """
    shown = shown_to_caller()
    found = services().reader.run(lambda conn: find_drill(conn, drill_id, shown))
    if found is None:
        raise NotFound
    drill = found.drill
    if not may_change(who, drill.made_by, drill.branch, services().world.directory):
        raise Forbidden
    return found


def drill_detail(drill_id: str) -> dict[str, Any]:
    """One drill with the incidents that may have been it.

    Raises:
        NotFound: the caller knows of none.
    """
    parts, caller = services(), current_caller()
    shown = shown_to_caller()

    def read(conn: Connection) -> dict[str, Any] | None:
        found = find_drill(conn, drill_id, shown)
        if found is None:
            return None
        (item,) = drills_json(conn, parts, caller, [found])
        return {**item, "candidates": candidates(conn, parts, caller, found)}

    found = parts.reader.run(read)
    if found is None:
        raise NotFound
    return found


def built_in(scenario: Scenario) -> dict[str, Any]:
    """A scenario of the house's own, in the shape of a kept case."""
    return {
        "id": scenario.id,
        "kind": "built_in",
        "type": scenario.type,
        "title": scenario.title.as_json(),
        "says": [each.as_json() for each in scenario.says],
        "expected": [each.as_json() for each in (*scenario.expected, *VISITOR_RULES)],
        "words": None,
        "process": None,
        "decision": None,
    }
