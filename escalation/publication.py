"""Which playbooks are in force where, and from when on (A5).

They are those that came with the product, those that the bank has published instead, and on top
what its orgs add.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from escalation.people import Directory
from playbooks.inheritance import Added, Conflict, Content, conflicts, merged


@dataclass(frozen=True, slots=True)
class Published:
    """A published version: of a playbook for the whole bank, or of an org's addition to it."""

    playbook: str
    org: str
    number: int
    since: datetime
    content: Content


@dataclass(frozen=True, slots=True)
class Stage:
    """What is in force from ``since`` on until the next stage.

    ``orgs``: the playbooks that are not the bank's at an org that adds to them. ``left_out``:
    additions that do not fit any more; nobody loses a playbook by them.
    """

    since: datetime
    bases: Mapping[str, Content]
    orgs: Mapping[str, Mapping[str, Content]]
    left_out: tuple[Conflict, ...]


def stages(
    shipped: Mapping[str, Content],
    published: Sequence[Published],
    directory: Directory,
    now: datetime,
) -> list[Stage]:
    """What is in force now, and each change that is to come."""
    moments = sorted({each.since for each in published if each.since > now})
    return [_stage(shipped, published, directory, at) for at in (now, *moments)]


def _stage(
    shipped: Mapping[str, Content],
    published: Sequence[Published],
    directory: Directory,
    at: datetime,
) -> Stage:
    newest = in_force(published, at).values()
    whole = {each.playbook: each.content for each in newest if _whole(each, directory)}
    bases = {**shipped, **whole}
    additions = [
        Added(each.playbook, each.org, each.number, each.content)
        for each in sorted(newest, key=lambda one: (one.org, one.playbook))
        if not _whole(each, directory)
    ]
    additions.sort(key=lambda added: len(directory.path(added.org)))
    left_out: list[Conflict] = []
    while bad := next(conflicts(bases, additions, directory.path), None):
        left_out.append(bad)
        additions.remove(bad.added)
    orgs = {added.org: _of_org(added.org, bases, additions, directory) for added in additions}
    return Stage(at, bases, orgs, tuple(left_out))


def in_force(published: Sequence[Published], at: datetime) -> dict[tuple[str, str], Published]:
    """The newest of each playbook and org, of those that have begun."""
    begun = sorted(
        (each for each in published if each.since <= at), key=lambda each: (each.since, each.number)
    )
    return {(each.playbook, each.org): each for each in begun}


def _whole(each: Published, directory: Directory) -> bool:
    return directory.orgs[each.org].parent is None


def _of_org(
    org: str, bases: Mapping[str, Content], additions: Sequence[Added], directory: Directory
) -> dict[str, Content]:
    path = directory.path(org)
    here = [added for added in additions if added.org in path]
    return {
        playbook: merged(bases[playbook], [each for each in here if each.playbook == playbook])
        for playbook in dict.fromkeys(each.playbook for each in here)
    }
