"""Which events make which notices. Pure: the outbox is a projection of the events."""

from collections.abc import Sequence

from escalation import events as ev
from escalation.alert import Alert
from escalation.events import Event
from escalation.incident import Incident
from notifications.notice import AlertOver, Kind, Notice, Plan

_ENDINGS = {
    ev.ALERT_ACKNOWLEDGED: "acknowledged",
    ev.INCIDENT_CONTAINED: "contained",
    ev.INCIDENT_CANCELLED: "cancelled",
    ev.INCIDENT_CLOSED: "closed",
}


def plan(before: Incident | None, events: Sequence[Event], after: Incident) -> Plan:
    """What has to be sent because of ``events``, which led from ``before`` to ``after``."""
    notices = [notice for event in events for notice in _notices(event)]
    return Plan(tuple(notices), tuple(_over(before, events, after)))


def _notices(event: Event) -> list[Notice]:
    kinds: dict[str, Kind] = {ev.ALERT_RAISED: "alert", ev.ALERT_INFORMED: "inform"}
    kind = kinds.get(event.type)
    if kind is None or event.incident_id is None:
        return []
    return [
        Notice(
            kind=kind,
            incident_id=event.incident_id,
            alert_id=event.data["alert_id"],
            repeat=event.data.get("repeat", 0),
            user=each["user"],
            role=each["role"],
            reachable=each["reachable"],
        )
        for each in event.data["recipients"]
    ]


def _over(before: Incident | None, events: Sequence[Event], after: Incident) -> list[AlertOver]:
    ending = next((each for each in reversed(events) if each.type in _ENDINGS), None)
    if ending is None or before is None:
        return []
    by = ending.actor.id if ending.actor.kind == "user" else None
    was_live = {each.id for each in _all(before) if not each.over}
    return [
        AlertOver(after.id, each.id, _ENDINGS[ending.type], by, tuple(each.told))  # type: ignore[arg-type]
        for each in _all(after)
        if each.over and each.id in was_live
    ]


def _all(state: Incident) -> list[Alert]:
    return [*state.alerts.values(), *state.informed.values()]
