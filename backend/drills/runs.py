"""The rows of an incident that is a drill: how it stands, and what its people have to show."""

from collections.abc import Iterator
from typing import Any

from backend.drills.tables import DrillCaseRow, DrillResultRow, DrillRunRow
from escalation.incident import Incident

RUNS = DrillRunRow.__table__
RESULTS = DrillResultRow.__table__
CASES = DrillCaseRow.__table__


def drill_rows(state: Incident) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Of what is no drill, none but that it is a case to learn from."""
    terms = state.terms
    if state.review is not None:
        yield CASES, {"incident_id": state.id, "reviewed_at": state.review.at}
    if terms is None:
        return
    result = terms.result
    yield (
        RUNS,
        {
            "incident_id": state.id,
            "drill_id": terms.drill,
            "status": state.status,
            "marked_at": terms.marked_at,
            "percent": None if result is None else result.percent,
            "passed": None if result is None else result.passed,
        },
    )
    if result is None:
        return
    for user in result.took_part:
        yield (
            RESULTS,
            {
                "incident_id": state.id,
                "user_id": user,
                "playbook": state.type,
                "percent": result.percent,
                "passed": result.passed,
                "at": result.at,
            },
        )
