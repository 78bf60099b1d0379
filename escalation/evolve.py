"""state = fold(evolve, events): the only place where an incident's state changes.

It takes no decision and reads no clock: whatever depends on rules or time already stands in
the event.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from escalation import events as ev
from escalation.events import Event
from escalation.incident import SEVERITIES, Alert, Climb, Clock, Incident, Report, Told
from escalation.timeline import unstamp
from playbooks.model import Level, Playbook

PlaybookOf = Callable[[str], Playbook]
"""Finds the playbook that a SHA-256 names: incidents keep the version they opened with."""


def fold(events: Iterable[Event], playbook_of: PlaybookOf) -> Incident | None:
    """State from events, oldest first."""
    state: Incident | None = None
    for event in events:
        state = evolve(state, event, playbook_of)
    return state


def evolve(state: Incident | None, event: Event, playbook_of: PlaybookOf) -> Incident:
    """The state after ``event``."""
    if event.type == ev.INCIDENT_OPENED:
        return _opened(event, playbook_of)
    if state is None:
        raise ValueError(f"{event.type} before the incident was opened")
    state = replace(state, seq=event.seq)
    change = _CHANGES.get(event.type)
    if change is not None:
        state = change(state, event, playbook_of)
    if event.actor.kind != "system" and event.type not in _NOT_ACTIVITY:
        state = replace(state, last_activity=event.recorded_at)
    return state


_NOT_ACTIVITY = {ev.ALERT_DELIVERED, ev.ALERT_SEEN, ev.ALERT_FAILED, ev.EXPORT_MADE}


def _report(event: Event) -> Report:
    data = event.data
    return Report(
        alias=data["report"]["id"],
        command_id=event.command_id,
        user=data["report"]["user"],
        device=data["report"]["device"],
        at=event.occurred.estimate,
        recorded_at=event.recorded_at,
    )


def _opened(event: Event, playbook_of: PlaybookOf) -> Incident:
    data = event.data
    book = playbook_of(data["playbook"]["sha256"])
    pace = data["pace"]
    assert event.incident_id is not None  # noqa: S101  (an opening always names its incident)
    state = Incident(
        id=event.incident_id,
        number=data["number"],
        type=book.id,
        branch=data["branch"],
        status="open",
        discreet=book.discreet,
        drill=data["drill"],
        severity=book.severity,
        pace=pace,
        seq=event.seq,
        playbooks=(book,),
        former=(),
        reports=(_report(event),),
        opened_at=event.occurred.estimate,
        opened_recorded_at=event.recorded_at,
        last_activity=event.recorded_at,
        climb=Climb(levels=book.ladder, base=event.recorded_at),
    )
    return replace(state, due=_due_times(state, book, event.recorded_at))


def _due_times(state: Incident, book: Playbook, base: datetime) -> Mapping[str, datetime]:
    due = {step.id: base + state.lasting(step.due) for step in book.steps if step.due is not None}
    return {**due, **state.due}


def _joined(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return replace(state, reports=(*state.reports, _report(event)))


def _report_withdrawn(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    gone = set(event.data["reports"])
    reports = tuple(
        replace(report, withdrawn=True) if report.alias in gone else report
        for report in state.reports
    )
    return replace(state, reports=reports)


def _reclassified(state: Incident, event: Event, playbook_of: PlaybookOf) -> Incident:
    book = playbook_of(event.data["playbook"]["sha256"])
    rest = tuple(each for each in state.playbooks[1:] if each.id != book.id)
    books = (book, *rest)
    state = replace(
        state,
        type=book.id,
        playbooks=books,
        former=(*state.former, state.primary),
        discreet=any(each.discreet for each in books),
        severity=max((each.severity for each in books), key=SEVERITIES.index),
    )
    state = _moved(state, event.data["ladder"])
    return replace(state, due=_due_times(state, book, event.recorded_at))


def _playbook_added(state: Incident, event: Event, playbook_of: PlaybookOf) -> Incident:
    book = playbook_of(event.data["playbook"]["sha256"])
    state = replace(
        state,
        playbooks=(*state.playbooks, book),
        discreet=state.discreet or book.discreet,
        severity=max(state.severity, book.severity, key=SEVERITIES.index),
    )
    state = _moved(state, event.data["ladder"])
    return replace(state, due=_due_times(state, book, event.recorded_at))


def _told(event: Event) -> dict[str, Told]:
    return {
        each["user"]: Told(
            each["user"], each["role"], each["reachable"], event.data.get("repeat", 0)
        )
        for each in event.data["recipients"]
    }


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
        told=_told(event) if known is None else {**known.told, **_told(event)},
        on_ladder=bool(data.get("ladder")),
    )
    state = replace(
        state, alerts={**state.alerts, alert.id: alert}, last_activity=event.recorded_at
    )
    return _moved(state, data.get("ladder"))


def _moved(state: Incident, ladder: Mapping[str, Any] | None) -> Incident:
    """The ladder stands as the event says; None: the event did not move it."""
    if ladder is None:
        return state
    climb = replace(
        state.climb,
        level=ladder["level"],
        base=unstamp(ladder["base"]),
        next_at=_moment(ladder["next_at"]),
    )
    if "levels" in ladder:
        climb = replace(climb, levels=_levels(ladder["levels"]))
    cause = ladder.get("cause", climb.cause)
    if state.climb.next_at is None or cause == "escalated":
        climb = replace(climb, cause=cause)
    # The time to act has passed: the ladder goes on until somebody acknowledges again, or acts.
    act_by = None if cause == "act_within" else state.act_by
    return replace(state, climb=climb, act_by=act_by)


def _levels(levels: Iterable[Mapping[str, Any]]) -> tuple[Level, ...]:
    return tuple(Level(after=each["after"], tell=tuple(each["tell"])) for each in levels)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else unstamp(text)


def _climbed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    if event.data["ladder"] is None:
        return state
    return _moved(replace(state, last_activity=event.recorded_at), event.data["ladder"])


def _informed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    alert = Alert(
        id=event.data["alert_id"],
        level=0,
        repeat=0,
        reason=event.data["reason"],
        urgency=event.data["urgency"],
        raised_at=event.recorded_at,
        told=_told(event),
    )
    return replace(state, informed={**state.informed, alert.id: alert})


def _receipt(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    change = _RECEIPTS[event.type](event.recorded_at)
    ids = event.data.get("alerts") or [event.data["alert_id"]]
    return _mark(state, event.data["user"], change, ids)


_RECEIPTS: Mapping[str, Callable[[datetime], Mapping[str, Any]]] = {
    ev.ALERT_DELIVERED: lambda at: {"delivered_at": at, "failed": False},
    ev.ALERT_SEEN: lambda at: {"seen_at": at, "failed": False},
    ev.ALERT_FAILED: lambda _: {"failed": True},
    ev.ALERT_DECLINED: lambda _: {"declined": True},
}


def _mark(
    state: Incident, user: str, change: Mapping[str, Any], ids: Container[str] | None = None
) -> Incident:
    """What is now known of ``user`` as a recipient of these alerts; None: of all of them."""

    def marked(alerts: Mapping[str, Alert]) -> Mapping[str, Alert]:
        return {
            key: replace(alert, told={**alert.told, user: replace(alert.told[user], **change)})
            if user in alert.told and (ids is None or key in ids)
            else alert
            for key, alert in alerts.items()
        }

    return replace(state, alerts=marked(state.alerts), informed=marked(state.informed))


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
    return replace(
        state,
        alerts=alerts,
        status="acknowledged" if state.status == "open" else state.status,
        in_charge=state.in_charge or user,
        acknowledged_at=state.acknowledged_at or event.recorded_at,
        eta_minutes=eta
        if eta is not None and state.in_charge in (None, user)
        else state.eta_minutes,
        climb=replace(state.climb, next_at=None),
        act_by=_moment(event.data["act_by"]),
    )


def _handed_over(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return replace(state, in_charge=event.data["to"], eta_minutes=None)


def _quiet(state: Incident) -> Incident:
    """All alerts are over, nothing climbs any more."""
    return replace(
        state,
        alerts={key: replace(alert, over=True) for key, alert in state.alerts.items()},
        climb=replace(state.climb, next_at=None),
        act_by=None,
    )


def _contained(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return replace(_quiet(state), status="contained", contained_at=event.occurred.estimate)


def _closed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return replace(_ended(state), status="closed", closed_at=event.occurred.estimate)


def _cancelled(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return replace(_ended(state), status="cancelled", closed_at=event.recorded_at)


def _ended(state: Incident) -> Incident:
    informed = {key: replace(each, over=True) for key, each in state.informed.items()}
    return replace(_quiet(state), informed=informed)


def _reopened(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return replace(
        state,
        status="acknowledged",
        contained_at=None,
        closed_at=None,
        in_charge=state.in_charge or event.actor.id,
        acknowledged_at=state.acknowledged_at or event.recorded_at,
        act_by=_moment(event.data["act_by"]),
    )


def _with_step(incident: Incident, step_id: str, **change: Any) -> Incident:
    progress = replace(incident.progress_of(step_id), **change)
    return replace(incident, progress={**incident.progress, step_id: progress})


def _step_completed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    step_id = event.data["step"]
    due_at = state.due.get(step_id)
    state = _with_step(
        state,
        step_id,
        state="done",
        at=event.occurred.estimate,
        by=event.actor.id if event.actor.kind == "user" else None,
        note=event.data.get("note"),
        record=event.data.get("record", {}),
        late=due_at is not None and event.occurred.estimate > due_at,
    )
    step = state.step(step_id)
    return _acted(state) if step is not None and step.containment else state


def _acted(state: Incident) -> Incident:
    """A containment step is done: an alarm that only asked for that climbs no further."""
    climb = state.climb
    if state.status == "acknowledged" and climb.cause == "act_within":
        climb = replace(climb, next_at=None)
    return replace(state, act_by=None, climb=climb)


def _step_skipped(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    by = event.actor.id if event.actor.kind == "user" else None
    return _with_step(state, event.data["step"], state="skipped", at=event.occurred.estimate, by=by)


def _step_reopened(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(
        state, event.data["step"], state="open", at=None, by=None, note=None, record={}, late=False
    )


def _step_cleared(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(state, event.data["step"], cleared=True)


def _step_warned(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(state, event.data["step"], warned=True)


def _step_overdue(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(state, event.data["step"], overdue=event.data["stage"], late=True)


def _facts_recorded(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    facts = {**state.facts, **event.data["facts"]}
    state = replace(state, facts={name: fact for name, fact in facts.items() if fact is not None})
    subject = event.data.get("subject")
    return state if subject is None else _mark(state, subject, {"left_out": True})


def _clock_started(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    clock = Clock(name, unstamp(event.data["started_at"]), unstamp(event.data["due_at"]))
    return replace(state, clocks={**state.clocks, name: clock})


def _clock_met(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    met = replace(state.clocks[name], met_at=unstamp(event.data["met_at"]))
    return replace(state, clocks={**state.clocks, name: met})


def _clock_paused(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    return replace(state, clocks={**state.clocks, name: replace(state.clocks[name], paused=True)})


def _clock_stage(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    clock = replace(state.clocks[name], stage=event.data["stage"])
    return replace(state, clocks={**state.clocks, name: clock})


_CHANGES: Mapping[str, Callable[[Incident, Event, PlaybookOf], Incident]] = {
    ev.INCIDENT_JOINED: _joined,
    ev.INCIDENT_REPORT_WITHDRAWN: _report_withdrawn,
    ev.INCIDENT_RECLASSIFIED: _reclassified,
    ev.INCIDENT_HANDED_OVER: _handed_over,
    ev.INCIDENT_CONTAINED: _contained,
    ev.INCIDENT_CLOSED: _closed,
    ev.INCIDENT_CANCELLED: _cancelled,
    ev.INCIDENT_REOPENED: _reopened,
    ev.ALERT_RAISED: _raised,
    ev.ALERT_INFORMED: _informed,
    ev.ALERT_DELIVERED: _receipt,
    ev.ALERT_SEEN: _receipt,
    ev.ALERT_FAILED: _receipt,
    ev.ALERT_DECLINED: _receipt,
    ev.ALERT_ACKNOWLEDGED: _acknowledged,
    ev.ALERT_ESCALATED: _climbed,
    ev.ALERT_EXHAUSTED: _climbed,
    ev.STEP_COMPLETED: _step_completed,
    ev.STEP_SKIPPED: _step_skipped,
    ev.STEP_REOPENED: _step_reopened,
    ev.STEP_CLEARED: _step_cleared,
    ev.STEP_WARNED: _step_warned,
    ev.STEP_OVERDUE: _step_overdue,
    ev.FACTS_RECORDED: _facts_recorded,
    ev.PLAYBOOK_ADDED: _playbook_added,
    ev.CLOCK_STARTED: _clock_started,
    ev.CLOCK_MET: _clock_met,
    ev.CLOCK_WARNED: _clock_stage,
    ev.CLOCK_MISSED: _clock_stage,
    ev.CLOCK_PAUSED: _clock_paused,
}
