"""What is said outside the app: enough to come, nothing that others may know (contract, 6; C4)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from escalation.commands import RecordFacts
from escalation.people import Org
from notifications.channels.channel import Message
from notifications.words import DRILL, NEUTRAL, TEST, outside_message, trial_message
from tests.builders import ORGS, Bank

BRANCH = next(org for org in ORGS if org.id == "east-01")
LINKS = {"link": "https://b.example/i/1", "acknowledge": "https://b.example/a/1"}


def _said(case: Any, *, level: int = 1, repeat: int = 0, branch: Org = BRANCH) -> Message:
    alert = next(each for each in case.state.alerts.values() if each.level == level)
    return outside_message(case.state, "alert", alert, branch, repeat, **LINKS)


def _as_text(payload: Mapping[str, object]) -> str:
    return orjson.dumps(dict(payload)).decode()


def test_an_ordinary_alert_says_what_where_when_and_which_level() -> None:
    said = _said(Bank().raises("teller1", "group_visit"))
    title = Bank().raises("teller1", "group_visit").state.primary.title
    assert said.title == f"{title.zh} / {title.en}"
    chinese, english = said.text.splitlines()
    assert chinese.startswith(f"{BRANCH.name} · ")
    assert chinese.endswith(" · 第 1 级")
    assert english.endswith(" · level 1")
    assert (said.link, said.acknowledge) == tuple(LINKS.values())
    assert said.urgent


def test_the_time_is_the_branchs() -> None:
    case = Bank().raises("teller1", "group_visit")
    here = _said(case, branch=replace(BRANCH, timezone="Asia/Shanghai")).text
    there = _said(case, branch=replace(BRANCH, timezone="America/New_York")).text
    assert here != there


def test_a_repeat_says_so() -> None:
    said = _said(Bank().raises("teller1", "group_visit"), repeat=2)
    assert "第 3 次提醒" in said.text
    assert "reminder 3" in said.text
    assert said.payload["repeat"] == 2


def test_who_is_told_and_not_asked_reads_that_nobody_waits_for_them() -> None:
    case = Bank().raises("teller1", "group_visit")
    alert = next(iter(case.state.informed.values()))
    said = outside_message(case.state, "inform", alert, BRANCH, 0, link=LINKS["link"])
    assert "供你知晓，不用应答" in said.text
    assert said.payload["kind"] == "inform"
    assert said.acknowledge is None


@pytest.mark.parametrize("drill", [False, True])
def test_a_discreet_one_gives_nothing_away_anywhere(drill: bool) -> None:
    case = Bank().raises("manager1", "media_covert", drill=drill)
    said = _said(case)
    title = case.state.primary.title
    everything = " ".join(
        [said.title, said.text, said.neutral.zh, said.neutral.en, _as_text(said.payload)]
    )
    for hidden in (title.zh, title.en, "media_covert", "级", "level", BRANCH.name, "east-01"):
        assert hidden not in everything
    assert NEUTRAL.zh in said.text
    assert NEUTRAL.en in said.text


def test_a_drill_is_marked_first_and_everywhere() -> None:
    said = _said(Bank().raises("manager1", "group_visit", drill=True))
    assert said.title.startswith(DRILL.zh)
    assert f" / {DRILL.en}" in said.title
    assert said.neutral.zh == DRILL.zh + NEUTRAL.zh
    assert said.neutral.en == DRILL.en + NEUTRAL.en


def test_facts_and_names_stay_in_the_house() -> None:
    case = Bank().raises("teller1", "group_visit")
    case.does("teller1", RecordFacts({"head_count": 77, "counter_no": "K-19"}))
    said = _said(case)
    everything = said.title + said.text + _as_text(said.payload)
    assert "K-19" not in everything
    assert "head_count" not in everything
    assert "teller1" not in everything


def test_a_locked_screen_shows_the_same_of_every_incident() -> None:
    ordinary = _said(Bank().raises("teller1", "group_visit"))
    discreet = _said(Bank().raises("teller1", "media_covert"))
    assert ordinary.neutral == discreet.neutral == NEUTRAL


def test_a_trial_says_that_it_is_one() -> None:
    said = trial_message("a-new-id", LINKS["link"])
    assert TEST.zh in said.title
    assert TEST.en in said.text
    assert said.payload["kind"] == "test"
    assert trial_message("another").payload != said.payload
