"""Is every demand of the domain carried and shown? And the page of documentation that says so."""

import re
from collections.abc import Collection, Iterator, Mapping

from playbooks.load import load_library
from playbooks.vocabulary import FACTS
from tests.mutants.table import DEMANDS, ROOT, Rule, stale

PAGE = ROOT / "docs/domain-coverage.md"
_NAME = re.compile(r"`([^`]+)`")
_HEAD = """# Which demand is carried by what

Each demand of the domain, what carries it, and the tests that fail when it is switched off. Written
by `make domain-page` from `tests/mutants/rules/`, the one place to change it; `make mutants`
switches each rule off in turn and expects its tests to fail.

`book/step` is a step, card or clock of `playbooks/library/book.yaml`; the regulator's 15, 30 and
60 days are figures in the playbook.

| ID | It asks for | Carried by | Fails without it |
|---|---|---|---|
"""


def faults(rules: Mapping[str, Rule]) -> Iterator[str]:
    """Every demand that nothing carries or nobody tests, and every name that names nothing."""
    known = _names()
    yield from (f"{name}: not in the table" for name in DEMANDS if name not in rules)
    for rule in rules.values():
        yield from (f"{rule.id}: {why}" for why in _lacking(rule, known))
    if PAGE.read_text("utf-8") != page(rules):
        yield f"{PAGE.relative_to(ROOT)} is not what the table says: make domain-page"


def _lacking(rule: Rule, known: Collection[str]) -> Iterator[str]:
    named = _NAME.findall(rule.carried)
    if rule.id not in DEMANDS:
        yield "no demand of the domain"
    if not rule.off:
        yield "nothing switches it off"
    if not named:
        yield "nothing carries it"
    for name in named:
        if name not in known and not (ROOT / name).exists():
            yield f"`{name}` is no file, playbook, step, card, clock or fact"
    for mutant in rule.off:
        yield from stale(mutant)


def page(rules: Mapping[str, Rule]) -> str:
    """The page of documentation."""
    return _HEAD + "".join(map(_row, rules.values()))


def _row(rule: Rule) -> str:
    tests = dict.fromkeys(test.partition("[")[0] for each in rule.off for test in each.fails)
    shown = "<br>".join(f"`{_short(test)}`" for test in tests)
    return f"| {rule.id} | {rule.asks} | {rule.carried} | {shown} |\n"


def _short(test: str) -> str:
    """Without the folder that all share."""
    return test.removeprefix("tests/")


def _names() -> set[str]:
    """Everything of the library that a rule can stand in."""
    found = set(FACTS)
    for book in load_library().playbooks.values():
        found.add(book.id)
        parts = [each.id for each in book.steps] + [each.id for each in book.cards]
        parts += [clock.name for clock in book.clocks]
        found.update(f"{book.id}/{part}" for part in parts)
    return found
