"""How well a drill went (A6): from its events alone, against the playbook that it opened with.

Every step that could be done counts: done, in time, by its owner, after what the playbook wants
earlier, its gate respected; so do the clocks, and how soon somebody took charge and had it under
control. A step that is done besides never lowers the score. No clock is read here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from escalation import events as ev
from escalation.drill import PASS_MARK
from escalation.events import Event
from escalation.evolve import evolve
from escalation.incident import Incident, PlaybookOf
from playbooks.gates import gate_open
from playbooks.model import Playbook, Step

RULES = 1
"""The number of these rules: it stands beside each score."""
DONE, SKIPPED, IN_TIME, BY_ROLE, IN_ORDER, GATE_KEPT, CLOCK_KEPT = 2, 1, 1, 1, 1, 2, 2
"""Points."""
TAKEN_UP, CONTAINED = 6, 4
"""At most, for taking charge and for having it under control."""
_MILLISECOND = timedelta(milliseconds=1)
_DEEDS = frozenset(
    {
        ev.ALERT_ACKNOWLEDGED,
        ev.STEP_COMPLETED,
        ev.STEP_SKIPPED,
        ev.STEP_CLEARED,
        ev.FACTS_RECORDED,
        ev.INCIDENT_JOINED,
        ev.INCIDENT_CONTAINED,
        ev.INCIDENT_CLOSED,
    }
)
"""Who does one of these takes part."""


class Part(NamedTuple):
    """Some of the points, and what for."""

    points: int
    possible: int
    said: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As it stands in the event."""
        return {**self.said, "points": self.points, "possible": self.possible}


@dataclass(frozen=True, slots=True)
class Score:
    """All of it. ``percent`` is rounded down: nobody passes by rounding."""

    acknowledge: Part
    contain: Part
    steps: tuple[Part, ...]
    clocks: tuple[Part, ...]
    pass_mark: int
    took_part: tuple[str, ...]

    @property
    def points(self) -> int:
        """What was earned."""
        return sum(each.points for each in self._parts)

    @property
    def possible(self) -> int:
        """What could be."""
        return sum(each.possible for each in self._parts)

    @property
    def percent(self) -> int:
        """0 to 100."""
        return self.points * 100 // self.possible

    @property
    def _parts(self) -> tuple[Part, ...]:
        return (self.acknowledge, self.contain, *self.steps, *self.clocks)

    def as_json(self) -> dict[str, Any]:
        """As ``drill.scored`` keeps it."""
        return {
            "rules": RULES,
            "points": self.points,
            "possible": self.possible,
            "percent": self.percent,
            "pass_mark": self.pass_mark,
            "passed": self.percent >= self.pass_mark,
            "acknowledge": self.acknowledge.as_json(),
            "contain": self.contain.as_json(),
            "steps": [each.as_json() for each in self.steps],
            "clocks": [each.as_json() for each in self.clocks],
            "took_part": list(self.took_part),
        }


class _Tick(NamedTuple):
    """A step done, by somebody in some role, at a moment."""

    at: datetime
    by: str | None
    role: str | None
    overridden: bool


@dataclass(slots=True)
class _Course:
    """What happened, as far as it counts."""

    ticks: dict[str, _Tick] = field(default_factory=dict)
    could_be_done: set[str] = field(default_factory=set)
    rounds: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)
    people: dict[str, None] = field(default_factory=dict)


def score(events: Iterable[Event], playbook_of: PlaybookOf, at: datetime) -> Score:
    """The score as it stands at the moment ``at``: at the closing for good, before it so far.

    Args:
        events: the incident's, from its opening.
        playbook_of: finds a playbook by its SHA-256.
        at: what is due later does not count yet.
    """
    state: Incident | None = None
    course = _Course()
    for event in events:
        state = evolve(state, event, playbook_of)
        _follow(course, state, event)
    if state is None:
        raise ValueError("there is nothing to score")
    steps = state.steps()
    return Score(
        acknowledge=_taken_up(state),
        contain=_contained(state),
        steps=tuple(
            _step(state, course, steps, book, step)
            for book, step in steps
            if step.id in course.could_be_done or step.gate is not None
        ),
        clocks=tuple(_clock(*each) for each in _rounds(state, course, at)),
        pass_mark=state.terms.pass_mark if state.terms else PASS_MARK,
        took_part=tuple(sorted(course.people)),
    )


def _follow(course: _Course, state: Incident, event: Event) -> None:
    if event.actor.kind == "user" and (event.type in _DEEDS or _is_tap(state, event)):
        course.people[event.actor.id] = None
    if event.type == ev.STEP_COMPLETED:
        _note_tick(course, state, event)
    elif event.type == ev.STEP_REOPENED:
        course.ticks.pop(event.data["step"], None)
    elif event.type == ev.CLOCK_MET:
        clock = state.clocks[event.data["name"]]
        course.rounds.append((clock.name, clock.due_at, clock.met_at))
    for _, step in state.steps():
        cleared = state.progress_of(step.id).cleared
        if not step.completed_by_raising and gate_open(step.gate, state.facts, cleared):
            course.could_be_done.add(step.id)


