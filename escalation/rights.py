"""Who may see an incident and who may do what to it (contract, sections 2 and 3).

Pure and deny by default: a command that is not in ``_RULES`` is nobody's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from escalation.incident import Incident, Report
from escalation.people import BYSTANDERS, Directory, Person
from escalation.refusal import Forbidden
from playbooks.gates import may_tick
from playbooks.model import Step

BRANCH_MANAGERS = frozenset({"branch_manager", "deputy_manager", "counter_supervisor"})
#: Who writes, changes and issues a written statement to a customer (A8).
STATEMENT_WRITERS = frozenset({"complaint_officer", "compliance_officer"})
UPPER_MANAGERS = frozenset({"regional_manager", "hq_duty"})
#: Roles above a branch that see its ordinary incidents.
SPECIALISTS = frozenset(
    {"complaint_officer", "compliance_officer", "legal_officer", "business_line", "office_staff"}
)
#: Of these, the ones that see discreet incidents as well (C4).
DISCREET_SPECIALISTS = frozenset({"complaint_officer", "office_staff"})
#: Who, besides managers, looks back at incidents and writes down what broke (A2).
REVIEWERS = frozenset({"complaint_officer", "compliance_officer", "legal_officer"})
EXPORTERS = frozenset({"auditor", "compliance_officer", "legal_officer"})

CANCEL_WITHIN = 60
"""Seconds in which a reporter may take back their own raise."""
RECLASSIFY_WITHIN = 600
"""Seconds in which a reporter may correct the type."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person, a paired device, or a person signed in on a paired device."""

    person: Person | None
    device_id: str | None = None
    device_org: str | None = None

    @property
    def user_id(self) -> str | None:
        """The person's id; None for a device alone."""
        return None if self.person is None else self.person.id


def roles_for(person: Person, branch: str, directory: Directory) -> set[str]:
    """The roles that count for a branch: those held there and those held above it."""
    path = set(directory.path(branch))
    return {role for role, org in person.roles if org in path}


def works_at(person: Person, branch: str) -> bool:
    """Holds a role at the branch itself."""
    return any(org == branch and role not in BYSTANDERS for role, org in person.roles)


def manages(person: Person, branch: str, directory: Directory) -> bool:
    """Manager of the branch's incidents: at the branch, or above it."""
    path = set(directory.path(branch))
    return any(
        (role in BRANCH_MANAGERS and org == branch) or (role in UPPER_MANAGERS and org in path)
        for role, org in person.roles
    )


def may_raise(caller: Caller, branch: str, directory: Directory) -> bool:
    """Anyone at the branch, managers above it, and its paired devices; never auditor or admin."""
    if caller.person is None:
        return caller.device_org == branch
    return works_at(caller.person, branch) or manages(caller.person, branch, directory)


def own_reports(
    state: Incident, caller: Caller, within: tuple[int, datetime, datetime] | None = None
) -> list[Report]:
    """What the caller has raised and not withdrawn: by name, or from their own paired device.

    ``within``: seconds, and the moments of receipt and of the deed; only reports that are at
    most so old, by receipt or by when both were done.
    """
    own = [report for report in state.reports if not report.withdrawn and _is_own(report, caller)]
    if within is None:
        return own
    seconds, now, occurred_at = within
    longest = timedelta(seconds=seconds)
    return [
        report
        for report in own
        if now - report.recorded_at <= longest or timedelta(0) <= occurred_at - report.at <= longest
    ]


def _is_own(report: Report, caller: Caller) -> bool:
    if report.user is not None:
        return report.user == caller.user_id
    return report.device is not None and report.device == caller.device_id


def sees(caller: Caller, state: Incident, directory: Directory) -> bool:
    """Whether the incident exists for this caller at all."""
    person = caller.person
    if caller.device_id is not None and state.discreet:
        return False
    if person is None:
        return any(_is_own(report, caller) for report in state.reports)
    if person.username == state.subject:
        return False
    held = roles_for(person, state.branch, directory)
    by_role = DISCREET_SPECIALISTS if state.discreet else SPECIALISTS
    return (
        state.was_told(person.id)
        or manages(person, state.branch, directory)
        or bool(held & {"auditor", *by_role})
        or (not state.discreet and works_at(person, state.branch))
        or any(_is_own(report, caller) for report in state.reports)
    )


def scope(person: Person, directory: Directory) -> tuple[set[str], set[str]]:
    """The orgs whose ordinary, and whose discreet, incidents a person sees by role alone."""
    ordinary: set[str] = set()
    discreet: set[str] = set()
    for role, org in person.roles:
        if role in UPPER_MANAGERS or role in DISCREET_SPECIALISTS or role == "auditor":
            below = directory.below(org)
            ordinary |= below
            discreet |= below
        elif role in SPECIALISTS:
            ordinary |= directory.below(org)
        elif role in BRANCH_MANAGERS:
            ordinary.add(org)
            discreet.add(org)
        elif role not in BYSTANDERS:
            ordinary.add(org)
    return ordinary, discreet


