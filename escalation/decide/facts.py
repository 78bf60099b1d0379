"""Facts about what is going on, and the playbooks that follow from them."""

from collections.abc import Mapping
from typing import Any

from escalation import events as ev
from escalation.clocks import tick
from escalation.commands import AddPlaybook, Reclassify, RecordFacts
from escalation.context import Decision
from escalation.decide.alerting import (
    changed_ladder,
    climb,
    inform,
    pass_on_when_all_are_out,
    widen,
)
from escalation.decide.drills import real_after_all
from escalation.incident import Incident
from escalation.ladder import merge
from escalation.refusal import Invalid, Refused
from escalation.texts import Typed
from playbooks.gates import told_by_duty
from playbooks.model import Playbook


def decide_facts(decision: Decision, command: RecordFacts) -> None:
    """Write facts down; what is known already makes no new event."""
    record_facts(decision, command.facts)
    tell_by_duty(decision, command.facts)


def tell_by_duty(decision: Decision, facts: Mapping[str, Any]) -> None:
    """Who the customer is, and what they threaten, has people who are told at once (P1, P2)."""
    inform(decision, told_by_duty(decision.context.playbooks.values(), facts), "raised")


def record_facts(decision: Decision, facts: Mapping[str, Any]) -> None:
    """Record what is new among ``facts``; None withdraws one."""
    state = decision.incident
    subject = facts.get("subject_staff")
    if subject is not None and subject not in decision.context.directory.by_username:
        raise Invalid("facts.subject_staff", "没有这个员工。", "There is no such member of staff.")
    new = {
        name: value
        for name, value in facts.items()
        if isinstance(value, Typed) or state.facts.get(name) != value
    }
    if not new:
        return
    data: dict[str, Any] = {"facts": decision.context.seal.all_in(new)}
    if new.get("subject_staff") is not None:
        data["subject"] = decision.context.directory.by_username[new["subject_staff"]].id
    decision.add(ev.FACTS_RECORDED, data)
    real_after_all(decision)
    if "subject" in data and not state.over:
        _pass_over(decision, data["subject"])


def _pass_over(decision: Decision, subject: str) -> None:
    """Whom it is about is neither in charge of it nor waited for: the next people are asked."""
    state = decision.incident
    if state.in_charge == subject:
        decision.follow(ev.INCIDENT_HANDED_OVER, {"to": None, "because": "subject_staff"})
        climb(decision, state.climb.level + 1, "escalated")
    else:
        pass_on_when_all_are_out(decision, "unreachable")


def add_playbook(decision: Decision, command: AddPlaybook) -> None:
    """A second playbook: its steps join, its people are told, its ladder acts (G1)."""
    state = decision.incident
    if any(book.id == command.playbook for book in state.playbooks):
        raise Refused(
            "attached-already", "这个预案已经加上了。", "This playbook is attached already."
        )
    book = _known(decision, command.playbook, "playbook")
    levels = merge(state.climb.levels, book.ladder)
    data = {
        "title": book.title.as_json(),
        "playbook": playbook_mark(book),
        "ladder": changed_ladder(state, levels, decision.context.now),
        **decision.context.seal.optional("reason", command.reason),
    }
    decision.add(ev.PLAYBOOK_ADDED, data)
    _act_on(decision, book)


def reclassify(decision: Decision, command: Reclassify) -> None:
    """Another type fits better. Those who know are not alarmed again."""
    state = decision.incident
    if command.type == state.type:
        raise Refused("attached-already", "已经是这个类型。", "It is of this type already.")
    book = _known(decision, command.type, "type")
    levels = book.ladder
    for other in state.playbooks[1:]:
        levels = merge(levels, other.ladder)
    data = {
        "from": state.type,
        "title": book.title.as_json(),
        "playbook": playbook_mark(book),
        "ladder": changed_ladder(state, levels, decision.context.now),
        "reason": decision.context.seal(command.reason),
    }
    decision.add(ev.INCIDENT_RECLASSIFIED, data)
    _act_on(decision, book)


def _act_on(decision: Decision, book: Playbook) -> None:
    for step in book.steps:
        if step.completed_by_raising and _is_open(decision.incident, step.id):
            decision.follow(ev.STEP_COMPLETED, {"step": step.id, "record": {}})
    if decision.incident.status != "contained":
        widen(decision)
    inform(decision, book.inform, "raised")
    tick(decision, "raised", book)


def _is_open(state: Incident, step_id: str) -> bool:
    return state.progress_of(step_id).state == "open"


def _known(decision: Decision, playbook_id: str, field: str) -> Playbook:
    book = decision.context.playbooks.get(playbook_id)
    if book is None:
        raise Invalid(field, "没有这个预案。", "There is no such playbook.")
    return book


def playbook_mark(book: Playbook) -> dict[str, Any]:
    """How an event names the version of a playbook."""
    return {"id": book.id, "version": book.version, "sha256": book.sha256}
