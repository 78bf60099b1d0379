"""The table of mutations can be trusted: its lines still stand, and what it names is there."""

import re
from dataclasses import replace

import pytest

from tests.mutants.domain import faults, page
from tests.mutants.table import DEMANDS, ROOT, Mutant, read_rules, stale

RULES = read_rules()
PACKAGES = ("flask", "flask-sqlalchemy", "flask-socketio", "apscheduler", "marshmallow")


def test_each_rule_can_still_be_switched_off_and_its_tests_are_there():
    old = [
        f"{rule.id}: {why}" for rule in RULES.values() for each in rule.off for why in stale(each)
    ]
    assert old == []


def test_the_demands_of_the_domain_are_sixty_two():
    assert len(DEMANDS) == len(set(DEMANDS)) == 62
    assert set(RULES) <= set(DEMANDS)


def test_a_demand_that_nothing_carries_or_shows_is_a_fault():
    rules = {**RULES, "D4": replace(RULES["D4"], carried="`group_visit/sing`", off=())}
    del rules["M1"]
    found = list(faults(rules))
    assert "M1: not in the table" in found
    assert "D4: nothing switches it off" in found
    assert "D4: `group_visit/sing` is no file, playbook, step, card, clock or fact" in found
    assert any("make domain-page" in fault for fault in found)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"file": "escalation/nowhere.py"}, "there is no escalation/nowhere.py"),
        ({"text": "no such line"}, "holds its text 0 times"),
        ({"text": "    "}, "holds its text"),
        ({"instead": "class AlertOver"}, "it changes nothing"),
        ({"fails": ()}, "it names no test"),
        ({"fails": ("tests/unit/test_mutants.py::test_of_nothing",)}, "there is no test"),
    ],
)
def test_a_line_that_says_nothing_any_more_is_told(change, why):
    here = "tests/unit/test_mutants.py::test_a_line_that_says_nothing_any_more_is_told[x]"
    good = Mutant("K4", "notifications/notice.py", "class AlertOver", "class Over", (here,))
    assert list(stale(good)) == []
    assert any(why in each for each in stale(replace(good, **change)))


def test_the_page_has_a_row_for_each_rule():
    rows = re.findall(r"^\| ([A-Z]\d+) \|", page(RULES), re.MULTILINE)
    assert rows == list(RULES)


def test_the_product_is_made_of_its_parts():
    named = {
        line.partition("==")[0].lower()
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    assert {*PACKAGES} <= named
    assert {"backend", "escalation", "playbooks", "notifications", "tests", "README.md"} <= {
        path.name for path in ROOT.iterdir()
    }
