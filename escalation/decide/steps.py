"""Ticking the checklist: gates, roles, records (K4)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from escalation import events as ev
from escalation.clocks import tick
from escalation.commands import ClearStep, CompleteStep, ReopenStep, SkipStep
from escalation.context import Decision
from escalation.decide.facts import record_facts
from escalation.refusal import Invalid, Refused
from escalation.rights import manages
from escalation.texts import Typed
from escalation.timeline import MAX_INTEGER, stamp
from playbooks.gates import broken_rules, gate_open, override_allowed
from playbooks.model import RecordField, Step


def complete_step(decision: Decision, command: CompleteStep) -> None:
    """Tick a step. A locked one needs its gate open, or an override with a reason (D4)."""
    step = _step(decision, command.step)
    state, seal = decision.incident, decision.context.seal
    progress = state.progress_of(step.id)
    if progress.state == "done":
        raise _done_already(decision, step)
    data: dict[str, Any] = {"step": step.id}
    if step.gate and not gate_open(step.gate, state.facts, progress.cleared):
        if command.override_reason is None or not _may_override(decision, step):
            gate = step.gate.text
            raise Refused("step-locked", gate.zh, gate.en, step=step.id)
        data["override_reason"] = seal(command.override_reason)
    data["record"] = _checked_record(decision, step, command.record)
    data.update(seal.optional("note", command.note))
    decision.add(ev.STEP_COMPLETED, data)
    record_facts(decision, _as_facts(step, data["record"]))
    tick(decision, f"step:{step.id}")


def _as_facts(step: Step, record: Mapping[str, Any]) -> dict[str, Any]:
    """What the step's form says about the incident itself (S5)."""
    return {
        field.fact: record[field.name]
        for field in step.record
        if field.fact is not None and field.name in record
    }


def clear_step(decision: Decision, command: ClearStep) -> None:
    """Compliance opens a gate that waits for it (S6)."""
    step = _step(decision, command.step)
    if step.gate is None or step.gate.clearance is None:
        raise Invalid("step", "这一步不需要放行。", "This step does not wait for clearance.")
    progress = decision.incident.progress_of(step.id)
    if progress.state == "done":
        raise _done_already(decision, step)
    if not progress.cleared:
        reason = decision.context.seal.optional("reason", command.reason)
        decision.add(ev.STEP_CLEARED, {"step": step.id, **reason})


def skip_step(decision: Decision, command: SkipStep) -> None:
    """Leave a step out, with a reason; never one that must be done."""
    step = _step(decision, command.step)
    progress = decision.incident.progress_of(step.id)
    if progress.state != "open":
        raise _done_already(decision, step)
    if step.must:
        raise Refused("step-locked", "这一步必须做，不能跳过。", "This step may not be skipped.")
    reason = decision.context.seal(command.reason)
    decision.add(ev.STEP_SKIPPED, {"step": step.id, "reason": reason})


def reopen_step(decision: Decision, command: ReopenStep) -> None:
    """Take a tick back. The earlier tick stays in the timeline."""
    step = _step(decision, command.step)
    if decision.incident.progress_of(step.id).state == "open":
        raise Refused("step-not-done", "这一步还没做。", "This step has not been done.")
    reason = decision.context.seal(command.reason)
    decision.add(ev.STEP_REOPENED, {"step": step.id, "reason": reason})


def _step(decision: Decision, step_id: str) -> Step:
    step = decision.incident.step(step_id)
    if step is None:
        raise Invalid("step", "清单里没有这一步。", "The checklist has no such step.")
    return step


def _done_already(decision: Decision, step: Step) -> Refused:
    progress = decision.incident.progress_of(step.id)
    person = decision.context.directory.people.get(progress.by or "")
    name = person.name if person else ""
    at = "" if progress.at is None else stamp(progress.at)
    return Refused(
        "step-done",
        f"{name or '系统'}已经做过这一步。",
        f"{name or 'The system'} has done this step already.",
        step=step.id,
        done_at=at,
        done_by=None if person is None else person.as_json(),
    )


def _may_override(decision: Decision, step: Step) -> bool:
    context, state = decision.context, decision.incident
    manager = context.person is not None and manages(
        context.person, state.branch, context.directory
    )
    return step.gate is not None and override_allowed(step.gate, state.facts, manager=manager)


def _checked_record(decision: Decision, step: Step, record: Mapping[str, Any]) -> dict[str, Any]:
    """What was written down, each value of its field's type; typed texts sealed."""
    fields = {each.name: each for each in step.record}
    for name in record:
        if name not in fields:
            raise Invalid(f"record.{name}", "这一步没有这一项。", "This step has no such field.")
    given = {name: value for name, value in record.items() if value is not None}
    missing = [f"record.{name}" for name in fields if fields[name].required and name not in given]
    if missing:
        raise Invalid(missing[0], "这一项要填。", "This field is needed.", others=missing[1:])
    found = {
        name: _checked_value(decision, fields[name], given[name])
        for name in fields
        if name in given
    }
    for name, why in broken_rules(step, found):
        raise Invalid(f"record.{name}", why.zh, why.en)
    return found


def _checked_value(decision: Decision, field: RecordField, value: Any) -> Any:
    place = f"record.{field.name}"
    if field.type == "text":
        if isinstance(value, Typed):
            return decision.context.seal(value)
    elif field.type == "boolean":
        if isinstance(value, bool):
            return value
    elif field.type == "number":
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER:
            return value
    elif isinstance(value, Typed):
        return _checked_word(field, value.text, place)
    raise Invalid(place, "填的类型不对。", f"Here belongs a {field.type}.")


def _checked_word(field: RecordField, word: str, place: str) -> str:
    """A date, or one of the choices: these are no free text and stand unsealed."""
    if field.type == "date":
        try:
            return date.fromisoformat(word).isoformat()
        except ValueError as error:
            raise Invalid(
                place, "日期写成 2026-11-22 的样子。", "A date like 2026-11-22."
            ) from error
    if word not in {choice.value for choice in field.choices}:
        raise Invalid(place, "没有这个选项。", "There is no such choice.")
    return word
