"""What is known of an alert's arrival: received, seen, or undeliverable (contract, section 4)."""

from escalation import events as ev
from escalation.alert import Alert, Told, Way
from escalation.commands import SOCKET, DeliveryFailed, Receive
from escalation.context import Context, Decision
from escalation.decide.alerting import pass_on_when_all_are_out
from escalation.incident import Incident
from escalation.refusal import Invalid


def receive(decision: Decision, command: Receive) -> None:
    """A device has the alert, or a person has seen it. Each is kept once for each channel.

    A receipt for an older repeat says nothing of the present one, and is passed over.
    """
    context = decision.context
    user = "" if context.person is None else context.person.id
    alert = _alert(decision.incident, command.alert_id)
    if alert is None or user not in alert.told or command.repeat > alert.told[user].repeat:
        raise Invalid("alert_id", "没有这条提醒。", "There is no such alert.")
    told = alert.told[user]
    channel: Told | Way | None = told if command.channel == SOCKET else told.way(command.channel)
    if channel is None:
        raise Invalid("channel", "这条提醒没有发到这个渠道。", "The alert did not go there.")
    known = channel.seen_at
    if command.receipt == "delivered":
        known = known or channel.delivered_at
    if known is not None or command.repeat < told.repeat:
        return
    kind = ev.ALERT_SEEN if command.receipt == "seen" else ev.ALERT_DELIVERED
    data = {
        "alert_id": alert.id,
        "repeat": command.repeat,
        "user": user,
        "channel": command.channel,
    }
    if isinstance(channel, Way):
        data["kind"] = channel.kind
    decision.add(kind, data)


def delivery_failed(decision: Decision, command: DeliveryFailed) -> None:
    """A channel of theirs did not take it. When that is so of all, nothing is left to them.

    When nothing is left to a whole level, the next one fires. What was seen has not failed.
    """
    alert = _alert(decision.incident, command.alert_id)
    told = None if alert is None else alert.told.get(command.user)
    way = None if told is None else told.way(command.channel)
    if alert is None or told is None or way is None or told.repeat != command.repeat:
        return
    if way.failed_at is not None or not told.waiting:
        return
    nothing_left = _was_the_last(decision.context, told, command.channel)
    data: dict[str, object] = {
        "alert_id": command.alert_id,
        "repeat": command.repeat,
        "user": command.user,
        "channel": command.channel,
        "kind": way.kind,
        "detail": command.detail,
    }
    if nothing_left:
        data["nothing_left"] = True
    decision.add(ev.ALERT_FAILED, data)
    if nothing_left and alert.on_ladder and not told.out:
        pass_on_when_all_are_out(decision, "unreachable")


def _was_the_last(context: Context, told: Told, channel: str) -> bool:
    """Every other channel has failed too, none had brought it, and no socket is there."""
    others = [way for way in told.ways if way.id != channel]
    arrived = told.delivered_at or any(way.delivered_at for way in told.ways)
    failed = all(way.failed_at is not None for way in others)
    return failed and not arrived and not context.connected(told.user)


def _alert(state: Incident, alert_id: str) -> Alert | None:
    return state.alerts.get(alert_id) or state.informed.get(alert_id)