def reviews_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose weekly review somebody reads: managers, reviewers, auditors."""
    found: set[str] = set()
    for role, org in () if caller.person is None else caller.person.roles:
        if role in UPPER_MANAGERS or role in REVIEWERS or role == "auditor":
            found |= directory.below(org)
        elif role in BRANCH_MANAGERS:
            found.add(org)
    return found


def may_export(caller: Caller, state: Incident, directory: Directory) -> bool:
    """Auditors, managers, compliance and legal take timelines out of the house."""
    if caller.person is None or caller.device_id is not None:
        return False
    held = roles_for(caller.person, state.branch, directory)
    return manages(caller.person, state.branch, directory) or bool(held & EXPORTERS)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the caller stands to the incident at the moment of the command."""

    caller: Caller
    state: Incident
    directory: Directory
    now: datetime
    occurred_at: datetime

    @property
    def at_branch(self) -> bool:
        """Holds a role at the branch."""
        person = self.caller.person
        return person is not None and works_at(person, self.state.branch)

    @property
    def alerted(self) -> bool:
        """Was a recipient of one of its alerts, or informed."""
        person = self.caller.person
        return person is not None and self.state.was_told(person.id)

    @property
    def manager(self) -> bool:
        """A manager of this incident."""
        person = self.caller.person
        return person is not None and manages(person, self.state.branch, self.directory)

    @property
    def in_charge(self) -> bool:
        """Has taken it up, or was given it."""
        return self.caller.user_id is not None and self.caller.user_id == self.state.in_charge

    @property
    def roles(self) -> set[str]:
        """The roles that count for its branch."""
        person = self.caller.person
        return set() if person is None else roles_for(person, self.state.branch, self.directory)

    def reported_within(self, seconds: int) -> bool:
        """Has raised it, at most so long ago."""
        return bool(own_reports(self.state, self.caller, (seconds, self.now, self.occurred_at)))


def may_complete(standing: Standing, step: Step) -> bool:
    """The ``only`` roles; else at the branch, alerted, the owner's role in scope, or a manager."""
    if step.only:
        return may_tick(step, standing.roles)
    return (
        standing.at_branch or standing.alerted or step.owner in standing.roles or standing.manager
    )


def may_clear(standing: Standing, step: Step) -> bool:
    """The role for whose word the step waits; compliance, where it waits for nobody's."""
    clearance = None if step.gate is None else step.gate.clearance
    return (clearance or "compliance_officer") in standing.roles


def may_skip(standing: Standing, step: Step) -> bool:
    """A manager, or who holds the owner's role."""
    return standing.manager or step.owner in standing.roles


def _involved(standing: Standing) -> bool:
    return standing.at_branch or standing.alerted


def _leads(standing: Standing) -> bool:
    return standing.in_charge or standing.manager


def _reads_only(standing: Standing) -> bool:
    """An auditor and nothing more."""
    return not (standing.roles - BYSTANDERS or standing.alerted)


def _follows_up(standing: Standing) -> bool:
    return _leads(standing) or "complaint_officer" in standing.roles


def _may_correct_type(standing: Standing) -> bool:
    trusted = standing.roles & {"office_staff", "complaint_officer"}
    return standing.manager or bool(trusted) or standing.reported_within(RECLASSIFY_WITHIN)


def _may_step(rule: Callable[[Standing, Step], bool]) -> Callable[[Standing, Any], bool]:
    def of_command(standing: Standing, command: Any) -> bool:
        step = standing.state.step(command.step)
        # An unknown step is the rule's business (422), not a matter of rights.
        return _is_person(standing) if step is None else rule(standing, step)

    return of_command


def writes_statements(caller: Caller, state: Incident, directory: Directory) -> bool:
    """Who writes to the customer: complaint officer or compliance, on a device of theirs (A8)."""
    person = caller.person
    if person is None or caller.device_id is not None:
        return False
    return bool(roles_for(person, state.branch, directory) & STATEMENT_WRITERS)


def reads_statements(caller: Caller, state: Incident, directory: Directory) -> bool:
    """Who takes an issued statement out of the house: its writers, and who may export."""
    return state.branch in statements_read_at(caller, [state.branch], directory)


