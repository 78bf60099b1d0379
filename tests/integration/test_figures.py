"""What statistics count (A7, S7): clocks kept and missed, causes; medians and percentiles."""

from collections import Counter
from datetime import timedelta
from itertools import accumulate
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.figure_counts import Times, middle, nearest, rounded
from backend.figures import figure_rows
from escalation.commands import Close, CompleteStep, Reopen, ReopenStep
from escalation.incident import Tally
from escalation.oversight import counted_by
from escalation.rights import Caller, scope
from tests.builders import FORM, Bank, typed

DAY = 24 * 3600


def in_order(*values: int) -> tuple[list[int], list[int]]:
    """The values, and how many there are up to each of them."""
    counts = sorted(Counter(values).items())
    return [value for value, _ in counts], list(accumulate(count for _, count in counts))


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    assert middle(*in_order(1000, 2000, 4000, 9000)) == 3000
    assert middle(*in_order(1000, 2000, 9000)) == 2000
    assert middle(*in_order()) is None


def test_ninety_percent_took_no_longer_than_the_ninetieth_percentile() -> None:
    assert nearest(*in_order(*range(1, 11)), 90) == 9
    assert nearest(*in_order(5), 90) == 5
    assert nearest(*in_order(), 90) is None


@given(st.lists(st.integers(0, 9 * 3_600_000), min_size=1, max_size=40))
def test_median_and_percentile_are_those_of_the_times_one_by_one(took: list[int]) -> None:
    times = Times()
    for each in took:
        times.count(each)
    shown = sorted(rounded(each) for each in took)
    assert times.as_json() == {
        "count": len(took),
        "median": int(median(shown)) / 1000,
        "p90": shown[-(-len(shown) * 90 // 100) - 1] / 1000,
    }


@pytest.mark.parametrize(
    ("took", "shown"),
    [
        *((0, 0), (449, 400), (9_960, 10_000), (59_940, 60_000), (61_499, 61_000)),
        *((123_000, 125_000), (3_000_000, 3_000_000), (3_629_999, 3_600_000)),
        *((7 * 3_600_000 + 100, 7 * 3_600_000), (DAY * 5_000, DAY * 5_000)),
    ],
)
def test_the_longer_something_takes_the_less_its_fractions_count(took: int, shown: int) -> None:
    assert rounded(took) == shown


@given(st.integers(0, 400 * DAY * 1000))
def test_a_time_is_counted_less_than_two_and_a_half_percent_off(took: int) -> None:
    least = 50 if took < 10_000 else 500 if took < 120_000 else took * 0.025
    assert abs(rounded(took) - took) <= least
    assert rounded(rounded(took)) == rounded(took)


def test_nothing_is_written_before_somebody_takes_it_up() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    assert list(figure_rows(group.state)) == []
    bank.later(42)
    group.acknowledged_by("manager1")
    (row,) = figure_rows(group.state)
    assert (row["acknowledged_in"], row["contained_in"]) == (42_000, None)


def test_a_drill_is_never_counted() -> None:
    drill = Bank().raises("manager1", "group_visit", drill=True)
    drill.acknowledged_by("manager1")
    assert list(figure_rows(drill.state)) == []


def test_a_clock_is_kept_or_missed_and_each_round_of_it_counts() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    group.acknowledged_by("manager1")
    group.ticked_by("teller1", "fill_record_form", **FORM)
    bank.later(8 * DAY)
    assert (group.state.tally.kept, group.state.tally.missed) == (0, 1)
    group.ticked_by("complaint1", "contact_customer")
    assert (group.state.tally.kept, group.state.tally.missed) == (0, 1)
    group.does("manager1", ReopenStep("fill_record_form", typed()))
    group.ticked_by("teller1", "fill_record_form", **FORM)
    group.does("manager1", ReopenStep("contact_customer", typed()))
    group.ticked_by("complaint1", "contact_customer")
    assert (group.state.tally.kept, group.state.tally.missed) == (1, 1)


def test_what_was_said_to_be_too_late_and_was_done_in_time_without_a_line_is_kept() -> None:
    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    group.ticked_by("teller1", "fill_record_form", **FORM)
    done = bank.now + timedelta(hours=1)
    bank.later(8 * DAY)
    assert group.state.tally.missed == 1
    group.does("complaint1", CompleteStep("contact_customer"), happened=done)
    assert (group.state.tally.kept, group.state.tally.missed) == (1, 0)


def test_why_it_happened_stands_until_it_is_reopened() -> None:
    group = Bank().raises("teller1", "group_visit")
    group.acknowledged_by("manager1")
    group.contained_by("manager1")
    group.does("manager1", Close(typed(), "settled", "privacy.data_use", "fact"))
    assert group.state.tally[3:] == ("privacy.data_use", "settled", "fact")
    group.does("manager1", Reopen(typed()))
    assert group.state.tally == Tally(reopened=1)


def test_nobodys_statistics_count_what_they_may_not_see() -> None:
    bank = Bank()
    for person in bank.directory.people.values():
        counted = counted_by(Caller(person), bank.directory)
        seen = scope(person, bank.directory)
        assert counted[0] <= seen[0], person.username
        assert counted[1] <= seen[1], person.username
