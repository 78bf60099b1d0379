"""Honest offline time: the true time is within the interval that is shown (F17)."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.events import Occurred
from escalation.occurred import AGREE, DRIFT, HORIZON, TRANSIT, Claim, reconstruct
from escalation.timeline import MAX_INTEGER, stamp

RECEIVED = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def ago(count: float) -> datetime:
    return RECEIVED - seconds(count)


@dataclass
class Story:
    """What really happened, and what the tablet says of it."""

    true_at: datetime
    claim: Claim
    hidden: bool


def story(dice: random.Random) -> Story:
    """A tablet with quartz of its own, that sleeps, restarts, and whose wall clock lies."""
    age = dice.choice([dice.uniform(0, 5), dice.uniform(0, 3600), dice.uniform(0, 3 * 86400)])
    transit = dice.uniform(0, TRANSIT.total_seconds())
    sleep = age * dice.uniform(0, 1) if dice.random() < 0.3 else 0.0
    wrong = dice.choice([0.0, dice.uniform(-3, 3), dice.uniform(-1e5, 1e5)])
    step = dice.choice([0.0, 0.0, -wrong, dice.uniform(-1e5, 1e5), dice.uniform(-3, 3)])
    true_at = ago(transit + age)
    wall_rate, mono_rate = (1 + dice.uniform(-DRIFT, DRIFT) for _ in range(2))
    device_at = true_at + seconds(wrong)
    device_now = device_at + seconds(age * wall_rate + step)
    mono_ms = dice.randrange(0, 10**8)
    awake = (age - sleep) * mono_rate
    restarted = dice.random() < 0.2
    mono_now = mono_ms + int(awake * 1000)
    if restarted:
        mono_now = int(awake * dice.random() * 1000)
    kept = dice.random() < 0.7
    token_age = dice.choice([0.0, dice.uniform(0, 60), dice.uniform(0, 86400)])
    claim = Claim(
        device_at=device_at,
        mono_ms=mono_ms,
        mono_now=mono_now if dice.random() < 0.9 else None,
        device_now=device_now if kept else None,
        token_at=true_at - seconds(token_age) if dice.random() < 0.5 else None,
        same_run=dice.choice([True, None, False] if restarted else [True, None]),
    )
    return Story(true_at, claim, _hidden(claim, age + transit, sleep, restarted=restarted))


def _hidden(claim: Claim, age: float, sleep: float, *, restarted: bool) -> bool:
    """The wall clock hides a sleep or restart to the second: no one could tell."""
    if claim.mono_now is None or not (sleep > 2 or restarted):
        return False
    mono = (claim.mono_now - claim.mono_ms) / 1000
    wall = ((claim.device_now or RECEIVED) - claim.device_at).total_seconds()
    return age - mono > 9 and abs(wall - mono) < 9 + abs(mono) / 500


@pytest.mark.parametrize("seed", range(10))
def test_the_true_time_is_in_the_interval_of_every_simulated_deed(seed):
    dice = random.Random(seed)
    bases: Counter[str] = Counter()
    hidden = 0
    for number in range(2_000):
        told = story(dice)
        if told.hidden:
            hidden += 1
            continue
        found = reconstruct(told.claim, RECEIVED)
        assert found.not_before <= told.true_at <= found.not_after, (number, told, found)
        assert found.not_before <= found.estimate <= found.not_after
        bases[found.basis] += 1
    assert hidden < 20
    assert min(bases[basis] for basis in ("measured", "estimated", "bounded")) > 20, bases


@pytest.mark.parametrize("seed", range(3))
def test_measured_intervals_are_narrow(seed):
    dice = random.Random(seed)
    for _ in range(2_000):
        told = story(dice)
        found = reconstruct(told.claim, RECEIVED)
        if found.basis == "measured":
            age = (RECEIVED - told.true_at) * 6 * DRIFT
            assert found.not_after - found.not_before <= 2 * TRANSIT + 3 * AGREE + age


def test_an_ordinary_offline_hour_is_known_to_a_quarter_of_a_minute():
    claim = Claim(
        device_at=ago(3600) + timedelta(hours=5),
        mono_ms=1000,
        mono_now=3_601_000,
        device_now=RECEIVED + timedelta(hours=5),
    )
    found = reconstruct(claim, RECEIVED)
    assert found.basis == "measured"
    assert found.estimate == ago(3600)
    assert found.not_after - found.not_before < seconds(17)


def test_without_a_claim_the_receipt_is_the_time():
    assert reconstruct(None, RECEIVED) == Occurred(RECEIVED, RECEIVED, RECEIVED, "server")


def test_what_is_sent_at_once_by_a_tablet_with_the_right_time_is_measured():
    found = reconstruct(Claim(ago(1), 5_000, 6_000), RECEIVED)
    assert (found.basis, found.estimate) == ("measured", ago(1))
    assert found.not_after - found.not_before < seconds(10)


def test_a_wrong_wall_clock_cannot_move_what_is_sent_at_once():
    found = reconstruct(Claim(ago(7200), 5_000, 6_000), RECEIVED)
    assert (found.basis, found.estimate) == ("estimated", ago(1))


def test_after_a_sleep_the_wall_clock_is_believed_and_the_basis_says_so():
    claim = Claim(ago(36_000), 1000, 61_000, device_now=RECEIVED, token_at=ago(40_000))
    found = reconstruct(claim, RECEIVED)
    assert (found.basis, found.estimate, found.not_before) == (
        "estimated",
        ago(36_000),
        ago(40_000),
    )
    assert found.not_after <= ago(59)


def test_after_a_restart_only_the_wall_clock_speaks():
    claim = Claim(ago(600), 10**7, 2_000, device_now=RECEIVED)
    found = reconstruct(claim, RECEIVED)
    assert (found.basis, found.estimate) == ("estimated", ago(600))
    assert found.not_before == found.not_after - HORIZON


def test_another_run_of_the_clock_says_nothing_of_the_age():
    claim = Claim(ago(10), 100_000, 36_000_000, device_now=RECEIVED, same_run=False)
    assert reconstruct(claim, RECEIVED).estimate == ago(10)


def test_a_monotonic_age_that_the_wall_clock_denies_bounds_nothing_unless_it_is_the_same_run():
    denied = Claim(ago(10), 100_000, 36_000_000, device_now=RECEIVED)
    assert reconstruct(denied, RECEIVED).not_after == RECEIVED
    same = Claim(ago(10), 100_000, 36_000_000, device_now=RECEIVED, same_run=True)
    assert reconstruct(same, RECEIVED).not_after < ago(35_000)


def test_a_deed_is_never_before_the_token_that_the_tablet_had():
    claim = Claim(ago(100), 1000, 101_000, device_now=RECEIVED, token_at=ago(101))
    assert reconstruct(claim, RECEIVED).not_before == ago(101)


def test_a_wall_clock_from_before_the_token_is_not_believed():
    claim = Claim(ago(5000), 10**7, 2_000, device_now=RECEIVED, token_at=ago(1000))
    found = reconstruct(claim, RECEIVED)
    assert (found.basis, found.not_before, found.estimate) == ("bounded", ago(1000), ago(500))


def test_a_token_from_after_the_deed_makes_the_claim_worth_little():
    claim = Claim(ago(3600), 1000, 3_601_000, device_now=RECEIVED, token_at=ago(5))
    found = reconstruct(claim, RECEIVED)
    assert found.basis != "measured"
    assert found.not_before <= ago(3600)
    assert found.not_after == RECEIVED


EVER = st.datetimes(timezones=st.just(UTC))
MONO = st.integers(0, MAX_INTEGER)


@given(
    device_at=EVER,
    mono_ms=MONO,
    mono_now=st.none() | MONO,
    device_now=st.none() | EVER,
    token_at=st.none() | EVER,
    same_run=st.sampled_from([None, True, False]),
)
def test_no_claim_however_absurd_breaks_the_reckoning(
    device_at, mono_ms, mono_now, device_now, token_at, same_run
):
    claim = Claim(device_at, mono_ms, mono_now, device_now, token_at, same_run)
    found = reconstruct(claim, RECEIVED)
    assert found.not_before <= found.estimate <= found.not_after <= RECEIVED
    assert stamp(found.not_before)
