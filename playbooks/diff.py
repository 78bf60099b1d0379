"""What one version of a playbook says otherwise than another: by step and field, line by line."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

_NAMED = {"steps": "id", "clocks": "name", "cards": "id", "lines": "step"}
"""The parts whose items have a name, and which of their fields is the name."""
_LISTED = ("say", "avoid", "signs", "advice", "source")
"""Lists in which each line is a change of its own."""
_UNCOMPARED = ("id", "version", "added")


class Difference(NamedTuple):
    """One thing that has become different.

    ``part`` is ``steps``, ``clocks``, ``cards``, ``lines``, or empty for the whole playbook;
    ``name`` says which of them. ``before`` is None for what is new, ``after`` for what is gone.
    A whole item that is new or gone has no ``field``; one that has moved has ``order``.
    """

    part: str
    name: str
    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """From ``before`` to ``after``: what concerns the whole first, then each part in its order."""
    whole = _fields("", "", _without(before), _without(after))
    parts = [each for part in _NAMED for each in _items(part, before, after)]
    return [*whole, *parts]


def _without(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in content.items() if key not in _NAMED and key not in _UNCOMPARED
    }


def _items(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    old, new = _by_name(part, before), _by_name(part, after)
    moved = _moved([name for name in old if name in new], [name for name in new if name in old])
    for name, item in old.items():
        if name not in new:
            yield Difference(part, name, "", item, None)
    for place, (name, item) in enumerate(new.items(), 1):
        if name not in old:
            yield Difference(part, name, "", None, item)
            continue
        if name in moved:
            yield Difference(part, name, "order", list(old).index(name) + 1, place)
        yield from _fields(part, name, old[name], item)


def _by_name(part: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {item[_NAMED[part]]: item for item in content.get(part) or ()}


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """As few as possible: what is left where it was is the longest run that both have."""
    stayed = {
        name
        for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        for name in before[block.a : block.a + block.size]
    }
    return set(after) - stayed


def _fields(
    part: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    """What is false or empty is the same as what is not said at all."""
    for field in dict.fromkeys((*before, *after)):
        old, new = before.get(field) or None, after.get(field) or None
        if field in _LISTED:
            yield from _lines(part, name, field, old or [], new or [])
        elif old != new:
            yield Difference(part, name, field, old, new)


def _lines(
    part: str, name: str, field: str, before: Sequence[Any], after: Sequence[Any]
) -> Iterator[Difference]:
    old, new = [_key(line) for line in before], [_key(line) for line in after]
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (Difference(part, name, field, line, None) for line in before[a:b])
            yield from (Difference(part, name, field, None, line) for line in after[c:d])


def _key(line: Any) -> tuple[str, ...]:
    return (line["zh"], line["en"]) if isinstance(line, Mapping) else (str(line),)
