"""A playbook and its content: what is kept with a running incident and shown in a bundle."""

import hashlib
import json
from pathlib import Path

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from playbooks.load import LIBRARY, InvalidPlaybook, from_content, load_library
from playbooks.model import Playbook

PLAYBOOKS = load_library().playbooks


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


def replaced_somewhere(draw: st.DrawFn, content: object) -> object:
    """The content with one of its parts, chosen at random, replaced by anything."""
    if isinstance(content, dict) and content and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(content)))
        return {**content, key: replaced_somewhere(draw, content[key])}
    if isinstance(content, list) and content and draw(st.integers(0, 9)):
        at = draw(st.integers(0, len(content) - 1))
        return [*content[:at], replaced_somewhere(draw, content[at]), *content[at + 1 :]]
    return draw(anything)


@st.composite
def spoilt_contents(draw: st.DrawFn) -> dict[str, object]:
    content = dict(PLAYBOOKS[draw(st.sampled_from(sorted(PLAYBOOKS)))].content)
    key = draw(st.sampled_from(sorted(content)))
    return {**content, key: replaced_somewhere(draw, content[key])}


def playbook_file(directory: Path, playbook: Playbook, **changes: object) -> Path:
    """The playbook as a file of an institution's own; JSON is YAML."""
    content = {**playbook.content, **changes}
    (directory / "own.yaml").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return directory


@pytest.mark.parametrize("playbook", PLAYBOOKS.values(), ids=lambda playbook: playbook.id)
def test_a_playbook_comes_back_from_its_content_the_same(playbook):
    assert from_content(playbook.content) == playbook


@pytest.mark.parametrize("playbook", PLAYBOOKS.values(), ids=lambda playbook: playbook.id)
def test_a_playbook_comes_back_from_its_canonical_bytes_the_same(playbook):
    again = from_content(json.loads(rfc8785.dumps(dict(playbook.content))))
    assert again == playbook
    assert again.content == playbook.content


@pytest.mark.parametrize("playbook", PLAYBOOKS.values(), ids=lambda playbook: playbook.id)
def test_the_hash_is_of_the_canonical_content(playbook):
    assert playbook.sha256 == hashlib.sha256(rfc8785.dumps(dict(playbook.content))).hexdigest()


def test_the_content_holds_the_cards_themselves():
    cards = PLAYBOOKS["group_visit"].content["cards"]
    assert isinstance(cards, list)
    assert cards[0]["title"] == {"zh": "当场暴怒", "en": "Exploding in public"}


@given(st.sampled_from(sorted(PLAYBOOKS)), st.integers(min_value=99, max_value=2**53 - 1))
def test_another_content_has_another_hash(playbook, version):
    assume(version != PLAYBOOKS[playbook].version)
    changed = from_content({**PLAYBOOKS[playbook].content, "version": version})
    assert changed.version == version
    assert changed.sha256 != PLAYBOOKS[playbook].sha256


def test_the_order_of_keys_changes_nothing():
    playbook = PLAYBOOKS["help"]
    assert from_content(dict(reversed(list(playbook.content.items())))) == playbook


@pytest.mark.parametrize("key", sorted(PLAYBOOKS["help"].content))
def test_content_with_a_part_of_another_kind_is_refused(key):
    with pytest.raises(InvalidPlaybook) as caught:
        from_content({**PLAYBOOKS["help"].content, key: {"no": 1.5}})
    assert any(fault.startswith(key) for fault in caught.value.faults)


@given(spoilt_contents())
def test_any_content_is_either_a_playbook_or_refused(content):
    try:
        playbook = from_content(content)
    except InvalidPlaybook as refusal:
        faults = refusal.faults
    else:
        faults = []
        assert from_content(playbook.content) == playbook
    assert all(": " in fault for fault in faults)


def test_content_names_every_fault_and_its_place():
    content = {**PLAYBOOKS["help"].content, "version": 0, "inform": ["nobody"]}
    with pytest.raises(InvalidPlaybook) as caught:
        from_content(content)
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["version", "inform.0"]


def test_content_holds_cards_and_not_their_names():
    with pytest.raises(InvalidPlaybook):
        from_content({**PLAYBOOKS["group_visit"].content, "cards": ["exploding"]})


def test_a_later_directory_replaces_the_same_id_and_adds_others(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    playbook_file(tmp_path / "a", PLAYBOOKS["help"], version=9)
    playbook_file(tmp_path / "b", PLAYBOOKS["help"], id="own_help")
    library = load_library(LIBRARY, tmp_path / "a", tmp_path / "b")
    assert library.playbooks["help"].version == 9
    assert library.playbooks["own_help"].version == PLAYBOOKS["help"].version
    assert set(library.playbooks) == {*PLAYBOOKS, "own_help"}


def test_an_institution_may_rewrite_a_card_of_the_library(tmp_path):
    (tmp_path / "cards").mkdir()
    text = (LIBRARY / "cards" / "weeping.yaml").read_text("utf-8")
    changed = text.replace("Weeping, feels deceived", "Weeping")
    (tmp_path / "cards" / "weeping.yaml").write_text(changed, "utf-8")
    cards = load_library(LIBRARY, tmp_path).playbooks["group_visit"].cards
    assert [card.title.en for card in cards if card.id == "weeping"] == ["Weeping"]


def test_a_step_is_found_by_its_id():
    step = PLAYBOOKS["group_visit"].step("divert")
    assert step is not None
    assert step.title.as_json()["zh"].startswith("引到接待室")
    assert PLAYBOOKS["group_visit"].step("sing") is None
