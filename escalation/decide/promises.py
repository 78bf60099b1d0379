"""The ledger of promises: made, kept, broken; money only when it is cleared (S6), to T3 none."""

from datetime import timedelta

from escalation import events as ev
from escalation.context import Decision
from escalation.dealing_commands import BreakPromise, KeepPromise, MakePromise
from escalation.dealings import PROMISE_KINDS, Promise
from escalation.decide.alerting import holders, in_charge, somebody
from escalation.decide.owed import remind_of_owed
from escalation.refusal import Invalid, Refused
from escalation.timeline import stamp
from playbooks.gates import gate_open, no_promise

MONEY_STEP = "promise_redress"
"""The step whose gate compliance opens before anybody promises money (S6)."""
FURTHEST = timedelta(days=366)
"""Nobody promises anything for later than that."""
TELL = ("branch_manager", "complaint_officer")
"""Who hears of a promise that has run out, beside who made it and who is in charge."""


def make_promise(decision: Decision, command: MakePromise) -> None:
    """Put on record what was promised, by the caller, to be done by a moment."""
    if command.kind not in PROMISE_KINDS:
        raise Invalid("kind", "没有这个选项。", "There is no such choice.")
    _check_allowed(decision, command.kind)
    context = decision.context
    made_at = context.occurred.estimate
    if not made_at < command.due_at <= made_at + FURTHEST:
        raise Invalid(
            "due_at",
            "兑现时间要在现在之后、一年之内。",
            "It must lie ahead, and at most a year.",
        )
    decision.add(
        ev.PROMISE_MADE,
        {
            "id": context.new_id(),
            "kind": command.kind,
            "due_at": stamp(command.due_at),
            "text": context.seal(command.text),
        },
    )


def keep_promise(decision: Decision, command: KeepPromise) -> None:
    """It was done."""
    promise = _open(decision, command.promise)
    note = decision.context.seal.optional("note", command.note)
    decision.add(ev.PROMISE_KEPT, {"id": promise.id, "kind": promise.kind, **note})


def break_promise(decision: Decision, command: BreakPromise) -> None:
    """It will not be done; the reason stays on record."""
    promise = _open(decision, command.promise)
    reason = decision.context.seal(command.reason)
    decision.add(ev.PROMISE_BROKEN, {"id": promise.id, "kind": promise.kind, "reason": reason})


def promise_due(decision: Decision, promise_id: str) -> None:
    """Soon due, due, still not kept: who made it, then manager and officer, then the next level."""
    promise = decision.incident.dealings.promises[promise_id]
    stage = promise.stage + 1
    decision.follow(ev.PROMISE_DUE, {"id": promise_id, "kind": promise.kind, "stage": stage})
    told = [*somebody(decision, promise.made_by), *in_charge(decision)]
    if stage > 1 or not told:
        told += holders(decision, TELL)
    urgency = "soon" if stage == 1 else "immediate"
    remind_of_owed(decision, told, stage, urgency, promise=promise_id)


def _check_allowed(decision: Decision, kind: str) -> None:
    """Raises Refused: ``no-promise`` to who collects evidence (T3); money not cleared (S6)."""
    state = decision.incident
    books = decision.context.playbooks.values()
    why = no_promise(state.playbooks, books, state.facts)
    if why is not None:
        raise Refused("no-promise", why.zh, why.en)
    if kind != "money":
        return
    step = state.step(MONEY_STEP)
    if step is None or step.gate is None:
        raise Refused(
            "step-locked",
            "这里没有合规放行这一步。先加上投诉预案，放行后才能答应给钱。",
            "Nothing here lets compliance clear money. Add a complaint playbook first.",
            step=MONEY_STEP,
        )
    if not gate_open(step.gate, state.facts, state.progress_of(step.id).cleared):
        gate = step.gate.text
        raise Refused("step-locked", gate.zh, gate.en, step=step.id)


def _open(decision: Decision, promise_id: str) -> Promise:
    state = decision.incident
    promise = state.dealings.promises.get(promise_id)
    if promise is None:
        raise Invalid("promise", "没有这条承诺。", "There is no such promise.")
    if state.status == "cancelled":
        raise Refused("cancelled", "这件事已经撤销。", "This incident was cancelled.")
    if promise.state != "open":
        raise Refused(
            "promise-ended", "这条承诺已经有了结果。", "What became of it is on record already."
        )
    return promise
