"""What is owed to a customer afterwards: calls about satisfaction or at a better time (A1, A4)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from escalation.clock import speaks_at

Kind = Literal["satisfaction", "call_back"]
SATISFACTION: Kind = "satisfaction"
CALL_BACK: Kind = "call_back"
KINDS: tuple[Kind, ...] = (SATISFACTION, CALL_BACK)
STATUSES = ("scheduled", "done", "withdrawn")
OUTCOMES = ("reached", "not_reached", "declined")
"""Of a call: ``not_reached`` is tried again, ``declined``: the customer wants none."""
CONTENT = ("yes", "partly", "no")

WITHIN_A_WEEK = 7 * 86400
"""From closing to the call about satisfaction, where no playbook says (A1). Seconds."""
IN_THREE_DAYS = 3 * 86400
"""The call at a better moment, where nobody says when (A4). Seconds."""
TRY_AGAIN = 86400
"""After a call that nobody answered. Seconds."""
FURTHEST = 92 * 86400
"""Nobody is called back later than this. Seconds."""
TELL = ("complaint_officer", "branch_manager")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One call that is owed. ``stage`` as of a clock: 1 warned, 2 due, 3 escalated.

    ``command_id`` made it, where a person did. ``note`` and ``improve`` are sealed texts;
    ``content`` answers "content with the solution?".
    """

    id: str
    kind: Kind
    made_at: datetime
    made_by: str | None
    due_at: datetime
    note: Mapping[str, str] | None = None
    stage: int = 0
    status: Literal["scheduled", "done", "withdrawn"] = "scheduled"
    done_at: datetime | None = None
    done_by: str | None = None
    outcome: str | None = None
    content: str | None = None
    improve: Mapping[str, str] | None = None
    command_id: str | None = None

    @property
    def next_at(self) -> datetime | None:
        """When it is spoken of next: a warning, the due moment, the next level after it."""
        if self.status != "scheduled":
            return None
        return speaks_at(self.made_at, self.due_at, self.stage)


def withdrawn(follow_ups: Mapping[str, FollowUp]) -> Mapping[str, FollowUp]:
    """An incident that goes on has nobody to be asked yet whether they are content."""
    return {
        key: replace(each, status="withdrawn")
        if each.kind == SATISFACTION and each.status == "scheduled"
        else each
        for key, each in follow_ups.items()
    }
