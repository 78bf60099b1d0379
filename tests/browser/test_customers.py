"""Whose matter it is: found or made at the counter, and never called again once they refuse."""

import re

import pytest

from tests.browser.screen import Held, Screens
from tests.house import House

FIRST_QUESTION = re.compile(r"/may-call\?channel=phone$")


@pytest.fixture
def house(still_house: House) -> House:
    """At ten in the morning: nobody may be called at night."""
    return still_house


def test_at_the_counter_a_customer_is_found_or_made_and_linked(
    screens: Screens, house: House
) -> None:
    house.person("manager1").does(
        "POST", "/customers", {"name": "李建国", "reference": "6222 0210"}
    )
    incident = house.person("teller1").raise_("complaint_light")
    counter = screens.tablet().paired(house).gives_pin("teller1")
    counter.opens(f"/counter/incidents/{incident['id']}").presses("customers.panel.link")
    counter.fills("customers.search", "建国")
    counter.page.get_by_role("button", name="李建国").click()
    counter.reads("customers.panel.first")
    shown = house.person("manager1").incident(incident)["customer"]
    assert shown["name"] == "李建国"
    counter.presses("customers.panel.change").fills("customers.search", "陈小燕")
    counter.reads("customers.panel.notFound").presses_in_sheet("customers.add")
    counter.presses_in_sheet("customers.panel.make")
    counter.page.get_by_text("陈小燕").wait_for()
    assert house.person("manager1").incident(incident)["customer"]["name"] == "陈小燕"
    assert counter.faults == []


def test_who_wants_no_marketing_is_put_on_the_list_with_a_reason(
    screens: Screens, house: House
) -> None:
    customer = house.person("manager1").does("POST", "/customers", {"name": "李建国"})
    desk = screens.desk("en").signed_in("business1").opens(f"/desk/customers/{customer['id']}")
    desk.presses("customers.refuseDo").fills("incident.act.reason", "别再打了")
    desk.presses_in_sheet("customers.confirm").reads("customers.no")
    said = house.person("business1").get(f"/customers/{customer['id']}/may-call")
    assert said["reasons"][0]["key"] == "do_not_contact"
    desk.page.get_by_text("别再打了").wait_for()


def test_what_is_offered_shows_the_risk_notice_or_why_not(screens: Screens, house: House) -> None:
    customer = house.person("manager1").does(
        "POST", "/customers", {"name": "李建国", "risk_profile": "balanced"}
    )
    desk, first = screens.desk().signed_in("business1"), Held()
    desk.page.route(FIRST_QUESTION, first.hold)
    desk.opens(f"/desk/customers/{customer['id']}")
    offers = desk.page.get_by_label("推荐的产品")
    offers.select_option("aggressive")
    desk.reads("customers.no").page.get_by_text("产品风险高于客户的风险偏好，不能推荐。").wait_for()
    with desk.page.expect_response(FIRST_QUESTION) as late:
        first.let_go()
    late.value.finished()
    desk.page.evaluate("() => new Promise(requestAnimationFrame)")
    desk.reads("customers.no")
    # Its answer comes last, and is none to what is asked now.
    offers.select_option("balanced")
    desk.page.get_by_text("必须告知客户：“理财非存款，产品有风险，投资须谨慎。”").wait_for()
    offers.select_option("aggressive")
    assert desk.reads("customers.no").faults == []
