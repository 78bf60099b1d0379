"""What a deleted line of a playbook would let happen: each line here carries its weight."""

from dataclasses import replace

import pytest

from escalation.commands import CompleteStep
from escalation.refusal import Forbidden, Refused
from tests.builders import LIBRARY, Bank, bank_with, playbook

GATED = [
    (book.id, step.id) for book in LIBRARY.values() for step in book.steps if step.gate is not None
]
ONLY = [(book.id, step.id) for book in LIBRARY.values() for step in book.steps if step.only]
CONTAINMENT = [
    (book.id, step.id) for book in LIBRARY.values() for step in book.steps if step.containment
]


def without(type_, step_id, **change):
    """A bank whose playbook has lost one line of one step."""
    steps = tuple(
        replace(step, **change) if step.id == step_id else step for step in LIBRARY[type_].steps
    )
    return bank_with(playbook(type_, steps=steps))


def ticks(bank, type_, step_id, who):
    return bank.raises("teller1", type_).does(who, CompleteStep(step_id))


def test_the_library_has_gates_and_reserved_steps_to_try():
    assert len(GATED) >= 5
    assert len(ONLY) >= 2
    assert len(CONTAINMENT) >= 5


@pytest.mark.parametrize(("type_", "step_id"), GATED)
def test_without_its_gate_a_step_would_be_open(type_, step_id):
    with pytest.raises(Refused):
        ticks(Bank(), type_, step_id, "manager1")
    assert ticks(without(type_, step_id, gate=None), type_, step_id, "manager1")


@pytest.mark.parametrize(("type_", "step_id"), ONLY)
def test_without_its_only_line_a_step_would_be_anybodys(type_, step_id):
    with pytest.raises(Forbidden):
        ticks(Bank(), type_, step_id, "manager1")
    assert ticks(without(type_, step_id, only=()), type_, step_id, "manager1")


@pytest.mark.parametrize(("type_", "step_id"), CONTAINMENT)
def test_without_its_containment_mark_nobody_would_wait_for_a_step(type_, step_id):
    kept = Bank().raises("teller1", type_)
    kept.acknowledged_by("manager1")
    assert "act_within" in kept.due()
    lost = without(type_, step_id, containment=False).raises("teller1", type_)
    lost.acknowledged_by("manager1")
    assert "act_within" not in lost.due()
