"""state = fold(evolve, events): the only place where an incident's state changes.

It takes no decision and reads no clock: whatever depends on rules or time already stands in
the event. What each event changes is in ``escalation/change``.
"""

from collections.abc import Iterable, Mapping

from escalation import events as ev
from escalation.change import afterwards, alerts, checklist, dealings, drills, life
from escalation.events import Event
from escalation.incident import Change, Incident, PlaybookOf

__all__ = ["PlaybookOf", "evolve", "fold"]

_NOT_ACTIVITY = {ev.ALERT_DELIVERED, ev.ALERT_SEEN, ev.ALERT_FAILED, ev.EXPORT_MADE}
_CHANGES: Mapping[str, Change] = {
    **life.CHANGES,
    **alerts.CHANGES,
    **checklist.CHANGES,
    **afterwards.CHANGES,
    **drills.CHANGES,
    **dealings.CHANGES,
}


def fold(events: Iterable[Event], playbook_of: PlaybookOf) -> Incident | None:
    """State from events, oldest first."""
    state: Incident | None = None
    for event in events:
        state = evolve(state, event, playbook_of)
    return state


def evolve(state: Incident | None, event: Event, playbook_of: PlaybookOf) -> Incident:
    """The state after ``event``."""
    if event.type == ev.INCIDENT_OPENED:
        return life.opened(event, playbook_of)
    if state is None:
        raise ValueError(f"{event.type} before the incident was opened")
    change = _CHANGES.get(event.type)
    if change is not None:
        state = change(state, event, playbook_of)
    if event.actor.kind != "system" and event.type not in _NOT_ACTIVITY:
        return state.having(seq=event.seq, last_activity=event.recorded_at)
    return state.having(seq=event.seq)
