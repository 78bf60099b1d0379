"""A playbook as the API shows it."""

from functools import lru_cache
from typing import Any

from backend.read_models import gate_json, step_json
from playbooks.model import Card, Playbook, Text
from playbooks.rules import rules_behind


@lru_cache(maxsize=256)
def as_json(book: Playbook) -> dict[str, Any]:
    """The whole playbook, both languages."""
    return {
        "id": book.id,
        "version": book.version,
        "sha256": book.sha256,
        "title": book.title.as_json(),
        "summary": book.summary.as_json(),
        "tap": {
            "order": book.tap.order,
            "colour": book.tap.colour,
            "icon": book.tap.icon,
            "hidden": book.tap.hidden,
            "by_facts": book.tap.by_facts,
        },
        "severity": book.severity,
        "discreet": book.discreet,
        "ladder": [{"after": each.after, "tell": list(each.tell)} for each in book.ladder],
        "repeat_every": book.repeat_every,
        "act_within": book.act_within,
        "inform": list(book.inform),
        "clocks": [
            {
                "name": rule.name,
                "starts": rule.starts,
                "within": rule.within,
                "unit": rule.unit,
                "met_by": list(rule.met_by),
            }
            for rule in book.clocks
        ],
        "steps": [
            {
                **step_json(book.id, step),
                "due": step.due,
                "completed_by_raising": step.completed_by_raising,
                "rules": _texts(rules_behind(step.source)),
                "gate": None if step.gate is None else gate_json(step.gate, is_open=False),
            }
            for step in book.steps
        ],
        "cards": [_card(card) for card in book.cards],
        "advice": _texts(book.advice),
        "needs_root_cause": book.needs_root_cause,
        "representatives": book.representatives,
        "press": book.press,
        "no_promise": None
        if book.no_promise is None
        else {
            "text": book.no_promise.text.as_json(),
            "when": [{"fact": each.fact, "equals": each.equals} for each in book.no_promise.when],
        },
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title.as_json(),
        "signs": _texts(card.signs),
        "say": _texts(card.say),
        "avoid": _texts(card.avoid),
        "advice": _texts(card.advice),
        "rules": _texts(rules_behind(card.source)),
        "source": list(card.source),
    }


def _texts(texts: tuple[Text, ...]) -> list[dict[str, str]]:
    return [text.as_json() for text in texts]
