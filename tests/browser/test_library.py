"""A playbook is changed on the page: ladder, clocks and gates; two clear it, and it is climbed."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from playbooks.load import load_library
from tests.browser.screen import Screen, Screens
from tests.clients import Client
from tests.house import House

TYPE = "disruptive_customer"
PATH = f"/playbooks/{TYPE}/versions"


@pytest.fixture
def house(still_house: House) -> House:
    return still_house


def from_file(card: str) -> Any:
    """A card as it stands in the playbook that it comes from."""
    cards = load_library().playbooks["card_complaint"].content["cards"]
    assert isinstance(cards, list)
    return next(each for each in cards if each["id"] == card)


def drafted(house: House, who: str, **body: Any) -> Any:
    return house.person(who).does("POST", PATH, body)


def opened(screens: Screens, who: str, version: Any, part: str) -> Screen:
    """The draft on somebody's tablet, at one of its parts."""
    screen = screens.tablet().signed_in(who)
    screen.opens(f"/desk/library/{TYPE}/{version['id']}")
    screen.page.locator(".left .step").nth(5).wait_for()
    screen.presses(part)
    return screen


def level(screen: Screen, number: int) -> Locator:
    name = screen.words.pattern("library.ladder.level", n=number)
    return screen.page.get_by_role("listitem", name=name)


def adds(screen: Screen, where: Locator, to: str, role: str) -> None:
    """One more is chosen in the list of that label."""
    label = screen.words.pattern("library.addTo", to=screen.words.text(to))
    where.get_by_label(label).select_option(role)


def climbed(manager: Client, incident: Any) -> int:
    levels: list[int] = [each["level"] for each in manager.incident(incident)["alerts"]]
    return max(levels)


def content_of(house: House, version: Any) -> Any:
    return house.person("admin1").get(f"{PATH}/{version['id']}")["content"]


def saved(screen: Screen) -> None:
    """Wait until the draft is with the server; its fields are not read before."""
    line = screen.page.locator(".foot")
    expect(line).to_have_text(screen.words.pattern("library.saved"))


def test_a_ladder_and_a_gate_are_changed_cleared_by_two_and_climbed_by_what_comes_after(
    screens: Screens, house: House
) -> None:
    version = drafted(house, "admin1")
    desk = opened(screens, "admin1", version, "library.ladder.name")
    number = desk.words.pattern("library.ladder.after")
    level(desk, 2).get_by_label(number).fill("3")
    expect(level(desk, 3)).to_contain_text("要比上一级（3 分）晚。")
    level(desk, 3).get_by_label(number).fill("4")
    desk.page.get_by_text("副职比原来晚 2 分才被通知").wait_for()
    desk.page.locator(".left .step").filter(has_text=desk.words.step(TYPE, "call_police")).click()
    gate = desk.page.get_by_role("group", name=desk.words.text("library.fields.any_of"))
    adds(desk, gate, "library.fields.any_of", "incites_others")
    desk.page.get_by_text("更容易打开：煽动他人时也能做").wait_for()
    saved(desk)
    content = content_of(house, version)
    assert [each["after"] for each in content["ladder"]] == [0, 180, 240, 300]
    desk.presses("library.submit").presses_in_sheet("library.submit").reads("library.waiting")
    for username in ("manager1", "deputy1", "regional1", "hqduty1"):
        house.person(username).listens()
    before = house.person("teller1").raise_(TYPE)
    for clearer in ("compliance1", "legal1"):
        screen = screens.tablet().signed_in(clearer)
        screen.opens(f"/desk/library/{TYPE}/{version['id']}")
        screen.page.get_by_text("第 2 级，3 分后：副职、柜面主管").wait_for()
        screen.presses("library.clear").presses_in_sheet("library.clear")
        screen.page.locator(".two .ok").filter(
            has_text=screen.words.text(f"library.{clearer[:-1]}")
        ).wait_for()
    house.person("admin1").does("POST", f"{PATH}/{version['id']}/publish", {})
    above = house.person("hqduty1")
    house.advance(61)
    assert climbed(above, before) == 2
    after = house.person("teller1").raise_(TYPE)
    house.advance(61)
    assert climbed(above, after) == 1
    house.advance(120)
    assert climbed(above, after) == 2
    ticked = house.person("manager1").ask(
        "POST", f"/incidents/{after['id']}/complete-step", {"step": "call_police"}
    )
    assert ticked.status_code == 409
    house.person("teller1").command(after, "record-facts", facts={"incites_others": True})
    house.person("manager1").command(after, "complete-step", step="call_police")


