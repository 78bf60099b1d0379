"""Raising alerts: who is told at the tap, and how the ladder climbs (contract, section 5)."""

from collections.abc import Iterable
from typing import Any

from escalation import events as ev
from escalation.context import Decision
from escalation.incident import Alert, Incident
from escalation.people import Recipient
from escalation.timeline import stamp
from playbooks.model import Level


def climb(decision: Decision, level: int, reason: str, *, also: Iterable[Recipient] = ()) -> None:
    """Fire ``level`` (or repeat the last) now, and pass on at once while nobody is reached.

    ``also`` are told together with the first level fired. A ladder that stood still counts its
    further times from now; a climbing one keeps counting from the raising.
    """
    last = len(decision.incident.climb.levels)
    number = min(level, last)
    extra = list(also)
    while True:
        ladder = _standing(decision, number)
        told = _merged(extra, _recipients(decision, decision.incident.climb.levels[number - 1]))
        if told:
            _raise(decision, number, reason, told, ladder)
        if any(decision.context.reachable(each.person.id) for each in told):
            return
        because = "unreachable" if told else "empty"
        if number == last:
            decision.follow(
                ev.ALERT_EXHAUSTED, {"level": number, "because": because, "ladder": ladder}
            )
            return
        pass_on(decision, number, because)
        number, reason, extra = number + 1, "unreachable", []


def pass_on(decision: Decision, number: int, because: str) -> None:
    """Write down that the ladder leaves level ``number``, and why."""
    standing = _standing(decision, number)
    ladder = {**standing, "next_at": stamp(decision.context.now)}
    data = {"from": number, "to": number + 1, "because": because, "ladder": ladder}
    decision.follow(ev.ALERT_ESCALATED, data)


def inform(decision: Decision, roles: Iterable[str], reason: str) -> None:
    """Tell these roles at once, whatever the ladder does; nobody twice, nor who reported it."""
    state = decision.incident
    knowing = {report.user for report in state.reports if report.user}
    told = [
        each
        for each in _resolved(decision, roles)
        if each.person.id not in knowing and not state.was_told(each.person.id)
    ]
    if told:
        data = {
            "alert_id": decision.context.new_id(),
            "reason": reason,
            "urgency": "immediate",
            "recipients": _as_json(decision, told),
        }
        decision.follow(ev.ALERT_INFORMED, data)


def widen(decision: Decision) -> None:
    """After the ladder has changed: tell those of its fired levels who have not been asked yet.

    Who was alerted before is not alarmed again. Where somebody is in charge already and new
    people are asked, the ladder starts again from its first level.
    """
    state = decision.incident
    reached = max(state.climb.level, 1)
    roles = [role for level in state.climb.levels[:reached] for role in level.tell]
    new = [each for each in _resolved(decision, roles) if not state.was_alerted(each.person.id)]
    if not new:
        return
    climbing = state.climb.next_at is not None
    ladder = None if climbing else _standing(decision, 1)
    _raise(decision, reached if climbing else 1, "raised", new, ladder)
    if not climbing and not any(decision.context.reachable(each.person.id) for each in new):
        pass_on(decision, 1, "unreachable")
        climb(decision, 2, "unreachable")


def remind(
    decision: Decision,
    told: Iterable[Recipient],
    reason: str,
    urgency: str,
    **more: Any,
) -> None:
    """An alert beside the ladder: for a step, a clock, or quiet that has lasted too long."""
    recipients = _merged(told, [])
    if recipients:
        level = max(decision.incident.climb.level, 1)
        _raise(decision, level, reason, recipients, None, urgency=urgency, **more)


def in_charge(decision: Decision) -> list[Recipient]:
    """Whoever has taken it up, as a recipient; nobody, while nobody has."""
    state = decision.incident
    person = decision.context.directory.people.get(state.in_charge or "")
    if person is None or not person.active or person.username == state.subject:
        return []
    role, org = person.roles[0] if person.roles else ("", state.branch)
    return [Recipient(person, role, org)]


def holders(decision: Decision, roles: Iterable[str]) -> list[Recipient]:
    """Who holds these roles for this incident, never its subject."""
    return _resolved(decision, roles)


def _resolved(decision: Decision, roles: Iterable[str]) -> list[Recipient]:
    state = decision.incident
    directory = decision.context.directory
    subject = directory.by_username.get(state.subject or "")
    without = [] if subject is None else [subject.id]
    return directory.resolve(roles, state.branch, without=without)


def _recipients(decision: Decision, level: Level) -> list[Recipient]:
    return _resolved(decision, level.tell)


def _merged(first: Iterable[Recipient], second: Iterable[Recipient]) -> list[Recipient]:
    found: dict[str, Recipient] = {}
    for each in (*first, *second):
        found.setdefault(each.person.id, each)
    return list(found.values())


def _standing(decision: Decision, number: int) -> dict[str, Any]:
    """Where the ladder stands once level ``number`` has fired now, and when it moves on."""
    state, now = decision.incident, decision.context.now
    levels = state.climb.levels
    base = state.climb.base or now
    fresh = state.climb.level == 0
    if not fresh and state.climb.next_at is None:
        base = now - state.lasting(levels[number - 1].after)
    if number == len(levels):
        next_at = now + state.lasting(state.primary.repeat_every)
    else:
        next_at = max(now, base + state.lasting(levels[number].after))
    return {"level": number, "base": stamp(base), "next_at": stamp(next_at)}


def _raise(
    decision: Decision,
    level: int,
    reason: str,
    told: list[Recipient],
    ladder: dict[str, Any] | None,
    *,
    urgency: str = "immediate",
    **more: Any,
) -> None:
    known = None if ladder is None else _to_repeat(decision.incident, level)
    data: dict[str, Any] = {
        "alert_id": decision.context.new_id() if known is None else known.id,
        "level": level,
        "repeat": 0 if known is None else known.repeat + 1,
        "reason": reason if known is None else known.reason,
        "urgency": urgency,
        "recipients": _as_json(decision, told),
        **more,
    }
    if ladder is not None:
        data["ladder"] = ladder
    decision.follow(ev.ALERT_RAISED, data)


def _to_repeat(state: Incident, level: int) -> Alert | None:
    """The last level's live alert: it is repeated under its own id, never raised twice."""
    if level != len(state.climb.levels) or state.climb.level != level:
        return None
    live = [each for each in state.live_alerts() if each.level == level and each.on_ladder]
    return live[-1] if live else None


def _as_json(decision: Decision, told: Iterable[Recipient]) -> list[dict[str, Any]]:
    return [
        {
            "user": each.person.id,
            "role": each.role,
            "org": each.org,
            "reachable": decision.context.reachable(each.person.id),
        }
        for each in told
    ]
