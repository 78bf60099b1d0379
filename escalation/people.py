"""Who is where: the organisation as the rules see it, a snapshot without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from playbooks.model import EVERYONE

#: Roles that stand outside an incident: one reads, the other keeps the house (domain.md, 1).
BYSTANDERS = frozenset({"auditor", "admin"})


@dataclass(frozen=True, slots=True)
class Org:
    """A node of the organisation tree; ``kind`` is ``hq``, ``region`` or ``branch``."""

    id: str
    name: str
    parent: str | None
    kind: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff with the roles they hold: pairs of (role, org id)."""

    id: str
    username: str
    name: str
    roles: tuple[tuple[str, str], ...]
    active: bool = True

    def as_json(self) -> dict[str, str]:
        """How the API shows a person."""
        return {"id": self.id, "username": self.username, "name": self.name}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody whom a notice is for, and in which role they are meant."""

    person: Person
    role: str
    org: str


@dataclass(frozen=True)
class Directory:
    """Organisation and staff at one moment. ``devices``: the names of the tablets, by id."""

    orgs: Mapping[str, Org]
    people: Mapping[str, Person]
    devices: Mapping[str, str] = field(default_factory=dict)
    _paths: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    @cached_property
    def by_username(self) -> dict[str, Person]:
        """Everybody by the name they sign in with."""
        return {person.username: person for person in self.people.values()}

    @cached_property
    def _holders(self) -> dict[tuple[str, str], list[Person]]:
        held: dict[tuple[str, str], list[Person]] = {}
        for person in sorted(self.people.values(), key=lambda each: each.username):
            for pair in person.roles if person.active else ():
                held.setdefault(pair, []).append(person)
        return held

    @cached_property
    def _recipients(self) -> dict[tuple[str, str], tuple[Recipient, ...]]:
        return {
            (role, org): tuple([Recipient(person, role, org) for person in people])
            for (role, org), people in self._holders.items()
        }

    @cached_property
    def _roles_at(self) -> dict[str, list[str]]:
        """The roles that are held at an org, but those of bystanders."""
        held: dict[str, list[str]] = {}
        for role, org in self._holders:
            if role not in BYSTANDERS:
                held.setdefault(org, []).append(role)
        return held

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for org in self.orgs.values():
            if org.parent is not None:
                children.setdefault(org.parent, []).append(org.id)
        return children

    def path(self, org: str) -> tuple[str, ...]:
        """The org and everything above it, nearest first."""
        found = self._paths.get(org)
        if found is None:
            parent = self.orgs[org].parent
            found = (org, *(self.path(parent) if parent is not None else ()))
            self._paths[org] = found
        return found

    def below(self, org: str) -> set[str]:
        """The org and everything under it."""
        found = {org}
        waiting = [org]
        while waiting:
            children = self._children.get(waiting.pop(), [])
            found.update(children)
            waiting.extend(children)
        return found

    def holders(self, role: str, branch: str) -> Sequence[Recipient]:
        """Holders of ``role`` at the branch, else at the nearest org above (contract, 5)."""
        for org in self.path(branch):
            found = self._recipients.get((role, org))
            if found:
                return found
        return ()

    def staff_of(self, branch: str) -> list[Recipient]:
        """Everybody who works at the branch, each once, in their first role there (G3)."""
        found: dict[str, Recipient] = {}
        for role in self._roles_at.get(branch, ()):
            for each in self._recipients[role, branch]:
                found.setdefault(each.person.id, each)
        return sorted(found.values(), key=lambda each: each.person.username)

    def resolve(
        self, roles: Iterable[str], branch: str, *, without: Iterable[str] = ()
    ) -> list[Recipient]:
        """The people meant by ``roles`` for a branch, each once; ``without`` are user ids."""
        left_out = set(without)
        found: dict[str, Recipient] = {}
        for role in roles:
            met = self.staff_of(branch) if role == EVERYONE else self.holders(role, branch)
            for each in met:
                if each.person.id not in left_out:
                    found.setdefault(each.person.id, each)
        return list(found.values())
