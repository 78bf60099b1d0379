"""What can be recorded about an incident: which values a fact takes, and which are flags."""

import re
from collections.abc import Callable, Mapping

from playbooks.model import Text
from playbooks.vocabulary import FACTS, FactKind, FactSpec

__all__ = ["FACTS", "FactError", "FactSpec", "check_fact", "flags"]

_SEALED_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_USERNAME = re.compile(r"\S+")


class FactError(ValueError):
    """A fact that the vocabulary does not know, or a value that it does not take."""

    def __init__(self, name: str, reason: Text) -> None:
        super().__init__(f"{name}: {reason.en}")
        self.name = name
        self.reason = reason


def flags(facts: Mapping[str, object]) -> list[str]:
    """The names of the risk flags that ``facts`` records as true, in table order (P1, P2)."""
    return [name for name, spec in FACTS.items() if spec.flag and facts.get(name) is True]


def check_fact(name: str, value: object) -> object:
    """The value of the fact ``name`` as it is recorded; None withdraws it.

    Texts are kept as they were typed, because their hash is of exactly these characters.
    Raises ``FactError`` for an unknown name or a value of the wrong kind or range.
    """
    spec = FACTS.get(name)
    if spec is None:
        raise FactError(name, Text("没有这一项", "There is no such fact"))
    if value is None:
        return None
    return _CHECKS[spec.kind](name, spec, value)


def _boolean(name: str, _: FactSpec, value: object) -> bool:
    if not isinstance(value, bool):
        raise FactError(name, Text("只能是“是”或“否”", "It must be true or false"))
    return value


def _integer(name: str, spec: FactSpec, value: object) -> int:
    low, high = spec.minimum or 0, spec.maximum or 0
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise FactError(
            name,
            Text(f"须是 {low} 到 {high} 的整数", f"It must be a whole number from {low} to {high}"),
        )
    return value


def _choice(name: str, spec: FactSpec, value: object) -> str:
    known = [choice.value for choice in spec.choices]
    if not isinstance(value, str) or value not in known:
        names = ", ".join(known)
        raise FactError(name, Text(f"只能选：{names}", f"It must be one of: {names}"))
    return value


def _choices(name: str, spec: FactSpec, value: object) -> list[str]:
    if not isinstance(value, list):
        raise FactError(name, Text("须是一个列表", "It must be a list"))
    chosen = [_choice(name, spec, item) for item in value]
    if len(set(chosen)) != len(chosen):
        raise FactError(name, Text("每项只能选一次", "Each may be chosen once"))
    return chosen


def _text_fact(name: str, spec: FactSpec, value: object) -> object:
    if spec.sealed and isinstance(value, dict):
        return _sealed(name, value)
    if spec.maximum is not None and isinstance(value, int):
        return _integer(name, spec, value)
    return _text(name, spec, value)


def _sealed(name: str, value: dict[object, object]) -> dict[str, str]:
    digest = value.get("sealed")
    if len(value) != 1 or not isinstance(digest, str) or not _SEALED_HASH.fullmatch(digest):
        raise FactError(
            name,
            Text(
                "sealed 须是 64 位小写十六进制",
                "It must be a text, or sealed with 64 lower-case hex digits",
            ),
        )
    return {"sealed": digest}


def _username(name: str, spec: FactSpec, value: object) -> str:
    text = _text(name, spec, value)
    if not _USERNAME.fullmatch(text):
        raise FactError(name, Text("工号不能有空格", "A username has no spaces"))
    return text


def _text(name: str, spec: FactSpec, value: object) -> str:
    longest = spec.max_length or 0
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise FactError(
            name,
            Text(f"须是 1 到 {longest} 个字", f"It must be a text of 1 to {longest} characters"),
        )
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise FactError(name, Text("含有无法保存的字符", "It has a character that cannot be kept"))
    return value


_CHECKS: Mapping[FactKind, Callable[[str, FactSpec, object], object]] = {
    "boolean": _boolean,
    "integer": _integer,
    "choice": _choice,
    "choices": _choices,
    "text": _text_fact,
    "username": _username,
}
