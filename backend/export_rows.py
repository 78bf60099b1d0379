"""A timeline as rows that people read, and as CSV that no spreadsheet can be tricked with."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from backend.bundle import Case
from backend.export_words import (
    ACTORS,
    BASES,
    CAUSES,
    CLOCKS,
    COMMANDS,
    CONTENT,
    DETAILS,
    EVENTS,
    HEADINGS,
    KINDS,
    OUTCOMES,
    REASONS,
    ROLES,
    TEXTS,
    Lang,
    word,
)
from escalation.people import Directory
from escalation.timeline import unstamp
from playbooks.facts import FACTS
from playbooks.model import Choice, Text

BOM = "\ufeff"
"""Excel reads UTF-8 only with it."""
#: What a spreadsheet may take for a formula, the full-width forms of East Asian Excel included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_lines(rows: Iterable[Iterable[Any]]) -> str:
    """The rows as CSV text with CRLF; nothing in it is a formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def heading_row(lang: Lang, *, number: bool = False) -> list[str]:
    """The first row; ``number``: with the incident's number before the rest."""
    return [word(HEADINGS, key, lang) for key in HEADINGS if number or key != "number"]


def timeline_rows(
    case: Case, directory: Directory, lang: Lang, *, number: bool = False
) -> Iterator[list[Any]]:
    """One row for each event, in order."""
    page = _Page(case, directory, lang)
    start = [case.state.number] if number else []
    for event in case.events:
        yield [*start, *page.row(event)]


