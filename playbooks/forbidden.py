"""Wording that nobody may use to a customer (A5): one list, for scripts, objections and answers."""

import re
import unicodedata
from typing import NamedTuple

FORBIDDEN = (
    "保证",
    "零风险",
    "无风险",
    "没有风险",
    "没有任何风险",
    "绝对安全",
    "100%安全",
    "百分百安全",
    "百分之百安全",
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
    "100% safe",
    "sure profit",
    "we will compensate you",
    "we promise to compensate",
)
"""In both languages; English without regard to capitals, as whole words.

They are found however they are written: full-width, in traditional characters, with letters of
another alphabet that look the same, with blanks, dashes or signs that nobody sees between them.
"""
_TRADITIONAL = str.maketrans(
    "證風險無沒絕對穩賺賠諾剛兌會並從難衹祇",
    "证风险无没绝对稳赚赔诺刚兑会并从难只只",
)
_ALIKE = {
    ord(other): latin
    for latin, others in {
        "a": "\u0430\u03b1",
        "b": "\u0432\u03b2",
        "c": "\u0441",
        "d": "\u0501",
        "e": "\u0435\u03b5",
        "g": "\u0261",
        "h": "\u043d\u04bb\u03b7",
        "i": "\u0456\u03b9\u0131",
        "j": "\u0458",
        "k": "\u043a\u03ba",
        "m": "\u043c\u03bc",
        "n": "\u03bd",
        "o": "\u043e\u03bf",
        "p": "\u0440\u03c1",
        "s": "\u0455",
        "t": "\u0442\u03c4",
        "u": "\u03c5",
        "x": "\u0445\u03c7",
        "y": "\u0443",
        "z": "\u03b6",
        "'": "\u2018\u2019\u02bc",
    }.items()
    for other in others
}
"""Cyrillic and Greek letters that look the same, large or small, and apostrophes."""
_UNSEEN = frozenset({"Cf", "Mn", "Me", "So"})
"""Signs that say nothing, accents and pictures."""
_BLANK = "[^\\S\n]"
_DASHES = r"\-\u2010-\u2015_*.·•|/~+"
_BETWEEN = f"(?:{_BLANK}|[\u2800\u3164{_DASHES}]){{0,3}}"
"""Between characters. A line's end parts what it parts; so do commas and full stops of Chinese."""
_BETWEEN_WORDS = f"(?:\\s|[\u2800\u3164{_DASHES}]){{0,3}}"
_DENIED = re.compile(
    r"(不|不能|无法|不会|不得|不可|没有|并非|不是|从不|不予|难以|不作任何|不做任何)$"
    r"|(?<![a-z])(not|cannot|can't|never|nobody|nothing is|no one|isn't|aren't|don't|doesn't)"
    r" (be |can )?$"
)
"""Directly before such a word it says the opposite: "not guaranteed" is a risk notice."""
_DENIED_TWICE = re.compile(
    r"(不得|不能|不会|不可|不是|无法|没有|并非|从不|无|莫)不$"
    r"|(?<![a-z])(not|cannot|can't|never) (be )?(not|never) (be )?$"
)
"""Who cannot but guarantee guarantees."""


class Place(NamedTuple):
    """Where forbidden wording stands: in characters from the beginning."""

    start: int
    length: int
    wording: str


def _pattern(wording: str) -> str:
    if not wording.isascii():
        return _BETWEEN.join(map(re.escape, wording))
    words = re.split("[ -]", wording)
    spaced = _BETWEEN_WORDS.join(_BETWEEN.join(map(re.escape, word)) for word in words)
    return f"(?<![a-z]){spaced}(?![a-z])"


_ANY = re.compile("|".join(map(_pattern, sorted(FORBIDDEN, key=len, reverse=True))))


def forbidden_in(text: str) -> tuple[Place, ...]:
    """Every place where the text says what it must not, in order."""
    plain, places = _plainly(text)
    return tuple(
        Place(start, end - start, text[start:end])
        for each in _ANY.finditer(plain)
        if not _denied(plain[: each.start()])
        for start, end in ((places[each.start()], places[each.end() - 1] + 1),)
    )


def _denied(before: str) -> bool:
    return bool(_DENIED.search(before)) and not _DENIED_TWICE.search(before)


def _plainly(text: str) -> tuple[str, list[int]]:
    """As it is read, in small letters and simplified characters; from where each of them is."""
    found: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for each in unicodedata.normalize("NFKD", character):
            if unicodedata.category(each) not in _UNSEEN:
                small = each.lower().translate(_ALIKE).translate(_TRADITIONAL)
                found.append(small)
                places += [place] * len(small)
    return "".join(found), places
