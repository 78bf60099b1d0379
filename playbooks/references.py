"""What must agree inside one playbook beyond the shape of its parts.

Works on unchecked content, so that these faults are found beside those of the shape. A part of
the wrong shape is passed over here; the schema has already said so.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from playbooks.marks import Where
from playbooks.schema import Problem
from playbooks.vocabulary import FACTS

_MOMENTS = ("raised", "closed", "acknowledged", "contained")
_BOOLEANS = {name for name, spec in FACTS.items() if spec.kind == "boolean"}
_INTEGERS = {name for name, spec in FACTS.items() if spec.kind == "integer"}


def disagreements(content: object) -> Iterator[Problem]:
    """Each place in a playbook's content that contradicts another, with the reason."""
    if not isinstance(content, Mapping):
        return
    yield from _doubles(content, "steps", "id")
    yield from _doubles(content, "clocks", "name")
    yield from _doubles(content, "cards", "id")
    yield from _ladder(content)
    yield from _steps(content)
    yield from _clocks(content)
    yield from _proposals(content)
    yield from _discreet(content)


def _doubles(content: Mapping[Any, Any], part: str, key: str) -> Iterator[Problem]:
    known: set[str] = set()
    for at, item in _items(content, part):
        value = item.get(key)
        if not isinstance(value, str):
            continue
        if value in known:
            yield (part, at, key), f"“{value}” is used twice."
        known.add(value)


def _ladder(content: Mapping[Any, Any]) -> Iterator[Problem]:
    times: list[tuple[int, int]] = []
    for at, level in _items(content, "ladder"):
        after = level.get("after")
        if isinstance(after, int):
            times.append((at, after))
    if times and times[0][0] == 0 and times[0][1] != 0:
        yield ("ladder", 0, "after"), "The first level is told at once: 0."
    for (_, earlier), (at, later) in pairwise(times):
        if later <= earlier:
            yield ("ladder", at, "after"), "Each level comes later than the one before."


def _steps(content: Mapping[Any, Any]) -> Iterator[Problem]:
    for at, step in _items(content, "steps"):
        where: Where = ("steps", at)
        only, owner = step.get("only"), step.get("owner")
        if isinstance(only, list) and only and owner not in only:
            yield (*where, "owner"), "The owner is not among those who alone may do it."
        if step.get("completed_by_raising") is True and ("gate" in step or only):
            yield (*where, "completed_by_raising"), "Nothing may stand in its way."
        yield from _gate(step.get("gate"), (*where, "gate"))
        for problem_where, reason in _doubles(step, "record", "name"):
            yield (*where, *problem_where), reason
        for field_at, item in _items(step, "record"):
            if (item.get("type") == "choice") != bool(item.get("choices")):
                yield (*where, "record", field_at), "Choices belong to the type “choice”."


def _gate(gate: object, where: Where) -> Iterator[Problem]:
    if not isinstance(gate, Mapping):
        return
    if not gate.get("any_of") and not gate.get("clearance"):
        yield where, "Nothing opens it: it needs any_of or clearance."
    for part in ("any_of", "override_by_anyone_if"):
        names = gate.get(part)
        for at, name in enumerate(names if isinstance(names, list) else []):
            if isinstance(name, str) and name in FACTS and name not in _BOOLEANS:
                yield (*where, part, at), f"“{name}” is not true or false."


def _clocks(content: Mapping[Any, Any]) -> Iterator[Problem]:
    steps = {f"step:{step.get('id')}" for _, step in _items(content, "steps")}
    for at, clock in _items(content, "clocks"):
        met_by = clock.get("met_by")
        moments: list[tuple[Where, object]] = [(("starts",), clock.get("starts"))]
        moments += [
            (("met_by", n), m) for n, m in enumerate(met_by if isinstance(met_by, list) else [])
        ]
        for where, moment in moments:
            if isinstance(moment, str) and moment not in _MOMENTS and moment not in steps:
                yield ("clocks", at, *where), f"There is no moment or step “{moment}”."


def _proposals(content: Mapping[Any, Any]) -> Iterator[Problem]:
    for at, proposal in _items(content, "proposed_when"):
        fact = proposal.get("fact")
        counted = proposal.get("at_least") is not None
        if (
            isinstance(fact, str)
            and fact in FACTS
            and fact not in (_INTEGERS if counted else _BOOLEANS)
        ):
            reason = "cannot be counted" if counted else "is not true or false: say at_least"
            yield ("proposed_when", at, "fact"), f"“{fact}” {reason}."


def _discreet(content: Mapping[Any, Any]) -> Iterator[Problem]:
    """A discreet incident shows nothing on a tablet (C4)."""
    if content.get("discreet") is not True:
        return
    tap = content.get("tap")
    if isinstance(tap, Mapping) and tap.get("hidden") is not True:
        yield ("tap",), "A discreet playbook has a hidden tile."
    for at, step in _items(content, "steps"):
        if step.get("owner") == "teller":
            yield ("steps", at, "owner"), "A discreet step belongs to a role with a phone."


def _items(content: Mapping[Any, Any], part: str) -> Iterator[tuple[int, Mapping[Any, Any]]]:
    items = content.get(part)
    for at, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, Mapping):
            yield at, item
