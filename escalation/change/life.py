"""What events about the incident itself do to the state, from the opening to the end and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from escalation import events as ev
from escalation.change.alerts import moment, moved
from escalation.drill import Terms
from escalation.events import Event
from escalation.follow_up import withdrawn
from escalation.incident import SEVERITIES, Change, Climb, Incident, PlaybookOf, Report
from playbooks.model import Playbook


def opened(event: Event, playbook_of: PlaybookOf) -> Incident:
    """The first state of all."""
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
        terms=_terms(event) if data["drill"] else None,
    )
    return state.having(due=_due_times(state, book, event.recorded_at))


def _terms(event: Event) -> Terms:
    """Those of its plan; a drill that a manager just raises is its own, and for everybody."""
    said = event.data.get("terms")
    if said is not None:
        return Terms.from_json(said)
    return Terms(str(event.incident_id), event.data["report"]["user"])


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


def _due_times(state: Incident, book: Playbook, base: datetime) -> Mapping[str, datetime]:
    due = {step.id: base + state.lasting(step.due) for step in book.steps if step.due is not None}
    return {**due, **state.due}


def _joined(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return state.having(reports=(*state.reports, _report(event)))


def _report_withdrawn(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    gone = set(event.data["reports"])
    reports = tuple(
        replace(report, withdrawn=True) if report.alias in gone else report
        for report in state.reports
    )
    return state.having(reports=reports)


def _reclassified(state: Incident, event: Event, playbook_of: PlaybookOf) -> Incident:
    book = playbook_of(event.data["playbook"]["sha256"])
    rest = tuple(each for each in state.playbooks[1:] if each.id != book.id)
    books = (book, *rest)
    state = state.having(
        type=book.id,
        playbooks=books,
        former=(*state.former, state.primary),
        discreet=any(each.discreet for each in books),
        severity=max((each.severity for each in books), key=SEVERITIES.index),
    )
    state = moved(state, event.data["ladder"])
    return state.having(due=_due_times(state, book, event.recorded_at))


def _playbook_added(state: Incident, event: Event, playbook_of: PlaybookOf) -> Incident:
    book = playbook_of(event.data["playbook"]["sha256"])
    state = state.having(
        playbooks=(*state.playbooks, book),
        discreet=state.discreet or book.discreet,
        severity=max(state.severity, book.severity, key=SEVERITIES.index),
    )
    state = moved(state, event.data["ladder"])
    return state.having(due=_due_times(state, book, event.recorded_at))


def _handed_over(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return state.having(in_charge=event.data["to"], eta_minutes=None)


def _contained(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _quiet(state).having(status="contained", contained_at=event.occurred.estimate)


def _closed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    data = event.data
    tally = state.tally._replace(
        cause=data["root_cause"], outcome=data["outcome"], kind=data["complaint_kind"]
    )
    return _ended(state).having(status="closed", closed_at=event.occurred.estimate, tally=tally)


def _cancelled(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _ended(state).having(status="cancelled", closed_at=event.recorded_at)


def _reopened(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return state.having(
        status="acknowledged",
        contained_at=None,
        closed_at=None,
        in_charge=state.in_charge or event.actor.id,
        acknowledged_at=state.acknowledged_at or event.recorded_at,
        act_by=moment(event.data["act_by"]),
        follow_ups=withdrawn(state.follow_ups),
        tally=state.tally._replace(
            reopened=state.tally.reopened + 1, cause=None, outcome=None, kind=None
        ),
    )


def _ended(state: Incident) -> Incident:
    informed = {key: replace(each, over=True) for key, each in state.informed.items()}
    return _quiet(state).having(informed=informed)


def _quiet(state: Incident) -> Incident:
    """All alerts are over, nothing climbs any more."""
    return state.having(
        alerts={key: replace(alert, over=True) for key, alert in state.alerts.items()},
        climb=state.climb._replace(next_at=None),
        act_by=None,
    )


CHANGES: Mapping[str, Change] = {
    ev.INCIDENT_JOINED: _joined,
    ev.INCIDENT_REPORT_WITHDRAWN: _report_withdrawn,
    ev.INCIDENT_RECLASSIFIED: _reclassified,
    ev.INCIDENT_HANDED_OVER: _handed_over,
    ev.INCIDENT_CONTAINED: _contained,
    ev.INCIDENT_CLOSED: _closed,
    ev.INCIDENT_CANCELLED: _cancelled,
    ev.INCIDENT_REOPENED: _reopened,
    ev.PLAYBOOK_ADDED: _playbook_added,
}
