"""Why a command cannot be carried out, in words for the person who gave it."""

from collections.abc import Iterable
from typing import Any


class Refused(Exception):
    """A rule says no. ``kind`` ends the problem's type; the words exist in both languages."""

    def __init__(self, kind: str, zh: str, en: str, **extra: Any) -> None:
        super().__init__(en)
        self.kind = kind
        self.zh = zh
        self.en = en
        self.extra = extra


class Forbidden(Refused):
    """The caller may see it, but the role forbids it (403)."""

    def __init__(
        self, zh: str = "你没有权限做这个操作。", en: str = "You may not do this."
    ) -> None:
        super().__init__("forbidden", zh, en)


class Invalid(Refused):
    """A name, type or range is wrong (422). ``field`` is the place, dotted; ``others``: as bad."""

    def __init__(self, field: str, zh: str, en: str, *, others: Iterable[str] = ()) -> None:
        errors = [{"field": each, "zh": zh, "en": en} for each in (field, *others)]
        super().__init__("invalid", zh, en, errors=errors)
