"""What is known of an alert's arrival: received, seen, or undeliverable (contract, section 4)."""

from escalation import events as ev
from escalation.commands import DeliveryFailed, Receive
from escalation.context import Decision
from escalation.decide.alerting import pass_on_when_all_are_out
from escalation.incident import Alert, Incident
from escalation.refusal import Invalid


def receive(decision: Decision, command: Receive) -> None:
    """A device has the alert, or a person has seen it. Each is kept once.

    A receipt for an older repeat says nothing of the present one, and is passed over.
    """
    context = decision.context
    user = "" if context.person is None else context.person.id
    alert = _alert(decision.incident, command.alert_id)
    if alert is None or user not in alert.told or command.repeat > alert.told[user].repeat:
        raise Invalid("alert_id", "没有这条提醒。", "There is no such alert.")
    told = alert.told[user]
    known = told.seen_at if command.receipt == "seen" else (told.delivered_at or told.seen_at)
    if known is not None or command.repeat < told.repeat:
        return
    kind = ev.ALERT_SEEN if command.receipt == "seen" else ev.ALERT_DELIVERED
    data = {
        "alert_id": alert.id,
        "repeat": command.repeat,
        "user": user,
        "channel": command.channel,
    }
    decision.add(kind, data)


def delivery_failed(decision: Decision, command: DeliveryFailed) -> None:
    """No channel of theirs took it. When that is so of a whole level, the next one fires."""
    alert = _alert(decision.incident, command.alert_id)
    told = None if alert is None else alert.told.get(command.user)
    if told is None or told.repeat != command.repeat or told.failed or not told.waiting:
        return
    data = {
        "alert_id": command.alert_id,
        "repeat": command.repeat,
        "user": command.user,
        "channel": command.channel,
        "detail": command.detail,
    }
    decision.add(ev.ALERT_FAILED, data)
    pass_on_when_all_are_out(decision, "unreachable")


def _alert(state: Incident, alert_id: str) -> Alert | None:
    return state.alerts.get(alert_id) or state.informed.get(alert_id)
