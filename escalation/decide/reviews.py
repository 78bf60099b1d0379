"""What the review of an incident has found goes on its record (A2)."""

from escalation import events as ev
from escalation.commands import RecordReview
from escalation.context import Decision
from escalation.refusal import Refused


def record_review(decision: Decision, command: RecordReview) -> None:
    """What broke in words and in process, and the decision; a later review takes its place."""
    status = decision.incident.status
    if status not in ("contained", "closed"):
        raise Refused(
            "not-contained",
            "控场以后才能复盘。",
            "An incident is reviewed once it is contained.",
        )
    seal = decision.context.seal
    decision.add(
        ev.REVIEW_RECORDED,
        {
            "because": list(command.because),
            "words": seal(command.words),
            "process": seal(command.process),
            "decision": seal(command.decision),
        },
    )
