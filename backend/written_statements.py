"""What a written statement begins with: the incident as it is on record, for the customer."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from backend.export_words import CAUSES, Lang, word
from escalation.incident import Incident
from escalation.timeline import sealed_in

FOR_THE_CUSTOMER = (
    "freeze_account",
    "correct_mistake",
    "explain_calmly",
    "promise_redress",
    "tell_solution",
    "contact_customer",
)
"""Steps that a customer may read of; what the house does for itself is not for the letter."""
INVITATIONS = ("review_talk", "open_day")
"""What the step ``invite_review`` knows (A8); for a bank's own choice there are no words here."""
Texts = Mapping[str, Mapping[str, str | None]]
_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "dear": "{}：",
        "customer": "尊敬的客户",
        "told": "您反映的情况",
        "found": "我们查到的情况",
        "done": "我们做了什么",
        "next": "接下来",
        "fact": "经查，这件事我们确有差错，向您道歉。",
        "perception": "经查，这件事是双方理解有出入，依据如下。",
        "open": "这件事还在核实。",
        "cause": "原因：{}。",
        "at": "{} {}",
        "promised": "{}（{} 前）",
        "invited": "请您来参加服务座谈会，或在网点开放日来看看，时间由联系人跟您约。",
        "review_talk": "请您来参加服务座谈会，时间由联系人跟您约。",
        "open_day": "请您在网点开放日来看看，时间由联系人跟您约。",
        "review_talk_on": "和您约好了 {} 的服务座谈会，我们等您来。",
        "open_day_on": "和您约好了 {} 的网点开放日，我们等您来。",
    },
    "en": {
        "dear": "Dear {},",
        "customer": "customer",
        "told": "What you told us",
        "found": "What we found",
        "done": "What we have done",
        "next": "What comes next",
        "fact": "We have looked into it: we made a mistake, and we apologise.",
        "perception": "We have looked into it: there was a misunderstanding. The grounds:",
        "open": "We are still looking into it.",
        "cause": "The cause: {}.",
        "at": "{} {}",
        "promised": "{} (by {})",
        "invited": "We invite you to a review talk, or to an open day at the branch."
        " Your contact will arrange it with you.",
        "review_talk": "We invite you to a review talk. Your contact will arrange it with you.",
        "open_day": "We invite you to an open day at the branch."
        " Your contact will arrange it with you.",
        "review_talk_on": "We look forward to the review talk that we agreed on for {}.",
        "open_day_on": "We look forward to seeing you at the branch’s open day on {}, as agreed.",
    },
}


def texts_for_draft(state: Incident) -> list[str]:
    """The sealed texts that ``draft_of`` reads."""
    found = sealed_in(state.facts.get("demand"))
    for step in ("fill_record_form", "check_identity", "judge_kind"):
        found += sealed_in(dict(state.progress_of(step).record))
    for promise in state.dealings.promises.values():
        found += sealed_in(dict(promise.text))
    return found


def draft_of(state: Incident, texts: Texts, zone: str, lang: Lang) -> str:
    """The first words of a statement; a person reads, changes and issues them (A8)."""
    page = _Page(state, texts, ZoneInfo(zone), lang)
    parts = [page.told(), page.found(), page.done(), page.next()]
    return "\n\n".join([page.dear(), *("\n".join(part) for part in parts)])


class _Page:
    """One incident, its opened texts and the language."""

    def __init__(self, state: Incident, texts: Texts, zone: ZoneInfo, lang: Lang) -> None:
        self._state, self._texts, self._zone, self._lang = state, texts, zone, lang

    def dear(self) -> str:
        name = self._record("fill_record_form", "customer_name")
        return self._say("dear", name or self._say("customer"))

    def told(self) -> Iterator[str]:
        yield self._say("told")
        demand = self._record("fill_record_form", "demand")
        restated = self._record("check_identity", "restated_demand")
        said = demand or restated or self._opened(self._state.facts.get("demand"))
        if said:
            yield said

    def found(self) -> Iterator[str]:
        state = self._state
        yield self._say("found")
        yield self._say(state.tally.kind or state.facts.get("complaint_kind") or "open")
        grounds = self._record("judge_kind", "grounds")
        if grounds:
            yield grounds
        if state.tally.cause and state.tally.cause != "other":
            yield self._say("cause", word(CAUSES, state.tally.cause, self._lang))

    def done(self) -> Iterator[str]:
        yield self._say("done")
        for _, step in self._state.steps():
            progress = self._state.progress_of(step.id)
            if step.id in FOR_THE_CUSTOMER and progress.at is not None:
                title = step.title.zh if self._lang == "zh" else step.title.en
                yield self._say("at", self._day(progress.at), title)
        for promise in self._state.dealings.promises.values():
            if promise.state == "kept" and promise.ended_at is not None:
                text = self._opened(promise.text) or ""
                yield self._say("at", self._day(promise.ended_at), text)

    def next(self) -> Iterator[str]:
        yield self._say("next")
        for promise in self._state.dealings.promises.values():
            if promise.state == "open":
                text = self._opened(promise.text) or ""
                yield self._say("promised", text, self._day(promise.due_at))
        yield self._invited()

    def _invited(self) -> str:
        """To what the customer was invited, and for which day, once that was recorded."""
        record = self._state.progress_of("invite_review").record
        to, day = record.get("invited_to"), record.get("agreed_on")
        if to not in INVITATIONS:
            return self._say("invited")
        return self._say(f"{to}_on", day) if isinstance(day, str) else self._say(to)

    def _say(self, key: str, *values: str) -> str:
        return _WORDS[self._lang][key].format(*values)

    def _day(self, moment: Any) -> str:
        return str(moment.astimezone(self._zone).date().isoformat())

    def _record(self, step: str, field: str) -> str | None:
        return self._opened(self._state.progress_of(step).record.get(field))

    def _opened(self, value: Any) -> str | None:
        if isinstance(value, dict) and set(value) == {"sealed"}:
            return self._texts.get(value["sealed"], {}).get("text")
        return None
