"""Signing in, pairing a tablet, and where each role lands."""

import pytest

from tests.browser.screen import Screens
from tests.browser.words import Language
from tests.house import House

HOMES = {
    "teller1": "/counter",
    "manager1": "/duty",
    "office1": "/duty",
    "regional1": "/duty",
    "hqduty1": "/duty",
    "auditor1": "/audit",
    "admin1": "/desk",
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whoever_signs_in_lands_at_the_home_of_their_role(
    screens: Screens, language: Language
) -> None:
    for username, home in HOMES.items():
        screen = screens.desk(language).opens()
        screen.is_at("/sign-in").signs_in(username)
        screen.is_at(home)
        screen.context.close()


def test_a_wrong_password_is_said_and_nothing_else_happens(screens: Screens) -> None:
    screen = screens.desk().opens().signs_in("manager1", "not the password")
    screen.page.get_by_role("alert").wait_for()
    screen.is_at("/sign-in").signs_in("manager1").is_at("/duty")


def test_an_address_that_was_typed_is_opened_after_signing_in(screens: Screens) -> None:
    screen = screens.desk().opens("/audit?status=open")
    screen.signs_in("auditor1")
    screen.page.wait_for_url(f"{screen.url}/audit?status=open")


def test_the_other_language_is_one_tap_away_and_stays(screens: Screens) -> None:
    screen = screens.desk("zh").opens()
    screen.reads("common.signIn.username")
    switch = screen.words.text("common.language.switch")
    screen.page.get_by_role("button", name=switch).click()
    screen.words = type(screen.words)("en")
    screen.reads("common.signIn.username").reloads().reads("common.signIn.username")
    assert screen.page.evaluate("document.documentElement.lang") == "en"


def test_a_tablet_is_paired_by_a_code_and_somebody_signs_in_by_pin(
    screens: Screens, house: House
) -> None:
    counter = screens.tablet().paired(house)
    counter.is_at("/counter").gives_pin("teller1")
    counter.reads("tablet.home.hint")
    counter.presses("tablet.lock.now").reads("tablet.lock.who")
    devices = house.person("admin1").get("/devices")["items"]
    assert [each["name"] for each in devices] == ["3 号柜台"]


def test_a_code_that_nobody_made_pairs_nothing(screens: Screens, house: House) -> None:
    counter = screens.tablet().opens("/pair")
    counter.fills("common.pair.code", "AAAA-AAAA").presses("common.pair.go")
    counter.page.get_by_role("alert").wait_for()
    assert house.person("admin1").get("/devices")["items"] == []