def _is_tap(state: Incident, event: Event) -> bool:
    """Who met the mystery visitor and raised it; who starts a drill does not play in it."""
    return event.type == ev.INCIDENT_OPENED and not state.drill


def _note_tick(course: _Course, state: Incident, event: Event) -> None:
    step = state.step(event.data["step"])
    if step is None or (step.repeats and step.id in course.ticks):
        return  # of what is done again and again, the first time counts
    by = event.actor.id if event.actor.kind == "user" else None
    course.ticks[step.id] = _Tick(
        event.occurred.estimate, by, event.actor.role, "override_reason" in event.data
    )


def _taken_up(state: Incident) -> Part:
    """In full before the second level would be asked; less with each level that had to be."""
    waits = [state.lasting(level.after) for level in state.climb.levels[1:]]
    waits.append(state.lasting(state.primary.repeat_every) + (waits[-1] if waits else timedelta(0)))
    took = _took(state, state.acknowledged_at)
    each = TAKEN_UP // len(waits)
    points = 0
    if took is not None:
        met = next((number for number, wait in enumerate(waits) if took <= wait), None)
        points = 0 if met is None else max(1, TAKEN_UP - each * met)
    return _timed(took, waits[0], points, TAKEN_UP)


def _contained(state: Incident) -> Part:
    """In full by when the last of its steps is due; half of it within twice that time."""
    due = [step.due for _, step in state.steps() if step.containment and step.due is not None]
    wanted = state.lasting(max(due, default=state.primary.act_within))
    took = _took(state, state.contained_at)
    points = 0
    if took is not None:
        points = CONTAINED if took <= wanted else CONTAINED // 2 if took <= 2 * wanted else 0
    return _timed(took, wanted, points, CONTAINED)


def _took(state: Incident, moment: datetime | None) -> timedelta | None:
    return None if moment is None else max(timedelta(0), moment - state.opened_at)


def _timed(took: timedelta | None, within: timedelta, points: int, possible: int) -> Part:
    said = {
        "took_ms": None if took is None else took // _MILLISECOND,
        "within_ms": within // _MILLISECOND,
    }
    return Part(points, possible, said)


def _step(
    state: Incident,
    course: _Course,
    steps: Sequence[tuple[Playbook, Step]],
    book: Playbook,
    step: Step,
) -> Part:
    tick = course.ticks.get(step.id)
    progress = state.progress_of(step.id)
    counts = step.id in course.could_be_done
    due_at = state.due.get(step.id)
    checks: dict[str, bool | None] = {
        "in_time": None if due_at is None else tick is not None and tick.at <= due_at,
        "by_role": tick is not None and tick.role in {step.owner, *step.only},
        "in_order": tick is not None and _in_order(state, course, steps, step, tick),
    }
    found = {"in_time": IN_TIME, "by_role": BY_ROLE, "in_order": IN_ORDER}
    if not counts:
        checks = dict.fromkeys(checks)
    possible = sum(found[name] for name, value in checks.items() if value is not None)
    points = sum(found[name] for name, value in checks.items() if value)
    how = "skipped" if tick is None and progress.state == "skipped" else "open"
    if counts:
        possible += DONE
        points += DONE if tick is not None else SKIPPED if how == "skipped" else 0
    if step.gate is not None:
        checks["gate_kept"] = tick is None or not tick.overridden
        possible += GATE_KEPT
        points += GATE_KEPT if checks["gate_kept"] else 0
    said = {
        "step": step.id,
        "playbook": book.id,
        "state": "done" if tick is not None else how if counts else "not_needed",
        "by": None if tick is None else tick.by,
        "role": None if tick is None else tick.role,
        **checks,
    }
    return Part(points, possible, said)


def _in_order(
    state: Incident,
    course: _Course,
    steps: Sequence[tuple[Playbook, Step]],
    step: Step,
    tick: _Tick,
) -> bool:
    """After every containment step that is due earlier, skipped ones left aside."""
    if step.due is None:
        return True
    for _, other in steps:
        earlier = other.containment and other.due is not None and other.due < step.due
        if not earlier or other.id not in course.could_be_done:
            continue
        if state.progress_of(other.id).state == "skipped":
            continue
        before = course.ticks.get(other.id)
        if before is None or before.at > tick.at:
            return False
    return True


def _rounds(
    state: Incident, course: _Course, at: datetime
) -> Iterable[tuple[str, datetime, datetime | None]]:
    """Every round of a clock that was met, and those that have run out by now."""
    yield from course.rounds
    for clock in state.clocks.values():
        if clock.met_at is None and not clock.paused and clock.due_at <= at:
            yield clock.name, clock.due_at, None


def _clock(name: str, due_at: datetime, met_at: datetime | None) -> Part:
    kept = met_at is not None and met_at <= due_at
    return Part(CLOCK_KEPT if kept else 0, CLOCK_KEPT, {"clock": name, "kept": kept})
