"""Who takes it up: acknowledging, declining, handing over, calling for the next level."""

from datetime import datetime

from escalation import events as ev
from escalation.clocks import tick
from escalation.commands import Acknowledge, Decline, Escalate, HandOver
from escalation.context import Decision
from escalation.decide.alerting import climb, inform_of_charge, pass_on_when_all_are_out
from escalation.incident import Incident
from escalation.refusal import Invalid
from escalation.rights import Caller, sees
from escalation.timeline import stamp


def acknowledge(decision: Decision, command: Acknowledge) -> None:
    """Take charge. The first one is in charge; each covers all alerts raised so far."""
    state, context = decision.incident, decision.context
    assert context.person is not None  # noqa: S101  (rights let only people acknowledge)
    user = context.person.id
    covered = [alert.id for alert in state.live_alerts()]
    nothing_new = (
        not covered
        and state.status != "open"
        and state.in_charge is not None
        and (state.in_charge != user or command.eta_minutes in (None, state.eta_minutes))
    )
    if nothing_new:
        return
    act_by = state.act_by or act_deadline(state, context.now)
    data: dict[str, object] = {
        "alerts": covered,
        "eta_minutes": command.eta_minutes,
        "act_by": None if act_by is None else stamp(act_by),
    }
    if command.by_link:
        data["by_link"] = True
    decision.add(ev.ALERT_ACKNOWLEDGED, data)
    tick(decision, "acknowledged")


def act_deadline(state: Incident, now: datetime) -> datetime | None:
    """Until when the first containment step must be done, or the next level hears of it."""
    containment = [step for _, step in state.steps() if step.containment]
    begun = any(state.progress_of(step.id).state == "done" for step in containment)
    if not containment or begun or state.status not in ("open", "acknowledged"):
        return None
    return now + state.lasting(state.primary.act_within)


def decline(decision: Decision, command: Decline) -> None:
    """Say no. When all of a level are out, the next one fires at once."""
    state, context = decision.incident, decision.context
    assert context.person is not None  # noqa: S101  (rights let only people decline)
    user = context.person.id
    asked = [
        alert.id
        for alert in state.live_alerts()
        if user in alert.told and not alert.told[user].declined
    ]
    if not asked:
        return
    reason = context.seal.optional("reason", command.reason)
    decision.add(ev.ALERT_DECLINED, {"user": user, "alerts": asked, **reason})
    pass_on_when_all_are_out(decision, "declined")


def hand_over(decision: Decision, command: HandOver) -> None:
    """Somebody else is in charge from now on; they must be able to see it."""
    context, state = decision.context, decision.incident
    person = context.directory.by_username.get(command.to)
    if person is None or not person.active:
        raise Invalid("to", "没有这个员工。", "There is no such member of staff.")
    if not sees(Caller(person), state, context.directory) or _only_audits(person.roles):
        raise Invalid("to", "这个人看不到这件事，不能移交。", "They may not see this incident.")
    if person.id == state.in_charge:
        return
    if state.status == "open":
        # Who hands it over has taken it up: the ladder need not climb any more.
        acknowledge(decision, Acknowledge())
    reason = context.seal.optional("reason", command.reason)
    decision.add(ev.INCIDENT_HANDED_OVER, {"to": person.id, **reason})
    if person != context.person:
        inform_of_charge(decision, person)


def _only_audits(roles: tuple[tuple[str, str], ...]) -> bool:
    return all(role in ("auditor", "admin") for role, _ in roles)


def escalate(decision: Decision, command: Escalate) -> None:
    """The next level hears of it now; at the last, that one again."""
    state = decision.incident
    level, last = state.climb.level, len(state.climb.levels)
    data = {
        "from": level,
        "to": min(level + 1, last),
        "because": "escalated",
        "reason": decision.context.seal(command.reason),
        "ladder": None,
    }
    decision.add(ev.ALERT_ESCALATED, data)
    climb(decision, level + 1, "escalated")
