"""What is true of an incident now: a frozen value. evolve.py folds it from the events."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self

from escalation.alert import Alert
from escalation.clock import Clock
from escalation.dealings import NO_DEALINGS, Dealings
from escalation.drill import Terms
from escalation.events import Event
from escalation.follow_up import SATISFACTION, FollowUp
from escalation.review import Review
from playbooks.model import Level, Playbook, Step

Status = Literal["open", "acknowledged", "contained", "closed", "cancelled"]
SEVERITIES = ("low", "medium", "high", "critical")

#: With nothing done for this long, whoever is in charge is reminded (contract, 5). Seconds.
QUIET_ACKNOWLEDGED = 30 * 60
#: A contained incident that nobody closes is brought back to mind. Seconds.
QUIET_CONTAINED = 8 * 3600
#: A step with less time than this has no warning but the checklist's own countdown. Seconds.
WARN_FROM = 10 * 60


@dataclass(frozen=True, slots=True)
class Report:
    """One raising of this incident. ``alias`` is the id that this reporter's client made."""

    alias: str
    command_id: str | None
    user: str | None
    device: str | None
    at: datetime
    recorded_at: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is."""

    state: Literal["open", "done", "skipped"] = "open"
    at: datetime | None = None
    by: str | None = None
    note: Mapping[str, str] | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    cleared: bool = False
    warned: bool = False
    overdue: int = 0
    late: bool = False
    overridden: bool = False


UNTOUCHED = Progress()


class Climb(NamedTuple):
    """Where the ladder stands, and why it climbs. ``next_at`` None: it is not climbing."""

    levels: tuple[Level, ...] = ()
    base: datetime | None = None
    level: int = 0
    next_at: datetime | None = None
    cause: str = ""


class Tally(NamedTuple):
    """What statistics count (A7, S7): clocks kept and missed, each round of one by itself.

    ``cause``, ``outcome`` and ``kind`` (fact or perception, S5) were said at the closing.
    """

    kept: int = 0
    missed: int = 0
    reopened: int = 0
    cause: str | None = None
    outcome: str | None = None
    kind: str | None = None


NO_TALLY = Tally()


class Deadline(NamedTuple):
    """Something that must happen by itself. ``key`` says what."""

    key: str
    due_at: datetime


def _rounded_up(moment: datetime) -> datetime:
    missing = -moment.microsecond % 1000
    return moment + timedelta(microseconds=missing) if missing else moment


def _by_moment(armed: tuple[str, datetime]) -> tuple[datetime, str]:
    key, due_at = armed
    return due_at, key


_WORKED_OUT = ("_deadlines",)
"""What a state works out once; its successor works it out anew."""


@dataclass(frozen=True)
class Incident:
    """The whole state. ``pace`` divides every duration (1 but in a sped-up demo).

    No slots: ``having`` copies thirty fields at once, which ``replace`` does one by one.
    """

    id: str
    number: str
    type: str
    branch: str
    status: Status
    discreet: bool
    drill: bool
    severity: str
    pace: int
    seq: int
    playbooks: tuple[Playbook, ...]
    former: tuple[Playbook, ...]
    reports: tuple[Report, ...]
    opened_at: datetime
    opened_recorded_at: datetime
    last_activity: datetime
    climb: Climb
    in_charge: str | None = None
    eta_minutes: int | None = None
    acknowledged_at: datetime | None = None
    contained_at: datetime | None = None
    closed_at: datetime | None = None
    act_by: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    progress: Mapping[str, Progress] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    informed: Mapping[str, Alert] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    follow_ups: Mapping[str, FollowUp] = field(default_factory=dict)
    review: Review | None = None
    terms: Terms | None = None
    customer: str | None = None
    tally: Tally = NO_TALLY
    dealings: Dealings = NO_DEALINGS

    def having(self, **changes: Any) -> Self:
        """The same incident with these fields changed."""
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__, **changes)
        for name in _WORKED_OUT:
            changed.__dict__.pop(name, None)
        return changed

    @property
    def over(self) -> bool:
        """Closed or cancelled: nothing acts any more."""
        return self.status in ("closed", "cancelled")

    @property
    def calls_nobody(self) -> bool:
        """Taken back, or a drill that has ended: no promise to a customer is left of it."""
        return self.status == "cancelled" or (self.drill and self.over)

    @property
    def subject(self) -> str | None:
        """Username of the member of staff whom the incident is about; they never see it."""
        return self.facts.get("subject_staff")

    @property
    def primary(self) -> Playbook:
        """The playbook of the incident's type; others were added to it."""
        return self.playbooks[0]

    def steps(self) -> tuple[tuple[Playbook, Step], ...]:
        """The checklist: the playbooks' steps in order, without doubles.

        After them stands what was done while the incident had another type.
        """
        steps = joined_steps(self.playbooks)
        if not self.former:
            return steps
        found = {step.id: (book, step) for book, step in steps}
        for book in self.former:
            for step in book.steps:
                if self.progress_of(step.id).state != "open":
                    found.setdefault(step.id, (book, step))
        return tuple(found.values())

    def step(self, step_id: str) -> Step | None:
        """The step of that id on the checklist, or None."""
        return next((step for _, step in self.steps() if step.id == step_id), None)

    def progress_of(self, step_id: str) -> Progress:
        """How far the step is; untouched ones are open."""
        return self.progress.get(step_id, UNTOUCHED)

    def was_told(self, user: str) -> bool:
        """Alerted or informed."""
        return self.was_alerted(user) or any(user in each.told for each in self.informed.values())

    def was_alerted(self, user: str) -> bool:
        """A recipient of one of its alerts."""
        return any(user in alert.told for alert in self.alerts.values())

    def live_alerts(self) -> list[Alert]:
        """Raised, and nobody has taken them up yet."""
        return [alert for alert in self.alerts.values() if not alert.over]

    def deadlines(self) -> tuple[Deadline, ...]:
        """Exactly what is armed: the deadline table holds these rows and no others (rule 1)."""
        return self._deadlines

    @cached_property
    def _deadlines(self) -> tuple[Deadline, ...]:
        found = list(self._clock_deadlines())
        if self.follow_ups:
            found.extend(self._follow_up_deadlines())
        if self.dealings.promises and self.status != "cancelled":
            promised = [(each.next_at, each.id) for each in self.dealings.promises.values()]
            found.extend([(f"promise:{key}", at) for at, key in promised if at is not None])
        if self.status in ("open", "acknowledged"):
            if self.climb.next_at is not None:
                found.append(("ladder", self.climb.next_at))
            if self.act_by is not None:
                found.append(("act_within", self.act_by))
        if not self.over and self.due:
            # One row: the checklist's next word. When it has been said, the one after it is armed.
            next_word = min(self._step_deadlines(), key=_by_moment, default=None)
            if next_word is not None:
                found.append(next_word)
        if self.status in ("acknowledged", "contained"):
            quiet = QUIET_ACKNOWLEDGED if self.status == "acknowledged" else QUIET_CONTAINED
            found.append(("quiet", self.last_activity + self.lasting(quiet)))
        # Whole milliseconds, as they are kept; never early.
        whole = sorted([(_rounded_up(due_at), key) for key, due_at in found])
        return tuple([Deadline(key, due_at) for due_at, key in whole])

    def lasting(self, seconds: int) -> timedelta:
        """A rule's duration at this incident's pace."""
        length = timedelta(seconds=seconds)
        return length if self.pace == 1 else length / self.pace

    def _clock_deadlines(self) -> Iterable[tuple[str, datetime]]:
        if self.calls_nobody:
            return
        for clock in self.clocks.values():
            next_at = clock.next_at
            if next_at is not None:
                yield f"clock:{clock.name}", next_at

    def _follow_up_deadlines(self) -> Iterable[tuple[str, datetime]]:
        if self.calls_nobody:
            return
        clock = self.clocks.get("call_back")
        promised = clock is not None and clock.met_at is None
        for each in self.follow_ups.values():
            next_at = each.next_at
            # Where the playbook's own clock runs for it, that one speaks.
            if next_at is not None and not (promised and each.kind == SATISFACTION):
                yield f"follow_up:{each.id}", next_at

    def _step_deadlines(self) -> Iterable[tuple[str, datetime]]:
        for _, step in self.steps():
            due_at = self.due.get(step.id)
            if due_at is None:
                continue
            progress = self.progress.get(step.id, UNTOUCHED)
            if progress.state != "open":
                continue
            length = step.due or 0
            if length >= WARN_FROM and not progress.warned and progress.overdue == 0:
                yield f"step:{step.id}", due_at - self.lasting(length) / 5
            elif progress.overdue == 0:
                yield f"step:{step.id}", due_at
            elif progress.overdue == 1 and step.must:
                yield f"step:{step.id}", due_at + self.lasting(max(length, 60))


_joined: dict[tuple[str, ...], tuple[tuple[Playbook, Step], ...]] = {}


def joined_steps(playbooks: tuple[Playbook, ...]) -> tuple[tuple[Playbook, Step], ...]:
    """The steps of these playbooks in order, without doubles: worked out once for each set."""
    key = tuple([book.sha256 for book in playbooks])
    found = _joined.get(key)
    if found is None:
        steps: dict[str, tuple[Playbook, Step]] = {}
        for book in playbooks:
            for step in book.steps:
                steps.setdefault(step.id, (book, step))
        found = _joined[key] = tuple(steps.values())
    return found


PlaybookOf = Callable[[str], Playbook]
"""Finds the playbook that a SHA-256 names: incidents keep the version they opened with."""
Change = Callable[[Incident, Event, PlaybookOf], Incident]
"""What one type of event makes of a state."""
