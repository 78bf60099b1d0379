"""The table of the domain's rules: what each asks, what carries it, and how it is switched off.

``rules/*.toml`` is the one place; ``docs/domain-coverage.md`` is written from it. Of a rule::

    [D4]
    asks = "…"                 # in a line
    carried = "…"              # each `name in backticks` is a file, a playbook, a step, a fact …
    [[D4.off]]                 # one way to switch it off
    file = "…"
    text = "…"                 # stands there exactly once
    instead = "…"
    fails = ["tests/…::test_…"]    # every one of these must fail then
"""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
RULES = Path(__file__).parent / "rules"
DEMANDS = tuple(
    f"{letter}{number}"
    for letter, count in (
        *(("M", 5), ("C", 4), ("G", 5), ("D", 4), ("P", 2), ("T", 6), ("R", 6)),
        *(("S", 9), ("W", 5), ("A", 10), ("K", 6)),
    )
    for number in range(1, count + 1)
)
"""Every demand of the domain: a situation, a rule of talking, a promise, a duty afterwards."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way to switch a rule off, and the tests that must not let it pass."""

    rule: str
    file: str
    text: str
    instead: str
    fails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A demand of the domain."""

    id: str
    asks: str
    carried: str
    off: tuple[Mutant, ...]


def read_rules(folder: Path = RULES) -> dict[str, Rule]:
    """Every rule of the table by its ID, in the order of the domain."""
    entries: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, entry in tomllib.loads(path.read_text("utf-8")).items():
            if name in entries:
                raise ValueError(f"{path.name}: {name} stands in two files")
            entries[name] = entry
    order = {name: at for at, name in enumerate(DEMANDS)}
    return {
        name: _rule(name, entries[name])
        for name in sorted(entries, key=lambda name: order.get(name, len(order)))
    }


def stale(mutant: Mutant, root: Path = ROOT) -> Iterator[str]:
    """Why this mutant can say nothing any more: its text or a test of it is gone."""
    path = root / mutant.file
    count = path.read_text("utf-8").count(mutant.text) if path.is_file() else None
    if count is None:
        yield f"there is no {mutant.file}"
    elif count != 1:
        yield f"{mutant.file} holds its text {count} times: {mutant.text.strip()!r}"
    if mutant.text == mutant.instead:
        yield f"{mutant.file}: it changes nothing"
    if not mutant.fails:
        yield f"{mutant.file}: it names no test"
    for test in mutant.fails:
        file, _, name = test.partition("::")
        if name.partition("[")[0] not in tests_in(root / file):
            yield f"there is no test {test}"


@cache
def tests_in(path: Path) -> frozenset[str]:
    """The names of the tests in a file; none where there is no file."""
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def _rule(name: str, entry: Any) -> Rule:
    off = tuple(
        Mutant(name, each["file"], each["text"], each["instead"], tuple(each["fails"]))
        for each in entry.get("off", ())
    )
    return Rule(name, entry["asks"], entry["carried"], off)
