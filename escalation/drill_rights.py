"""Who plans drills, and who knows of them (A6): whoever is tested knows of no mystery visit."""

from dataclasses import dataclass

from escalation.people import BYSTANDERS, Directory, Person
from escalation.rights import (
    BRANCH_MANAGERS,
    SPECIALISTS,
    UPPER_MANAGERS,
    Caller,
    manages,
    scope,
)


@dataclass(frozen=True, slots=True)
class Knowing:
    """Of which orgs somebody knows which drills.

    ``all``: mystery visits, too. ``told``: announced ones, and what has been revealed.
    ``discreet``: those of discreet playbooks as well.
    """

    user: str
    all: frozenset[str]
    told: frozenset[str]
    discreet: frozenset[str]


def knowing(caller: Caller, directory: Directory) -> Knowing:
    """What the caller knows by their roles; nothing discreet on a counter's tablet."""
    everything: set[str] = set()
    told: set[str] = set()
    person = caller.person
    for role, org in () if person is None else person.roles:
        if role in UPPER_MANAGERS or role == "auditor":
            everything |= directory.below(org)
        elif role in SPECIALISTS:
            told |= directory.below(org)
        elif role not in BYSTANDERS:
            told.add(org)
    quiet = scope(person, directory)[1] if person and caller.device_id is None else set()
    return Knowing(
        "" if person is None else person.id,
        frozenset(everything),
        frozenset(told | everything),
        frozenset(quiet),
    )


def may_plan(person: Person, branch: str, directory: Directory) -> bool:
    """Managers of the branch, and those above."""
    return manages(person, branch, directory)


def may_change(person: Person, owner: str, branch: str, directory: Directory) -> bool:
    """Its owner while they manage the branch; managers above it."""
    path = set(directory.path(branch))
    above = any(role in UPPER_MANAGERS and org in path for role, org in person.roles)
    return above or (person.id == owner and may_plan(person, branch, directory))


def plans_anywhere(person: Person) -> bool:
    """Whether the pages of planning are for them."""
    return any(role in BRANCH_MANAGERS | UPPER_MANAGERS for role, _ in person.roles)
