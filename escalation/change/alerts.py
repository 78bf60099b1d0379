"""What events about alerts do to the state: who was asked, their answer, the ladder."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from escalation import events as ev
from escalation.alert import Alert, Told, Way
from escalation.events import Event
from escalation.incident import Change, Climb, Incident, PlaybookOf
from escalation.timeline import unstamp
from playbooks.model import Level


def _told(event: Event) -> dict[str, Told]:
    repeat = event.data.get("repeat", 0)
    return {
        each["user"]: Told(each["user"], each["role"], each["reachable"], repeat)
        if "channels" not in each
        else Told(each["user"], each["role"], each["reachable"], repeat, ways=_ways(each))
        for each in event.data["recipients"]
    }


def _ways(recipient: Mapping[str, Any]) -> tuple[Way, ...]:
    return tuple(Way(each["id"], each["kind"]) for each in recipient["channels"])


def _raised(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    data = event.data
    known = state.alerts.get(data["alert_id"])
    alert = Alert(
        id=data["alert_id"],
        level=data["level"],
        repeat=data["repeat"],
        reason=data["reason"],
        urgency=data["urgency"],
        raised_at=event.recorded_at if known is None else known.raised_at,
        sounded_at=event.recorded_at,
        told=_told(event) if known is None else {**known.told, **_told(event)},
        on_ladder=bool(data.get("ladder")),
    )
    state = state.having(alerts={**state.alerts, alert.id: alert}, last_activity=event.recorded_at)
    return moved(state, data.get("ladder"))


def moved(state: Incident, ladder: Mapping[str, Any] | None) -> Incident:
    """The ladder stands as the event says; None: the event did not move it."""
    if ladder is None:
        return state
    before = state.climb
    cause = ladder.get("cause", before.cause)
    climb = Climb(
        levels=_levels(ladder["levels"]) if "levels" in ladder else before.levels,
        base=unstamp(ladder["base"]),
        level=ladder["level"],
        next_at=moment(ladder["next_at"]),
        cause=cause if before.next_at is None or cause == "escalated" else before.cause,
    )
    # The time to act has passed: the ladder goes on until somebody acknowledges again, or acts.
    act_by = None if cause == "act_within" else state.act_by
    return state.having(climb=climb, act_by=act_by)


def _levels(levels: Iterable[Mapping[str, Any]]) -> tuple[Level, ...]:
    return tuple(Level(after=each["after"], tell=tuple(each["tell"])) for each in levels)


def moment(text: str | None) -> datetime | None:
    """A moment that may be missing, as an event writes it down."""
    return None if text is None else unstamp(text)


def _climbed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    if event.data["ladder"] is None:
        return state
    return moved(state.having(last_activity=event.recorded_at), event.data["ladder"])


def _simulated(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    """Whom a drill does not really tell: the ladder goes on as though they had been."""
    return moved(state.having(last_activity=event.recorded_at), event.data.get("ladder"))


def _informed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    alert = Alert(
        id=event.data["alert_id"],
        level=0,
        repeat=0,
        reason=event.data["reason"],
        urgency=event.data["urgency"],
        raised_at=event.recorded_at,
        sounded_at=event.recorded_at,
        told=_told(event),
    )
    return state.having(informed={**state.informed, alert.id: alert})


def _receipt(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    """It has arrived, or was seen, by one of their channels: something is left after all."""
    told = _recipient(state, event)
    at = {_RECEIPTS[event.type]: event.recorded_at}
    ways = _with_way(told, event.data["channel"], at)
    change = {"ways": ways, "failed": False} if ways else {**at, "failed": False}
    return mark(state, event.data["user"], change, [event.data["alert_id"]])


_RECEIPTS: Mapping[str, str] = {ev.ALERT_DELIVERED: "delivered_at", ev.ALERT_SEEN: "seen_at"}


def _failed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    """One of their channels did not take it; ``nothing_left``: nor will any other."""
    data = event.data
    told = _recipient(state, event)
    why = {"failed_at": event.recorded_at, "detail": data["detail"]}
    ways = _with_way(told, data["channel"], why) or told.ways
    change = {"ways": ways, "failed": bool(data.get("nothing_left"))}
    return mark(state, data["user"], change, [data["alert_id"]])


def _recipient(state: Incident, event: Event) -> Told:
    alert_id = event.data["alert_id"]
    alert = state.alerts.get(alert_id) or state.informed[alert_id]
    return alert.told[event.data["user"]]


def _with_way(told: Told, channel: str, change: Mapping[str, Any]) -> tuple[Way, ...]:
    """Their ways with one of them changed; none where it is not one of them."""
    if told.way(channel) is None:
        return ()
    return tuple(way._replace(**change) if way.id == channel else way for way in told.ways)


def _declined(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return mark(state, event.data["user"], {"declined": True}, event.data["alerts"])


def mark(
    state: Incident, user: str, change: Mapping[str, Any], ids: Container[str] | None = None
) -> Incident:
    """What is now known of ``user`` as a recipient of these alerts; None: of all of them."""

    def marked(alerts: Mapping[str, Alert]) -> Mapping[str, Alert]:
        return {
            key: replace(alert, told={**alert.told, user: alert.told[user]._replace(**change)})
            if user in alert.told and (ids is None or key in ids)
            else alert
            for key, alert in alerts.items()
        }

    return state.having(alerts=marked(state.alerts), informed=marked(state.informed))


def _acknowledged(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    covered = set(event.data["alerts"])
    user = event.actor.id
    alerts = {
        key: replace(alert, acknowledged_at=event.recorded_at, acknowledged_by=user, over=True)
        if key in covered
        else alert
        for key, alert in state.alerts.items()
    }
    eta = event.data["eta_minutes"]
    return state.having(
        alerts=alerts,
        status="acknowledged" if state.status == "open" else state.status,
        in_charge=state.in_charge or user,
        acknowledged_at=state.acknowledged_at or event.recorded_at,
        eta_minutes=eta
        if eta is not None and state.in_charge in (None, user)
        else state.eta_minutes,
        climb=state.climb._replace(next_at=None),
        act_by=moment(event.data["act_by"]),
    )


CHANGES: Mapping[str, Change] = {
    ev.ALERT_RAISED: _raised,
    ev.ALERT_INFORMED: _informed,
    ev.ALERT_DELIVERED: _receipt,
    ev.ALERT_SEEN: _receipt,
    ev.ALERT_FAILED: _failed,
    ev.ALERT_DECLINED: _declined,
    ev.ALERT_ACKNOWLEDGED: _acknowledged,
    ev.ALERT_ESCALATED: _climbed,
    ev.ALERT_EXHAUSTED: _climbed,
    ev.ALERT_SIMULATED: _simulated,
}