def test_what_is_refused_is_said_at_its_field_and_nothing_typed_is_lost(
    screens: Screens, house: House
) -> None:
    version = drafted(house, "admin1")
    desk = opened(screens, "admin1", version, "library.ladder.name")
    desk.presses("library.ladder.add")
    fresh = level(desk, 4)
    expect(fresh).to_contain_text(desk.words.text("library.ladder.nobody"))
    fresh.get_by_label(desk.words.pattern("library.ladder.after")).fill("999999")
    expect(fresh).to_contain_text("最长 366 天。")
    desk.page.get_by_role("alert").get_by_role("button", name="第 4 级").first.click()
    fresh.get_by_label(desk.words.pattern("library.ladder.after")).fill("4")
    adds(desk, fresh, "library.fields.tell", "office_staff")
    saved(desk)
    ladder = content_of(house, version)["ladder"]
    assert ladder[3] == {"after": 240, "tell": ["office_staff"]}
    other = {**content_of(house, version), "act_within": 60}
    screens.line.cut()
    desk.page.get_by_label(desk.words.pattern("library.fields.act_within")).fill("7")
    house.person("admin1").does("PATCH", f"{PATH}/{version['id']}", {"content": other})
    screens.line.restore()
    expect(desk.page.locator(".foot")).to_contain_text(desk.words.text("library.stale"))
    assert content_of(house, version)["act_within"] == 60


def test_without_a_line_a_clock_is_kept_on_the_page_and_sent_when_it_is_back(
    screens: Screens, house: House
) -> None:
    version = drafted(house, "admin1")
    desk = opened(screens, "admin1", version, "library.clock.name")
    desk.page.locator(".head").first.click()
    name = content_of(house, version)["clocks"][0]["name"]

    screens.line.cut()
    desk.page.get_by_label(desk.words.pattern("library.fields.within")).fill("5")
    expect(desk.page.locator(".foot")).to_contain_text(desk.words.text("library.offline"))
    screens.line.restore()
    saved(desk)
    clock = next(each for each in content_of(house, version)["clocks"] if each["name"] == name)
    assert (clock["within"], clock["unit"]) == (5, "working_days")


def test_a_branch_reads_ladder_clocks_and_gates_from_above_and_is_offered_no_change(
    screens: Screens, house: House
) -> None:
    addition = drafted(house, "manager1", org="east-01")
    desk = opened(screens, "manager1", addition, "library.ladder.name")
    form = desk.page.locator(".middle")
    expect(form).to_contain_text(desk.words.text("library.lockedWhole"))
    expect(level(desk, len(load_library().playbooks[TYPE].ladder))).to_contain_text("总行值班")
    expect(form.locator("button, input:enabled, select:enabled")).to_have_count(0)
    desk.presses("library.clock.name")
    form.locator(".head").first.click()
    expect(form.locator("input:enabled, select:enabled, .more")).to_have_count(0)
    desk.page.locator(".left .step").filter(has_text=desk.words.step(TYPE, "call_police")).click()
    expect(form).to_contain_text("有人受伤")
    expect(form.locator("[type=radio]")).to_have_count(0)


def test_a_record_form_a_card_a_duty_and_a_proposal_are_changed_without_a_file(
    screens: Screens, house: House
) -> None:
    version = drafted(house, "admin1")
    desk = opened(screens, "admin1", version, "library.facts.name")
    text = desk.words.text
    desk.presses("library.facts.addProposal").presses("library.facts.addDuty")
    proposal = desk.page.get_by_role("listitem", name=desk.words.pattern(PROPOSAL, n=1)).last
    proposal.get_by_label(text("library.facts.when")).select_option("profile=weeping")
    proposal.get_by_label(text("library.facts.because")).nth(0).fill("先安抚")
    proposal.get_by_label(text("library.facts.because")).nth(1).fill("Comfort")
    duty = desk.page.get_by_role("listitem", name=desk.words.pattern("library.facts.duty", n=1))
    expect(duty).to_contain_text(text("library.ladder.nobody"))
    adds(desk, duty, "library.fields.tell", "legal_officer")
    desk.page.get_by_text("记到“有人受伤”，通知法务").wait_for()
    desk.page.locator(".left .step").filter(has_text=text("library.card.name")).click()
    desk.page.get_by_label(text("library.card.add")).select_option("card_collection")
    expect(desk.page.locator(".middle .head").last).to_contain_text("催收")
    desk.page.locator(".left .step").filter(has_text=desk.words.step(TYPE, "call_police")).click()
    desk.presses("library.record.add")
    field = desk.page.get_by_role("listitem", name=desk.words.pattern("library.record.field", n=1))
    expect(field).to_contain_text("不能空着。")
    field.get_by_role("textbox").nth(0).fill("警号")
    field.get_by_role("textbox").nth(1).fill("Badge number")
    field.get_by_role("checkbox").check()
    desk.page.get_by_text("警号（文字 · 必填）").wait_for()
    saved(desk)
    content = content_of(house, version)
    assert content["proposed_when"][-1] == {
        "fact": "profile",
        "equals": "weeping",
        "because": {"zh": "先安抚", "en": "Comfort"},
    }
    assert content["duties"] == [{"fact": "injury", "tell": ["legal_officer"]}]
    assert content["cards"][-1] == from_file("card_collection")
    (asked,) = next(each for each in content["steps"] if each["id"] == "call_police")["record"]
    assert (asked["label"]["zh"], asked["type"], asked["required"]) == ("警号", "text", True)


PROPOSAL = "library.facts.proposal"
