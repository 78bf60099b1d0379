"""The house's clock is compared with the wall's: an alarm, and when the wall is followed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from backend.batch import Batch
from backend.clock import STABLE
from backend.watching.clock_watch import ClockWatch
from backend.watching.restarts import forget_old, keep_time, last_time
from escalation.commands import Acknowledge, Cancel
from escalation.texts import Typed
from tests.integration.exports_house import ExportsHouse
from tests.integration.test_steady_clock import HOUR, Machine


@pytest.fixture
def bank(tmp_path: Path) -> ExportsHouse:
    return ExportsHouse(tmp_path)


def writing(bank: ExportsHouse) -> Callable[[Callable[[Batch], float]], float]:
    def write(work: Callable[[Batch], float]) -> float:
        with bank.engine.begin() as conn:
            return work(Batch(conn))

    return write


def looks(watch: ClockWatch, machine: Machine, seconds: float) -> None:
    for _ in range(int(seconds / 5)):
        machine.passed += 5
        watch.look()


def test_the_wall_is_followed_only_when_nobody_is_waited_for(bank: ExportsHouse) -> None:
    machine = Machine()
    clock = machine.clock()
    watch = ClockWatch(clock, writing(bank))
    group = bank.opens()
    machine.set_by = HOUR
    looks(watch, machine, STABLE + 100)
    assert watch.offset == pytest.approx(HOUR)
    assert watch.alarm
    bank.does("manager1", Acknowledge(), group)
    looks(watch, machine, 60)
    assert watch.offset == pytest.approx(HOUR), "somebody has three minutes to act"
    bank.does("manager1", Cancel(Typed("误报")), group)
    looks(watch, machine, 10)
    assert not watch.alarm


def test_with_nothing_armed_it_is_taken_over_after_five_minutes(bank: ExportsHouse) -> None:
    machine = Machine()
    watch = ClockWatch(machine.clock(), writing(bank))
    machine.set_by = HOUR
    looks(watch, machine, STABLE - 10)
    assert watch.alarm
    looks(watch, machine, 20)
    assert not watch.alarm


def test_the_alarm_is_said_once_for_each_change(bank: ExportsHouse) -> None:
    machine = Machine()
    watch = ClockWatch(machine.clock(), writing(bank))
    bank.opens()
    with capture_logs() as said:
        machine.set_by = 1.5
        looks(watch, machine, 20)
        machine.set_by = 30
        looks(watch, machine, 60)
        machine.set_by = HOUR
        looks(watch, machine, 60)
        machine.set_by = 0
        looks(watch, machine, 60)
    levels = [(each["log_level"], each["event"]) for each in said]
    wrong, right = ("critical", "wall_clock_wrong"), ("warning", "wall_clock_right_again")
    assert levels == [wrong, wrong, right]


def test_a_start_knows_its_own_boot_and_what_is_on_record(bank: ExportsHouse) -> None:
    machine = Machine()
    clock = machine.clock()
    bank.opens()
    with bank.engine.begin() as conn:
        first = last_time(conn, "one")
        assert first.taken_over == "first"
        assert first.latest == bank.clock.now()
        keep_time(Batch(conn), clock.mark())
        assert last_time(conn, "one").taken_over is None
        assert last_time(conn, "one").own == clock.mark()
        assert last_time(conn, "two").taken_over == "first"
        machine.passed += 61
        machine.run = "two"
        keep_time(Batch(conn), clock.mark())
        assert last_time(conn, "one").taken_over not in (None, "first"), "two has served meanwhile"
        assert last_time(conn, "two").taken_over is None
        machine.passed += 31 * 86400
        forget_old(Batch(conn), clock)
        assert last_time(conn, "one").own is None