def statements_read_at(
    caller: Caller, branches: Iterable[str], directory: Directory
) -> frozenset[str]:
    """Of these branches, those whose written statements somebody reads; on a device none (A8)."""
    person = caller.person
    if person is None or caller.device_id is not None:
        return frozenset()
    return frozenset(
        branch
        for branch in branches
        if manages(person, branch, directory)
        or roles_for(person, branch, directory) & (STATEMENT_WRITERS | EXPORTERS)
    )


def reserved_to(state: Incident, clock: str) -> set[str]:
    """The roles that alone pause, resume or extend that clock; none: managers and compliance."""
    return {
        role
        for book in (*state.playbooks, *state.former)
        for rule in book.clocks
        if rule.name == clock
        for role in rule.extended_by
    }


def _may_change_clock(standing: Standing, command: Any) -> bool:
    """A manager or compliance approves by doing it; a playbook may reserve it to some roles."""
    reserved = reserved_to(standing.state, command.clock)
    if reserved:
        return bool(standing.roles & reserved)
    return standing.manager or "compliance_officer" in standing.roles


def _may_mark(standing: Standing, owner: str | None) -> bool:
    """Who planned the mystery visit, or a manager above the branch; nobody else of the branch."""
    own = standing.caller.user_id == owner
    return standing.manager and (own or bool(standing.roles & UPPER_MANAGERS))


def _may_unmark(standing: Standing) -> bool:
    """Whoever is in it may say that it is real; after its end a manager."""
    return standing.manager or (_involved(standing) and not standing.state.over)


def _writes(standing: Standing) -> bool:
    return writes_statements(standing.caller, standing.state, standing.directory)


def _is_person(standing: Standing) -> bool:
    return standing.caller.person is not None and not _reads_only(standing)


_RULES: Mapping[str, Callable[[Standing, Any], bool]] = {
    "acknowledge": lambda standing, _: standing.alerted or standing.manager,
    "decline": lambda standing, _: standing.alerted,
    "complete-step": _may_step(may_complete),
    "clear-step": _may_step(may_clear),
    "skip-step": _may_step(may_skip),
    "reopen-step": lambda standing, _: standing.manager,
    "record-facts": lambda standing, _: _involved(standing),
    "add-playbook": lambda standing, _: _involved(standing),
    "reclassify": lambda standing, _: _may_correct_type(standing),
    "hand-over": lambda standing, _: _leads(standing),
    "add-note": lambda standing, _: _is_person(standing),
    "attach": lambda standing, _: _is_person(standing),
    "escalate": lambda standing, _: _involved(standing),
    "pause-clock": _may_change_clock,
    "extend-clock": _may_change_clock,
    "resume-clock": _may_change_clock,
    "promise": lambda standing, _: _involved(standing) or _follows_up(standing),
    "keep-promise": lambda standing, _: _involved(standing) or _follows_up(standing),
    "break-promise": lambda standing, _: _follows_up(standing),
    "name-representative": lambda standing, _: _involved(standing) or standing.manager,
    "withdraw-representative": lambda standing, _: _involved(standing) or standing.manager,
    "lead-to-room": lambda standing, _: _involved(standing) or standing.manager,
    "leave-room": lambda standing, _: _involved(standing) or standing.manager,
    "draft-statement": lambda standing, _: _writes(standing),
    "issue-statement": lambda standing, _: _writes(standing),
    "record-press-statement": lambda standing, _: "office_staff" in standing.roles,
    "schedule-follow-up": lambda standing, _: _involved(standing) or _follows_up(standing),
    "finish-follow-up": lambda standing, _: _follows_up(standing),
    "record-review": lambda standing, _: standing.manager or bool(standing.roles & REVIEWERS),
    "mark-drill": lambda standing, command: _may_mark(standing, command.terms.owner),
    "unmark-drill": lambda standing, _: _may_unmark(standing),
    "link-customer": lambda standing, _: _involved(standing) or _follows_up(standing),
    "unlink-customer": lambda standing, _: _involved(standing) or _follows_up(standing),
    "contain": lambda standing, _: _leads(standing),
    "close": lambda standing, _: _leads(standing),
    "cancel": lambda standing, _: standing.manager or standing.reported_within(CANCEL_WITHIN),
    "reopen": lambda standing, _: standing.manager,
    "receive": lambda standing, _: standing.alerted,
    "export": lambda standing, _: may_export(standing.caller, standing.state, standing.directory),
}


#: What a paired device may do with nobody signed in, besides raising.
_FOR_A_DEVICE_ALONE = frozenset({"cancel"})


def authorise(standing: Standing, command: Any) -> None:
    """Let the command pass, or say no.

    Raises:
        Forbidden: no rule allows it to this caller.
    """
    rule = _RULES.get(command.name)
    anonymous = standing.caller.person is None and command.name not in _FOR_A_DEVICE_ALONE
    if rule is None or anonymous or not rule(standing, command):
        raise Forbidden
