"""The second half of the seeds (seeds.py)."""

import pytest

from tests.simulation.seeds import fired_in, half, name

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("seeds", half(1), ids=name)
def test_every_promise_is_kept_under_any_fault(seeds: range) -> None:
    assert fired_in(seeds) > 0, "a run in which no deadline fires shows nothing"
