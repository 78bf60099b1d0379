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
    yield from _duties(content)
    yield from _discreet(content)
    for at, condition in items(content.get("no_promise"), "when"):
        yield from _condition(condition, ("no_promise", "when", at))


def _doubles(content: Mapping[Any, Any], part: str, key: str) -> Iterator[Problem]:
    known: set[str] = set()
    for at, item in items(content, part):
        value = item.get(key)
        if not isinstance(value, str):
            continue
        if value in known:
            yield (part, at, key), f"“{value}” is used twice."
        known.add(value)


def _ladder(content: Mapping[Any, Any]) -> Iterator[Problem]:
    times: list[tuple[int, int]] = []
    for at, level in items(content, "ladder"):
        after = level.get("after")
        if isinstance(after, int):
            times.append((at, after))
    if times and times[0][0] == 0 and times[0][1] != 0:
        yield ("ladder", 0, "after"), "The first level is told at once: 0."
    for (_, earlier), (at, later) in pairwise(times):
        if later <= earlier:
            yield ("ladder", at, "after"), "Each level comes later than the one before."


def _steps(content: Mapping[Any, Any]) -> Iterator[Problem]:
    for at, step in items(content, "steps"):
        where: Where = ("steps", at)
        only, owner = step.get("only"), step.get("owner")
        if isinstance(only, list) and only and owner not in only:
            yield (*where, "owner"), "The owner is not among those who alone may do it."
        if step.get("completed_by_raising") is True and ("gate" in step or only):
            yield (*where, "completed_by_raising"), "Nothing may stand in its way."
        if step.get("repeats") is True and ("due" in step or step.get("containment") is True):
            yield (*where, "repeats"), "What is done again and again is never all done: no due."
        yield from _gate(step.get("gate"), (*where, "gate"))
        for problem_where, reason in _doubles(step, "record", "name"):
            yield (*where, *problem_where), reason
        yield from _record_rules(step, where)
        for field_at, item in items(step, "record"):
            if (item.get("type") == "choice") != bool(item.get("choices")):
                yield (*where, "record", field_at), "Choices belong to the type “choice”."
            for choice_at, choice in items(item, "choices") if "fact" in item else ():
                place = (*where, "record", field_at, "choices", choice_at)
                value = {"fact": item["fact"], "equals": choice.get("value")}
                yield from _condition(value, place)


def _record_rules(step: Mapping[Any, Any], where: Where) -> Iterator[Problem]:
    """A rule speaks of choices that its form has."""
    choices = {
        field.get("name"): {choice.get("value") for _, choice in items(field, "choices")}
        for _, field in items(step, "record")
        if field.get("type") == "choice"
    }
    for at, rule in items(step, "record_rules"):
        for field, part in (("when_field", "when"), ("field", "needs")):
            named, values = rule.get(field), rule.get(part)
            if named not in choices:
                yield (*where, "record_rules", at, field), f"“{named}” is no choice of this form."
                continue
            for value in values if isinstance(values, list) else []:
                if value not in choices[named]:
                    place = (*where, "record_rules", at, part)
                    yield place, f"“{named}” has no choice “{value}”."


def _gate(gate: object, where: Where) -> Iterator[Problem]:
    if not isinstance(gate, Mapping):
        return
    if not any(gate.get(part) for part in ("any_of", "clearance", "opens_if")):
        yield where, "Nothing opens it: it needs any_of, opens_if or clearance."
    for part in ("opens_if", "shut_if"):
        for at, condition in items(gate, part):
            yield from _condition(condition, (*where, part, at))
    for part in ("any_of", "override_by_anyone_if"):
        names = gate.get(part)
        for at, name in enumerate(names if isinstance(names, list) else []):
            if isinstance(name, str) and name in FACTS and name not in _BOOLEANS:
                yield (*where, part, at), f"“{name}” is not true or false."


def _clocks(content: Mapping[Any, Any]) -> Iterator[Problem]:
    steps = {f"step:{step.get('id')}" for _, step in items(content, "steps")}
    for at, clock in items(content, "clocks"):
        moments: list[tuple[Where, object]] = [(("starts",), clock.get("starts"))]
        for part in ("met_by", "ends"):
            named = clock.get(part)
            moments += [
                ((part, n), m) for n, m in enumerate(named if isinstance(named, list) else [])
            ]
        for where, moment in moments:
            if isinstance(moment, str) and moment not in _MOMENTS and moment not in steps:
                yield ("clocks", at, *where), f"There is no moment or step “{moment}”."
        yield from _lengths(clock, ("clocks", at))


def _lengths(clock: Mapping[Any, Any], where: Where) -> Iterator[Problem]:
    """When it starts anew, its hours, and how far it may be extended."""
    if (clock.get("again") is True) != bool(clock.get("ends")):
        yield (*where, "again"), "What starts again needs an end, and nothing else has one."
    hours = clock.get("between")
    if isinstance(hours, Mapping):
        opens, closes = hours.get("opens"), hours.get("closes")
        if isinstance(opens, str) and isinstance(closes, str) and opens >= closes:
            yield (*where, "between"), "It closes later than it opens."
        if clock.get("unit") in ("days", "working_days"):
            yield (*where, "between"), "A day ends at 24:00 and has no hours."
    steps = clock.get("extend_to")
    lengths = [clock.get("within"), *(steps if isinstance(steps, list) else [])]
    numbers = [each for each in lengths if isinstance(each, int)]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        yield (*where, "extend_to"), "Each length is longer than the one before."


def _proposals(content: Mapping[Any, Any]) -> Iterator[Problem]:
    for at, proposal in items(content, "proposed_when"):
        if proposal.get("equals") is not None:
            yield from _condition(proposal, ("proposed_when", at))
            continue
        fact = proposal.get("fact")
        counted = proposal.get("at_least") is not None
        if (
            isinstance(fact, str)
            and fact in FACTS
            and fact not in (_INTEGERS if counted else _BOOLEANS)
        ):
            reason = "cannot be counted" if counted else "is not true or false: say at_least"
            yield ("proposed_when", at, "fact"), f"“{fact}” {reason}."


def _duties(content: Mapping[Any, Any]) -> Iterator[Problem]:
    for at, duty in items(content, "duties"):
        yield from _condition({"fact": duty.get("fact")}, ("duties", at))


def _condition(condition: Mapping[Any, Any], where: Where) -> Iterator[Problem]:
    """A true fact has no value to be equal to; a choice has one of its own."""
    fact, equals = condition.get("fact"), condition.get("equals")
    if not isinstance(fact, str) or fact not in FACTS:
        return
    if equals is None and fact not in _BOOLEANS:
        yield (*where, "fact"), f"“{fact}” is not true or false: say equals."
    elif isinstance(equals, str) and equals not in {each.value for each in FACTS[fact].choices}:
        yield (*where, "equals"), f"“{fact}” is never “{equals}”."


def _discreet(content: Mapping[Any, Any]) -> Iterator[Problem]:
    """A discreet incident shows nothing on a tablet (C4)."""
    if content.get("discreet") is not True:
        return
    tap = content.get("tap")
    if isinstance(tap, Mapping) and tap.get("hidden") is not True:
        yield ("tap",), "A discreet playbook has a hidden tile."
    for at, step in items(content, "steps"):
        if step.get("owner") == "teller":
            yield ("steps", at, "owner"), "A discreet step belongs to a role with a phone."


def items(content: object, part: str) -> Iterator[tuple[int, Mapping[Any, Any]]]:
    """Those of a part's items that have the shape of one, each with its place."""
    items = content.get(part) if isinstance(content, Mapping) else None
    for at, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, Mapping):
            yield at, item
