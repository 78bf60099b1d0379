"""What the counter reads of a playbook: words to say come with the rule behind them (A10)."""

from playbooks.rules import NAMES
from tests.house import House


def test_steps_and_cards_come_with_the_rule_behind_their_words(house: House) -> None:
    for reader in (house.tablet(), house.person("complaint1")):
        books = {each["id"]: each for each in reader.get("/playbooks")["items"]}
        heavy = books["complaint_heavy"]
        rules = {each["id"]: each["rules"] for each in [*heavy["steps"], *heavy["cards"]]}
        assert rules["written_statement"][0] == NAMES["A8"].as_json()
        assert all(rules.values())


def test_no_rule_of_the_covert_visit_is_on_a_counters_tablet(house: House) -> None:
    covert = {NAMES[each].zh for each in ("C1", "C2", "C4")}
    answer = house.tablet().ask("GET", "/playbooks")
    assert not [each for each in covert if each in answer.text]
    assert covert & {
        rule["zh"]
        for book in house.person("manager1").get("/playbooks")["items"]
        for step in book["steps"]
        for rule in step["rules"]
    }
