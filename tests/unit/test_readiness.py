"""When people are told that a branch's ladders do not reach everybody."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from escalation.readiness import TOLD_AFTER, Known, branch_reach, verdict
from tests.builders import LIBRARY, MORNING, demo_directory

MINUTE = timedelta(minutes=1)


def told(known: Known, *, ok: bool, before_opening: bool = False) -> str | None:
    return verdict(known, MORNING, ok=ok, before_opening=before_opening)


def test_a_loss_is_told_once_it_has_lasted() -> None:
    assert told(Known(ok=True, lost_since=MORNING - TOLD_AFTER + MINUTE), ok=False) is None
    assert told(Known(ok=True, lost_since=MORNING - TOLD_AFTER), ok=False) == "lost"
    assert told(Known(ok=False, lost_since=MORNING - TOLD_AFTER), ok=False) is None


def test_a_branch_seen_for_the_first_time_is_news_to_nobody_but_before_opening() -> None:
    for ok in (True, False):
        assert told(Known(ok=None, lost_since=MORNING - TOLD_AFTER), ok=ok) is None
    new = Known(ok=None, lost_since=MORNING)
    assert told(new, ok=False, before_opening=True) == "lost"
    assert told(new, ok=True, before_opening=True) is None


def test_before_opening_a_loss_is_told_whatever_was_told_before() -> None:
    for before in (True, False):
        known = Known(ok=before, lost_since=MORNING)
        assert told(known, ok=False, before_opening=True) == "lost"


def test_what_was_told_to_be_lost_is_told_to_be_back() -> None:
    assert told(Known(ok=False, lost_since=None), ok=True) == "restored"
    assert told(Known(ok=True, lost_since=None), ok=True) is None


@given(st.lists(st.booleans(), max_size=200))
def test_however_it_flaps_people_hear_of_it_in_turn_and_not_more_often_than_it_may_last(
    minutes: list[bool],
) -> None:
    known, news, lost_since = True, [], None
    for number, ok in enumerate(minutes):
        now = MORNING + number * MINUTE
        lost_since = None if ok else (lost_since or now)
        said = verdict(Known(known, lost_since), now, ok=ok, before_opening=False)
        if said is not None:
            known = said == "restored"
            news.append((now, said))
    assert [said for _, said in news] == (["lost", "restored"] * len(news))[: len(news)]
    losses = [now for now, said in news if said == "lost"]
    assert all(b - a > TOLD_AFTER for a, b in pairwise(losses))


def test_each_level_of_each_playbook_is_what_the_directory_says() -> None:
    directory = demo_directory()
    for branch in ("east-01", "east-02", "west-01"):
        for ladder in branch_reach(
            LIBRARY.values(), branch, directory, MORNING, lambda *_: ("socket",)
        ):
            assert [level.number for level in ladder.levels] == list(
                range(1, len(ladder.book.ladder) + 1)
            )
            for level, rung in zip(ladder.levels, ladder.book.ladder, strict=True):
                meant = directory.resolve(rung.tell, branch, MORNING)
                assert [each.recipient for each in level.told] == meant
                assert level.ok == bool(meant)


def test_a_ladder_is_ready_when_each_of_its_levels_reaches_one() -> None:
    directory = demo_directory()
    only = {directory.by_username[name].id for name in ("manager1", "deputy1", "regional1")}
    books = [LIBRARY["group_visit"]]
    for reached, ok in ((only, False), (only | {directory.by_username["hqduty1"].id}, True)):
        ladders = branch_reach(
            books,
            "east-01",
            directory,
            MORNING,
            lambda user, _, reached=reached: ("socket",) if user in reached else (),  # type: ignore[misc]
        )
        assert [ladder.ok for ladder in ladders] == [ok]
