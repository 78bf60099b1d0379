"""An incident begins: the tap, a second tap of the same, and taking it back."""

from typing import Any

from escalation import events as ev
from escalation.clocks import tick
from escalation.commands import Cancel, Open
from escalation.context import Decision
from escalation.decide.alerting import climb, inform
from escalation.decide.facts import playbook_mark, record_facts, tell_by_duty
from escalation.rights import CANCEL_WITHIN, Caller, manages, own_reports


def open_incident(decision: Decision, command: Open) -> None:
    """A tap: the checklist opens, the first level is alerted, others are told (K1-K3).

    Where the incident exists already, the tap joins it: no second alert, the reporter, facts
    and note are kept.
    """
    if decision.state is not None:
        decision.add(ev.INCIDENT_JOINED, {"report": _report(decision, command)})
        _details(decision, command)
        if command.facts and not decision.incident.over:
            tell_by_duty(decision, command.facts)
        return
    book = decision.context.playbooks[command.type]
    data: dict[str, Any] = {
        "number": command.number,
        "type": book.id,
        "title": book.title.as_json(),
        "branch": command.branch,
        "drill": command.drill,
        "pace": decision.context.pace,
        "playbook": playbook_mark(book),
        "report": _report(decision, command),
    }
    if command.terms is not None:
        data["terms"] = command.terms.as_json()
    if decision.context.device_fault:
        data["device_fault"] = decision.context.device_fault
    decision.add(ev.INCIDENT_OPENED, data, incident_id=command.id)
    for step in book.steps:
        if step.completed_by_raising:
            decision.add(ev.STEP_COMPLETED, {"step": step.id, "record": {}})
    _details(decision, command)
    climb(decision, 1, "raised")
    inform(decision, book.inform, "raised")
    if command.facts:
        tell_by_duty(decision, command.facts)
    tick(decision, "raised")
    for step in book.steps:
        if step.completed_by_raising:
            tick(decision, f"step:{step.id}")


def _report(decision: Decision, command: Open) -> dict[str, Any]:
    context = decision.context
    user = None if context.person is None else context.person.id
    return {"id": command.id, "user": user, "device": context.device_id}


def _details(decision: Decision, command: Open) -> None:
    if command.facts:
        record_facts(decision, command.facts)
    if command.note is not None:
        decision.add(ev.NOTE_ADDED, {"text": decision.context.seal(command.note)})


def cancel(decision: Decision, command: Cancel) -> None:
    """Take it back. Nothing is erased; those who were told are told.

    A manager ends it all. While other reports stand, a reporter withdraws only their own.
    """
    context, state = decision.context, decision.incident
    reason = context.seal(command.reason)
    manager = context.person is not None and manages(
        context.person, state.branch, context.directory
    )
    standing = {report.alias for report in state.reports if not report.withdrawn}
    if not manager and standing - (own := _fresh_own(decision)):
        decision.add(ev.INCIDENT_REPORT_WITHDRAWN, {"reports": sorted(own), "reason": reason})
        return
    decision.add(ev.INCIDENT_CANCELLED, {"reason": reason})


def _fresh_own(decision: Decision) -> set[str]:
    """The caller's own raises that are young enough to be taken back."""
    context = decision.context
    within = (CANCEL_WITHIN, context.now, context.occurred.estimate)
    caller = Caller(context.person, context.device_id)
    return {report.alias for report in own_reports(decision.incident, caller, within)}
