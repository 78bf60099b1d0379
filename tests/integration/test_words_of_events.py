"""No raw key reaches a reader: every event, every part of one and every choice has its words.

Both on paper (exports) and on the auditor's timeline, in Chinese and English.
"""

from collections.abc import Iterator, Mapping
from typing import get_args

import pytest

from backend.api.command_schemas import SCHEMAS
from backend.export_words import (
    CAUSES,
    CLOCKS,
    COMMANDS,
    CONTENT,
    EVENTS,
    KINDS,
    OUTCOMES,
    REASONS,
    ROLES,
    Table,
)
from backend.handle import TOO_LATE
from escalation import events as ev
from escalation import follow_up, reviewing
from escalation.dealings import PROMISE_KINDS
from escalation.decide import life
from playbooks import schema
from playbooks.facts import FACTS
from playbooks.model import Role
from tests.browser.words import Language, Words
from tests.every_event import data_keys, every_event

LANGUAGES: tuple[Language, ...] = ("zh", "en")
EVENT_TYPES = {
    value
    for name, value in vars(ev).items()
    if name.isupper() and isinstance(value, str) and "." in value
} | {"text.purged"}
REASONS_TOLD = {
    *("raised", "no_answer", "declined", "unreachable", "empty", "failed", "act_within"),
    *("escalated", "clock", "step", "subject_staff", "pause_over", "resumed", "no_drill"),
    "harm",
    *("acknowledged", "contained", "closed", "follow_up"),
    *reviewing.REASONS,
    *TOO_LATE,
}
#: Told of no event, or in another way than by a label of their own (auditor/words.ts).
UNTOLD = {"alert_id", "ladder", "pace", "branch", "report", "reports", "attachment_id", "subject"}
UNTOLD |= {"id", "follow_up", "promise", "clock", "lead_ms", "data", "alerts"}
UNTOLD |= {
    "rules",
    "acknowledge",
    "contain",
    "steps",
    "clocks",
    "took_part",
    "terms",
    "customer",
    "org",
    "document",
}

ON_PAPER: list[tuple[str, Table, set[str]]] = [
    ("events", EVENTS, EVENT_TYPES),
    ("roles", ROLES, set(get_args(Role))),
    ("reasons", REASONS, REASONS_TOLD),
    ("outcomes", OUTCOMES, {*life.OUTCOMES, *follow_up.OUTCOMES}),
    ("causes", CAUSES, set(life.ROOT_CAUSES)),
    ("clocks", CLOCKS, set(schema.CLOCKS)),
    ("commands", COMMANDS, set(SCHEMAS)),
    ("kinds", KINDS, {*follow_up.KINDS, *PROMISE_KINDS}),
    ("content", CONTENT, set(follow_up.CONTENT)),
]
ON_SCREEN: Mapping[str, set[str]] = {
    "auditor.event": {each.replace(".", "_") for each in EVENT_TYPES},
    "common.role": set(get_args(Role)),
    "auditor.word.because": REASONS_TOLD,
    "auditor.word.outcome": {*life.OUTCOMES, *follow_up.OUTCOMES},
    "auditor.word.root_cause": set(life.ROOT_CAUSES),
    "auditor.word.complaint_kind": set(life.COMPLAINT_KINDS),
    "auditor.word.clock": set(schema.CLOCKS),
    "auditor.word.command": set(SCHEMAS),
    "auditor.word.kind": {*follow_up.KINDS, *PROMISE_KINDS},
    "auditor.word.content": set(follow_up.CONTENT),
    "common.fact": set(FACTS),
    "incident.place": {each.value for each in FACTS["place"].choices},
    "incident.holder": {each.value for each in FACTS["holder"].choices},
    "incident.profile": {each.value for each in FACTS["profile"].choices},
    "incident.manner": {each.value for each in FACTS["manners"].choices},
    "incident.kind": {each.value for each in FACTS["complaint_kind"].choices},
    "incident.topic": {each.value for each in FACTS["card_topic"].choices},
    "auditor.data": data_keys() - UNTOLD,
}


def missing(words: Words, group: str, keys: set[str]) -> Iterator[str]:
    for key in sorted(keys):
        try:
            words.text(f"{group}.{key}")
        except KeyError:
            yield key


@pytest.mark.parametrize(
    ("table", "keys"), [each[1:] for each in ON_PAPER], ids=[e[0] for e in ON_PAPER]
)
def test_on_paper_every_key_has_its_words(table: Table, keys: set[str]) -> None:
    assert keys - set(table) == set()
    for zh, en in table.values():
        assert zh
        assert en
        assert not any("\u4e00" <= each <= "\u9fff" for each in en)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", ON_SCREEN)
def test_on_screen_every_key_has_its_words(group: str, language: Language) -> None:
    assert list(missing(Words(language), group, ON_SCREEN[group])) == []


def test_the_course_of_events_leaves_no_type_out() -> None:
    assert EVENT_TYPES - {event.type for event in every_event()} == {"text.purged"}
