"""The server's clock: the wall clock may be set to anything; minutes stay minutes (rule 6)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from backend.clock import IN_STEP, STABLE, SteadyClock

BEGAN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
"""Half an hour before Berlin's clocks go forward."""
HOUR = 3600.0


class Machine:
    """Its two clocks: one goes on, the other can be set."""

    def __init__(self) -> None:
        self.passed = 1000.0
        self.set_by = 0.0
        self.run = "one"

    def wall(self) -> datetime:
        return BEGAN + timedelta(seconds=self.passed - 1000 + self.set_by)

    def clock(self) -> SteadyClock:
        return SteadyClock(self.wall, lambda: self.passed, lambda: self.run)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> SteadyClock:
    return machine.clock()


def lives(machine: Machine, clock: SteadyClock, seconds: float, *, hurried: bool) -> list[datetime]:
    """What it shows while time goes by and it is compared every five seconds."""
    shown = [clock.now()]
    for _ in range(int(seconds / 5)):
        machine.passed += 5
        clock.follow_wall(hurried=hurried)
        shown.append(clock.now())
    return shown


def assert_never_backwards(shown: list[datetime]) -> None:
    assert all(earlier <= later for earlier, later in pairwise(shown))


@pytest.mark.parametrize("step", [-HOUR, -61.0, 61.0, HOUR])
def test_a_wall_clock_that_is_set_changes_no_minute_while_something_is_armed(
    machine: Machine, clock: SteadyClock, step: float
) -> None:
    began = clock.now()
    machine.set_by = step
    assert_never_backwards(lives(machine, clock, 900, hurried=True))
    assert clock.now() - began == timedelta(seconds=900)
    assert clock.follow_wall(hurried=True) == pytest.approx(step)
    assert clock.seconds_until(clock.now() + timedelta(seconds=60)) == pytest.approx(60, abs=0.01)


def test_it_steps_forward_to_a_wall_clock_that_has_stayed_so_when_nothing_hurries(
    machine: Machine, clock: SteadyClock
) -> None:
    machine.set_by = HOUR
    lives(machine, clock, STABLE, hurried=False)
    assert clock.follow_wall(hurried=False) == pytest.approx(HOUR)
    lives(machine, clock, 10, hurried=False)
    assert abs((machine.wall() - clock.now()).total_seconds()) <= IN_STEP


def test_a_wall_clock_that_is_set_again_and_again_is_not_followed(
    machine: Machine, clock: SteadyClock
) -> None:
    began = clock.now()
    for number in range(20):
        machine.set_by = HOUR * (number % 3)
        lives(machine, clock, STABLE - 10, hurried=False)
    assert clock.now() - began == timedelta(seconds=20 * (STABLE - 10))


def test_ahead_of_the_wall_clock_it_waits_and_never_runs_backwards(
    machine: Machine, clock: SteadyClock
) -> None:
    machine.set_by = -60
    shown = lives(machine, clock, STABLE + 200, hurried=False)
    assert_never_backwards(shown)
    assert abs((machine.wall() - clock.now()).total_seconds()) <= 1
    # A ladder that is armed meanwhile is counted in true seconds from the next look on.
    machine.set_by = -3600
    lives(machine, clock, STABLE + 20, hurried=False)
    clock.follow_wall(hurried=True)
    before = clock.now()
    lives(machine, clock, 60, hurried=True)
    assert clock.now() - before == timedelta(seconds=60)


def test_small_differences_are_slewed_so_that_a_minute_stays_a_minute(
    machine: Machine, clock: SteadyClock
) -> None:
    machine.set_by = 0.8
    clock.follow_wall(hurried=True)
    before = clock.now()
    machine.passed += 60
    assert 0 < (clock.now() - before).total_seconds() - 60 <= 0.031
    lives(machine, clock, 1800, hurried=True)
    assert abs(clock.follow_wall(hurried=True)) <= 2 * IN_STEP


def test_on_the_same_boot_it_goes_on_whatever_the_wall_clock_was_set_to_meanwhile(
    machine: Machine, clock: SteadyClock
) -> None:
    kept = clock.mark()
    machine.passed += 30
    machine.set_by = -HOUR
    again = machine.clock()
    again.resume(kept, kept.moment)
    assert again.now() == kept.moment + timedelta(seconds=30)


def test_after_a_reboot_it_begins_with_the_wall_clock_but_never_before_what_is_on_record(
    machine: Machine, clock: SteadyClock
) -> None:
    machine.passed += 500
    kept = clock.mark()
    machine.run, machine.passed = "two", 1003.0
    machine.set_by = 600
    later = machine.clock()
    later.resume(None, kept.moment)
    assert later.now() == machine.wall()
    machine.set_by = -86400 * 365
    dead_battery = machine.clock()
    dead_battery.resume(None, kept.moment)
    assert dead_battery.now() == kept.moment


def test_it_shows_whole_milliseconds_and_its_ids_sort_by_it(
    machine: Machine, clock: SteadyClock
) -> None:
    machine.passed += 0.0123456
    assert clock.now().microsecond % 1000 == 0
    assert clock.now() == BEGAN + timedelta(milliseconds=12)
    first = clock.new_id()
    machine.passed += 1
    assert (
        int(clock.new_id().replace("-", "")[:12], 16) - int(first.replace("-", "")[:12], 16) == 1000
    )


def test_a_look_at_the_wall_clock_between_two_milliseconds_loses_none(
    machine: Machine, clock: SteadyClock
) -> None:
    began = clock.now()
    for _ in range(100_000):
        machine.passed += 0.0017
        clock.follow_wall(hurried=True)
    assert (clock.now() - began).total_seconds() == pytest.approx(170, abs=0.002)
