"""How the playbooks speak: both languages, calm, and every demand of the domain carried."""

import re
from collections.abc import Iterator

import pytest

from playbooks.load import load_library
from playbooks.model import Card, Playbook, Step, Text

PLAYBOOKS = load_library().playbooks
DEMANDS = [
    *(f"M{n}" for n in range(1, 6)),
    *(f"C{n}" for n in range(1, 5)),
    *(f"G{n}" for n in range(1, 6)),
    *(f"D{n}" for n in range(1, 5)),
    *(f"P{n}" for n in range(1, 3)),
    *(f"T{n}" for n in range(1, 7)),
    *(f"R{n}" for n in range(1, 7)),
    *(f"W{n}" for n in range(1, 6)),
    *(f"S{n}" for n in range(1, 10)),
    "A1",
    "A8",
    "A9",
    "A10",
]
FORBIDDEN = re.compile(r"保证|绝对|零风险|百分之百|guarantee|zero risk|definitely", re.IGNORECASE)
#: Chinese directly beside a digit or a Latin letter, where a space belongs.
CROWDED = re.compile(r"[\u4e00-\u9fff][0-9A-Za-z]|[0-9A-Za-z][\u4e00-\u9fff]")


def texts_in(value: object) -> Iterator[Text]:
    """Every text in a piece of a playbook's content."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield Text(value["zh"], value["en"])
        else:
            for inner in value.values():
                yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def scripts(playbook: Playbook) -> list[Step | Card]:
    """Everything in a playbook that has words to say and to avoid."""
    return [*playbook.steps, *playbook.cards]


def named_by_what_works(playbook_id: str) -> set[str]:
    """The demands that steps, cards or clocks of a playbook name (not its own heading)."""
    playbook = PLAYBOOKS[playbook_id]
    sources = [part.source for part in scripts(playbook)]
    sources += [clock.source for clock in playbook.clocks]
    return {name for source in sources for name in source}


TEXTS = sorted(
    {(p.id, text) for p in PLAYBOOKS.values() for text in texts_in(p.content)},
    key=lambda row: (row[0], row[1].zh, row[1].en),
)


@pytest.mark.parametrize("demand", DEMANDS)
def test_every_demand_of_the_domain_is_named_by_something_that_works(demand):
    assert any(demand in named_by_what_works(playbook) for playbook in PLAYBOOKS)


@pytest.mark.parametrize(
    ("playbook", "letter", "count"),
    [
        ("media_declared", "M", 5),
        ("media_covert", "C", 4),
        ("group_visit", "G", 5),
        ("disruptive_customer", "D", 4),
    ],
)
def test_each_situation_carries_its_own_demands_in_its_own_steps(playbook, letter, count):
    assert named_by_what_works(playbook) >= {f"{letter}{n}" for n in range(1, count + 1)}


def test_every_text_says_something_in_both_languages_and_not_the_same():
    for playbook, text in TEXTS:
        assert text.zh.strip(), playbook
        assert text.en.strip(), playbook
        assert text.zh != text.en, playbook
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text.zh
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text.en), text.en


def test_no_text_raises_its_voice():
    assert [text for _, text in TEXTS if re.search("[!！]", text.zh + text.en)] == []


def test_chinese_keeps_a_space_from_digits_and_latin_letters():
    assert [text.zh for _, text in TEXTS if CROWDED.search(text.zh)] == []


def test_no_script_uses_a_forbidden_word():
    said = [
        line for playbook in PLAYBOOKS.values() for part in scripts(playbook) for line in part.say
    ]
    assert [line for line in said if FORBIDDEN.search(line.zh + line.en)] == []


def test_taboos_stand_beside_every_script():
    bare = [
        (playbook.id, part.id)
        for playbook in PLAYBOOKS.values()
        for part in scripts(playbook)
        if part.say and not part.avoid
    ]
    assert bare == []


def test_a_step_has_few_words_to_say_and_few_to_avoid():
    for playbook in PLAYBOOKS.values():
        for step in playbook.steps:
            assert len(step.say) <= 3, (playbook.id, step.id)
            assert len(step.avoid) <= 4, (playbook.id, step.id)


def test_a_title_fits_its_line_and_a_taboo_its_chip():
    for playbook in PLAYBOOKS.values():
        for step in playbook.steps:
            assert len(step.title.zh) <= 18, step.title.zh
            assert len(step.title.en) <= 36, step.title.en
            for taboo in step.avoid:
                assert len(taboo.zh) <= 12, taboo.zh
                assert len(taboo.en) <= 24, taboo.en


@pytest.mark.parametrize("playbook", ["group_visit", "disruptive_customer", "media_declared"])
def test_the_six_taboos_and_the_rules_of_every_talk_are_within_reach(playbook):
    assert named_by_what_works(playbook) >= {"R2", "R3", "R4", "R5", "P1", "P2", "T6"}


@pytest.mark.parametrize("playbook", ["group_visit", "disruptive_customer"])
def test_the_five_customers_can_be_recognised_where_customers_are_met(playbook):
    assert [card.id for card in PLAYBOOKS[playbook].cards] == [
        "exploding",
        "weeping",
        "evidence",
        "serving_agent",
        "departed_agent",
    ]


def test_each_card_names_the_customer_that_it_describes():
    for playbook in PLAYBOOKS.values():
        for card in playbook.cards:
            assert card.source[0] in {"T1", "T2", "T3", "T4", "T5", "S8"}
            assert card.signs
            assert card.advice


def test_every_step_that_a_person_does_has_words_and_taboos():
    silent = [
        (playbook.id, step.id)
        for playbook in PLAYBOOKS.values()
        for step in playbook.steps
        if not step.completed_by_raising and not (step.say and step.avoid)
    ]
    assert silent == [("media_covert", "stay_quiet"), ("media_covert", "observe")]
