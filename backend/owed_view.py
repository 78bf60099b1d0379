"""What an incident shows of its dealings with visitors, and of what is owed afterwards."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from escalation.clock import MISSED
from escalation.dealings import (
    NO_DEALINGS,
    Dealings,
    PressStatement,
    Promise,
    Representative,
    Stay,
)
from escalation.follow_up import FollowUp
from escalation.incident import Incident
from escalation.people import Directory
from escalation.review import Review
from escalation.timeline import sealed_in, stamp

_NOTHING: Mapping[str, Any] = {
    "promises": [],
    "representatives": [],
    "stays": [],
    "press_statements": [],
    "statements": [],
    "statement_drafts": [],
    "follow_ups": [],
    "review": None,
}


def owed_json(
    state: Incident, directory: Directory, opened: Callable[[Any], Any]
) -> Mapping[str, Any]:
    """The parts of an incident's answer that most incidents do not have.

    Args:
        state: what is true of it.
        directory: for names.
        opened: a sealed text in the clear; None where it was purged.
    """
    if state.dealings is NO_DEALINGS and not state.follow_ups and state.review is None:
        return _NOTHING
    page, dealings = _Page(directory, opened), state.dealings
    return {
        "promises": [page.promise(each) for each in dealings.promises.values()],
        "representatives": [page.speaker(each) for each in dealings.representatives.values()],
        "stays": [page.stay(each) for each in dealings.stays.values()],
        "statements": statements_json(state, directory),
        "statement_drafts": [
            {"lang": lang, "at": stamp(each.at), "by": page.person(each.by)}
            for lang, each in dealings.open_drafts().items()
        ],
        "press_statements": [page.press(each) for each in dealings.press.values()],
        "follow_ups": [
            page.call(each, cancelled=state.status == "cancelled")
            for each in state.follow_ups.values()
        ],
        "review": None if state.review is None else page.review(state.review),
    }


def statements_json(state: Incident, directory: Directory) -> list[dict[str, Any]]:
    """The papers that were issued, without their words."""
    page = _Page(directory, lambda _: None)
    return [
        {
            "id": each.id,
            "lang": each.lang,
            "sha256": each.sha256,
            "at": stamp(each.at),
            "by": page.person(each.by),
        }
        for each in state.dealings.statements.values()
    ]


def texts_owed(state: Incident) -> list[str]:
    """The sealed texts that ``owed_json`` shows."""
    found: list[str] = []
    if state.dealings is not NO_DEALINGS:
        for each in _texts_of(state.dealings):
            found += sealed_in(each)
    for call in state.follow_ups.values():
        found += sealed_in(call.note) + sealed_in(call.improve)
    if state.review is not None:
        review = state.review
        found += sealed_in([review.words, review.process, review.decision])
    return found


def _texts_of(dealings: Dealings) -> Iterator[Any]:
    for promise in dealings.promises.values():
        yield [promise.text, promise.said]
    for speaker in dealings.representatives.values():
        yield speaker.who
    for stay in dealings.stays.values():
        yield [stay.who, stay.room]
    for told in dealings.press.values():
        yield [told.who, told.outlet, told.press_card, told.asked, told.said]


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


class _Page:
    """Names and texts at hand."""

    def __init__(self, directory: Directory, opened: Callable[[Any], Any]) -> None:
        self._directory = directory
        self._opened = opened

    def person(self, user_id: str | None) -> dict[str, str] | None:
        found = self._directory.people.get(user_id or "")
        return None if found is None else found.as_json()

    def promise(self, each: Promise) -> dict[str, Any]:
        return {
            "id": each.id,
            "kind": each.kind,
            "text": self._opened(each.text),
            "due_at": stamp(each.due_at),
            "made_at": stamp(each.made_at),
            "made_by": self.person(each.made_by),
            "state": each.state,
            "late": each.stage >= MISSED,
            "ended_at": _stamp(each.ended_at),
            "ended_by": self.person(each.ended_by),
            "said": self._opened(each.said),
        }

    def speaker(self, each: Representative) -> dict[str, Any]:
        return {
            "id": each.id,
            "who": self._opened(each.who),
            "since": stamp(each.since),
            "until": _stamp(each.until),
        }

    def stay(self, each: Stay) -> dict[str, Any]:
        return {
            "id": each.id,
            "who": self._opened(each.who),
            "room": self._opened(each.room),
            "people": each.people,
            "since": stamp(each.since),
            "until": _stamp(each.until),
            "led_by": self.person(each.led_by),
        }

    def press(self, each: PressStatement) -> dict[str, Any]:
        return {
            "id": each.id,
            "at": stamp(each.at),
            "by": self.person(each.by),
            "who": self._opened(each.who),
            "outlet": self._opened(each.outlet),
            "press_card": self._opened(each.press_card),
            "asked": self._opened(each.asked),
            "said": self._opened(each.said),
        }

    def call(self, each: FollowUp, *, cancelled: bool) -> dict[str, Any]:
        withdrawn = cancelled and each.status == "scheduled"
        return {
            "id": each.id,
            "kind": each.kind,
            "status": "withdrawn" if withdrawn else each.status,
            "due_at": stamp(each.due_at),
            "done_at": _stamp(each.done_at),
            "done_by": self.person(each.done_by),
            "outcome": each.outcome,
            "content": each.content,
            "note": self._opened(each.note),
            "improve": self._opened(each.improve),
        }

    def review(self, each: Review) -> dict[str, Any]:
        return {
            "at": stamp(each.at),
            "by": self.person(each.by),
            "words": self._opened(each.words),
            "process": self._opened(each.process),
            "decision": self._opened(each.decision),
        }
