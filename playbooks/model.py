"""What a playbook is, once it has been read and found correct: plain, frozen values.

A playbook belongs to one incident type (its ``id``). Durations are whole seconds.
Texts for staff exist in both languages, always.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Role = Literal[
    "teller",
    "lobby_manager",
    "guard",
    "counter_supervisor",
    "branch_manager",
    "deputy_manager",
    "office_staff",
    "complaint_officer",
    "business_line",
    "compliance_officer",
    "legal_officer",
    "regional_manager",
    "hq_duty",
    "auditor",
    "admin",
]
"""Who people are in an incident (domain.md, section 1)."""

#: Stands in ``inform`` for everybody who holds a role at the branch (G3).
EVERYONE = "everyone"

Severity = Literal["low", "medium", "high", "critical"]
RecordType = Literal["text", "number", "boolean", "date", "choice"]
TimeUnit = Literal["plain", "days", "working_days"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; Chinese first."""

    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        """Both languages, as the API shows them."""
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Tap:
    """How the tile looks on the counter tablet. ``hidden`` tiles are never drawn (C4).

    ``by_facts``: no tile of its own; the facts of another incident propose it.
    """

    order: int
    colour: str
    icon: str
    hidden: bool = False
    by_facts: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact that is true, or has (a list: holds) the value ``equals``."""

    fact: str
    equals: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that may be chosen."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class RecordField:
    """One thing that is written down when a step is completed.

    ``fact``: it is recorded as that fact as well (S5).
    """

    name: str
    label: Text
    type: RecordType
    required: bool = False
    choices: tuple[Choice, ...] = ()
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class RecordRule:
    """Where ``when_field`` holds one of ``when``, ``field`` must hold one of ``needs`` (R3)."""

    when_field: str
    when: tuple[str, ...]
    field: str
    needs: tuple[str, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Gate:
    """What keeps a step locked.

    It opens when any of the facts in ``any_of`` is recorded as true (D4), or, where
    ``clearance`` names a role, when somebody with that role clears the step (S6). A fact's
    value opens it by ``opens_if`` (S5), and by ``shut_if`` keeps it shut whatever else holds (T3).
    ``override`` tells whether a manager may complete the step all the same, with a reason;
    anyone may when one of ``override_by_anyone_if`` is recorded.
    """

    text: Text
    any_of: tuple[str, ...] = ()
    clearance: Role | None = None
    override: bool = True
    override_by_anyone_if: tuple[str, ...] = ()
    opens_if: tuple[Condition, ...] = ()
    shut_if: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist. ``due`` is in seconds from the opening.

    ``repeats``: it is done again and again, such as telling how things stand (S2).
    """

    id: str
    title: Text
    owner: Role
    only: tuple[Role, ...] = ()
    must: bool = False
    containment: bool = False
    repeats: bool = False
    gate: Gate | None = None
    due: int | None = None
    completed_by_raising: bool = False
    say: tuple[Text, ...] = ()
    avoid: tuple[Text, ...] = ()
    record: tuple[RecordField, ...] = ()
    record_rules: tuple[RecordRule, ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddedStep(Step):
    """A step that an org has put into a playbook it inherits, behind the step ``after``."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class AddedLines:
    """More to say and to avoid at a step that is inherited."""

    step: str
    say: tuple[Text, ...] = ()
    avoid: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Addition:
    """What an org adds to the playbook ``id`` for itself and all below (A5). It can only add."""

    id: str
    version: int
    steps: tuple[AddedStep, ...] = ()
    lines: tuple[AddedLines, ...] = ()
    advice: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class AddedBy:
    """Whose addition is in a playbook, and which version of it."""

    org: str
    version: int


@dataclass(frozen=True, slots=True)
class Level:
    """One rung of the ladder: ``after`` seconds from the raising, ``tell`` these roles."""

    after: int
    tell: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A promise with a time: it starts when something happens and is met when something else does.

    ``starts`` and ``met_by`` are ``raised``, ``closed``, ``acknowledged``, ``contained`` or
    ``step:ID``; an empty ``met_by`` runs until the incident's follow-up ends it.
    ``within`` is in seconds when ``unit`` is ``plain``, in days or in working days of mainland
    China else, and then ends at 24:00 of the last day in the branch's time zone (R4).
    ``again``: each time it is met it starts anew, until one of ``ends`` happens (S2).
    ``between``: the branch's hours in which it may fall due (S2); outside them it moves on to
    their next beginning. ``extend_to``: the lengths, in its unit, to which it may be extended,
    one after the other; empty: no limit. ``extended_by``: who alone may extend or pause it.
    """

    name: str
    starts: str
    within: int
    unit: TimeUnit = "plain"
    met_by: tuple[str, ...] = ()
    tell: tuple[Role, ...] = ()
    source: tuple[str, ...] = ()
    again: bool = False
    ends: tuple[str, ...] = ()
    between: "Hours | None" = None
    extend_to: tuple[int, ...] = ()
    extended_by: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Part of each day, such as 08:00 to 20:00, by the branch's clocks."""

    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """When a playbook is proposed on incidents that do not have it yet (G1).

    ``at_least``: ``fact`` is a number not below it. ``equals``: it has (a list: holds) that
    value. Without either, it is true.
    """

    fact: str
    because: Text
    at_least: int | None = None
    equals: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is to be told as soon as ``fact`` is recorded as true, on any incident (P1, P2)."""

    fact: str
    tell: tuple[Role, ...]
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoPromise:
    """While one of ``when`` holds, nobody promises this customer anything (T3)."""

    text: Text
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A customer to recognise (T1-T5): signs, what to say, what to avoid."""

    id: str
    title: Text
    signs: tuple[Text, ...]
    say: tuple[Text, ...]
    avoid: tuple[Text, ...]
    advice: tuple[Text, ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Playbook:
    """Everything that a situation asks for. ``sha256`` is of its canonical JSON (``content``).

    ``summary`` is the line under the title on the tile. ``content`` is what is kept with a
    running incident and shown in an exported bundle; ``load.from_content`` reads it back.
    ``added``: the orgs whose additions are in it, those above first.
    ``no_promise``: it keeps everybody from promising. ``representatives``: so many people speak
    for a group at most (G4). ``press``: what is said to the media is put on record (M5).
    """

    id: str
    version: int
    title: Text
    tap: Tap
    severity: Severity
    discreet: bool
    ladder: tuple[Level, ...]
    repeat_every: int
    act_within: int
    inform: tuple[str, ...]
    steps: tuple[Step, ...]
    clocks: tuple[ClockRule, ...] = ()
    proposed_when: tuple[Proposal, ...] = ()
    duties: tuple[Duty, ...] = ()
    cards: tuple[Card, ...] = ()
    needs_root_cause: bool = False
    no_promise: NoPromise | None = None
    representatives: int = 0
    press: bool = False
    advice: tuple[Text, ...] = ()
    source: tuple[str, ...] = ()
    summary: Text = Text("", "")
    added: tuple[AddedBy, ...] = ()
    sha256: str = ""
    content: Mapping[str, object] = field(default_factory=dict, compare=False, hash=False)

    def step(self, step_id: str) -> Step | None:
        """The step of that id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)


@dataclass(frozen=True)
class Library:
    """All playbooks that can be tapped, by id."""

    playbooks: Mapping[str, Playbook]

    @cached_property
    def proposing(self) -> tuple[tuple[Playbook, Proposal], ...]:
        """What proposes playbooks, each with its playbook: every answer asks, few ever do."""
        return tuple(
            (book, each) for book in self.playbooks.values() for each in book.proposed_when
        )
