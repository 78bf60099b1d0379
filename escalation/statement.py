"""The written statement to a customer (A8): the document, from its words to its last byte."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
Sealed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that may still change. ``seq`` of its event tells one draft from the next."""

    text: Sealed
    contact: Sealed
    at: datetime
    by: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What the customer has in writing: ``sha256`` is of the document's exact bytes."""

    id: str
    lang: Lang
    sha256: str
    document: Sealed
    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that stands on the paper."""

    lang: Lang
    bank: str
    branch: str
    number: str
    day: str
    text: str
    contact: str
    signed: str
    drill: bool = False


_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "html": "zh-CN",
        "title": "书面说明",
        "drill": "演练，不是真实事件",
        "number": "编号",
        "branch": "网点",
        "day": "日期",
        "contact": "联系人",
        "signed": "签发人",
    },
    "en": {
        "html": "en",
        "title": "Written statement",
        "drill": "Drill, not a real matter",
        "number": "Reference",
        "branch": "Branch",
        "day": "Date",
        "contact": "Your contact",
        "signed": "Issued by",
    },
}
_STYLE = (
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:16px/1.7 sans-serif;color:#111}"
    "h1{font-size:1.4rem;text-align:center}dl{display:grid;grid-template-columns:auto 1fr;"
    "gap:.2rem 1rem}dt{color:#555}dd{margin:0}p{white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media print{body{margin:0}}"
)


def document(letter: Letter) -> str:
    """The statement as one HTML page that needs nothing beside it, for screen and paper.

    Once issued it is kept as it is: another form of it is another document.
    """
    words = _WORDS[letter.lang]
    rows = [
        (words["number"], letter.number),
        (words["branch"], letter.branch),
        (words["day"], letter.day),
    ]
    end = [(words["contact"], letter.contact), (words["signed"], letter.signed)]
    paragraphs = [f"<p>{escape(each)}</p>" for each in letter.text.split("\n") if each.strip()]
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{words["html"]}">',
            '<meta charset="utf-8">',
            f"<title>{escape(words['title'])} {escape(letter.number)}</title>",
            f"<style>{_STYLE}</style>",
            f"<h1>{escape(letter.bank)}<br>{escape(words['title'])}</h1>",
            *([f"<p><strong>{escape(words['drill'])}</strong></p>"] if letter.drill else []),
            _list(rows),
            *paragraphs,
            _list(end),
            "</html>\n",
        ]
    )


def fingerprint(text: str) -> str:
    """SHA-256 of the document's bytes, as the timeline names it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _list(rows: list[tuple[str, str]]) -> str:
    inner = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f"<dl>{inner}</dl>"
