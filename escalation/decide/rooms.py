"""Who speaks for a group, and who was led where, when (G2, G4)."""

from datetime import datetime
from typing import Any

from escalation import events as ev
from escalation.context import Decision
from escalation.dealing_commands import (
    LeadToRoom,
    LeaveRoom,
    NameRepresentative,
    WithdrawRepresentative,
)
from escalation.refusal import Invalid, Refused
from escalation.timeline import stamp

MOST_PEOPLE = 999


def name_representative(decision: Decision, command: NameRepresentative) -> None:
    """One more speaks for the group, until there are as many as its playbook allows."""
    state = decision.incident
    most = max([book.representatives for book in state.playbooks])
    if most == 0:
        raise Refused(
            "not-a-group",
            "代表只在群体来访里登记，先加上群体来访预案。",
            "Representatives belong to a group visit: add that playbook first.",
        )
    speaking = [each for each in state.dealings.representatives.values() if each.until is None]
    if len(speaking) >= most:
        raise Refused(
            "representatives-full",
            f"代表最多 {most} 人，已经满了。",
            f"A group has at most {most} representatives, and it has them.",
        )
    who = decision.context.seal(command.who)
    decision.add(ev.REPRESENTATIVE_NAMED, {"id": decision.context.new_id(), "who": who})


def withdraw_representative(decision: Decision, command: WithdrawRepresentative) -> None:
    """They have gone home, or somebody else speaks."""
    found = decision.incident.dealings.representatives.get(command.representative)
    if found is None or found.until is not None:
        raise Invalid("representative", "没有这位代表。", "There is no such representative.")
    decision.add(ev.REPRESENTATIVE_WITHDRAWN, {"id": found.id})


def lead_to_room(decision: Decision, command: LeadToRoom) -> None:
    """Who is where now, apart from the other customers."""
    if command.people is not None and not 1 <= command.people <= MOST_PEOPLE:
        raise Invalid("people", "人数在 1 到 999 之间。", "Between 1 and 999 people.")
    context = decision.context
    data: dict[str, Any] = {
        "id": context.new_id(),
        "who": context.seal(command.who),
        "room": context.seal(command.room),
        "at": stamp(said_moment(decision, command.at)),
    }
    if command.people is not None:
        data["people"] = command.people
    decision.add(ev.ROOM_ENTERED, data)


def leave_room(decision: Decision, command: LeaveRoom) -> None:
    """They are not there any more."""
    stay = decision.incident.dealings.stays.get(command.stay)
    if stay is None or stay.until is not None:
        raise Invalid("stay", "没有这一处，或者人已经离开。", "Nobody is there by that entry.")
    at = said_moment(decision, command.at)
    if at < stay.since:
        raise Invalid("at", "离开不能早于进入。", "They cannot leave before they came.")
    decision.add(ev.ROOM_LEFT, {"id": stay.id, "at": stamp(at)})


def said_moment(decision: Decision, at: datetime | None) -> datetime:
    """When it was, as the caller says; else when the deed was done.

    Raises:
        Invalid: it lies ahead, or before the incident.
    """
    if at is None:
        return decision.context.occurred.estimate
    if not decision.incident.opened_at <= at <= decision.context.now:
        raise Invalid(
            "at",
            "时间要在事件开始之后、现在之前。",
            "It must lie between the incident's beginning and now.",
        )
    return at
