"""A drill tells people only as far as it says (A6); whom it leaves out stands in the timeline.

Nobody is ever alerted by what is written here: no notice comes of ``alert.simulated``.
"""

from collections.abc import Sequence
from typing import Any

from escalation import events as ev
from escalation.context import Decision
from escalation.incident import Incident
from escalation.people import Directory, Recipient


def split(
    decision: Decision, told: Sequence[Recipient]
) -> tuple[Sequence[Recipient], Sequence[Recipient]]:
    """Who is really told, and who only would be; of what is no drill, everybody is."""
    state = decision.incident
    if state.terms is None or state.terms.tells == "everyone":
        return told, ()
    orgs = _within(state, decision.context.directory)
    real = [each for each in told if each.org in orgs or _takes_part(state, each.person.id)]
    return real, [each for each in told if each not in real]


def simulate(
    decision: Decision,
    level: int,
    reason: str,
    left_out: Sequence[Recipient],
    ladder: dict[str, Any] | None,
) -> None:
    """Write down whom this would have told; ``level`` 0: told, not asked."""
    data: dict[str, Any] = {
        "level": level,
        "reason": reason,
        "recipients": [
            {"user": each.person.id, "role": each.role, "org": each.org} for each in left_out
        ],
    }
    if ladder is not None:
        data["ladder"] = ladder
    decision.follow(ev.ALERT_SIMULATED, data)


def _within(state: Incident, directory: Directory) -> set[str]:
    assert state.terms is not None  # noqa: S101  (asked of drills only)
    path = directory.path(state.branch)
    return set(path[:1] if state.terms.tells == "branch" else path[:2])


def _takes_part(state: Incident, user: str) -> bool:
    return user == state.in_charge or state.was_told(user)
