"""Clocks, calls and promises remind in one way: before, at, and after the moment."""

from collections.abc import Iterable
from typing import Any

from escalation.clock import MISSED
from escalation.context import Decision
from escalation.decide.alerting import holders, remind
from escalation.people import Recipient


def remind_of_owed(
    decision: Decision, told: Iterable[Recipient], stage: int, urgency: str, **more: Any
) -> None:
    """Tell ``told``; once it has run out and nothing followed, the next level, too.

    ``stage`` 1 warned, 2 due, 3 escalated; ``more`` says what is owed.
    """
    people, climb = list(told), decision.incident.climb
    if stage > MISSED and climb.levels:
        upper = min(max(climb.level, 1) + 1, len(climb.levels))
        people += holders(decision, climb.levels[upper - 1].tell)
    remind(decision, people, "clock", urgency, **more)
