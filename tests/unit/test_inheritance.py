"""Additions to an inherited playbook only add, whatever they are (A5)."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.publication import Published, stages
from playbooks.diff import differences
from playbooks.inheritance import Added, conflicts, merged
from playbooks.load import examine, from_content
from playbooks.schema import read_addition
from playbooks.wording import forbidden_places
from tests.builders import LIBRARY, demo_directory

DIRECTORY = demo_directory()
BOOKS: dict[str, dict[str, Any]] = {key: dict(book.content) for key, book in LIBRARY.items()}
WORDS = {"zh": "请坐。", "en": "Please sit."}
NOW = datetime(2026, 3, 11, 2, tzinfo=UTC)
texts = st.lists(st.sampled_from([WORDS, {"zh": "喝口水。", "en": "Some water?"}]), max_size=2)


@st.composite
def additions(draw: st.DrawFn, org: str) -> Added:
    """Steps and lines that somebody at an org may think of."""
    playbook = draw(st.sampled_from(sorted(BOOKS)))
    there = [step["id"] for step in BOOKS[playbook]["steps"]]
    prefix = org.replace("-", "_")
    steps = [
        {
            "id": f"{prefix}_{playbook}_{number}",
            "title": WORDS,
            "owner": "branch_manager",
            "say": draw(texts),
            **draw(st.fixed_dictionaries({}, optional={"after": st.sampled_from(there)})),
            **draw(st.fixed_dictionaries({}, optional={"due": st.integers(1, 99)})),
        }
        for number in range(draw(st.integers(0, 3)))
    ]
    lines = [
        {"step": step, "say": draw(texts), "avoid": draw(texts)}
        for step in draw(st.lists(st.sampled_from(there), max_size=3, unique=True))
    ]
    content = {"id": playbook, "version": 1, "steps": steps, "lines": lines, "advice": draw(texts)}
    return Added(playbook, org, 1, content)


@given(st.lists(additions("east"), max_size=1), st.lists(additions("east-01"), max_size=1))
def test_additions_never_remove_or_change_anything(above: list[Added], below: list[Added]) -> None:
    assert not list(conflicts(BOOKS, [*above, *below], DIRECTORY.path))
    for playbook in {"help", *(each.playbook for each in (*above, *below))}:
        base = BOOKS[playbook]
        mine = [each for each in (*above, *below) if each.playbook == playbook]
        untouched = deepcopy(base)
        whole = merged(base, mine)
        assert base == untouched
        old, new = from_content(base), from_content(whole)
        kept = [step for step in new.steps if old.step(step.id) is not None]
        assert [step.id for step in kept] == [step.id for step in old.steps]
        for before, after in zip(old.steps, kept, strict=True):
            assert after.say[: len(before.say)] == before.say
            assert after.avoid[: len(before.avoid)] == before.avoid
            assert (after.gate, after.only, after.must, after.due) == (
                *(before.gate, before.only, before.must),
                before.due,
            )
        assert (new.ladder, new.clocks, new.inform) == (old.ladder, old.clocks, old.inform)
        assert all(each.before is None for each in differences(base, whole))


def added(org: str = "east-01", playbook: str = "help", **content: Any) -> Added:
    return Added(playbook, org, 1, {"id": playbook, "version": 1, **content})


def step(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": WORDS, "owner": "guard", **more}


@pytest.mark.parametrize(
    "changed",
    [
        {"ladder": [{"after": 0, "tell": ["guard"]}]},
        {"clocks": []},
        {"discreet": False},
        {"steps": [step("x", containment=True)]},
        {"steps": [step("x", completed_by_raising=True)]},
        {
            "steps": [
                step(
                    "x", record=[{"name": "a", "label": WORDS, "type": "boolean", "fact": "injury"}]
                )
            ]
        },
        {"lines": [{"step": "x", "gate": None}]},
        {"lines": [{"step": "x", "due": 9999}]},
    ],
)
def test_an_addition_has_no_way_to_say_what_would_loosen(changed: dict[str, Any]) -> None:
    content = {"id": "help", "version": 1, **changed}
    assert read_addition(content)[1]


def test_a_steps_id_is_used_once_by_what_can_meet_in_one_incident() -> None:
    (theirs,) = [each["id"] for each in BOOKS["group_visit"]["steps"] if each["id"] == "divert"]
    found = list(conflicts(BOOKS, [added(steps=[step(theirs)])], DIRECTORY.path))
    assert [each.where for each in found] == [("steps", 0, "id")]
    above, below = added("east", steps=[step("x")]), added("east-01", steps=[step("x")])
    elsewhere = added("west-01", steps=[step("x")])
    assert [each.added for each in conflicts(BOOKS, [above, below, elsewhere], DIRECTORY.path)] == [
        below
    ]
    second = added("east-01", "group_visit", steps=[step("x")])
    assert [each.added for each in conflicts(BOOKS, [below, second], DIRECTORY.path)]


def test_lines_and_places_hang_on_steps_that_are_inherited() -> None:
    wrong = added(lines=[{"step": "gone", "say": [WORDS]}], steps=[step("x", after="gone")])
    found = {each.where for each in conflicts(BOOKS, [wrong], DIRECTORY.path)}
    assert found == {("lines", 0, "step"), ("steps", 0, "after")}


def test_added_steps_stand_behind_the_one_they_name_in_their_order() -> None:
    after = BOOKS["help"]["steps"][0]["id"]
    both = added(steps=[step("one", after=after), step("two", after=after), step("last")])
    ids = [each["id"] for each in merged(BOOKS["help"], [both])["steps"]]
    assert ids[1:3] == ["one", "two"]
    assert ids[-1] == "last"


def test_who_adds_is_noted_and_the_whole_is_a_playbook_with_a_hash_of_its_own() -> None:
    whole = merged(BOOKS["help"], [added(steps=[step("one")])])
    playbook, problems = examine(whole)
    assert (problems, playbook is not None) == ([], True)
    book = from_content(whole)
    assert [(each.org, each.version) for each in book.added] == [("east-01", 1)]
    assert book.sha256 != LIBRARY["help"].sha256
    assert book.version == LIBRARY["help"].version


def test_what_fits_no_more_is_left_out_and_nobody_loses_a_playbook() -> None:
    tomorrow = NOW + timedelta(days=1)
    without = {**BOOKS["help"], "version": 3, "steps": BOOKS["help"]["steps"][:1]}
    gone = BOOKS["help"]["steps"][-1]["id"]
    adds = {"id": "help", "version": 1, "lines": [{"step": gone, "say": [WORDS]}]}
    published = [
        Published("help", "east-01", 1, NOW, adds),
        Published("help", "hq", 3, tomorrow, without),
    ]
    today, later = stages(BOOKS, published, DIRECTORY, NOW)
    assert list(today.orgs) == ["east-01"]
    assert (dict(later.orgs), later.bases["help"]["version"]) == ({}, 3)
    assert [each.added.org for each in later.left_out] == ["east-01"]


def test_of_what_is_published_the_newest_that_has_begun_holds() -> None:
    def version(number: int, hours: int) -> Published:
        content = {**BOOKS["help"], "version": number}
        return Published("help", "hq", number, NOW + timedelta(hours=hours), content)

    planned = stages(BOOKS, [version(4, 2), version(3, -1), version(5, 2)], DIRECTORY, NOW)
    assert [each.bases["help"]["version"] for each in planned] == [3, 5]


def test_differences_are_by_step_and_field_and_line_by_line() -> None:
    before = {"steps": [step("a", due=300, say=[WORDS]), step("b"), step("c")], "act_within": 180}
    other = {"zh": "这边请。", "en": "This way."}
    after = {
        "steps": [step("c"), step("a", due=180, say=[WORDS, other], must=False), step("d")],
        "act_within": 120,
    }
    found = [tuple(each) for each in differences(before, after)]
    assert found == [
        ("", "", "act_within", 180, 120),
        ("steps", "b", "", step("b"), None),
        ("steps", "c", "order", 3, 1),
        ("steps", "a", "due", 300, 180),
        ("steps", "a", "say", None, other),
        ("steps", "d", "", None, step("d")),
    ]
    assert differences(before, before) == []


def test_forbidden_wording_is_marked_by_path_language_and_place_and_only_in_scripts() -> None:
    content = {
        "steps": [
            {
                "say": [{"zh": "请坐", "en": "It is risk-free."}],
                "avoid": [{"zh": "保证", "en": "x"}],
            }
        ],
        "cards": [{"say": [{"zh": "保本的", "en": "x"}]}],
        "lines": [{"say": [{"zh": "零风险", "en": "x"}]}],
    }
    found = [(where, each.start, each.length) for where, each in forbidden_places(content)]
    assert found == [
        (("steps", 0, "say", 0, "en"), 6, 9),
        (("cards", 0, "say", 0, "zh"), 0, 2),
        (("lines", 0, "say", 0, "zh"), 0, 3),
    ]
    assert forbidden_places({"steps": [1, {"say": 2}, {"say": [3, {"zh": 4}]}]}) == []
