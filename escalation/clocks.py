"""Promises with a time: which clock starts when, until when it runs, and what meets it."""

from datetime import datetime, timedelta

from escalation import events as ev
from escalation.context import Decision
from escalation.timeline import stamp
from escalation.workdays import end_of_working_day
from playbooks.model import ClockRule, Playbook


def tick(decision: Decision, trigger: str, only: Playbook | None = None) -> None:
    """``trigger`` has happened: meet the clocks that waited for it, start those that begin.

    ``trigger`` is ``raised``, ``acknowledged``, ``contained``, ``closed`` or ``step:ID``.
    """
    seen: set[str] = set()
    for book in decision.incident.playbooks if only is None else (only,):
        for rule in book.clocks:
            if rule.name not in seen:
                seen.add(rule.name)
                _meet(decision, rule, trigger)
                _start(decision, rule, trigger)


def pause(decision: Decision, trigger: str) -> None:
    """``trigger`` has been taken back: what it started stands still until it happens again."""
    rules = [rule for book in decision.incident.playbooks for rule in book.clocks]
    for name in dict.fromkeys(rule.name for rule in rules if rule.starts == trigger):
        clock = decision.incident.clocks.get(name)
        if clock is not None and clock.met_at is None and not clock.paused:
            decision.follow(ev.CLOCK_PAUSED, {"name": name, "because": trigger})


def due_at(decision: Decision, rule: ClockRule, start: datetime) -> datetime:
    """When a clock that starts at ``start`` runs out."""
    context, state = decision.context, decision.incident
    if rule.unit == "working_days":
        zone = context.directory.orgs[state.branch].timezone
        end = end_of_working_day(start, rule.within, zone, context.is_working_day)
        return start + (end - start) / state.pace
    return start + timedelta(seconds=rule.within) / state.pace


def _meet(decision: Decision, rule: ClockRule, trigger: str) -> None:
    clock = decision.incident.clocks.get(rule.name)
    if clock is not None and clock.met_at is None and trigger in rule.met_by:
        met_at = stamp(decision.context.occurred.estimate)
        decision.follow(ev.CLOCK_MET, {"name": rule.name, "by": trigger, "met_at": met_at})


def _start(decision: Decision, rule: ClockRule, trigger: str) -> None:
    if trigger != rule.starts:
        return
    running = decision.incident.clocks.get(rule.name)
    if running is not None and running.met_at is None and not running.paused:
        return
    start = decision.context.occurred.estimate
    data = {
        "name": rule.name,
        "started_at": stamp(start),
        "due_at": stamp(due_at(decision, rule, start)),
    }
    decision.follow(ev.CLOCK_STARTED, data)
