"""Seeded runs of the whole house under faults; five bugs, each planted once, are all found.

``COUNTERBELL_LONG=1`` (``make faults``) runs ten thousand seeds. ``COUNTERBELL_SEED=N`` runs one
again: it does what it did, and its trace is shown.
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from tests.simulation.bugs import BUGS
from tests.simulation.promises import Broken
from tests.simulation.simulation import Simulation

LONG = os.environ.get("COUNTERBELL_LONG") == "1"
SEEDS = 10_000 if LONG else 200
GROUP = 25
"""Seeds in one test: enough to spread over the workers."""
ONE = os.environ.get("COUNTERBELL_SEED")
FOUND_WITHIN = 40
"""Seeds that a planted bug survives at most."""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The server's log of a broken day would be a book."""
    with structlog.testing.capture_logs():
        yield


def run(seed: int) -> Simulation:
    """One seed; what fails says which, and what had happened."""
    simulation = Simulation(seed)
    try:
        return simulation.run()
    except Broken as broken:
        trace = "\n".join(simulation.course.trace)
        pytest.fail(f"{trace}\nseed {seed}: {broken} (COUNTERBELL_SEED={seed} runs it again)")


def groups() -> list[range]:
    if ONE is not None:
        return [range(int(ONE), int(ONE) + 1)]
    return [range(first, first + GROUP) for first in range(0, SEEDS, GROUP)]


@pytest.mark.parametrize("seeds", groups(), ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_every_promise_is_kept_under_any_fault(seeds: range) -> None:
    fired = sum(run(seed).promises.fired for seed in seeds)
    assert fired > 0, "a run in which no deadline fires shows nothing"


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
