"""Where a playbook, or an addition to one, has a script say what no script may say (A5).

Only what staff are told to say is looked at: what to avoid may well be named.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from playbooks.forbidden import Place, faults_in_script
from playbooks.marks import Where

_SCRIPTS = ("steps", "cards", "lines")


def forbidden_places(content: Mapping[str, Any]) -> list[tuple[Where, Place]]:
    """The way to each such text, and where in it; in order. ``content`` may be faulty.

    The last step of the way is the language.
    """
    return [(where, each) for where, text in _said(content) for each in faults_in_script(text)]


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
