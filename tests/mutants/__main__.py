"""``make mutants``: every rule of the domain is switched off in turn, and its tests must fail.

``python -m tests.mutants [ID ...]``; ``--check`` only looks whether every demand is carried and
every line of the table still says something; ``--page`` writes docs/domain-coverage.md.
"""

import argparse
import sys
import time

from tests.mutants.domain import PAGE, faults, page
from tests.mutants.run import run, sound
from tests.mutants.table import Mutant, Rule, read_rules

WORKERS = 2


def main() -> int:
    """0 when no rule can be switched off unnoticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("-n", type=int, default=WORKERS, dest="workers")
    chosen = parser.parse_args()
    rules = read_rules()
    if chosen.page:
        PAGE.write_text(page(rules), "utf-8")
        return 0
    if chosen.check:
        return _said(list(faults(rules)))
    return _switch_off(_mutants(rules, chosen.ids), chosen.workers)


def _mutants(rules: dict[str, Rule], ids: list[str]) -> list[Mutant]:
    return [each for rule in rules.values() if not ids or rule.id in ids for each in rule.off]


def _said(lines: list[str]) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


def _switch_off(mutants: list[Mutant], workers: int) -> int:
    began = time.monotonic()
    if unsound := sound(mutants, workers):
        print("These fail although nothing is switched off:", file=sys.stderr)
        return _said(unsound)
    survivors = 0
    for outcome in run(mutants, workers):
        mutant = outcome.mutant
        survivors += bool(outcome.why)
        print(f"{mutant.rule:<4}{outcome.why or 'killed'}  ({mutant.file})", flush=True)
    took = time.monotonic() - began
    print(f"{len(mutants) - survivors} of {len(mutants)} killed in {took:.0f} s")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
