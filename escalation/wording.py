"""Words that go to a customer hold nothing that nobody may say (A5)."""

from collections.abc import Mapping

from escalation.refusal import Refused
from playbooks.forbidden import forbidden_in


def refuse_forbidden(texts: Mapping[str, str], zh: str, en: str) -> None:
    """Refuse forbidden wording, with each place.

    Args:
        texts: by the name of their field.
        zh: what to say of it.
        en: the same.

    Raises:
        Refused: ``forbidden-wording`` with ``places``.
    """
    places = [
        {"field": name, "start": each.start, "length": each.length, "wording": each.wording}
        for name, text in texts.items()
        for each in forbidden_in(text)
    ]
    if not places:
        return
    errors = [
        {
            "field": str(each["field"]),
            "zh": f"不能说“{each['wording']}”。",
            "en": f"“{each['wording']}” must not be said.",
        }
        for each in places
    ]
    raise Refused("forbidden-wording", zh, en, places=places, errors=errors)
