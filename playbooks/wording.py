"""Where a playbook, or an addition to one, has a script say what no script may say (A5).

Only what staff are told to say is looked at: what to avoid may well be named.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from playbooks.forbidden import faults_in_script
from playbooks.marks import Where

_SCRIPTS = ("steps", "cards", "lines")


class Mark(NamedTuple):
    """Forbidden wording: the way to its text, the language, and from where to where it stands."""

    where: Where
    language: str
    start: int
    end: int
    wording: str
    why: tuple[str, str]


def forbidden_marks(content: Mapping[str, Any]) -> list[Mark]:
    """Every place of ``content`` where a script says it, in order; ``content`` may be faulty."""
    return [
        Mark(where, str(where[-1]), each.start, each.start + each.length, each.wording, each.why)
        for where, text in _said(content)
        for each in faults_in_script(text)
    ]


def _said(content: Mapping[str, Any]) -> Iterator[tuple[Where, str]]:
    for part in _SCRIPTS:
        for at, item in _listed(content.get(part)):
            for line, text in _listed(item.get("say") if isinstance(item, Mapping) else None):
                for language in ("zh", "en"):
                    words = text.get(language) if isinstance(text, Mapping) else None
                    if isinstance(words, str):
                        yield (part, at, "say", line, language), words


def _listed(value: object) -> Iterator[tuple[int, Any]]:
    return enumerate(value) if isinstance(value, list) else iter(())
