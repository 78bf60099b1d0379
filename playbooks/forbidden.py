"""Wording that nobody may use to a customer, and what needs a risk notice beside it (A5)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
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
PROMOTING = (
    "年化",
    "收益率",
    "预期收益",
    "高收益",
    "业绩比较基准",
    "历史业绩",
    "annualised",
    "annualized",
    "yield",
    "yields",
    "rate of return",
    "expected return",
    "past performance",
)
"""Who tells a customer what something may earn tells the risk in the same words."""
_WARNING = re.compile(r"风险|(?<![a-z])risk")
_TRADITIONAL = str.maketrans(
    "證風險無沒絕對穩賺賠諾剛兌會並從難衹祇業績較準預歷",
    "证风险无没绝对稳赚赔诺刚兑会并从难只只业绩较准预历",
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
    unwarned: bool = False

    @property
    def why(self) -> tuple[str, str]:
        """What is wrong with it, in Chinese and in English."""
        if self.unwarned:
            return (
                f"说到“{self.wording}”，同一句话术里要提示风险。",
                f"Where “{self.wording}” is said, the same script has to state the risk.",
            )
        return f"不能说“{self.wording}”。", f"“{self.wording}” must not be said."


def _pattern(wording: str) -> str:
    if not wording.isascii():
        return _BETWEEN.join(map(re.escape, wording))
    words = re.split("[ -]", wording)
    spaced = _BETWEEN_WORDS.join(_BETWEEN.join(map(re.escape, word)) for word in words)
    return f"(?<![a-z]){spaced}(?![a-z])"


def _any(wordings: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_pattern, sorted(wordings, key=len, reverse=True))))


_ANY, _ANY_PROMOTING = _any(FORBIDDEN), _any(PROMOTING)


def faults_in_script(text: str) -> tuple[Place, ...]:
    """What is forbidden in words to say, and what they promote without a risk notice, in order."""
    return tuple(sorted((*forbidden_in(text), *_unwarned_in(text))))


def forbidden_in(text: str) -> tuple[Place, ...]:
    """Every place where the text says what it must not, in order."""
    plain, places = _plainly(text)
    return tuple(
        _place(text, places, each)
        for each in _ANY.finditer(plain)
        if not _denied(plain[: each.start()])
    )


def _unwarned_in(text: str) -> Iterator[Place]:
    plain, places = _plainly(text)
    if not _WARNING.search(plain):
        for each in _ANY_PROMOTING.finditer(plain):
            yield _place(text, places, each)._replace(unwarned=True)


def _place(text: str, places: Sequence[int], found: re.Match[str]) -> Place:
    start, end = places[found.start()], places[found.end() - 1] + 1
    return Place(start, end - start, text[start:end])


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
