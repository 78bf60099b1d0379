"""Raising alerts: who is told at the tap, and how the ladder climbs (contract, section 5)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from escalation import events as ev
from escalation.alert import Alert
from escalation.context import Decision
from escalation.decide.simulating import simulate, split
from escalation.incident import Incident
from escalation.people import Person, Recipient
from escalation.timeline import stamp
from playbooks.model import Level

_NEXT_MOMENT = timedelta(milliseconds=1)
"""The smallest step of time that is kept."""


def climb(decision: Decision, level: int, reason: str, *, also: Iterable[Recipient] = ()) -> None:
    """Fire ``level`` (or repeat the last) now, and pass on at once while nobody is reached.

    ``also`` are told together with the first level fired; they are not its answer. A ladder that
    stood still counts its further times from now; a climbing one keeps counting from the raising.
    """
    last = len(decision.incident.climb.levels)
    number, cause, extra = min(level, last), reason, list(also)
    while True:
        ladder = _standing(decision, number, cause)
        asked = holders(decision, decision.incident.climb.levels[number - 1].tell)
        told = _merged(extra, asked)
        if told:
            repeated = _to_repeat(decision.incident, number)
            _raise(decision, number, reason, told, ladder=ladder, repeated=repeated)
        if _anyone_reachable(decision, asked):
            return
        because = "unreachable" if asked else "empty"
        if number == last:
            data = {"level": number, "because": because, "ladder": ladder}
            decision.follow(ev.ALERT_EXHAUSTED, data)
            return
        _leave(decision, number, because, cause)
        number, reason, extra = number + 1, "unreachable", []


def pass_on(decision: Decision, number: int, because: str) -> None:
    """Nobody of level ``number`` is waited for any longer, and why: the next one fires now."""
    _leave(decision, number, because, because)
    climb(decision, number + 1, because)


def _leave(decision: Decision, number: int, because: str, cause: str) -> None:
    ladder = _standing(decision, number, cause)
    if ladder["next_at"] is not None:
        ladder["next_at"] = stamp(decision.context.now)
    data = {"from": number, "to": number + 1, "because": because, "ladder": ladder}
    decision.follow(ev.ALERT_ESCALATED, data)


def pass_on_when_all_are_out(decision: Decision, because: str) -> None:
    """Climb at once when nobody asked on the present level can be expected to answer.

    The last level is repeated at its time; that nobody can be reached is on record.
    """
    state = decision.incident
    level, last = state.climb.level, len(state.climb.levels)
    if state.climb.next_at is None or (level >= last and because == "declined"):
        return
    asked = [
        told
        for alert in state.live_alerts()
        if alert.on_ladder and alert.level == level
        for told in alert.told.values()
    ]
    if not asked or not all(told.out for told in asked):
        return
    if level < last:
        pass_on(decision, level, because)
    else:
        data = {"level": level, "because": because, "ladder": None}
        decision.follow(ev.ALERT_EXHAUSTED, data)


def inform(decision: Decision, roles: Iterable[str], reason: str) -> None:
    """Tell these roles at once, whatever the ladder does; nobody twice, nor who reported it."""
    state = decision.incident
    knowing = {report.user for report in state.reports if report.user}
    told = [
        each
        for each in holders(decision, roles)
        if each.person.id not in knowing and not state.was_told(each.person.id)
    ]
    if told:
        _inform(decision, told, reason, "immediate")


def inform_of_charge(decision: Decision, person: Person) -> None:
    """Somebody has been put in charge by another: they must know."""
    _inform(decision, [_as_recipient(decision, person)], "escalated", "immediate")


def tell_again(decision: Decision, reason: str) -> None:
    """Whoever knows of it is told that it has turned into something else."""
    state, people = decision.incident, decision.context.directory.people
    roles = {each.user: "" for each in state.reports if each.user is not None}
    for alert in (*state.alerts.values(), *state.informed.values()):
        roles.update((each.user, each.role) for each in alert.told.values() if not each.left_out)
    known = [(people[user], role) for user, role in roles.items() if user in people]
    told = [
        _as_recipient(decision, person, role)
        for person, role in known
        if person.active and person != decision.context.person and person.username != state.subject
    ]
    if told:
        _inform(decision, told, reason, "immediate")


def _inform(
    decision: Decision, everybody: Sequence[Recipient], reason: str, urgency: str, **more: Any
) -> None:
    told, left_out = split(decision, everybody)
    if left_out:
        simulate(decision, 0, reason, left_out, None)
    if not told:
        return
    data = {
        "alert_id": decision.context.new_id(),
        "reason": reason,
        "urgency": urgency,
        "recipients": _as_json(decision, told),
        **more,
    }
    decision.follow(ev.ALERT_INFORMED, data)


def changed_ladder(state: Incident, levels: tuple[Level, ...], now: datetime) -> dict[str, Any]:
    """How the ladder stands once its levels are ``levels``; a climbing one takes their times."""
    climb = state.climb
    level = min(climb.level, len(levels))
    next_at = climb.next_at
    if next_at is not None and level < len(levels):
        next_at = max(now, (climb.base or now) + state.lasting(levels[level].after))
    return {
        "levels": [{"after": each.after, "tell": list(each.tell)} for each in levels],
        "level": level,
        "base": stamp(climb.base or now),
        "next_at": None if next_at is None else stamp(next_at),
    }


def widen(decision: Decision) -> None:
    """After the ladder has changed: tell those of its fired levels who have not been asked yet.

    Who was alerted before is not alarmed again. Where somebody is in charge already and new
    people are asked, the ladder starts again from its first level.
    """
    state = decision.incident
    reached = max(state.climb.level, 1)
    roles = [role for level in state.climb.levels[:reached] for role in level.tell]
    new = [each for each in holders(decision, roles) if not state.was_alerted(each.person.id)]
    if not new:
        return
    if state.climb.next_at is not None:
        ladder = changed_ladder(state, state.climb.levels, decision.context.now)
        del ladder["levels"]
        _raise(decision, reached, "raised", new, ladder=ladder)
        return
    _raise(decision, 1, "raised", new, ladder=_standing(decision, 1, "raised"))
    if not _anyone_reachable(decision, new) and len(state.climb.levels) > 1:
        pass_on(decision, 1, "unreachable")


def remind(
    decision: Decision,
    told: Iterable[Recipient],
    reason: str,
    urgency: str,
    **more: Any,
) -> None:
    """An alert beside the ladder: for a step, a clock, or quiet that has lasted too long.

    After the end nobody can take anything up any more, so people are told, not asked.
    """
    state = decision.incident
    recipients = _merged(told, [])
    if not recipients:
        return
    if state.over:
        _inform(decision, recipients, reason, urgency, **more)
        return
    level = max(state.climb.level, 1)
    _raise(decision, level, reason, recipients, urgency=urgency, **more)


def still_asked(decision: Decision, alert: Alert) -> list[Recipient]:
    """Who was told of it and may still answer."""
    people = decision.context.directory.people
    return [
        _as_recipient(decision, people[told.user], told.role)
        for told in alert.told.values()
        if told.user in people and people[told.user].active and not (told.declined or told.left_out)
    ]


def repeat(
    decision: Decision, alert: Alert, told: list[Recipient], ladder: dict[str, Any] | None
) -> None:
    """The same alert once more, under its own id."""
    _raise(
        decision,
        alert.level,
        alert.reason,
        told,
        ladder=ladder,
        repeated=alert,
        urgency=alert.urgency,
    )


def in_charge(decision: Decision) -> list[Recipient]:
    """Whoever has taken it up, as a recipient; nobody, while nobody has."""
    return somebody(decision, decision.incident.in_charge)


def somebody(decision: Decision, user_id: str | None) -> list[Recipient]:
    """That one person as a recipient; nobody, where they have left or it is about them."""
    state = decision.incident
    person = decision.context.directory.people.get(user_id or "")
    if person is None or not person.active or person.username == state.subject:
        return []
    return [_as_recipient(decision, person)]


def _as_recipient(decision: Decision, person: Person, role: str = "") -> Recipient:
    """By ``role``, where they hold it still; else by their first."""
    held = [each for each in person.roles if each[0] == role] or list(person.roles)
    name, org = held[0] if held else (role, decision.incident.branch)
    return Recipient(person, name, org)


def holders(decision: Decision, roles: Iterable[str]) -> list[Recipient]:
    """Who holds these roles for this incident, never its subject."""
    state = decision.incident
    directory = decision.context.directory
    subject = directory.by_username.get(state.subject or "")
    without = [] if subject is None else [subject.id]
    return directory.resolve(roles, state.branch, decision.context.now, without=without)


def _anyone_reachable(decision: Decision, asked: Sequence[Recipient]) -> bool:
    """Whom a drill leaves out is reached as far as the ladder is concerned."""
    told, left_out = split(decision, asked)
    return bool(left_out) or any(decision.context.reachable(each.person.id) for each in told)


def _merged(first: Iterable[Recipient], second: Iterable[Recipient]) -> list[Recipient]:
    found: dict[str, Recipient] = {}
    for each in (*first, *second):
        found.setdefault(each.person.id, each)
    return list(found.values())


def _standing(decision: Decision, number: int, cause: str) -> dict[str, Any]:
    """Where the ladder stands once level ``number`` has fired now, and when it moves on.

    On a contained incident it does not climb: whoever is asked is asked once.
    """
    state, now = decision.incident, decision.context.now
    levels = state.climb.levels
    base = state.climb.base or now
    if state.climb.level > 0 and state.climb.next_at is None:
        base = now - state.lasting(levels[number - 1].after)
    if number == len(levels):
        next_at = now + state.lasting(state.primary.repeat_every)
    else:
        # Later than this firing in any case: a deadline that has fired must move.
        next_at = max(now + _NEXT_MOMENT, base + state.lasting(levels[number].after))
    return {
        "level": number,
        "base": stamp(base),
        "next_at": stamp(next_at) if state.status in ("open", "acknowledged") else None,
        "cause": cause,
    }


def _raise(
    decision: Decision,
    level: int,
    reason: str,
    everybody: Sequence[Recipient],
    *,
    ladder: dict[str, Any] | None = None,
    repeated: Alert | None = None,
    urgency: str = "immediate",
    **more: Any,
) -> None:
    told, left_out = split(decision, everybody)
    if left_out:
        simulate(decision, level, reason, left_out, None if told else ladder)
    if not told:
        return
    data: dict[str, Any] = {
        "alert_id": decision.context.new_id() if repeated is None else repeated.id,
        "level": level,
        "repeat": 0 if repeated is None else repeated.repeat + 1,
        "reason": reason if repeated is None else repeated.reason,
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
    """Recipients as an event names them: with their channels of this moment, never an address."""
    context = decision.context
    found = []
    for each in told:
        user = each.person.id
        known: dict[str, Any] = {
            "user": user,
            "role": each.role,
            "org": each.org,
            "reachable": context.reachable(user),
        }
        if each.stands_for is not None:
            known["stands_for"] = each.stands_for
        channels = context.channels_of(user)
        if channels:
            known["channels"] = [{"id": channel, "kind": kind} for channel, kind in channels]
        found.append(known)
    return found
