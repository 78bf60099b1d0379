"""What a bank's own version may not do by accident, though a file may say it on purpose (A5).

Works on unchecked content, beside the faults of its shape: parts of a wrong one are passed over.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from playbooks.marks import Where
from playbooks.references import items
from playbooks.schema import Problem

TOP = "hq_duty"
"""Who is always there: the ladder ends with them."""
BYSTANDERS = ("auditor", "admin")
"""They act in no incident: an alert to them is an alert to nobody."""
SHORTEST_REPEAT = 30
"""Seconds; whoever is called more often switches their phone off."""
LONGEST = 366
"""Days; the end of what lasts longer is no moment that a calendar has."""
_DAY = 86400


def unsafe(content: Mapping[str, Any]) -> Iterator[Problem]:
    """Each place at which nobody would be told, or nobody could act, with the reason.

    ``content`` is a playbook, or what an org adds to one.
    """
    yield from _ladder(content)
    yield from _named(content.get("inform"), ("inform",))
    for at, duty in items(content, "duties"):
        yield from _named(duty.get("tell"), ("duties", at, "tell"))
    for at, step in items(content, "steps"):
        yield from _step(step, ("steps", at))
    for at, clock in items(content, "clocks"):
        yield from _clock(clock, ("clocks", at))


def _ladder(content: Mapping[str, Any]) -> Iterator[Problem]:
    levels = list(items(content, "ladder"))
    for at, level in levels:
        yield from _named(level.get("tell"), ("ladder", at, "tell"))
        yield from _long(level.get("after"), ("ladder", at, "after"))
    if levels:
        at, last = levels[-1]
        tell = last.get("tell")
        if isinstance(tell, list) and tell and TOP not in tell:
            yield ("ladder", at, "tell"), "The last level tells headquarters duty."
    for part in ("repeat_every", "act_within"):
        yield from _long(content.get(part), (part,))
    repeat = content.get("repeat_every")
    if isinstance(repeat, int) and 0 < repeat < SHORTEST_REPEAT:
        yield ("repeat_every",), f"Not more often than every {SHORTEST_REPEAT} seconds."


def _step(step: Mapping[Any, Any], where: Where) -> Iterator[Problem]:
    yield from _long(step.get("due"), (*where, "due"))
    yield from _named([step.get("owner")], where, "owner")
    yield from _named(step.get("only"), (*where, "only"))
    gate = step.get("gate")
    if isinstance(gate, Mapping):
        yield from _named([gate.get("clearance")], (*where, "gate"), "clearance")


def _clock(clock: Mapping[Any, Any], where: Where) -> Iterator[Problem]:
    if not clock.get("tell"):
        yield (*where, "tell"), "Somebody has to be told."
    for part in ("tell", "extended_by"):
        yield from _named(clock.get(part), (*where, part))
    each = 1 if clock.get("unit") in ("days", "working_days") else _DAY
    yield from _long(clock.get("within"), (*where, "within"), each)
    longer = clock.get("extend_to")
    for at, length in enumerate(longer if isinstance(longer, list) else []):
        yield from _long(length, (*where, "extend_to", at), each)


def _long(length: object, where: Where, each: int = _DAY) -> Iterator[Problem]:
    """``each``: how many of its unit make a day."""
    if isinstance(length, int) and length > LONGEST * each:
        yield where, f"Must be at most {LONGEST} days."


def _named(roles: object, where: Where, name: str = "") -> Iterator[Problem]:
    """``name``: the field that holds one role; else its place in the list is named."""
    for at, role in enumerate(roles if isinstance(roles, list) else []):
        if role in BYSTANDERS:
            yield (*where, name or at), f"“{role}” acts in no incident."
