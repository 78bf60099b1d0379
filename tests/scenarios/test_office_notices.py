"""What the office is reminded of reaches it beyond the app: last of all, by day, without detail."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.house import House
from tests.provider import Provider
from tests.scenarios.test_playbook_versions import DAY, PATH, edited_and_cleared

SUGGESTION = {"product": "稳健理财", "cause": "information.unclear_terms", "text": "分两行写"}
AT_NIGHT = 12 * 3600
"""Seconds from the house's morning until ten in the evening."""


@pytest.fixture
def outside() -> Iterator[Provider]:
    with Provider() as opened:
        yield opened


def suggested(house: House, **more: Any) -> Any:
    return house.person("teller1").does("POST", "/suggestions", {**SUGGESTION, **more})


def told(provider: Provider, who: str) -> list[str]:
    return [each["kind"] for each in provider.got(who)]


def test_what_is_to_be_cleared_again_reaches_compliance_and_legal_by_their_own_channels(
    house: House, outside: Provider
) -> None:
    version = edited_and_cleared(house)
    house.person("admin1").does("POST", f"{PATH}/{version['id']}/publish", {})
    house.jump(92 * DAY)
    for who in ("legal1", "compliance1", "manager1"):
        house.gives(who, outside.url(who))
    house.looks()
    house.advance(61)
    for who in ("legal1", "compliance1"):
        (message,) = outside.gets(who)
        assert (message["kind"], message["about"]) == ("office", "version.due")
        assert message["title"]["en"] == "Playbooks are due to be cleared again"
        assert "group" not in str(message)
    house.looks()
    house.advance(3600)
    assert told(outside, "legal1") == ["office"]
    house.jump(7 * DAY)
    house.looks()
    house.advance(61)
    assert told(outside, "legal1") == ["office"] * 2
    assert told(outside, "manager1") == []


def test_who_is_to_answer_a_suggestion_hears_of_it_once_and_again_after_a_week(
    house: House, outside: Provider
) -> None:
    house.gives("business1", outside.url("business1"))
    made = suggested(house)
    suggested(house, text="字再大一号")
    house.looks()
    house.looks()
    house.advance(61)
    (message,) = outside.gets("business1")
    assert (message["kind"], message["about"]) == ("office", "suggestion.waiting")
    assert SUGGESTION["text"] not in str(message)
    house.jump(7 * DAY)
    house.looks()
    house.advance(61)
    assert len(outside.gets("business1", 2)) == 2
    for each in house.anew("business1").get("/suggestions")["items"]:
        answer = {"status": "answered", "answer": "六月改"}
        house.person("business1").does("PATCH", f"/suggestions/{each['id']}", answer)
    house.jump(7 * DAY)
    house.looks()
    house.advance(61)
    assert len(outside.got("business1")) == 2
    assert made["status"] == "open"


def test_whom_the_incident_is_about_is_not_asked_to_answer(house: House, outside: Provider) -> None:
    house.gives("business1", outside.url("business1"))
    incident = house.person("teller1").raise_("help", facts={"subject_staff": "business1"})
    suggested(house, incident=incident["id"])
    house.looks()
    house.advance(61)
    assert "office" not in told(outside, "business1")


def test_nobody_is_woken_for_what_can_wait(house: House, outside: Provider) -> None:
    house.gives("business1", outside.url("business1"))
    suggested(house)
    house.jump(AT_NIGHT)
    house.looks()
    house.advance(3600)
    assert told(outside, "business1") == []
    house.advance(9 * 3600)
    assert told(outside, "business1") == ["office"]


def test_an_alarm_goes_out_before_what_the_office_is_told_and_alone(
    house: House, outside: Provider
) -> None:
    house.gives("business1", outside.url("business1"))
    suggested(house)
    house.looks()
    house.advance(30)
    house.person("teller1").raise_("group_visit", facts={"head_count": 4})
    house.advance(31)
    house.settle()
    found = outside.gets("business1", 2)
    assert [each["kind"] for each in found] == ["inform", "office"]
    assert all("also" not in each for each in found)


def test_an_office_that_cannot_be_reached_is_left_in_peace_after_some_tries(
    house: House, outside: Provider
) -> None:
    house.gives("business1", outside.url("business1"))
    outside.answers["business1"] = [503] * 50
    suggested(house)
    house.looks()
    house.advance(3 * 3600)
    assert len(outside.got("business1")) == 12
