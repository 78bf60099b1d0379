"""A seed replays exactly; five bugs, each planted once, are all found."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.promises import Broken
from tests.simulation.seeds import run
from tests.simulation.simulation import Simulation

FOUND_WITHIN = 40
"""Seeds that a planted bug survives at most."""

pytestmark = pytest.mark.timeout(600)


def test_a_seed_replays_exactly() -> None:
    first, again, other = run(11), run(11), run(12)
    assert first.course.trace == again.course.trace
    assert first.course.trace != other.course.trace


@pytest.mark.parametrize(("bug", "broken"), BUGS.items(), ids=[each.__name__ for each in BUGS])
def test_a_bug_planted_on_purpose_is_found(bug: Callable[[], Any], broken: str) -> None:
    found = None
    for seed in range(FOUND_WITHIN):
        with bug():
            found = broken_by(seed)
        if found is not None:
            break
    assert found is not None, "nobody noticed"
    assert re.search(broken, found)
    assert broken_by(seed) is None, "without the bug it keeps all promises"


def broken_by(seed: int) -> str | None:
    try:
        Simulation(seed).run()
    except Broken as broken:
        return str(broken)
    return None
