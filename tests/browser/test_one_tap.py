"""One tap sends, from the locked screen too; for ten seconds it can be taken back."""

import re
from typing import Any

from tests.browser.screen import Held, Screens
from tests.house import House

RAISING = re.compile(r"/api/v1/incidents$")


def raised(house: House) -> list[Any]:
    """What the manager sees, the latest first."""
    return house.person("manager1").incidents()


def test_one_tap_sends_and_opens_the_checklist(screens: Screens, house: House) -> None:
    house.person("manager1").listens()
    counter = screens.tablet().paired(house).gives_pin("teller1")
    counter.taps("group_visit").reads("tablet.raised.sent").is_at("/counter/incidents/*")
    counter.page.get_by_role("heading", name=counter.words.title("group_visit")).wait_for()
    (group,) = raised(house)
    assert group["type"] == "group_visit"
    assert house.person("manager1").hears("alert")["incident_id"] == group["id"]
    (opened,) = house.person("manager1").incident(group)["reported_by"]
    assert opened["user"]["username"] == "teller1"


def test_a_tap_on_the_locked_screen_sends_and_a_second_kind_too(
    screens: Screens, house: House
) -> None:
    house.person("manager1").listens()
    counter = screens.tablet("en").paired(house)
    counter.taps("media_declared").reads("tablet.raised.sent")
    house.person("manager1").hears("alert")
    counter.taps("group_visit")
    house.person("manager1").hears("alert")
    counter.is_at("/counter").reads("tablet.lock.who")
    assert {each["type"] for each in raised(house)} == {"media_declared", "group_visit"}
    for each in raised(house):
        (opened,) = house.person("manager1").incident(each)["reported_by"]
        assert opened["device"]
        assert opened.get("user") is None


def test_a_bar_says_that_it_is_kept_while_the_answer_takes_long(
    screens: Screens, house: House
) -> None:
    counter, raise_ = screens.tablet().paired(house), Held()
    counter.page.route(RAISING, raise_.hold)
    counter.taps("group_visit").reads("tablet.raised.kept")
    counter.no_longer_reads("tablet.raised.sent")
    raise_.let_go()
    counter.reads("tablet.raised.sent")
    assert [each["type"] for each in raised(house)] == ["group_visit"]


def test_a_trembling_finger_counts_once(screens: Screens, house: House) -> None:
    counter = screens.tablet().paired(house)
    counter.tile("group_visit").dblclick()
    counter.reads("tablet.raised.sent")
    (group,) = raised(house)
    assert len(house.person("manager1").incident(group)["reported_by"]) == 1


def test_a_finger_that_slides_off_sends_nothing_and_a_touch_sends_once(
    screens: Screens, house: House
) -> None:
    counter = screens.tablet().paired(house)
    counter.slides_off("media_declared")
    counter.tile("group_visit").tap()
    counter.reads("tablet.raised.sent")
    (group,) = raised(house)
    assert (group["type"], group["status"]) == ("group_visit", "open")
    assert len(house.person("manager1").incident(group)["reported_by"]) == 1


def test_for_ten_seconds_it_can_be_taken_back_and_nothing_is_erased(
    screens: Screens, house: House
) -> None:
    house.person("manager1").listens()
    counter = screens.tablet().paired(house)
    counter.taps("group_visit").reads("tablet.raised.sent")
    group = house.person("manager1").hears("alert")["incident_id"]
    counter.page.get_by_role("button", name=counter.words.text("common.undo")).click()
    counter.reads("tablet.raised.undone")
    assert house.person("manager1").hears("alert_over")["because"] == "cancelled"
    told = house.person("manager1").timeline(group)["events"]
    assert [each["type"] for each in told if each["type"].startswith("incident.")] == [
        "incident.opened",
        "incident.cancelled",
    ]


def test_after_ten_seconds_it_cannot(screens: Screens, house: House) -> None:
    counter = screens.tablet()
    counter.page.clock.install()
    counter.paired(house).taps("group_visit").reads("tablet.raised.sent")
    counter.page.clock.fast_forward(10_500)
    counter.no_longer_reads("tablet.raised.sent")
    (group,) = raised(house)
    assert group["status"] == "open"


def test_the_tablet_locks_after_a_minute_and_shows_no_incident(
    screens: Screens, house: House
) -> None:
    counter = screens.tablet()
    counter.page.clock.install()
    counter.paired(house).gives_pin("teller1").taps("group_visit").is_at("/counter/incidents/*")
    counter.page.clock.fast_forward(61_000)
    counter.is_at("/counter").reads("tablet.lock.who")
    (group,) = raised(house)
    counter.opens(f"/counter/incidents/{group['id']}").is_at("/counter")
