"""The timer speaks: what happens when nobody did anything in time (contract, section 5)."""

from escalation import events as ev
from escalation.clocks import rule_of
from escalation.commands import DeadlinePassed, Rearm
from escalation.context import Decision
from escalation.decide.alerting import climb, holders, in_charge, pass_on, remind
from escalation.decide.clocks import resume
from escalation.decide.follow_ups import follow_up_due
from escalation.decide.owed import remind_of_owed
from escalation.decide.promises import promise_due
from escalation.incident import WARN_FROM, Incident
from playbooks.model import Step


def deadline_passed(decision: Decision, command: DeadlinePassed) -> None:
    """Act on a deadline that is armed and due; anything else has been overtaken."""
    now = decision.context.now
    for deadline in decision.incident.deadlines():
        if deadline.key == command.key and deadline.due_at <= now:
            kind, _, name = command.key.partition(":")
            if kind == "ladder":
                _nobody_answered(decision)
            elif kind == "act_within":
                _nothing_done(decision)
            elif kind == "quiet":
                _too_quiet(decision)
            elif kind == "step":
                _step_due(decision, name)
            elif kind == "clock":
                _clock_speaks(decision, name)
            elif kind == "follow_up":
                follow_up_due(decision, name)
            elif kind == "promise":
                promise_due(decision, name)
            return


def rearm(decision: Decision, _: Rearm) -> None:
    """Nothing is armed that will fire, which must not be: whoever is next hears of it now."""
    status = decision.incident.status
    if status == "open":
        _nobody_answered(decision)
    elif status == "acknowledged":
        climb(decision, decision.incident.climb.level + 1, "act_within")
    elif status == "contained":
        _too_quiet(decision)


def _nobody_answered(decision: Decision) -> None:
    level, last = decision.incident.climb.level, len(decision.incident.climb.levels)
    if level < last:
        pass_on(decision, level, "no_answer")
    else:
        climb(decision, last, "no_answer")


def _nothing_done(decision: Decision) -> None:
    """Somebody took charge and no containment step followed: they and the next level again."""
    level = decision.incident.climb.level
    climb(decision, level + 1, "act_within", also=in_charge(decision))


def _too_quiet(decision: Decision) -> None:
    """Whoever is in charge is reminded; with nobody to remind, the next level is asked."""
    reminded = in_charge(decision)
    if reminded:
        remind(decision, reminded, "act_within", "soon")
    else:
        climb(decision, decision.incident.climb.level + 1, "act_within")


def _step_due(decision: Decision, step_id: str) -> None:
    """Nearly late, late, later still: its owner and whoever is in charge, then the next level."""
    state = decision.incident
    step = state.step(step_id)
    if step is None:
        return
    progress = state.progress_of(step_id)
    told = [*in_charge(decision), *holders(decision, [step.owner])]
    if state.due[step_id] > decision.context.now:
        decision.follow(ev.STEP_WARNED, {"step": step_id})
        if _sounds(state, step):
            remind(decision, told, "step", "soon", step=step_id)
        return
    stage = progress.overdue + 1
    decision.follow(ev.STEP_OVERDUE, {"step": step_id, "stage": stage})
    if not _sounds(state, step):
        return
    if stage == 1:
        remind(decision, told, "step", "soon", step=step_id)
    else:
        climb(decision, state.climb.level + 1, "step", also=in_charge(decision))


def _sounds(state: Incident, step: Step) -> bool:
    """Whether anybody is alarmed for a step.

    While nobody has taken the incident up, the ladder is the alarm and no second one sounds;
    once it is contained, the steps of the first minutes have lost their haste.
    """
    if state.status == "acknowledged":
        return True
    return state.status == "contained" and (step.due or 0) >= WARN_FROM


def _clock_speaks(decision: Decision, name: str) -> None:
    """A warning before it runs out, an alert when it has, the next level after."""
    state = decision.incident
    clock = state.clocks[name]
    if clock.paused:
        resume(decision, clock)
        return
    stage = clock.stage + 1
    rule = rule_of(decision, name)
    told = [*in_charge(decision), *holders(decision, rule.tell if rule else ())]
    if stage > 1:
        decision.follow(ev.CLOCK_MISSED, {"name": name, "stage": stage})
    else:
        decision.follow(ev.CLOCK_WARNED, {"name": name, "stage": stage})
    remind_of_owed(decision, told, stage, "soon" if stage == 1 else "immediate", clock=name)
