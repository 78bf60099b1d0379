"""Leave that gets other times: by whoever takes it, by who plans for them, and by nobody else."""

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.screen import Screens
from tests.house import House

LEAVE = {"from": "2026-03-12T00:00:00Z", "to": "2026-03-13T00:00:00Z"}
SHOWN = "2026-03-12 08:00 到 2026-03-13 08:00"


@pytest.fixture
def house(still_house: House) -> House:
    return still_house


def leaves(house: House, username: str = "teller1") -> Sequence[Any]:
    found: Sequence[Any] = house.person(username).get("/absences")["items"]
    return found


def test_ones_own_leave_gets_longer_and_the_page_says_from_when_nobody_stands_in(
    screens: Screens, house: House
) -> None:
    teller = house.person("teller1")
    own = teller.does("POST", "/absences", LEAVE)
    until = {"from": "2026-03-11T02:00:00Z", "to": "2026-03-14T00:00:00Z"}
    teller.does("POST", "/substitutes", {"substitute": "teller2", **until})
    name, other = own["user"]["name"], house.person("teller2").get("/auth/me")["name"]

    phone = screens.phone().signed_in("teller1").opens("/desk/absences")
    phone.presses("rota.away.changeOf", name=name).reads("rota.away.coveredBy", who=other)
    phone.fills("rota.to", "2026-03-15T08:00")
    parts = phone.page.locator(".cover li")
    expect(parts).to_contain_text(
        ["2026-03-12 08:00 到 2026-03-14 08:00", "2026-03-14 08:00 到 2026-03-15 08:00"]
    )
    phone.reads("rota.away.coveredByNobody").presses_in_sheet("rota.save")
    phone.page.get_by_text("2026-03-12 08:00 到 2026-03-15 08:00").wait_for()
    (changed,) = leaves(house)
    assert (changed["id"], changed["from"]) == (own["id"], own["from"])
    assert changed["to"] == "2026-03-15T00:00:00.000Z"


def test_a_manager_changes_the_leave_of_staff_and_a_wrong_end_is_said_where_it_stands(
    screens: Screens, house: House
) -> None:
    own = house.person("teller1").does("POST", "/absences", LEAVE)
    name = own["user"]["name"]
    desk = screens.desk().signed_in("manager1").opens("/desk/absences")
    desk.presses("rota.away.changeOf", name=name).fills("rota.to", "2026-03-11T08:00")
    desk.presses_in_sheet("rota.save")
    field = desk.page.get_by_label(desk.words.pattern("rota.to"))
    expect(field).to_have_accessible_description("结束要晚于开始。")
    assert leaves(house) == [own], "nothing is kept"
    desk.fills("rota.to", "2026-03-12T18:00").presses_in_sheet("rota.save")
    desk.page.get_by_text("2026-03-12 08:00 到 2026-03-12 18:00").wait_for()
    assert leaves(house)[0]["to"] == "2026-03-12T10:00:00.000Z"


def test_a_colleague_reads_the_leave_and_changes_nothing(screens: Screens, house: House) -> None:
    own = house.person("teller1").does("POST", "/absences", LEAVE)
    phone = screens.phone().signed_in("guard1").opens("/desk/absences")
    phone.page.get_by_text(SHOWN).wait_for()
    expect(phone.button("rota.away.changeOf", name=own["user"]["name"])).to_have_count(0)
    expect(phone.button("rota.away.removeOf", name=own["user"]["name"])).to_have_count(0)
