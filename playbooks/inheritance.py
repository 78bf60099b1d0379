"""Orgs inherit playbooks from above and may only add to them (A5).

Works on content, as it is kept and hashed. What is inherited stays as it is, every word of it:
an addition is more steps, more lines at a step, more advice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playbooks.marks import Where
from playbooks.model import Text

Content = Mapping[str, Any]
PathOf = Callable[[str], Sequence[str]]
"""An org and everything above it, nearest first."""


@dataclass(frozen=True, slots=True)
class Added:
    """One org's addition to one playbook, as it is or is to be in force."""

    playbook: str
    org: str
    version: int
    content: Content


@dataclass(frozen=True, slots=True)
class Conflict:
    """What does not go together: the place in the addition of ``added``, and why."""

    added: Added
    where: Where
    reason: Text


def merged(base: Content, additions: Iterable[Added]) -> dict[str, Any]:
    """The playbook with its additions, those above first. They fit: see ``conflicts``."""
    steps = [dict(step) for step in base["steps"]]
    advice = list(base.get("advice") or ())
    marks = list(base.get("added") or ())
    for added in additions:
        steps = _with_lines(_with_steps(steps, added.content), added.content)
        advice += added.content.get("advice") or ()
        marks.append({"org": added.org, "version": added.version})
    whole = {**base, "steps": steps, "added": marks}
    return {**whole, "advice": advice} if advice else whole


def _with_steps(steps: list[dict[str, Any]], content: Content) -> list[dict[str, Any]]:
    """Each behind the one it names, several in their order; without one, at the end."""
    found = list(steps)
    behind: dict[str, str] = {}
    for step in content.get("steps") or ():
        new = {key: value for key, value in step.items() if key != "after"}
        after = step.get("after")
        ids = [each["id"] for each in found]
        place = behind.get(after, after) if after in ids else None
        found.insert(len(ids) if place is None else ids.index(place) + 1, new)
        if after is not None:
            behind[after] = new["id"]
    return found


def _with_lines(steps: list[dict[str, Any]], content: Content) -> list[dict[str, Any]]:
    for lines in content.get("lines") or ():
        for step in steps:
            if step["id"] == lines["step"]:
                for part in ("say", "avoid"):
                    if lines.get(part):
                        step[part] = [*(step.get(part) or ()), *lines[part]]
    return steps


def conflicts(
    bases: Mapping[str, Content], additions: Sequence[Added], path_of: PathOf
) -> Iterator[Conflict]:
    """Which additions cannot stand on ``bases`` or beside those above them.

    A step's id is used once by everything that can meet in one incident: the playbooks of the
    bank, and the additions of the org and of those above it.
    """
    own = {step["id"] for base in bases.values() for step in base["steps"]}
    for added in additions:
        above = [
            each
            for each in additions
            if each is not added and each.org in path_of(added.org) and _earlier(each, added)
        ]
        taken = own | {step["id"] for each in above for step in _steps(each)}
        yield from _doubled(added, taken)
        yield from _lost(added, bases.get(added.playbook), above)


def _earlier(one: Added, other: Added) -> bool:
    """Of two additions at the same org, the one to the playbook that comes first by its name."""
    return one.org != other.org or one.playbook < other.playbook


def _steps(added: Added) -> Sequence[Content]:
    return added.content.get("steps") or ()


def _doubled(added: Added, taken: set[str]) -> Iterator[Conflict]:
    known = set(taken)
    for at, step in enumerate(_steps(added)):
        if step["id"] in known:
            reason = Text(
                f"已有步骤“{step['id']}”，不能再用这个编号。",
                f"There is a step “{step['id']}” already.",
            )
            yield Conflict(added, ("steps", at, "id"), reason)
        known.add(step["id"])


def _lost(added: Added, base: Content | None, above: Sequence[Added]) -> Iterator[Conflict]:
    """It hangs on a playbook or a step that is not there."""
    if base is None:
        yield Conflict(added, ("id",), Text("没有这个预案。", "There is no such playbook."))
        return
    inherited = {step["id"] for step in base["steps"]}
    for each in above:
        if each.playbook == added.playbook:
            inherited |= {step["id"] for step in _steps(each)}
    mine = inherited | {step["id"] for step in _steps(added)}
    for part, key, known in (("lines", "step", inherited), ("steps", "after", mine)):
        for at, item in enumerate(added.content.get(part) or ()):
            name = item.get(key)
            if name is not None and name not in known:
                reason = Text(f"没有步骤“{name}”。", f"There is no step “{name}”.")
                yield Conflict(added, (part, at, key), reason)