def _safe(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


@dataclass(frozen=True, slots=True)
class _Page:
    """One incident and the language that it is written down in."""

    case: Case
    directory: Directory
    lang: Lang

    def row(self, event: Mapping[str, Any]) -> list[Any]:
        occurred, actor = event["occurred"], event["actor"]
        return [
            event["seq"],
            event["position"],
            occurred["estimate"],
            self._local(occurred["estimate"]),
            word(BASES, occurred["basis"], self.lang),
            occurred["not_before"],
            occurred["not_after"],
            event["recorded_at"],
            event["type"],
            word(EVENTS, event["type"], self.lang),
            actor["name"],
            word(ROLES, actor["role"], self.lang)
            if actor["role"]
            else word(ACTORS, actor["kind"], self.lang),
            "；".join(self._what(event)) if self.lang == "zh" else "; ".join(self._what(event)),
            "\n".join(self._texts(event["data"])),
            event["hash"],
        ]

    def _local(self, moment: str) -> str:
        zone = ZoneInfo(self.directory.orgs[self.case.state.branch].timezone)
        return unstamp(moment).astimezone(zone).isoformat(" ", "seconds")

    def _what(self, event: Mapping[str, Any]) -> Iterator[str]:
        for key, value in event["data"].items():
            tell = _TELLERS.get(key)
            if tell is not None and value is not None:
                yield from filter(None, tell(self, value))
        if event["type"] == "incident.handed_over":
            to = event["data"]["to"]
            yield self._detail("to_nobody") if to is None else self._detail("to", self.name(to))

    def _texts(self, value: Any, label: str = "") -> Iterator[str]:
        if isinstance(value, dict) and set(value) == {"sealed"}:
            text = self.case.texts[value["sealed"]]["text"]
            yield f"{label}: {self._detail('purged') if text is None else text}"
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key != "document":  # a whole page; its hash stands among the rest
                    yield from self._texts(inner, self.label(key))
        elif isinstance(value, list):
            for inner in value:
                yield from self._texts(inner, label)

    def _detail(self, key: str, *values: object) -> str:
        return word(DETAILS, key, self.lang).format(*values)

    def detail(self, key: str) -> Callable[[Any], list[str]]:
        """Tells a value by the phrase of its key."""
        return lambda value: [self._detail(key, value)]

    def said(self, text: Text) -> str:
        return text.zh if self.lang == "zh" else text.en

    def name(self, user_id: str) -> str:
        person = self.directory.people.get(user_id)
        return user_id if person is None else person.name

    def step(self, step_id: str) -> str:
        step = self.case.state.step(step_id)
        return step_id if step is None else self.said(step.title)

    def label(self, key: str) -> str:
        """What a fact, a field of a record or a text is called."""
        if key in FACTS:
            return self.said(FACTS[key].label)
        for _, step in self.case.state.steps():
            for field in step.record:
                if field.name == key:
                    return self.said(field.label)
        return word(TEXTS, key, self.lang)

    def recipients(self, told: list[Mapping[str, Any]]) -> str:
        names = []
        for each in told:
            name = f"{self.name(each['user'])}({word(ROLES, each['role'], self.lang)})"
            gone = "" if each["reachable"] else f" {self._detail('unreachable')}"
            names.append(name + gone)
        return ", ".join(names)

    def values(self, found: Mapping[str, Any]) -> list[str]:
        """Facts or a record, without what is sealed."""
        return [
            f"{self.label(key)}: {self._value(key, value)}"
            for key, value in found.items()
            if value is not None and not isinstance(value, dict)
        ]

    def _value(self, key: str, value: Any) -> str:
        if isinstance(value, bool):
            return self._detail("yes" if value else "no")
        if isinstance(value, list):
            return ", ".join(self._value(key, each) for each in value)
        return next((self.said(each.label) for each in self._choices(key, value)), str(value))

    def _choices(self, key: str, value: Any) -> Iterator[Choice]:
        """The choice of that value, of the fact or of the field of a form."""
        found = list(FACTS[key].choices) if key in FACTS else []
        for _, step in self.case.state.steps():
            found += [each for field in step.record if field.name == key for each in field.choices]
        yield from [each for each in found if each.value == value]

    def reason(self, value: Any) -> list[str]:
        """Why; a typed reason stands among the texts."""
        if isinstance(value, list):
            return [word(REASONS, each, self.lang) for each in value]
        if not isinstance(value, str):
            return []
        kind, _, step = value.partition(":")
        return [self.step(step) if kind == "step" else word(REASONS, value, self.lang)]

    def kind(self, value: str) -> list[str]:
        """Of a promise or a call; what kind of channel failed is not for paper."""
        return [word(KINDS, value, self.lang)] if value in KINDS else []

    def kind_of_complaint(self, value: str) -> list[str]:
        """A mistake or a misunderstanding (S5)."""
        return [self._value("complaint_kind", value)]

    def playbook(self, value: Mapping[str, Any]) -> list[str]:
        """What the playbook is called, and its version."""
        state = self.case.state
        known = {book.sha256: book.title for book in (*state.playbooks, *state.former)}
        title = known.get(value["sha256"])
        return [f"{value['id'] if title is None else self.said(title)} v{value['version']}"]

    def counted(self, key: str, value: Any) -> list[str]:
        """A number that says something from 1 on; a name stands for itself."""
        if isinstance(value, int):
            return [self._detail(key, value)] if value > 0 else []
        return []


_Teller = Callable[[_Page, Any], Iterable[str]]
#: How each part of an event's data is told, in the order of the data; the rest is not for paper.
_TELLERS: Mapping[str, _Teller] = {
    "number": lambda _, value: [value],
    "title": lambda page, value: [value["zh" if page.lang == "zh" else "en"]],
    "drill": lambda page, value: page.detail("drill")(value) if value else [],
    "step": lambda page, value: [page.step(value)],
    "level": lambda page, value: page.counted("level", value),
    "from": lambda page, value: page.counted("level", value),
    "to": lambda page, value: [f"→ {each}" for each in page.counted("level", value)],
    "repeat": lambda page, value: page.counted("repeat", value),
    "because": lambda page, value: page.reason(value),
    "reason": lambda page, value: page.reason(value),
    "recipients": lambda page, value: [page.recipients(value)],
    "user": lambda page, value: [page.name(value)],
    "eta_minutes": lambda page, value: page.detail("eta_minutes")(value),
    "facts": lambda page, value: page.values(value),
    "record": lambda page, value: page.values(value),
    "playbook": lambda page, value: page.playbook(value),
    "kind": lambda page, value: page.kind(value),
    "content": lambda page, value: [word(CONTENT, value, page.lang)],
    "people": lambda page, value: page.detail("people")(value),
    "outcome": lambda page, value: [word(OUTCOMES, value, page.lang)],
    "root_cause": lambda page, value: [word(CAUSES, value, page.lang)],
    "complaint_kind": lambda page, value: page.kind_of_complaint(value),
    "name": lambda page, value: [word(CLOCKS, value, page.lang)],
    "by": lambda page, value: page.reason(value),
    "stage": lambda page, value: page.detail("stage")(value),
    "due_at": lambda page, value: page.detail("due_at")(value),
    "command": lambda page, value: [word(COMMANDS, value, page.lang)],
    "media_type": lambda _, value: [value],
    "sha256": lambda _, value: [f"SHA-256 {value}"],
    "format": lambda _, value: [value],
    "upto_seq": lambda page, value: page.detail("upto_seq")(value),
}
