"""What a board shows of an open incident: what is due, and what comes first. No clock is read."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from escalation.incident import WARN_FROM, Incident
from escalation.people import Person
from escalation.rights import BRANCH_MANAGERS, UPPER_MANAGERS
from playbooks.gates import gate_open
from playbooks.model import Step, Text

SOON = timedelta(minutes=10)
LOOKERS = BRANCH_MANAGERS | UPPER_MANAGERS | {"auditor", "complaint_officer", "office_staff"}
"""Whose work it is to look at a house as a whole."""
Kind = Literal["ladder", "step", "clock"]


class Due(NamedTuple):
    """Something that runs out. ``what``: the next level, the step's or the clock's name."""

    kind: Kind
    what: str
    title: Text | None
    at: datetime

    def overdue(self, now: datetime) -> bool:
        """It has run out."""
        return self.at <= now


def looks_at_the_board(person: Person) -> bool:
    """Managers, the office, complaint officers and auditors."""
    return any(role in LOOKERS for role, _ in person.roles)


def due_of(state: Incident) -> tuple[Due, ...]:
    """What of an incident runs out when, the earliest first; of one that is over, nothing."""
    if state.over:
        return ()
    found = [*_ladder(state), *_steps(state), *_clocks(state)]
    return tuple(sorted(found, key=lambda each: each.at))


def place(state: Incident, dues: tuple[Due, ...]) -> tuple[bool, bool, datetime, str]:
    """The order on the board: real before drill, nobody in charge first, then by what is due."""
    at = dues[0].at if dues else state.last_activity + timedelta(days=365)
    return state.drill, state.in_charge is not None, at, state.id


def levels_of(state: Incident) -> tuple[int, int, int | None]:
    """The level reached, of how many, and the one that took it up (None: nobody yet)."""
    taken = [each.level for each in state.alerts.values() if each.acknowledged_at is not None]
    return state.climb.level, len(state.climb.levels), max(taken, default=None)


def progress_of(state: Incident) -> tuple[int, int]:
    """Steps that are done or skipped, of those that can be."""
    steps = [step for _, step in state.steps() if _possible(state, step)]
    return sum(state.progress_of(step.id).state != "open" for step in steps), len(steps)


def _ladder(state: Incident) -> Iterator[Due]:
    if state.climb.next_at is not None:
        level = min(state.climb.level + 1, len(state.climb.levels))
        yield Due("ladder", str(level), None, state.climb.next_at)


def _steps(state: Incident) -> Iterable[Due]:
    """Those that count: once it is contained, what has more time than the first haste."""
    for _, step in state.steps():
        due_at = state.due.get(step.id)
        if due_at is None or state.progress_of(step.id).state != "open":
            continue
        hasty = (step.due or 0) < WARN_FROM
        if _possible(state, step) and not (hasty and state.status == "contained"):
            yield Due("step", step.id, step.title, due_at)


def _clocks(state: Incident) -> Iterable[Due]:
    for clock in state.clocks.values():
        if clock.met_at is None and not clock.paused:
            yield Due("clock", clock.name, None, clock.due_at)


def _possible(state: Incident, step: Step) -> bool:
    return gate_open(step.gate, state.facts, state.progress_of(step.id).cleared)
