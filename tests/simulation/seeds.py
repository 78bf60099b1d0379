"""Runs seeds of the simulation: what the test files here share.

``COUNTERBELL_LONG=1`` (``make faults``) runs ten thousand seeds. ``COUNTERBELL_SEED=N`` runs one
again: it does what it did, and its trace is shown.
"""

import os

import pytest

from tests.simulation.promises import Broken
from tests.simulation.simulation import Simulation

SEEDS = 10_000 if os.environ.get("COUNTERBELL_LONG") == "1" else 200
GROUP = 25
"""Seeds in one test."""
ONE = os.environ.get("COUNTERBELL_SEED")


def run(seed: int) -> Simulation:
    """One seed; what fails says which, and what had happened."""
    simulation = Simulation(seed)
    try:
        return simulation.run()
    except Broken as broken:
        trace = "\n".join(simulation.course.trace)
        pytest.fail(f"{trace}\nseed {seed}: {broken} (COUNTERBELL_SEED={seed} runs it again)")


def half(which: int) -> list[range]:
    """The first (0) or second (1) half of the seeds, in groups: a file for each worker."""
    if ONE is not None:
        return [range(int(ONE), int(ONE) + 1)] if which == 0 else []
    first = which * SEEDS // 2
    return [range(n, n + GROUP) for n in range(first, first + SEEDS // 2, GROUP)]


def name(seeds: range) -> str:
    """How a group is called in pytest's lines."""
    return f"{seeds[0]}-{seeds[-1]}"


def fired_in(seeds: range) -> int:
    """Run them all, which keeps every promise or fails; how many deadlines they had."""
    return sum(run(seed).promises.fired for seed in seeds)
