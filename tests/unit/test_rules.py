"""Each script names the rule behind it in words that its reader knows (A10)."""

import re

import pytest

from playbooks.load import load_library
from playbooks.model import Card, Step
from playbooks.rules import COMPLAINT_MEASURES, CREDIT_REGULATION, NAMES, rules_behind

PLAYBOOKS = load_library().playbooks
OUR_SIGN = re.compile(r"^[A-Z]\d{1,2}$")


@pytest.mark.parametrize("playbook", sorted(PLAYBOOKS))
def test_every_script_that_is_read_has_a_rule_in_words_in_both_languages(playbook):
    book = PLAYBOOKS[playbook]
    parts: list[Step | Card] = [*book.steps, *book.cards]
    for part in parts:
        rules = rules_behind(part.source)
        assert rules, part.id
        for rule in rules:
            assert not OUR_SIGN.match(rule.zh), part.id
            assert re.search(r"[一-鿿]", rule.zh), part.id
            assert not re.search(r"[一-鿿]", rule.en), part.id


def test_a_law_stands_before_the_rules_of_the_house():
    laws = [rule.zh for rule in rules_behind(["P2", COMPLAINT_MEASURES])]
    assert laws == [COMPLAINT_MEASURES, NAMES["P2"].zh]


def test_the_terms_of_the_regulator_and_the_credit_record_name_their_law():
    steps = {step.id: step for step in PLAYBOOKS["complaint_heavy"].steps}
    for step in ("register_regulator", "answer_regulator"):
        assert COMPLAINT_MEASURES in steps[step].source
    cards = {card.id: card for card in PLAYBOOKS["card_complaint"].cards}
    assert CREDIT_REGULATION in cards["card_credit_record"].source


def test_a_banks_own_rule_is_called_as_the_bank_calls_it():
    (rule,) = rules_behind(["柜面服务规范第 3 条"])
    assert (rule.zh, rule.en) == ("柜面服务规范第 3 条", "柜面服务规范第 3 条")
