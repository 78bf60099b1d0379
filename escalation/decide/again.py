"""After a reboot or a failover: whoever has not answered is alerted again (rule 6)."""

from typing import Any

from escalation.commands import AlertAgain
from escalation.context import Decision
from escalation.decide.alerting import climb, repeat, still_asked
from escalation.timeline import stamp


def alert_again(decision: Decision, _: AlertAgain) -> None:
    """Repeat the live alerts of an incident that nobody has answered; else nothing happens.

    What fell due meanwhile is due now; the last level, repeated here, waits its turn again.
    """
    state = decision.incident
    if state.climb.next_at is None or state.status not in ("open", "acknowledged"):
        return
    ladder, anybody = _ladder(decision), False
    for alert in state.live_alerts():
        told = still_asked(decision, alert)
        if told:
            repeat(decision, alert, told, ladder if alert.on_ladder else None)
            anybody = anybody or alert.on_ladder
    if not anybody:
        climb(decision, max(state.climb.level, 1), state.climb.cause)


def _ladder(decision: Decision) -> dict[str, Any]:
    state, now = decision.incident, decision.context.now
    stands = state.climb
    if stands.level < len(stands.levels):
        next_at = max(stands.next_at or now, now)
    else:
        next_at = now + state.lasting(state.primary.repeat_every)
    return {
        "level": stands.level,
        "base": stamp(stands.base or now),
        "next_at": stamp(next_at),
        "cause": stands.cause,
    }
