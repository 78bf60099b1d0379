"""Wording that nobody may use to a customer (A5): one list, for scripts, objections and answers."""

import re
from typing import NamedTuple

FORBIDDEN = (
    "保证",
    "零风险",
    "无风险",
    "没有风险",
    "没有任何风险",
    "绝对安全",
    "稳赚",
    "包赚",
    "只赚不赔",
    "保本",
    "保息",
    "保收益",
    "承诺收益",
    "一定赔",
    "肯定赔",
    "刚性兑付",
    "guarantee",
    "guaranteed",
    "guarantees",
    "risk-free",
    "risk free",
    "riskless",
    "zero risk",
    "zero-risk",
    "no risk",
    "without risk",
    "without any risk",
    "cannot lose",
    "can't lose",
    "absolutely safe",
    "sure profit",
    "we will compensate you",
    "we promise to compensate",
)
"""In both languages; English without regard to capitals, as whole words."""
_DENIED = re.compile(
    r"(不|不能|无法|不会|不得|不可|没有|并非|不是|从不|不予|难以|不作任何|不做任何)$"
    r"|\b(not|cannot|can't|never|nobody|nothing is|no one|isn't|aren't|don't|doesn't) (be |can )?$",
    re.IGNORECASE,
)
"""Directly before such a word it says the opposite: "not guaranteed" is a risk notice."""


class Place(NamedTuple):
    """Where forbidden wording stands: in characters from the beginning."""

    start: int
    length: int
    wording: str


def _alternative(wording: str) -> str:
    found = re.escape(wording)
    return rf"\b{found}\b" if wording.isascii() else found


_ANY = re.compile(
    "|".join(map(_alternative, sorted(FORBIDDEN, key=len, reverse=True))), re.IGNORECASE
)


def forbidden_in(text: str) -> tuple[Place, ...]:
    """Every place where the text says what it must not, in order."""
    return tuple(
        Place(each.start(), len(each[0]), each[0])
        for each in _ANY.finditer(text)
        if not _DENIED.search(text[: each.start()])
    )
