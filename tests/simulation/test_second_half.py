"""The second half of the seeds (seeds.py)."""

import pytest

from tests.simulation.seeds import half, keeps_every_promise, name

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("seeds", half(1), ids=name)
def test_every_promise_is_kept_under_any_fault(seeds: range) -> None:
    keeps_every_promise(seeds)
