"""Locked steps, who may tick, who may override, and what is proposed (D4, M5, S6, G1)."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playbooks.gates import gate_open, may_tick, override_allowed, proposals
from playbooks.load import load_library
from playbooks.model import Gate, Library, Step, Text

TEXT = Text("锁着", "Locked")
POLICE = Gate(
    TEXT, any_of=("injury", "major_loss"), override=True, override_by_anyone_if=("danger_to_life",)
)
REDRESS = Gate(TEXT, clearance="compliance_officer", override=False)
LIBRARY = load_library()


def step(*only: str) -> Step:
    return Step("give_interview", TEXT, "office_staff", only=only)  # type: ignore[arg-type]


def test_a_step_without_a_gate_is_open():
    assert gate_open(None, {}, cleared=False)


@pytest.mark.parametrize("fact", ["injury", "major_loss"])
def test_the_police_step_opens_by_any_one_of_its_facts(fact):
    assert gate_open(POLICE, {fact: True}, cleared=False)


@pytest.mark.parametrize("value", [False, None, 1, "true"])
def test_a_fact_that_is_not_true_opens_nothing(value):
    assert not gate_open(POLICE, {"injury": value}, cleared=False)


def test_another_fact_opens_nothing():
    assert not gate_open(POLICE, {"danger_to_life": True, "incites_others": True}, cleared=False)


def test_clearing_opens_only_a_gate_that_waits_for_it():
    assert gate_open(REDRESS, {}, cleared=True)
    assert not gate_open(POLICE, {}, cleared=True)


def test_no_fact_opens_a_gate_that_waits_for_clearance():
    assert not gate_open(REDRESS, {"injury": True, "major_loss": True}, cleared=False)


def test_a_manager_may_override_the_police_gate_and_a_teller_may_not():
    assert override_allowed(POLICE, {}, manager=True)
    assert not override_allowed(POLICE, {}, manager=False)


def test_anyone_may_override_the_police_gate_when_a_life_is_in_danger():
    assert override_allowed(POLICE, {"danger_to_life": True}, manager=False)
    assert not override_allowed(POLICE, {"danger_to_life": None}, manager=False)


def test_nobody_overrides_the_red_line_on_redress():
    assert not override_allowed(REDRESS, {"danger_to_life": True}, manager=True)


def test_a_step_without_only_is_for_everyone():
    assert may_tick(step(), [])


def test_a_step_with_only_is_for_those_roles_alone():
    assert may_tick(step("office_staff"), ["teller", "office_staff"])
    assert not may_tick(step("office_staff"), ["branch_manager", "hq_duty", "admin"])


@given(st.integers(min_value=0, max_value=999))
@example(2)
@example(3)
def test_three_or_more_heads_propose_the_group_playbook(count):
    found = [id for id, _ in proposals(LIBRARY, ["disruptive_customer"], {"head_count": count})]
    assert found == (["group_visit"] if count >= 3 else [])


@pytest.mark.parametrize("active", [id for id in LIBRARY.playbooks if id != "group_visit"])
def test_the_group_playbook_is_proposed_on_every_other_type(active):
    assert [id for id, _ in proposals(LIBRARY, {active}, {"head_count": 3})] == ["group_visit"]


def test_a_playbook_is_not_proposed_where_it_is_already_at_work():
    assert proposals(LIBRARY, ["help", "group_visit"], {"head_count": 9}) == []


def test_a_proposal_says_why():
    [(_, because)] = proposals(LIBRARY, [], {"head_count": 3})
    assert because.zh != because.en


@pytest.mark.parametrize("value", [None, True, "3"])
def test_what_is_not_a_count_proposes_nothing(value):
    assert proposals(LIBRARY, [], {"head_count": value}) == []


def test_a_proposal_without_a_number_waits_for_a_true_fact():
    group = LIBRARY.playbooks["group_visit"]
    [by_count] = group.proposed_when
    by_fact = replace(by_count, fact="incites_others", at_least=None)
    library = Library(
        MappingProxyType({"group_visit": replace(group, proposed_when=(by_count, by_fact))})
    )
    assert proposals(library, [], {"incites_others": True}) == [("group_visit", by_fact.because)]
    assert proposals(library, [], {"incites_others": False, "head_count": 2}) == []
    assert len(proposals(library, [], {"incites_others": True, "head_count": 3})) == 1
