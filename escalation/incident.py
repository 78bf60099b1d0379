"""What is true of an incident now: a frozen value folded from its events.

``evolve`` is the only place where state changes. It takes no decision and reads no clock:
whatever depends on rules or time already stands in the event.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from escalation import events as ev
from escalation.events import Event
from escalation.timeline import unstamp
from playbooks.model import Level, Playbook, Step

Status = Literal["open", "acknowledged", "contained", "closed", "cancelled"]
SEVERITIES = ("low", "medium", "high", "critical")

#: With nothing done for this long, whoever is in charge is reminded (contract, 5). Seconds.
QUIET_ACKNOWLEDGED = 30 * 60
#: A contained incident that nobody closes is brought back to mind. Seconds.
QUIET_CONTAINED = 8 * 3600

PlaybookOf = Callable[[str], Playbook]
"""Finds the playbook that a SHA-256 names: incidents keep the version they opened with."""


@dataclass(frozen=True, slots=True)
class Report:
    """One raising of this incident. ``alias`` is the id that this reporter's client made."""

    alias: str
    command_id: str | None
    user: str | None
    device: str | None
    at: datetime
    recorded_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is."""

    state: Literal["open", "done", "skipped"] = "open"
    at: datetime | None = None
    by: str | None = None
    note: Mapping[str, str] | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    cleared: bool = False
    overdue: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A recipient of an alert and what is known of them."""

    user: str
    role: str
    reachable: bool
    declined: bool = False
    failed: bool = False
    delivered_at: datetime | None = None
    seen_at: datetime | None = None

    @property
    def out(self) -> bool:
        """Nothing can be expected from them for this alert."""
        return self.declined or self.failed or not self.reachable


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert for ever, however often it is repeated. ``level`` 0: told, not asked."""

    id: str
    level: int
    repeat: int
    reason: str
    urgency: str
    raised_at: datetime
    told: Mapping[str, Told]
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    over: bool = False
    on_ladder: bool = False


@dataclass(frozen=True, slots=True)
class Climb:
    """Where the ladder stands. ``next_at`` None: it is not climbing."""

    levels: tuple[Level, ...] = ()
    base: datetime | None = None
    level: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise with a time. ``stage`` 0 running, 1 warned, 2 missed, 3 missed and escalated."""

    name: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    stage: int = 0

    @property
    def next_at(self) -> datetime | None:
        """When this clock speaks next: a warning, the due moment, the escalation after it."""
        if self.met_at is not None or self.stage > 2:  # noqa: PLR2004
            return None
        length = self.due_at - self.started_at
        return (self.due_at - length / 5, self.due_at, self.due_at + length / 5)[self.stage]


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that must happen by itself. ``key`` says what."""

    key: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """The whole state. ``pace`` divides every duration (1 but in a sped-up demo)."""

    id: str
    number: str
    type: str
    branch: str
    status: Status
    discreet: bool
    drill: bool
    severity: str
    pace: int
    seq: int
    playbooks: tuple[Playbook, ...]
    former: tuple[Playbook, ...]
    reports: tuple[Report, ...]
    opened_at: datetime
    opened_recorded_at: datetime
    last_activity: datetime
    climb: Climb
    in_charge: str | None = None
    eta_minutes: int | None = None
    acknowledged_at: datetime | None = None
    contained_at: datetime | None = None
    closed_at: datetime | None = None
    act_by: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    progress: Mapping[str, Progress] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    informed: Mapping[str, Alert] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.status in ("closed", "cancelled")

    @property
    def subject(self) -> str | None:
        """Username of the member of staff whom the incident is about; they never see it."""
        return self.facts.get("subject_staff")

    @property
    def primary(self) -> Playbook:
        return self.playbooks[0]

    def steps(self) -> list[tuple[Playbook, Step]]:
        """The checklist: the playbooks' steps in order, without doubles; then what an earlier
        type left done."""
        found: dict[str, tuple[Playbook, Step]] = {}
        for book in self.playbooks:
            for step in book.steps:
                found.setdefault(step.id, (book, step))
        for book in self.former:
            for step in book.steps:
                if self.progress_of(step.id).state != "open":
                    found.setdefault(step.id, (book, step))
        return list(found.values())

    def step(self, step_id: str) -> Step | None:
        return next((step for _, step in self.steps() if step.id == step_id), None)

    def progress_of(self, step_id: str) -> Progress:
        return self.progress.get(step_id, Progress())

    def was_told(self, user: str) -> bool:
        """Alerted or informed."""
        return self.was_alerted(user) or any(user in each.told for each in self.informed.values())

    def was_alerted(self, user: str) -> bool:
        return any(user in alert.told for alert in self.alerts.values())

    def live_alerts(self) -> list[Alert]:
        """Raised, and nobody has taken them up yet."""
        return [alert for alert in self.alerts.values() if not alert.over]

    def deadlines(self) -> list[Deadline]:
        """Exactly what is armed: the deadline table holds these rows and no others (rule 1)."""
        found = list(self._clock_deadlines())
        if self.status in ("open", "acknowledged"):
            if self.climb.next_at is not None:
                found.append(Deadline("ladder", self.climb.next_at))
            if self.act_by is not None:
                found.append(Deadline("act_within", self.act_by))
            found.extend(self._step_deadlines())
        if self.status in ("acknowledged", "contained"):
            quiet = QUIET_ACKNOWLEDGED if self.status == "acknowledged" else QUIET_CONTAINED
            found.append(Deadline("quiet", self.last_activity + self.lasting(quiet)))
        return sorted(found, key=lambda each: (each.due_at, each.key))

    def lasting(self, seconds: int) -> timedelta:
        """A rule's duration at this incident's pace."""
        return timedelta(seconds=seconds) / self.pace

    def _clock_deadlines(self) -> Iterable[Deadline]:
        if self.status == "cancelled":
            return
        for clock in self.clocks.values():
            if clock.next_at is not None:
                yield Deadline(f"clock:{clock.name}", clock.next_at)

    def _step_deadlines(self) -> Iterable[Deadline]:
        for _, step in self.steps():
            due_at = self.due.get(step.id)
            progress = self.progress_of(step.id)
            if due_at is None or progress.state != "open":
                continue
            if progress.overdue == 0:
                yield Deadline(f"step:{step.id}", due_at)
            elif progress.overdue == 1 and step.must:
                yield Deadline(f"step:{step.id}", due_at + self.lasting(max(step.due or 0, 60)))


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


_NOT_ACTIVITY = {ev.ALERT_DELIVERED, ev.ALERT_SEEN, ev.ALERT_FAILED}


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
    due = {
        step.id: base + state.lasting(step.due) for step in book.steps if step.due is not None
    }
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
        climb=replace(state.climb, levels=_levels(event), level=event.data["ladder"]["level"]),
    )
    return replace(state, due=_due_times(state, book, event.recorded_at))


def _playbook_added(state: Incident, event: Event, playbook_of: PlaybookOf) -> Incident:
    book = playbook_of(event.data["playbook"]["sha256"])
    state = replace(
        state,
        playbooks=(*state.playbooks, book),
        discreet=state.discreet or book.discreet,
        severity=max(state.severity, book.severity, key=SEVERITIES.index),
        climb=replace(state.climb, levels=_levels(event)),
    )
    return replace(state, due=_due_times(state, book, event.recorded_at))


def _levels(event: Event) -> tuple[Level, ...]:
    return tuple(
        Level(after=each["after"], tell=tuple(each["tell"]))
        for each in event.data["ladder"]["levels"]
    )


def _told(event: Event) -> dict[str, Told]:
    return {
        each["user"]: Told(each["user"], each["role"], each["reachable"])
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
        told={**(known.told if known else {}), **_told(event)},
        on_ladder=bool(data.get("ladder")),
    )
    state = replace(state, alerts={**state.alerts, alert.id: alert})
    if data.get("ladder"):
        state = replace(state, climb=_moved(state.climb, data["ladder"]))
    if data["reason"] == "act_within":
        state = replace(state, act_by=None, last_activity=event.recorded_at)
    return state


def _moved(climb: Climb, ladder: Mapping[str, Any]) -> Climb:
    return replace(
        climb,
        level=ladder["level"],
        base=unstamp(ladder["base"]),
        next_at=None if ladder["next_at"] is None else unstamp(ladder["next_at"]),
    )


def _climbed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    if event.data["ladder"] is None:
        return state
    return replace(state, climb=_moved(state.climb, event.data["ladder"]))


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
    moment: dict[str, Any] = {
        ev.ALERT_DELIVERED: {"delivered_at": event.recorded_at},
        ev.ALERT_SEEN: {"seen_at": event.recorded_at},
        ev.ALERT_FAILED: {"failed": True},
        ev.ALERT_DECLINED: {"declined": True},
    }[event.type]
    user = event.data["user"]
    ids = event.data.get("alerts") or [event.data["alert_id"]]

    def marked(alerts: Mapping[str, Alert]) -> Mapping[str, Alert]:
        return {
            key: replace(alert, told={**alert.told, user: replace(alert.told[user], **moment)})
            if key in ids and user in alert.told
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
    act_by = event.data["act_by"]
    return replace(
        state,
        alerts=alerts,
        status="acknowledged" if state.status == "open" else state.status,
        in_charge=state.in_charge or user,
        acknowledged_at=state.acknowledged_at or event.recorded_at,
        eta_minutes=event.data["eta_minutes"] if state.in_charge in (None, user) else state.eta_minutes,
        climb=replace(state.climb, next_at=None),
        act_by=None if act_by is None else unstamp(act_by),
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
        act_by=None if event.data["act_by"] is None else unstamp(event.data["act_by"]),
    )


def _with_step(state: Incident, step_id: str, **change: Any) -> Incident:
    progress = replace(state.progress_of(step_id), **change)
    return replace(state, progress={**state.progress, step_id: progress})


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
    return replace(state, act_by=None) if step is not None and step.containment else state


def _step_skipped(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    by = event.actor.id if event.actor.kind == "user" else None
    return _with_step(
        state, event.data["step"], state="skipped", at=event.occurred.estimate, by=by
    )


def _step_reopened(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(
        state, event.data["step"], state="open", at=None, by=None, note=None, record={}, late=False
    )


def _step_cleared(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(state, event.data["step"], cleared=True)


def _step_overdue(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(state, event.data["step"], overdue=event.data["stage"], late=True)


def _facts_recorded(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    facts = {**state.facts, **event.data["facts"]}
    return replace(state, facts={name: fact for name, fact in facts.items() if fact is not None})


def _clock_started(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    clock = Clock(name, unstamp(event.data["started_at"]), unstamp(event.data["due_at"]))
    return replace(state, clocks={**state.clocks, name: clock})


def _clock_met(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    met = replace(state.clocks[name], met_at=event.occurred.estimate)
    return replace(state, clocks={**state.clocks, name: met})


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
    ev.STEP_OVERDUE: _step_overdue,
    ev.FACTS_RECORDED: _facts_recorded,
    ev.PLAYBOOK_ADDED: _playbook_added,
    ev.CLOCK_STARTED: _clock_started,
    ev.CLOCK_MET: _clock_met,
    ev.CLOCK_WARNED: _clock_stage,
    ev.CLOCK_MISSED: _clock_stage,
}
