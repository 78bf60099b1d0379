"""Who takes it up: acknowledging, declining, handing over, calling for the next level."""

from datetime import datetime

from escalation import events as ev
from escalation.clocks import tick
from escalation.commands import Acknowledge, Decline, Escalate, HandOver, Receive
from escalation.context import Decision
from escalation.decide.alerting import climb, pass_on
from escalation.incident import Incident
from escalation.refusal import Invalid
from escalation.rights import Caller, sees
from escalation.timeline import stamp


def acknowledge(decision: Decision, command: Acknowledge) -> None:
    """ "I'm in charge". The first one is; each covers all alerts raised so far."""
    state, context = decision.incident, decision.context
    assert context.person is not None  # noqa: S101  (rights let only people acknowledge)
    user = context.person.id
    covered = [alert.id for alert in state.live_alerts()]
    nothing_new = (
        not covered
        and state.in_charge is not None
        and (state.in_charge != user or command.eta_minutes in (None, state.eta_minutes))
    )
    if nothing_new:
        return
    act_by = act_deadline(state, context.now)
    decision.add(
        ev.ALERT_ACKNOWLEDGED,
        {
            "alerts": covered,
            "eta_minutes": command.eta_minutes,
            "act_by": None if act_by is None else stamp(act_by),
        },
    )
    tick(decision, "acknowledged")


def act_deadline(state: Incident, now: datetime) -> datetime | None:
    """Until when the first containment step must be done, or the next level hears of it."""
    containment = [step for _, step in state.steps() if step.containment]
    begun = any(state.progress_of(step.id).state == "done" for step in containment)
    if not containment or begun or state.status not in ("open", "acknowledged"):
        return None
    return now + state.lasting(state.primary.act_within)


def decline(decision: Decision, command: Decline) -> None:
    """ "I can't". When all of a level are out, the next one fires at once."""
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
    climb_when_all_are_out(decision, "declined")


def climb_when_all_are_out(decision: Decision, reason: str) -> None:
    """Pass on at once when nobody asked on the present level can be expected to answer."""
    state = decision.incident
    level = state.climb.level
    if state.climb.next_at is None or level >= len(state.climb.levels):
        return
    asked = [
        told
        for alert in state.live_alerts()
        if alert.on_ladder and alert.level == level
        for told in alert.told.values()
    ]
    if asked and all(told.out for told in asked):
        pass_on(decision, level, reason)
        climb(decision, level + 1, reason)


def hand_over(decision: Decision, command: HandOver) -> None:
    """Somebody else is in charge from now on; they must be able to see it."""
    context, state = decision.context, decision.incident
    person = context.directory.by_username.get(command.to)
    if person is None or not person.active:
        raise Invalid("to", "没有这个员工。", "There is no such member of staff.")
    if not sees(Caller(person), state, context.directory) or _only_audits(person.roles):
        raise Invalid("to", "这个人看不到这件事，不能交给他。", "They may not see this incident.")
    if person.id == state.in_charge:
        return
    reason = context.seal.optional("reason", command.reason)
    decision.add(ev.INCIDENT_HANDED_OVER, {"to": person.id, **reason})


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


def receive(decision: Decision, command: Receive) -> None:
    """A device has the alert, or a person has seen it. Each is kept once."""
    state, context = decision.incident, decision.context
    alert = state.alerts.get(command.alert_id) or state.informed.get(command.alert_id)
    user = "" if context.person is None else context.person.id
    if alert is None or user not in alert.told or command.repeat > alert.repeat:
        raise Invalid("alert_id", "没有这条提醒。", "There is no such alert.")
    told = alert.told[user]
    known = told.seen_at if command.receipt == "seen" else (told.delivered_at or told.seen_at)
    if known is not None:
        return
    kind = ev.ALERT_SEEN if command.receipt == "seen" else ev.ALERT_DELIVERED
    data = {
        "alert_id": alert.id,
        "repeat": command.repeat,
        "user": user,
        "channel": command.channel,
    }
    decision.add(kind, data)
