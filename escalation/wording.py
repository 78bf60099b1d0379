"""Words that go to a customer hold nothing that nobody may say (A5)."""

from collections.abc import Callable, Mapping

from escalation.refusal import Refused
from playbooks.forbidden import Place, forbidden_in


def refuse_forbidden(
    texts: Mapping[str, str],
    zh: str,
    en: str,
    find: Callable[[str], tuple[Place, ...]] = forbidden_in,
) -> None:
    """Refuse forbidden wording, with each place.

    Args:
        texts: by the name of their field.
        zh: what to say of it.
        en: the same.
        find: what to look for: ``faults_in_script`` for what staff are told to say.

    Raises:
        Refused: ``forbidden-wording`` with ``places``.
    """
    found = [(name, each) for name, text in texts.items() for each in find(text)]
    if not found:
        return
    places = [
        {"field": name, "start": each.start, "length": each.length, "wording": each.wording}
        for name, each in found
    ]
    errors = [{"field": name, "zh": each.why[0], "en": each.why[1]} for name, each in found]
    raise Refused("forbidden-wording", zh, en, places=places, errors=errors)
