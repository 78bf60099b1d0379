"""Who plans who is on duty, and who may look at it (contract, section 8)."""

from escalation.people import BYSTANDERS, Directory, Person
from escalation.rights import UPPER_MANAGERS, manages

PLANNERS = frozenset({"branch_manager", "deputy_manager"})
"""Plan their own branch; those above and administrators plan all below them."""
_OVER_ALL_BELOW = UPPER_MANAGERS | {"admin"}


def plans(person: Person, directory: Directory) -> set[str]:
    """The orgs whose rota a person writes."""
    found: set[str] = set()
    for role, org in person.roles:
        if role in _OVER_ALL_BELOW:
            found |= directory.below(org)
        elif role in PLANNERS:
            found.add(org)
    return found


def looks_at(person: Person, directory: Directory) -> set[str]:
    """The orgs whose rota and absences a person reads: where they work, and what they plan."""
    found = plans(person, directory)
    for role, org in person.roles:
        found |= directory.below(org) if role == "auditor" else {org}
    return found


def may_plan_for(person: Person, other: Person, directory: Directory) -> bool:
    """One's own absence and substitute; those of people who work only where one plans."""
    if person.id == other.id:
        return True
    kept = plans(person, directory)
    return bool(other.roles) and all(org in kept for _, org in other.roles)


def may_take_over(person: Person, role: str, org: str, directory: Directory) -> bool:
    """Who holds the role there, or manages the org."""
    return (role, org) in person.roles or manages(person, org, directory)


def may_stand_in(person: Person) -> bool:
    """Active, and not a bystander only, who stands outside every incident."""
    return person.active and any(role not in BYSTANDERS for role, _ in person.roles)


def sees_readiness(person: Person, branch: str, directory: Directory) -> bool:
    """Managers of the branch and above, auditors and administrators."""
    path = set(directory.path(branch))
    overseers = any(role in BYSTANDERS and org in path for role, org in person.roles)
    return overseers or manages(person, branch, directory)
