"""Which steps are open, to whom, and which other playbooks the facts ask for.

``facts`` holds what is recorded by now; a withdrawn fact is None or absent.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from playbooks.model import Condition, Gate, Library, Playbook, Proposal, Role, Step, Text


def gate_open(gate: Gate | None, facts: Mapping[str, object], cleared: bool) -> bool:
    """Whether a step behind ``gate`` can be ticked without an override (D4, S6).

    ``cleared`` tells whether somebody with the role of ``gate.clearance`` has cleared the step.
    A step without a gate is open; a gate that a fact keeps shut stays so (T3).
    """
    if gate is None:
        return True
    if _any_holds(gate.shut_if, facts):
        return False
    opened = _any_true(gate.any_of, facts) or _any_holds(gate.opens_if, facts)
    return opened or (gate.clearance is not None and cleared)


def may_tick(step: Step, roles: Collection[str]) -> bool:
    """Whether ``roles`` satisfy the step's ``only`` (M5). There is no override for it."""
    return not step.only or not set(step.only).isdisjoint(roles)


def override_allowed(gate: Gate, facts: Mapping[str, object], *, manager: bool) -> bool:
    """Whether a person may tick behind a closed ``gate`` by giving a reason (D4).

    ``manager`` tells whether the person is a manager of the incident.
    """
    if _any_holds(gate.shut_if, facts):
        return False
    return (manager and gate.override) or _any_true(gate.override_by_anyone_if, facts)


def proposals(
    library: Library, active_ids: Collection[str], facts: Mapping[str, object]
) -> list[tuple[str, Text]]:
    """The playbooks that ``facts`` ask for beyond ``active_ids``, each with its reason (G1)."""
    found: dict[str, Text] = {}
    for playbook, proposal in library.proposing:
        asked = proposal.fact in facts and playbook.id not in active_ids
        if asked and playbook.id not in found and _applies(proposal, facts):
            found[playbook.id] = proposal.because
    return list(found.items())


def told_by_duty(
    playbooks: Iterable[Playbook], new_facts: Mapping[str, object]
) -> tuple[Role, ...]:
    """Whom the facts that have just been recorded as true oblige us to tell (P1, P2)."""
    return tuple(
        dict.fromkeys(
            role
            for playbook in playbooks
            for duty in playbook.duties
            if new_facts.get(duty.fact) is True
            for role in duty.tell
        )
    )


def broken_rules(step: Step, record: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    """The fields of a filled-in form that do not go with another one, each with the reason (R3).

    The only place where one field of a form depends on another.
    """
    for rule in step.record_rules:
        if record.get(rule.when_field) in rule.when and record.get(rule.field) not in rule.needs:
            yield rule.field, rule.text


def no_promise(
    attached: Iterable[Playbook], known: Iterable[Playbook], facts: Mapping[str, object]
) -> Text | None:
    """Why nobody may promise this customer anything; None where promising is allowed (T3).

    It is forbidden by a playbook of the incident (``attached``), or by any one that the facts
    call for, attached or not (``known``).
    """
    for book in attached:
        if book.no_promise is not None:
            return book.no_promise.text
    for book in known:
        if book.no_promise is not None and _any_holds(book.no_promise.when, facts):
            return book.no_promise.text
    return None


def _any_holds(conditions: Collection[Condition], facts: Mapping[str, object]) -> bool:
    return any(_has(facts.get(each.fact), each.equals) for each in conditions)


def _has(value: object, equals: str | None) -> bool:
    if equals is None:
        return value is True
    return equals in value if isinstance(value, list | tuple) else value == equals


def _any_true(names: Collection[str], facts: Mapping[str, object]) -> bool:
    return any(facts.get(name) is True for name in names)


def _applies(proposal: Proposal, facts: Mapping[str, object]) -> bool:
    value = facts.get(proposal.fact)
    if proposal.at_least is None:
        return _has(value, proposal.equals)
    return isinstance(value, int) and not isinstance(value, bool) and value >= proposal.at_least
