"""What events about facts, steps and clocks do to the state."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from escalation import events as ev
from escalation.change.alerts import mark
from escalation.clock import MISSED, Clock
from escalation.events import Event
from escalation.incident import Change, Incident, PlaybookOf, Tally
from escalation.timeline import unstamp


def _facts_recorded(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    facts = {**state.facts, **event.data["facts"]}
    state = state.having(facts={name: fact for name, fact in facts.items() if fact is not None})
    subject = event.data.get("subject")
    return state if subject is None else mark(state, subject, {"left_out": True})


def _step_completed(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    step_id = event.data["step"]
    due_at = state.due.get(step_id)
    known = state.step(step_id)
    state = _with_step(
        state,
        step_id,
        state="open" if known is not None and known.repeats else "done",
        at=event.occurred.estimate,
        by=event.actor.id if event.actor.kind == "user" else None,
        note=event.data.get("note"),
        record=event.data.get("record", {}),
        late=due_at is not None and event.occurred.estimate > due_at,
        overridden="override_reason" in event.data,
    )
    step = state.step(step_id)
    return _acted(state) if step is not None and step.containment else state


def _acted(state: Incident) -> Incident:
    """A containment step is done: an alarm that only asked for that climbs no further."""
    climb = state.climb
    if state.status == "acknowledged" and climb.cause == "act_within":
        climb = climb._replace(next_at=None)
    return state.having(act_by=None, climb=climb)


def _step_skipped(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    by = event.actor.id if event.actor.kind == "user" else None
    return _with_step(state, event.data["step"], state="skipped", at=event.occurred.estimate, by=by)


def _step_reopened(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(
        state, event.data["step"], state="open", at=None, by=None, note=None, record={}, late=False
    )


def _step_cleared(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(state, event.data["step"], cleared=True)


def _step_warned(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(state, event.data["step"], warned=True)


def _step_overdue(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    return _with_step(state, event.data["step"], overdue=event.data["stage"], late=True)


def _with_step(incident: Incident, step_id: str, **change: Any) -> Incident:
    progress = replace(incident.progress_of(step_id), **change)
    return incident.having(progress={**incident.progress, step_id: progress})


def _clock_started(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    lead_ms = event.data.get("lead_ms")
    clock = Clock(
        name,
        unstamp(event.data["started_at"]),
        unstamp(event.data["due_at"]),
        stage=event.data.get("stage", 0),
        lead=None if lead_ms is None else timedelta(milliseconds=lead_ms),
        unconfirmed=event.data.get("calendar") == "unconfirmed",
    )
    return state.having(clocks={**state.clocks, name: clock})


def _clock_met(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    before = state.clocks[name]
    met = replace(before, met_at=unstamp(event.data["met_at"]))
    return state.having(clocks={**state.clocks, name: met}, tally=_counted(state, before, met))


def _counted(state: Incident, before: Clock, met: Clock) -> Tally:
    """Kept, or too late: told as missed already, or done at its end by a tablet without a line."""
    tally = state.tally
    assert met.met_at is not None  # noqa: S101  (it has just been met)
    if met.met_at <= met.due_at:
        told = 1 if before.stage >= MISSED else 0
        return tally._replace(kept=tally.kept + 1, missed=tally.missed - told)
    return tally if before.stage >= MISSED else tally._replace(missed=tally.missed + 1)


def _clock_paused(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    """Until a moment: its whole length moves by as long as it stands still."""
    name = event.data["name"]
    clock = replace(state.clocks[name], paused=True)
    if "until" in event.data:
        due_at = unstamp(event.data["due_at"])
        clock = replace(
            clock,
            started_at=clock.started_at + (due_at - clock.due_at),
            due_at=due_at,
            resumes_at=unstamp(event.data["until"]),
        )
    return state.having(clocks={**state.clocks, name: clock})


def _clock_extended(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    due_at = unstamp(event.data["due_at"])
    clock = replace(
        state.clocks[name],
        due_at=due_at,
        stage=0,
        paused=False,
        resumes_at=None,
        lead=(due_at - event.recorded_at) / 5,
    )
    return state.having(clocks={**state.clocks, name: clock})


def _clock_stage(state: Incident, event: Event, _: PlaybookOf) -> Incident:
    name = event.data["name"]
    before = state.clocks[name]
    clock = replace(before, stage=event.data["stage"])
    tally = state.tally
    if before.stage < MISSED <= clock.stage:
        tally = tally._replace(missed=tally.missed + 1)
    return state.having(clocks={**state.clocks, name: clock}, tally=tally)


CHANGES: Mapping[str, Change] = {
    ev.STEP_COMPLETED: _step_completed,
    ev.STEP_SKIPPED: _step_skipped,
    ev.STEP_REOPENED: _step_reopened,
    ev.STEP_CLEARED: _step_cleared,
    ev.STEP_WARNED: _step_warned,
    ev.STEP_OVERDUE: _step_overdue,
    ev.FACTS_RECORDED: _facts_recorded,
    ev.CLOCK_STARTED: _clock_started,
    ev.CLOCK_MET: _clock_met,
    ev.CLOCK_WARNED: _clock_stage,
    ev.CLOCK_MISSED: _clock_stage,
    ev.CLOCK_PAUSED: _clock_paused,
    ev.CLOCK_EXTENDED: _clock_extended,
}
