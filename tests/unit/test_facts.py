"""The vocabulary of facts (contract.md, section 3, "Names")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.facts import FACTS, FactError, check_fact, flags

FLAGS = [
    "who_official",
    "who_lawyer",
    "who_influential",
    "who_vulnerable",
    "threat_media",
    "threat_regulator",
    "threat_petition",
    "threat_court",
    "recording_seen",
    "incites_others",
    "injury",
    "major_loss",
    "danger_to_life",
]
SEALED = ["media_outlet", "press_card", "demand", "clothing"]
OTHERS = [
    "head_count",
    "identity_checked",
    "profile",
    "manners",
    "place",
    "counter_no",
    "amount_fen",
    "business_line",
    "holder",
    "complaint_kind",
    "card_topic",
    "subject_staff",
]
HASH = "0f" * 32

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
kept_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=4000
)


def refused(name: str, value: object) -> FactError:
    with pytest.raises(FactError) as caught:
        check_fact(name, value)
    return caught.value


def outcome(name: str, value: object) -> tuple[object, FactError | None]:
    try:
        return check_fact(name, value), None
    except FactError as error:
        return None, error


def test_the_facts_are_those_of_the_contract():
    assert set(FACTS) == {*FLAGS, *SEALED, *OTHERS}
    assert [name for name, spec in FACTS.items() if spec.flag] == FLAGS
    assert [name for name, spec in FACTS.items() if spec.sealed] == SEALED


def test_every_label_stands_in_both_languages():
    for spec in FACTS.values():
        for label in [spec.label, *(choice.label for choice in spec.choices)]:
            assert label.zh.strip()
            assert label.en.strip()
            assert label.zh != label.en


@pytest.mark.parametrize("name", FACTS)
def test_none_withdraws_any_fact(name):
    assert check_fact(name, None) is None


def test_a_fact_that_is_not_in_the_vocabulary_is_refused_by_name():
    error = refused("mood", True)
    assert error.name == "mood"
    assert error.reason.zh
    assert error.reason.en


@given(st.sampled_from(sorted(FACTS)), anything)
def test_any_value_is_either_kept_as_it_is_or_refused_in_both_languages(name, value):
    kept, error = outcome(name, value)
    if error is None:
        assert kept == value
        assert type(kept) is type(value)
    else:
        assert error.name == name
        assert error.reason.zh != error.reason.en


@given(st.integers())
def test_a_head_count_lies_between_0_and_999(count):
    if 0 <= count <= 999:
        assert check_fact("head_count", count) == count
    else:
        refused("head_count", count)


@pytest.mark.parametrize("value", [True, 3.0, "3", [3]])
def test_a_head_count_is_a_whole_number_and_nothing_like_it(value):
    refused("head_count", value)


def test_an_amount_reaches_the_largest_exact_integer_and_no_further():
    assert check_fact("amount_fen", 2**53 - 1) == 2**53 - 1
    refused("amount_fen", 2**53)
    refused("amount_fen", -1)


@pytest.mark.parametrize("name", [*FLAGS, "identity_checked"])
@pytest.mark.parametrize("value", [1, 0, "true", []])
def test_true_or_false_is_nothing_else(name, value):
    refused(name, value)


@pytest.mark.parametrize("value", [0, 999, "3", "贵宾 2 号", "x" * 20])
def test_a_counter_has_a_number_or_a_short_name(value):
    assert check_fact("counter_no", value) == value


@pytest.mark.parametrize("value", [-1, 1000, True, "", "x" * 21, 1.5])
def test_a_counter_is_not_just_anything(value):
    refused("counter_no", value)


@given(kept_texts)
def test_a_sealed_text_is_kept_character_by_character(text):
    assert check_fact("demand", text) == text


@pytest.mark.parametrize("text", ["", "x" * 4001, "a\0b", "\ud800", "a\udfffb"])
@pytest.mark.parametrize("name", SEALED)
def test_a_text_that_cannot_be_kept_is_refused(name, text):
    refused(name, text)


@pytest.mark.parametrize("name", SEALED)
def test_a_sealed_text_may_arrive_as_its_hash(name):
    assert check_fact(name, {"sealed": HASH}) == {"sealed": HASH}


@pytest.mark.parametrize(
    "value",
    [
        {"sealed": HASH.upper()},
        {"sealed": HASH[:-1]},
        {"sealed": HASH + "\n"},
        {"sealed": HASH, "salt": HASH},
        {"sealed": None},
        {},
    ],
)
def test_a_hash_of_another_shape_is_refused(value):
    refused("demand", value)


@pytest.mark.parametrize("name", ["business_line", "counter_no", "head_count", "subject_staff"])
def test_only_sealed_texts_may_arrive_as_a_hash(name):
    refused(name, {"sealed": HASH})


def test_a_business_line_is_a_short_text():
    assert check_fact("business_line", "理" * 60) == "理" * 60
    refused("business_line", "理" * 61)


def test_manners_are_a_list_without_doubles():
    assert check_fact("manners", ["arrogant", "emotional"]) == ["arrogant", "emotional"]
    assert check_fact("manners", []) == []
    refused("manners", ["arrogant", "arrogant"])
    refused("manners", ["arrogant", None])
    refused("manners", "arrogant")


def test_the_nine_manners_and_the_five_profiles_can_be_ticked():
    assert len(FACTS["manners"].choices) == 9
    assert [choice.value for choice in FACTS["profile"].choices] == [
        "exploding",
        "weeping",
        "evidence",
        "serving_agent",
        "departed_agent",
    ]


@pytest.mark.parametrize("name", ["profile", "place", "holder"])
def test_a_choice_is_one_of_its_values(name):
    for choice in FACTS[name].choices:
        assert check_fact(name, choice.value) == choice.value
    refused(name, "elsewhere")
    refused(name, ["counter"])


@pytest.mark.parametrize("value", ["", "two words", "x" * 65, "a\0", 7, "teller1\n"])
def test_a_member_of_staff_is_named_by_username(value):
    assert check_fact("subject_staff", "teller1") == "teller1"
    refused("subject_staff", value)


def test_flags_are_the_true_ones_in_the_order_of_the_table():
    facts: dict[str, object] = {"danger_to_life": True, "injury": False, "who_lawyer": True}
    facts |= {"identity_checked": True, "head_count": 4, "threat_court": None}
    assert flags(facts) == ["who_lawyer", "danger_to_life"]


@given(st.dictionaries(st.sampled_from(sorted(FACTS)), st.sampled_from([True, False, None, 1])))
def test_a_flag_shows_exactly_when_it_is_recorded_as_true(facts):
    assert flags(facts) == [name for name in FLAGS if facts.get(name) is True]
