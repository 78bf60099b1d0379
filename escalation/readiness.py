"""Whom each level of a ladder would reach at this moment, and what to tell when one is deaf.

It asks the directory as a level that fires does; nothing here knows better than the ladder.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from escalation.people import Directory, Person, Recipient
from playbooks.model import Level, Playbook

TOLD_AFTER = timedelta(minutes=5)
"""A loss that is over sooner is nobody's trouble: a phone in a lift, a line that comes back."""

Ways = Callable[[str, bool], tuple[str, ...]]
"""How a user is reached now: ``socket`` and kinds of channels. True: for what is discreet."""
Deaf = Literal["empty", "unreachable"]


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody whom a level tells, and how that reaches them; by nothing: it does not."""

    recipient: Recipient
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelReach:
    """A level, whom it tells now, and the roles that nobody is there for, with the reason.

    ``because``: why it reaches nobody at all; None where it reaches somebody.
    """

    number: int
    after: int
    told: tuple[Reached, ...]
    nobody: tuple[tuple[str, str], ...]
    because: Deaf | None

    @property
    def ok(self) -> bool:
        """Somebody would hear of it."""
        return self.because is None


@dataclass(frozen=True, slots=True)
class LadderReach:
    """The ladder of one playbook at one branch."""

    book: Playbook
    levels: tuple[LevelReach, ...]

    @property
    def ok(self) -> bool:
        """Every level reaches somebody."""
        return all(level.ok for level in self.levels)


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of several ladders together, the worst of them; ``stands_in``: a substitute."""

    number: int
    because: Deaf | None
    stands_in: bool


@dataclass(frozen=True, slots=True)
class Together:
    """Several ladders of a branch in one: who is told first, and what becomes of each level."""

    first: Person | None
    rungs: tuple[Rung, ...]


def together(ladders: Iterable[LadderReach]) -> Together:
    """Ladders in one, in the order of their tiles."""
    ladders = sorted(ladders, key=lambda ladder: (ladder.book.tap.order, ladder.book.id))
    levels: dict[int, list[LevelReach]] = {}
    for ladder in ladders:
        for level in ladder.levels:
            levels.setdefault(level.number, []).append(level)
    told = (each.recipient.person for level in levels.get(1, ()) for each in level.told)
    return Together(next(told, None), tuple(_rung(*each) for each in sorted(levels.items())))


def _rung(number: int, alike: Sequence[LevelReach]) -> Rung:
    because = next((each.because for each in alike if each.because is not None), None)
    told = (each.recipient for level in alike for each in level.told)
    return Rung(number, because, any(each.stands_for is not None for each in told))


def branch_reach(
    books: Iterable[Playbook], branch: str, directory: Directory, at: datetime, ways: Ways
) -> tuple[LadderReach, ...]:
    """Every playbook's ladder at a branch; ladders that are alike are climbed once."""
    known: dict[tuple[tuple[Level, ...], bool], tuple[LevelReach, ...]] = {}
    found = []
    for book in books:
        key = (book.ladder, book.discreet)
        if key not in known:
            known[key] = tuple(
                _level(number, level, branch, directory, at, ways, quietly=book.discreet)
                for number, level in enumerate(book.ladder, 1)
            )
        found.append(LadderReach(book, known[key]))
    return tuple(found)


def _level(
    number: int,
    level: Level,
    branch: str,
    directory: Directory,
    at: datetime,
    ways: Ways,
    *,
    quietly: bool,
) -> LevelReach:
    told = tuple(
        Reached(each, ways(each.person.id, quietly))
        for each in directory.resolve(level.tell, branch, at)
    )
    nobody = tuple(
        (role, _why_nobody(role, branch, directory, at))
        for role in level.tell
        if not directory.resolve([role], branch, at)
    )
    because: Deaf | None = "unreachable" if told else "empty"
    if any(each.by for each in told):
        because = None
    return LevelReach(number, level.after, told, nobody, because)


def _why_nobody(role: str, branch: str, directory: Directory, at: datetime) -> str:
    """``no_holder``, ``off_duty``, or ``absent`` where somebody would be on duty."""
    reason = "no_holder"
    for org in directory.path(branch):
        held = {each.person.id for each in directory.held(role, org)}
        if not held or directory.duty is None:
            continue
        on_duty = directory.duty.on_duty(role, org, directory.orgs[org].timezone, at)
        if on_duty is None or on_duty & held:
            return "absent"
        reason = "off_duty"
    return reason


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a branch: whether it was last told to be ready (None: never seen)."""

    ok: bool | None
    lost_since: datetime | None


def verdict(known: Known, now: datetime, *, ok: bool, before_opening: bool) -> str | None:
    """``lost`` or ``restored``, when people are to be told of it.

    A loss is told once it has lasted, and in the check before opening in any case.
    """
    if ok:
        return "restored" if known.ok is False else None
    if before_opening:
        return "lost"
    lasted = known.lost_since is not None and now - known.lost_since >= TOLD_AFTER
    return "lost" if known.ok and lasted else None
