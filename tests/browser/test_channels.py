"""My own channels on a phone, a message tried for real, and the page behind a message's link."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.screen import Screen, Screens
from tests.browser.test_accessible import findings
from tests.browser.words import Language
from tests.house import House
from tests.provider import Provider

TYPE = "group_visit"
INCIDENT = "019a0000-0000-7000-8000-000000000001"
TITLE = {"zh": "内部提醒，请打开柜铃查看", "en": "Internal notice: open Counterbell"}
ALERT = {
    "kind": "alert",
    "alert_id": "019a0000-0000-7000-8000-000000000002",
    "repeat": 0,
    "incident_id": INCIDENT,
    "urgency": "immediate",
    "title": TITLE,
}
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready
  for (;;) {
    const found = await worker.getNotifications()
    if (found.length) return found.map(({ title, body, tag }) => ({ title, body, tag }))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


def adds_a_webhook(screen: Screen, address: str) -> None:
    screen.presses("me.add")
    screen.page.get_by_role("combobox").select_option("webhook")
    screen.fills("me.address.webhook", address)
    screen.presses_in_sheet("me.save")


def test_a_channel_is_added_tried_switched_off_and_removed(
    screens: Screens, house: House, provider: Provider
) -> None:
    screen = screens.phone().signed_in("manager1").reads("phone.home.title")
    screen.presses("desk.nav.channelsOpen").is_at("/me/channels").reads("me.unreached")
    adds_a_webhook(screen, "nowhere")
    expect(screen.page.get_by_role("dialog").locator(".bad")).to_be_visible()
    screen.fills("me.address.webhook", provider.url("manager1"))
    screen.presses_in_sheet("me.save")
    screen.reads("me.reached")
    provider.answers["manager1"] = [200, 500]
    row = screen.page.locator("li").filter(has=screen.page.get_by_role("switch"))
    row.get_by_role("button", name=screen.words.text("me.try")).click()
    expect(row.locator(".sent")).to_be_visible()
    (message,) = provider.gets("manager1")
    assert message["kind"] == "test"
    row.get_by_role("button", name=screen.words.text("me.try")).click()
    expect(row.locator(".failed")).to_contain_text("500")
    row.get_by_role("switch").click()
    screen.reads("me.unreached")
    screen.reloads().reads("me.unreached")
    expect(screen.page.get_by_role("switch")).not_to_be_checked()
    row.get_by_role("button", name=screen.words.text("me.remove")).click()
    screen.presses("me.removeSure").reads("me.none")
    assert house.person("manager1").get("/users/me/channels") == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_behind_a_link_is_readable_by_everybody_and_takes_charge(
    screens: Screens, house: House, provider: Provider, language: Language
) -> None:
    house.gives("manager1", provider.url("manager1"))
    incident = house.person("teller1").raise_(TYPE)
    (message,) = provider.gets("manager1")
    path = "/a/" + message["acknowledge"].rpartition("/")[2]
    for scheme in ("light", "dark"):
        look = screens.phone(language, bypass_csp=True, color_scheme=scheme)
        look.opens(path)
        assert findings(look) == []
    screen = screens.phone(language).opens(path)
    assert house.person("manager1").incident(incident)["status"] == "open"
    button = screen.page.get_by_role("button")
    assert button.evaluate("(it) => getComputedStyle(it).backgroundColor") != "rgba(0, 0, 0, 0)"
    button.click()
    done = {"zh": "好了，由你负责", "en": "Done: you are in charge"}[language]
    expect(screen.page.get_by_role("status")).to_have_text(done)
    now = house.person("manager1").incident(incident)
    assert now["in_charge"]["username"] == "manager1"


def test_a_link_is_opened_by_the_server_also_where_the_app_lives(
    screens: Screens, house: House
) -> None:
    screen = screens.phone().signed_in("manager1").kept_for_no_line().reloads()
    screen.opens("/a/nothing")
    expect(screen.page.locator("h1")).to_have_text("这个链接不能用")
    assert ["/a/nothing" in fault for fault in screen.faults] == [True]
    screen.faults.clear()


def test_a_push_is_shown_once_and_neutral_to_whoever_is_signed_out(
    screens: Screens, house: House
) -> None:
    screen = screens.phone(permissions=["notifications"]).opens("/sign-in")
    screen.kept_for_no_line()
    hand = screen.context.new_cdp_session(screen.page)
    registered: list[str] = []
    hand.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registered.extend(each["registrationId"] for each in told["registrations"]),
    )
    hand.send("ServiceWorker.enable")
    while not registered:
        screen.page.wait_for_timeout(5)
    push = {"origin": screen.url, "registrationId": registered[0]}
    for repeat in (0, 0, 1):
        data = json.dumps({**ALERT, "repeat": repeat})
        hand.send("ServiceWorker.deliverPushMessage", {**push, "data": data})
    (notice,) = screen.page.evaluate(SHOWN)
    assert notice["tag"] == ALERT["alert_id"]
    assert notice["title"] in ("柜铃", "Counterbell")
    assert notice["body"] in TITLE.values()
