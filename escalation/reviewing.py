"""Which incidents a week's review looks at, and why each of them (A2)."""

from datetime import timedelta

from escalation.incident import Incident

SEVERE, MISSED_CLOCK, LAST_LEVEL = "severe", "missed_clock", "last_level"
GATE_OVERRIDDEN, REPEATED, SLOW = "gate_overridden", "repeated", "slow_to_acknowledge"
REASONS = (SEVERE, MISSED_CLOCK, LAST_LEVEL, GATE_OVERRIDDEN, REPEATED, SLOW)

SLOW_AFTER = 180
"""Until somebody takes charge: more is long (the ladder has reached its third level). Seconds."""
REPEATS = 3
"""Incidents of one type at one branch, this one included, within ``REPEATS_WITHIN``."""
REPEATS_WITHIN = timedelta(days=30)


def why_reviewed(state: Incident, of_its_kind: int) -> tuple[str, ...]:
    """The reasons, in the order of ``REASONS``; none: it is no matter for the review.

    Args:
        state: of the incident. Drills and what was taken back are never reviewed.
        of_its_kind: how many of its type its branch had within ``REPEATS_WITHIN``, with this one.
    """
    if state.drill or state.status == "cancelled":
        return ()
    checks = {
        SEVERE: _severe(state),
        MISSED_CLOCK: _missed(state),
        LAST_LEVEL: len(state.climb.levels) > 1 and state.climb.level >= len(state.climb.levels),
        GATE_OVERRIDDEN: any(each.overridden for each in state.progress.values()),
        REPEATED: of_its_kind >= REPEATS,
        SLOW: _slow(state),
    }
    return tuple(reason for reason in REASONS if checks[reason])


def _severe(state: Incident) -> bool:
    return state.severity == "critical" or any(
        book.id == "complaint_heavy" for book in state.playbooks
    )


def _missed(state: Incident) -> bool:
    late = any(each.stage > 1 for each in state.clocks.values())
    return late or any(each.late for each in state.progress.values())


def _slow(state: Incident) -> bool:
    taken = state.acknowledged_at
    return taken is not None and taken - state.opened_recorded_at > state.lasting(SLOW_AFTER)
