"""What statistics count of an incident, ready before anybody asks (A7): one row each.

A row begins when something can be counted: what waits for its first answer is counted from the
open incidents themselves, so that a tap writes nothing more. None of a drill; what was real until
it was marked as one keeps its row, which says so.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from backend.figure_table import FigureRow
from escalation.incident import NO_TALLY, Incident

FIGURES = FigureRow.__table__
_MILLISECOND = timedelta(milliseconds=1)


def figure_rows(state: Incident) -> Iterator[dict[str, Any]]:
    """The incident's row, where it has one."""
    untouched = state.acknowledged_at is None and state.tally == NO_TALLY and not state.over
    marked = state.terms is not None and state.terms.marked_at is not None
    if untouched or (state.drill and not marked):
        return
    tally = state.tally
    yield {
        "branch": state.branch,
        "opened_at": state.opened_at,
        "incident_id": state.id,
        "type": state.type,
        "status": state.status,
        "drill": state.drill,
        "discreet": state.discreet,
        "subject": state.subject,
        "acknowledged_in": _since_opening(state, state.acknowledged_at),
        "contained_in": _since_opening(state, state.contained_at),
        "kept": tally.kept,
        "missed": tally.missed,
        "reopened": tally.reopened,
        "cause": tally.cause,
        "outcome": tally.outcome,
        "kind": tally.kind,
        "business_line": state.facts.get("business_line"),
        "customer": state.customer,
    }


def _since_opening(state: Incident, moment: datetime | None) -> int | None:
    """Milliseconds; a tablet's clock may make it come before the opening: no time at all."""
    if moment is None or state.status == "cancelled":
        return None
    return max(0, (moment - state.opened_at) // _MILLISECOND)
