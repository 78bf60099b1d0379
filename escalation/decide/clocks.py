"""A promise is given more time, or stands still for a while: with somebody's name and reason."""

from datetime import datetime, timedelta
from typing import Any

from escalation import events as ev
from escalation.clock import Clock
from escalation.clocks import due_at, rule_of
from escalation.commands import ExtendClock, PauseClock, ResumeClock
from escalation.context import Decision
from escalation.refusal import Invalid, Refused
from escalation.timeline import stamp

FURTHEST = timedelta(days=366)
"""No promise is put off further ahead than this."""


def pause_clock(decision: Decision, command: PauseClock) -> None:
    """It stands still until ``until`` and has as much time left then as it has now."""
    clock = _running(decision, command.clock)
    now = decision.context.now
    if clock.paused or clock.stage >= 2:
        raise Refused("clock-not-running", "这个时限没有在走。", "This clock is not running.")
    _check_until(command.until, now, now)
    data = {
        "name": clock.name,
        "until": stamp(command.until),
        "due_at": stamp(clock.due_at + (command.until - now)),
        "reason": decision.context.seal(command.reason),
    }
    decision.add(ev.CLOCK_PAUSED, data)


def extend_clock(decision: Decision, command: ExtendClock) -> None:
    """It runs out later, at ``until``; the playbook may say how far that can be."""
    clock = _running(decision, command.clock)
    now = decision.context.now
    _check_until(command.until, max(now, clock.due_at), now)
    furthest = _furthest(decision, clock)
    if furthest is not None and command.until > furthest:
        raise Invalid(
            "until",
            f"最多延到 {stamp(furthest)}。",
            f"It can be extended to {stamp(furthest)} at most.",
        )
    data: dict[str, Any] = {
        "name": clock.name,
        "due_at": stamp(command.until),
        "from": stamp(clock.due_at),
        "reason": decision.context.seal(command.reason),
    }
    decision.add(ev.CLOCK_EXTENDED, data)


def resume(decision: Decision, clock: Clock) -> None:
    """The pause is over."""
    decision.follow(ev.CLOCK_STARTED, _going_on(clock, timedelta(0), "pause_over"))


def resume_clock(decision: Decision, command: ResumeClock) -> None:
    """It goes on before its pause is over, with as much time left as it had when it stood still."""
    clock, now = _running(decision, command.clock), decision.context.now
    if not clock.paused or clock.resumes_at is None:
        raise Refused("clock-not-paused", "这个时限没有暂停。", "This clock is not paused.")
    earlier = max(clock.resumes_at - now, timedelta(0))
    reason = decision.context.seal(command.reason)
    decision.add(ev.CLOCK_STARTED, {**_going_on(clock, earlier, "resumed"), "reason": reason})


def _going_on(clock: Clock, earlier: timedelta, because: str) -> dict[str, Any]:
    """The same clock, running; ``earlier`` than its pause had moved it."""
    data: dict[str, Any] = {
        "name": clock.name,
        "started_at": stamp(clock.started_at - earlier),
        "due_at": stamp(clock.due_at - earlier),
        "stage": clock.stage,
        "because": because,
    }
    if clock.lead is not None:
        data["lead_ms"] = clock.lead // timedelta(milliseconds=1)
    if clock.unconfirmed:
        data["calendar"] = "unconfirmed"
    return data


def _running(decision: Decision, name: str) -> Clock:
    clock = decision.incident.clocks.get(name)
    if clock is None and rule_of(decision, name) is None:
        raise Invalid("clock", "这件事没有这个时限。", "The incident has no such clock.")
    if clock is None:
        raise Refused("clock-not-running", "这个时限还没开始。", "This clock has not started.")
    if clock.met_at is not None:
        raise Refused("clock-not-running", "这个时限已经办到了。", "This promise has been kept.")
    return clock


def _check_until(until: datetime, than: datetime, now: datetime) -> None:
    if until <= than:
        raise Invalid("until", f"要晚于 {stamp(than)}。", f"It must be later than {stamp(than)}.")
    if until > now + FURTHEST:
        raise Invalid("until", "最多一年。", "A year ahead at most.")


def _furthest(decision: Decision, clock: Clock) -> datetime | None:
    """The next of the lengths that its playbook allows; None: no limit."""
    rule = rule_of(decision, clock.name)
    if rule is None or not rule.extend_to:
        return None
    ends = [due_at(decision, rule, clock.started_at, each) for each in rule.extend_to]
    return next((end for end in ends if end > clock.due_at), ends[-1])
