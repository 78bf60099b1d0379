"""Who is where: the organisation as the rules see it, a snapshot without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from escalation.duty import Duty
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
    """Somebody whom a notice is for, and in which role they are meant.

    ``stands_for``: the id of the absent holder whose substitute they are.
    """

    person: Person
    role: str
    org: str
    stands_for: str | None = None


@dataclass(frozen=True)
class Directory:
    """Organisation and staff at one moment. ``devices``: the names of the tablets, by id.

    ``duty``: who is on duty when; None for a bank where nobody has planned anything.
    """

    orgs: Mapping[str, Org]
    people: Mapping[str, Person]
    devices: Mapping[str, str] = field(default_factory=dict)
    duty: Duty | None = None
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

    def holders(
        self, role: str, branch: str, at: datetime, without: frozenset[str] = frozenset()
    ) -> Sequence[Recipient]:
        """Who is there for ``role``: at the branch, else at the nearest org above (contract, 5).

        By rota, absences and substitutes at that moment; no substitute brings one of ``without``
        in, and none of them takes a role over.
        """
        for org in self.path(branch):
            found = self._serving(role, org, at, without)
            if found:
                return found
        return ()

    def staff_of(
        self, branch: str, at: datetime, without: frozenset[str] = frozenset()
    ) -> list[Recipient]:
        """Everybody who is there at the branch, each once, in their first role there (G3)."""
        found: dict[str, Recipient] = {}
        for role in self._roles_at.get(branch, ()):
            for each in self._serving(role, branch, at, without):
                found.setdefault(each.person.id, each)
        return sorted(found.values(), key=lambda each: each.person.username)

    def resolve(
        self, roles: Iterable[str], branch: str, at: datetime, *, without: Iterable[str] = ()
    ) -> list[Recipient]:
        """The people meant by ``roles`` for a branch, each once; ``without`` are user ids."""
        left_out = frozenset(without)
        found: dict[str, Recipient] = {}
        for role in roles:
            if role == EVERYONE:
                met: Sequence[Recipient] = self.staff_of(branch, at, left_out)
            else:
                met = self.holders(role, branch, at, left_out)
            for each in met:
                if each.person.id not in left_out:
                    found.setdefault(each.person.id, each)
        return list(found.values())

    def held(self, role: str, org: str) -> Sequence[Recipient]:
        """The active holders of a role at an org, whoever is on duty."""
        return self._recipients.get((role, org), ())

    def _serving(
        self, role: str, org: str, at: datetime, without: frozenset[str]
    ) -> Sequence[Recipient]:
        """Those of a role at one org who are there."""
        held = self._recipients.get((role, org), ())
        if self.duty is None:
            return held
        taker = self.people.get(self.duty.taken_over(role, org, at) or "")
        if taker is not None and taker.id not in without and self._may_serve(taker, org):
            return (Recipient(taker, role, org),)
        on_duty = self.duty.on_duty(role, org, self.orgs[org].timezone, at)
        found: dict[str, Recipient] = {}
        for each in held:
            if on_duty is None or each.person.id in on_duty:
                there = self._or_substitute(self.duty, each, at, without)
                if there is not None and (there is each or there.person.id not in found):
                    found[there.person.id] = there
        return tuple(found.values())

    def _or_substitute(
        self, duty: Duty, meant: Recipient, at: datetime, without: frozenset[str]
    ) -> Recipient | None:
        if not duty.is_absent(meant.person.id, at):
            return meant
        found = duty.stand_in(meant.person.id, at, lambda user: self._may_stand_in(user, without))
        if found is None:
            return None
        return Recipient(self.people[found], meant.role, meant.org, meant.person.id)

    def _may_stand_in(self, user: str, without: frozenset[str]) -> bool:
        person = self.people.get(user)
        return (
            person is not None
            and person.active
            and user not in without
            and any(role not in BYSTANDERS for role, _ in person.roles)
        )

    def _may_serve(self, person: Person, org: str) -> bool:
        """Still works here: who took a role over may have left since."""
        path = self.path(org)
        return person.active and any(
            at in path and role not in BYSTANDERS for role, at in person.roles
        )
