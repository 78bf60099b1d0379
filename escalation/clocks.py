"""Promises with a time: which clock starts when, until when it runs, and what meets it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from escalation import events as ev
from escalation.context import Decision
from escalation.timeline import stamp
from escalation.workdays import end_of_day, end_of_working_day, within_hours
from playbooks.model import ClockRule, Playbook


def tick(decision: Decision, trigger: str, added: Playbook | None = None) -> None:
    """``trigger`` has happened: meet the clocks that waited for it, start those that begin.

    ``trigger`` is ``raised``, ``acknowledged``, ``contained``, ``closed`` or ``step:ID``.
    ``added``: it has happened for this playbook alone, which has joined the incident.
    """
    state = decision.incident
    rules = _rules(state.playbooks if added is None else (added,))
    for name in dict.fromkeys(rule.name for rule in rules):
        named = [rule for rule in rules if rule.name == name]
        _meet(decision, named, trigger)
        beginning = next((rule for rule in named if rule.starts == trigger), None)
        if trigger == "closed" and state.drill:
            continue  # nothing was promised to anybody
        if beginning is not None and not (added and _done_already(decision, beginning)):
            _start(decision, beginning)


def pause(decision: Decision, trigger: str) -> None:
    """``trigger`` has been taken back: what it started stands still until it happens again."""
    rules = _rules(decision.incident.playbooks)
    for name in dict.fromkeys(rule.name for rule in rules if rule.starts == trigger):
        clock = decision.incident.clocks.get(name)
        if clock is not None and clock.met_at is None and not clock.paused:
            decision.follow(ev.CLOCK_PAUSED, {"name": name, "because": trigger})


def rule_of(decision: Decision, name: str) -> ClockRule | None:
    """What a playbook of the incident, or one that it once had, says of that clock."""
    state = decision.incident
    rules = _rules((*state.playbooks, *state.former))
    return next((rule for rule in rules if rule.name == name), None)


def due_at(decision: Decision, rule: ClockRule, start: datetime, within: int) -> datetime:
    """When a clock runs out that starts at ``start`` and lasts ``within`` of its rule's unit."""
    context, state = decision.context, decision.incident
    zone = context.directory.orgs[state.branch].timezone
    if rule.unit == "working_days":
        end = end_of_working_day(start, within, zone, context.is_working_day)
    elif rule.unit == "days":
        end = end_of_day(start, within, zone)
    else:
        end = start + timedelta(seconds=within)
        if rule.between is not None:
            end = within_hours(end, rule.between, zone)
    return start + (end - start) / state.pace


def _rules(playbooks: Iterable[Playbook]) -> list[ClockRule]:
    return [rule for book in playbooks for rule in book.clocks]


def _meet(decision: Decision, rules: list[ClockRule], trigger: str) -> None:
    """Met by any playbook's word; where that is "again and again", the next round begins."""
    clock = decision.incident.clocks.get(rules[0].name)
    if clock is None or clock.met_at is not None:
        return
    ended = any(trigger in rule.ends for rule in rules)
    meeting = next((rule for rule in rules if trigger in rule.met_by), None)
    if not ended and meeting is None:
        return
    met_at = stamp(decision.context.occurred.estimate)
    decision.follow(ev.CLOCK_MET, {"name": clock.name, "by": trigger, "met_at": met_at})
    if meeting is not None and meeting.again and not ended:
        _begin(decision, meeting)


def _start(decision: Decision, rule: ClockRule) -> None:
    running = decision.incident.clocks.get(rule.name)
    if running is None or running.met_at is not None or running.paused:
        _begin(decision, rule)


def _done_already(decision: Decision, rule: ClockRule) -> bool:
    """What another playbook's checklist has seen done is not promised once more."""
    done = {
        f"step:{step}"
        for step, progress in decision.incident.progress.items()
        if progress.state == "done"
    }
    return not done.isdisjoint(rule.met_by)


def _begin(decision: Decision, rule: ClockRule) -> None:
    start = decision.context.occurred.estimate
    end = due_at(decision, rule, start, rule.within)
    data: dict[str, Any] = {
        "name": rule.name,
        "started_at": stamp(start),
        "due_at": stamp(end),
    }
    length = decision.incident.lasting(rule.within)
    if rule.between is not None and end - start > length:
        data["lead_ms"] = length // timedelta(milliseconds=5)
    if rule.unit == "working_days" and _unconfirmed(decision, start, end):
        data["calendar"] = "unconfirmed"
    decision.follow(ev.CLOCK_STARTED, data)


def _unconfirmed(decision: Decision, start: datetime, end: datetime) -> bool:
    """Whether it runs through a year whose holidays nobody has confirmed yet."""
    context = decision.context
    zone = ZoneInfo(context.directory.orgs[decision.incident.branch].timezone)
    years = range(start.astimezone(zone).year, end.astimezone(zone).year + 1)
    return not all(context.year_is_confirmed(year) for year in years)
