"""A visitor may be recording and does not say so (domain.md, C1-C4).

The visitor must not notice: nothing about it reaches a device at the counter, whoever is signed
in there, and what is done on that device looks like any other work.
"""

from typing import Any

import pytest

from tests.clients import Client, Tablet
from tests.house import House
from tests.scenarios.steps import names, step, types

TYPE = "media_covert"


@pytest.fixture
def tablet(house: House) -> Tablet:
    return house.tablet()


def raised_on(tablet: Tablet) -> Any:
    answer = tablet.ask("POST", "/incidents", {"type": TYPE})
    assert answer.status_code == 201
    return answer.json()


def test_the_complaint_officer_is_told_at_the_tap_and_the_alert_gives_nothing_away(
    house: House,
) -> None:
    complaint, manager = house.person("complaint1").listens(), house.person("manager1").listens()
    visit = house.person("teller1").raise_(TYPE)
    for message in (complaint.hears("inform"), manager.hears("alert")):
        assert message["discreet"] is True
        assert message["incident_id"] == visit["id"]
        assert "type" not in message
        assert "媒体" not in str(message)
        assert message["title"] == {"zh": "内部提醒", "en": "Internal notice"}
    assert names(visit["informed"]) == {"complaint1"}


def test_the_tablet_that_raised_it_learns_its_id_and_nothing_more(
    house: House, tablet: Tablet
) -> None:
    tablet.listens()
    manager = house.person("manager1").listens()
    told = raised_on(tablet)
    assert set(told) == {"id"}
    manager.hears("alert", incident_id=told["id"])
    tablet.hears_nothing()
    tablet.cannot_see(told)
    tablet.refused(told, "cancel", 404, "not-found", reason="点错了")


def test_a_second_tap_of_it_on_the_tablet_looks_like_the_first(
    house: House, tablet: Tablet
) -> None:
    first, second = raised_on(tablet), raised_on(tablet)
    assert set(second) == {"id"}
    assert len(house.person("manager1").incidents()) == 1
    assert first["id"] in {each["id"] for each in house.person("manager1").incidents()}


@pytest.mark.parametrize("username", ["teller1", "manager1", "complaint1", "hqduty1"])
def test_whoever_is_signed_in_on_a_tablet_hears_and_reads_nothing_of_it(
    house: House, tablet: Tablet, username: str
) -> None:
    on_tablet = tablet.with_pin(username)
    manager = house.person("manager1").listens()
    on_tablet.listens()
    visit = house.person("teller1").raise_(TYPE)
    manager.hears("alert")
    house.advance(300)
    house.person("manager1").command(visit, "acknowledge")
    house.person("manager1").ticks(visit, "lead_to_procedure")
    house.settle()
    on_tablet.hears_nothing()
    on_tablet.cannot_see(visit)
    for path in ("timeline", "export"):
        assert on_tablet.ask("GET", f"/incidents/{visit['id']}/{path}").status_code == 404
    on_tablet.refused(visit, "add-note", 404, "not-found", text="?")
    again = on_tablet.ask("GET", "/incidents", params={"q": visit["number"]})
    assert again.json()["items"] == []
    on_tablet.close()
    late = tablet.with_pin(username).listens(after=0)
    late.hears_nothing()
    late.close()
    tile_ids = [each["id"] for each in tablet.get("/playbooks")["items"]]
    assert TYPE not in tile_ids


def test_somebody_on_a_tablet_raises_it_and_is_answered_with_its_id_only(
    house: House, tablet: Tablet
) -> None:
    teller = tablet.with_pin("teller1")
    answer = teller.ask("POST", "/incidents", {"type": TYPE})
    assert set(answer.json()) == {"id"}
    teller.cannot_see(answer.json())
    teller.close()
    phone = house.person("teller1")
    assert phone.incident(answer.json())["discreet"] is True


def test_a_note_on_that_tablet_becomes_an_observation_and_looks_like_any_other(
    house: House, tablet: Tablet
) -> None:
    other = house.tablet()
    before = tablet.ask("POST", "/notes", {"text": "打印机没纸了"})
    visit = raised_on(tablet)
    noted = tablet.ask("POST", "/notes", {"text": "两个人，一个背双肩包，笔一直竖着"})
    elsewhere = other.ask("POST", "/notes", {"text": "三号窗口换灯"})
    for answer in (before, noted, elsewhere):
        assert answer.status_code == 201
        assert set(answer.json()) == {"id"}
        assert set(answer.headers) == set(before.headers)
        assert len(answer.content) == len(before.content)
    told = house.person("manager1").timeline(visit)
    notes = [each for each in told["events"] if each["type"] == "note.added"]
    assert [each["id"] for each in notes] == [noted.json()["id"]]
    assert notes[0]["actor"]["kind"] == "device"
    texts = [each["text"] for each in told["sealed"].values()]
    assert texts == ["两个人，一个背双肩包，笔一直竖着"]


def test_once_it_is_contained_a_note_is_a_note_again(house: House, tablet: Tablet) -> None:
    visit = raised_on(tablet)
    manager = house.person("manager1")
    manager.command(visit, "acknowledge")
    manager.ticks(visit, "lead_to_procedure")
    manager.command(visit, "contain")
    tablet.does("POST", "/notes", {"text": "今天很忙"})
    assert "note.added" not in types(manager.timeline(visit))


def test_a_note_sent_again_is_kept_once_and_answered_the_same(house: House, tablet: Tablet) -> None:
    visit = raised_on(tablet)
    note = {"text": "他在看摄像头", "command_id": "018f3b1e-0000-7000-8000-000000000001"}
    first, again = tablet.does("POST", "/notes", note), tablet.does("POST", "/notes", note)
    assert first == again
    assert types(house.person("manager1").timeline(visit)).count("note.added") == 1
    other = tablet.ask("POST", "/notes", {**note, "text": "别的话"})
    assert other.status_code == 409


def test_its_steps_belong_to_roles_with_phones(house: House) -> None:
    visit = house.person("teller1").raise_(TYPE)
    owners = {each["owner"] for each in visit["steps"]}
    assert owners <= {"branch_manager", "counter_supervisor", "complaint_officer"}
    assert step(visit, "lead_to_procedure")["containment"] is True


@pytest.mark.parametrize(
    ("username", "may"),
    [
        ("manager1", True),
        ("deputy1", True),
        ("supervisor1", True),
        ("office1", True),
        ("office2", True),
        ("complaint1", True),
        ("regional1", True),
        ("hqduty1", True),
        ("auditor1", True),
        ("teller2", False),
        ("lobby1", False),
        ("guard1", False),
        ("business1", False),
        ("compliance1", False),
        ("legal1", False),
        ("manager2", False),
        ("admin1", False),
    ],
)
def test_who_may_know_of_it(house: House, username: str, may: bool) -> None:
    for name in ("manager1", "office1"):
        house.person(name).listens()
    visit = house.person("teller1").raise_(TYPE)
    who: Client = house.person(username)
    if may:
        assert who.incident(visit)["id"] == visit["id"]
        assert [each["id"] for each in who.incidents()] == [visit["id"]]
    else:
        who.cannot_see(visit)
        who.listens(after=0)
        who.hears_nothing()


def test_the_branch_hears_no_word_of_its_changes(house: House) -> None:
    teller2, manager = house.person("teller2").listens(), house.person("manager1").listens()
    visit = house.person("teller1").raise_(TYPE)
    manager.command(visit, "acknowledge")
    ticked = manager.ticks(visit, "stay_quiet")
    manager.hears("incident", revision=ticked["revision"])
    teller2.hears_nothing()
