"""A bank's own version leaves nobody without an alert by accident (A5)."""

from copy import deepcopy
from typing import Any

import pytest

from playbooks.marks import Where
from playbooks.safeguards import unsafe
from tests.builders import LIBRARY

CLOCK = {"name": "contact", "starts": "raised", "within": 60, "tell": ["teller"]}


def book(**changed: Any) -> dict[str, Any]:
    return {**deepcopy(dict(LIBRARY["group_visit"].content)), **changed}


def places(content: dict[str, Any]) -> list[Where]:
    return [where for where, _ in unsafe(content)]


def level(after: int, *tell: str) -> dict[str, Any]:
    return {"after": after, "tell": list(tell)}


@pytest.mark.parametrize("key", sorted(LIBRARY))
def test_what_comes_with_the_product_is_safe(key: str) -> None:
    assert places(dict(LIBRARY[key].content)) == []


def test_the_ladder_ends_where_there_is_always_somebody() -> None:
    short = [level(0, "branch_manager"), level(60, "regional_manager")]
    assert places(book(ladder=short)) == [("ladder", 1, "tell")]
    assert places(book(ladder=[*short, level(90, "regional_manager", "hq_duty")])) == []


def test_who_only_looks_on_is_not_the_one_to_act() -> None:
    ladder = [level(0, "branch_manager", "auditor"), level(60, "hq_duty")]
    assert places(book(ladder=ladder)) == [("ladder", 0, "tell", 1)]
    assert places(book(inform=["everyone", "admin"])) == [("inform", 1)]
    content = book(clocks=[{**CLOCK, "tell": ["admin"], "extended_by": ["auditor"]}])
    assert places(content) == [("clocks", 0, "tell", 0), ("clocks", 0, "extended_by", 0)]
    steps = [
        {"id": "a", "owner": "admin", "only": ["auditor"], "containment": True},
        {"id": "b", "owner": "teller", "gate": {"clearance": "admin"}},
    ]
    wanted = [("steps", 0, "owner"), ("steps", 0, "only", 0), ("steps", 1, "gate", "clearance")]
    assert places({"steps": steps}) == wanted


def test_a_duty_tells_those_who_act() -> None:
    duties = [{"fact": "injury", "tell": ["compliance_officer", "auditor"]}]
    assert places(book(duties=duties)) == [("duties", 0, "tell", 1)]


def test_a_clock_tells_somebody() -> None:
    assert places(book(clocks=[{**CLOCK, "tell": []}])) == [("clocks", 0, "tell")]


def test_nothing_lasts_longer_than_a_year() -> None:
    ladder = [level(0, "branch_manager"), level(366 * 86400 + 1, "hq_duty")]
    assert places(book(ladder=ladder, act_within=2**50)) == [
        ("ladder", 1, "after"),
        ("act_within",),
    ]
    days = {**CLOCK, "unit": "working_days", "within": 366, "extend_to": [367]}
    assert places(book(clocks=[days])) == [("clocks", 0, "extend_to", 0)]
    assert places(book(clocks=[{**CLOCK, "within": 366 * 86400 + 1}])) == [("clocks", 0, "within")]
    assert places({"steps": [{"owner": "teller", "due": 2**50}]}) == [("steps", 0, "due")]


def test_the_last_level_is_not_called_without_a_pause() -> None:
    assert places(book(repeat_every=29)) == [("repeat_every",)]
    assert places(book(repeat_every=30)) == []


def test_parts_of_the_wrong_shape_are_passed_over() -> None:
    odd = {"ladder": [1, {"tell": 3}], "clocks": [{"tell": 1, "extend_to": "x"}], "inform": 5}
    assert places({**odd, "steps": [{"gate": 1}], "repeat_every": "x"}) == []
