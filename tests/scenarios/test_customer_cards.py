"""Customer cards: how often marketing may ask, who claims again, whose matter it is (A4, S9)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.clients import Client, new_id
from tests.house import House
from tests.scenarios.steps import types

MINUTE = 60
MR_LI = {"name": "李建国", "reference": "6222 0210 0011 2233"}


def card(who: Client, **more: Any) -> Any:
    return who.does("POST", "/customers", {**MR_LI, **more})


def changed(who: Client, customer: Any, **change: Any) -> Any:
    path = f"/customers/{customer['id']}"
    return who.does("PATCH", path, {"revision": who.get(path)["revision"], **change})


def refused(who: Client, customer: Any, **change: Any) -> int:
    path = f"/customers/{customer['id']}"
    return who.ask("PATCH", path, {"revision": customer["revision"], **change}).status_code


def complains(house: House, customer: Any, type_: str = "complaint_light", **more: Any) -> Any:
    """A matter of this customer's, linked by the teller; a few minutes go by."""
    teller = house.person("teller1")
    incident = teller.raise_(type_, **more)
    linked = teller.command(incident, "link-customer", customer=customer["id"])
    house.jump(5 * MINUTE)
    return linked


def asks(who: Client, customer: Any, **query: Any) -> Any:
    return who.get(f"/customers/{customer['id']}/may-call", params=query)


def keys(said: Any) -> list[str]:
    return [each["key"] for each in said["reasons"]]


def test_who_complained_three_times_in_ninety_days_is_muted_by_itself_until_a_person_lifts_it(
    house: House,
) -> None:
    customer = card(house.person("teller1"))
    for _ in range(2):
        complains(house, customer)
    shown = house.person("manager1").get(f"/customers/{customer['id']}")
    assert (shown["mute_marketing"]["on"], shown["tags"]) == (False, [])
    complains(house, customer)
    manager = house.person("manager1")
    shown = manager.get(f"/customers/{customer['id']}")
    assert shown["mute_marketing"]["because"] == "frequent_complainant"
    assert shown["tags"] == ["frequent_complainant"]
    said = asks(house.person("business1"), customer)
    assert (said["allowed"], keys(said), said["not_before"]) == (
        False,
        ["frequent_complainant"],
        None,
    )
    assert "自动静音" in said["reasons"][0]["text"]["zh"]
    assert refused(house.person("business1"), shown, mute_marketing=False, reason="想联系") == 403
    assert refused(manager, shown, mute_marketing=False) == 422
    lifted = changed(manager, customer, mute_marketing=False, reason="客户本人要求恢复")
    assert lifted["mute_marketing"]["on"] is False
    assert lifted["mute_marketing"]["mark"]["by"]["username"] == "manager1"
    assert lifted["mute_marketing"]["mark"]["reason"] == "客户本人要求恢复"
    assert asks(house.person("business1"), customer)["allowed"] is True
    complains(house, customer)
    assert asks(house.person("business1"), customer)["allowed"] is True


def test_what_is_offered_fits_the_risk_profile_and_comes_with_the_risk_notice(
    house: House,
) -> None:
    manager, marketing = house.person("manager1"), house.person("business1")
    customer = card(manager)
    said = asks(marketing, customer, offer="balanced")
    assert (said["allowed"], keys(said)) == (False, ["no_risk_profile"])
    known = manager.does(
        "PATCH",
        f"/customers/{customer['id']}",
        {"revision": customer["revision"], "risk_profile": "balanced"},
    )
    said = asks(marketing, known, offer="balanced")
    assert said["allowed"]
    assert "风险" in said["risk_notice"]["zh"]
    assert "risk" in said["risk_notice"]["en"]
    said = asks(marketing, known, offer="aggressive")
    assert (said["allowed"], keys(said), said["not_before"]) == (False, ["unsuitable"], None)
    path = f"/customers/{customer['id']}/contacts"
    refused = marketing.ask("POST", path, {"offer": "aggressive"})
    assert refused.status_code == 409
    assert [each["key"] for each in refused.json()["reasons"]] == ["unsuitable"]
    assert marketing.get(path)["items"] == []
    made = marketing.does("POST", path, {"offer": "balanced"})
    assert marketing.get(path)["items"] == [made]
    assert made["offer"] == "balanced"
    assert marketing.does("POST", path, {"id": made["id"], "offer": "balanced"}) == made
    other = marketing.ask("POST", path, {"id": made["id"], "offer": "conservative"})
    assert (other.status_code, other.json()["type"][-20:]) == (409, "idempotency-conflict")
    assert marketing.ask("GET", f"{path[:-9]}/may-call", params={"offer": "x"}).status_code == 422
    unknown = marketing.get("/customers/may-call", params={"reference": "1", "offer": "aggressive"})
    assert (unknown["allowed"], keys(unknown)) == (False, ["no_risk_profile"])


def test_marketing_asks_with_the_number_it_has_and_is_told_no_with_why_and_until_when(
    house: House,
) -> None:
    customer = card(house.person("manager1"), tags=["high_sensitivity"])
    marketing = house.person("business1")
    query = {"reference": MR_LI["reference"]}
    said = marketing.get("/customers/may-call", params=query)
    assert said == {
        "customer": customer["id"],
        "allowed": True,
        "reasons": [],
        "not_before": None,
        "risk_notice": None,
    }
    path = f"/customers/{customer['id']}/contacts"
    made = marketing.does("POST", path, {"id": new_id()})
    assert (made["channel"], made["by"]["username"]) == ("phone", "business1")
    assert marketing.does("POST", path, {"id": made["id"]}) == made
    said = marketing.get("/customers/may-call", params=query)
    assert (said["allowed"], keys(said)) == (False, ["limit_reached"])
    assert said["not_before"] == "2026-06-11T02:00:00.000Z"
    again = marketing.ask("POST", path, {"channel": "sms"})
    assert again.status_code == 409
    problem = again.json()
    assert problem["type"].endswith("contact-not-allowed")
    assert [each["key"] for each in problem["reasons"]] == ["limit_reached"]
    assert [each["id"] for each in marketing.get(path)["items"]] == [made["id"]]
    assert (
        house.person("teller1").ask("GET", "/customers/may-call", params=query).status_code == 403
    )
    unknown = marketing.get("/customers/may-call", params={"reference": "1"})
    assert (unknown["allowed"], unknown["customer"]) == (True, None)


def test_nobody_is_disturbed_at_night_and_the_answer_says_when_the_day_begins(house: House) -> None:
    customer = card(house.person("teller1"))
    marketing = house.person("business1")
    said = asks(marketing, customer, at="2026-03-11T21:30:00+08:00")
    assert (keys(said), said["not_before"]) == (["out_of_hours"], "2026-03-12T00:00:00.000Z")
    assert asks(marketing, customer, at="2026-03-11T21:30:00+08:00", channel="email")["allowed"]
    far = marketing.ask(
        "GET", f"/customers/{customer['id']}/may-call", params={"at": "9999-01-01T00:00:00Z"}
    )
    assert far.status_code == 422


def test_of_two_who_ask_at_once_for_the_last_contact_one_gets_it(house: House) -> None:
    customer = card(house.person("manager1"), contact_limit={"count": 1, "per": "month"})
    callers = [house.again("business1") for _ in range(4)]
    path = f"/customers/{customer['id']}/contacts"
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda who: who.ask("POST", path, {}).status_code, callers))
    assert sorted(found) == [201, 409, 409, 409]


def test_who_refused_marketing_stays_refused_for_every_branch_and_compliance_alone_lifts_it(
    house: House,
) -> None:
    here = card(house.person("teller1"))
    there = card(house.person("teller3"))
    done = changed(house.person("teller1"), here, do_not_contact=True, reason="客户说别再打了")
    assert done["do_not_contact"] is True
    for customer in (here, there):
        said = asks(house.person("business1"), customer)
        assert (keys(said), said["not_before"]) == (["do_not_contact"], None)
    elsewhere = house.person("manager2").get(f"/customers/{there['id']}")
    assert (elsewhere["do_not_contact"], elsewhere["refusal"]) == (True, None)
    shown = house.person("manager1").get(f"/customers/{here['id']}")
    assert shown["refusal"]["by"]["username"] == "teller1"
    for username in ("business1", "teller1", "manager1", "complaint1", "regional1"):
        who = house.person(username)
        assert refused(who, shown, do_not_contact=False, reason="想再联系") == 403
    compliance = house.person("compliance1")
    assert refused(compliance, shown, do_not_contact=False) == 422
    changed(compliance, here, do_not_contact=False, reason="客户书面要求恢复")
    assert asks(house.person("business1"), here)["allowed"] is True


def test_a_bad_moment_is_called_back_later_and_not_before(house: House) -> None:
    teller, marketing = house.person("teller1"), house.person("business1")
    customer = card(teller)
    changed(teller, customer, call_back_after="2026-03-14T10:00:00+08:00")
    said = asks(marketing, customer)
    assert (keys(said), said["not_before"]) == (["call_back_later"], "2026-03-14T02:00:00.000Z")
    assert asks(marketing, customer, at="2026-03-14T10:00:00+08:00")["allowed"] is True
    late = {"call_back_after": "2027-03-14T10:00:00+08:00"}
    shown = teller.get(f"/customers/{customer['id']}")
    assert refused(teller, shown, **late) == 422


def test_what_two_change_at_once_is_not_lost(house: House) -> None:
    manager = house.person("manager1")
    customer = card(manager)
    changed(house.person("deputy1"), customer, tags=["vulnerable"])
    path = f"/customers/{customer['id']}"
    answer = manager.ask("PATCH", path, {"revision": 1, "tags": []})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("changed-meanwhile")


def test_a_number_is_one_customers_in_its_branch_and_a_card_is_made_once(house: House) -> None:
    teller, one = house.person("teller1"), new_id()
    customer = card(teller, id=one)
    assert card(teller, id=one) == customer
    assert teller.ask("POST", "/customers", MR_LI).json()["type"].endswith("reference-taken")
    other = house.person("teller3").ask("POST", "/customers", {**MR_LI, "id": one})
    assert other.json()["type"].endswith("idempotency-conflict")


def test_at_the_counter_a_customer_is_looked_up_by_name_or_number_and_nobody_browses(
    house: House,
) -> None:
    customer = card(house.person("manager1"), tags=["low_trust"], risk_profile="conservative")
    teller = house.person("teller1")
    assert teller.ask("GET", "/customers").status_code == 422
    assert teller.ask("GET", "/customers", params={"q": "李"}).status_code == 422
    (found,) = teller.get("/customers", params={"q": "建国"})["items"]
    assert found["whole"] is False
    assert "mute_marketing" not in found
    assert (found["tags"], found["risk_profile"]) == (["low_trust"], "conservative")
    by_number = teller.get("/customers", params={"reference": MR_LI["reference"]})["items"]
    assert by_number == [found]
    assert teller.get("/customers", params={"reference": "6222"})["items"] == []
    assert teller.ask("GET", f"/customers/{customer['id']}/contacts").status_code == 403
    for stranger in ("teller3", "teller4", "manager2"):
        who = house.person(stranger)
        assert who.get("/customers", params={"q": "建国"})["items"] == []
        assert who.ask("GET", f"/customers/{customer['id']}").status_code == 404
    for nobody in ("guard1", "admin1"):
        assert house.person(nobody).ask("GET", "/customers").status_code == 403
    (whole,) = house.person("business1").get("/customers", params={"tag": "low_trust"})["items"]
    assert whole["whole"] is True


def test_on_a_tablet_nobody_sees_a_whole_card_nor_judges_a_customer(house: House) -> None:
    customer = card(house.person("manager1"))
    manager = house.tablet().with_pin("manager1")
    assert manager.get(f"/customers/{customer['id']}")["whole"] is False
    assert refused(manager, customer, tags=["low_trust"]) == 403
    changed(manager, customer, do_not_contact=True, reason="客户当面说的")
    assert (
        manager.ask("POST", "/customers", {"name": "王", "tags": ["low_trust"]}).status_code == 403
    )
    assert manager.does("POST", "/customers", {"name": "王芳"})["name"] == "王芳"


def test_a_tablet_says_what_to_do_and_never_how_the_customer_is_judged(house: House) -> None:
    tags = ["high_sensitivity", "low_trust", "vulnerable"]
    customer = card(house.person("manager1"), tags=tags)
    matter = complains(house, customer, facts={"amount_fen": 100})
    complains(house, customer, facts={"amount_fen": 100})
    tablet, path = house.tablet().with_pin("manager1"), f"/customers/{customer['id']}"
    care = ["no_marketing", "one_contact", "take_time"]
    for shown in (
        tablet.get(path),
        tablet.get("/customers", params={"q": "李建国"})["items"][0],
        tablet.incident(matter)["customer"],
    ):
        assert (shown["tags"], shown["care"]) == ([], care)
    assert tablet.incident(matter)["customer"]["repeat_claims"] == []
    assert tablet.get(f"{path}/matters")["repeat_claims"] == []
    assert tablet.ask("GET", "/customers?q=李建国&tag=low_trust").status_code == 403
    at_desk = house.person("manager1").incident(matter)["customer"]
    assert (at_desk["tags"], at_desk["repeat_claims"]) == (tags, ["money_again"])


def test_on_a_tablet_a_frequent_complainant_is_muted_and_not_named_so(house: House) -> None:
    customer = card(house.person("teller1"))
    for _ in range(3):
        complains(house, customer)
    tablet = house.tablet().with_pin("manager1")
    assert keys(asks(tablet, customer)) == ["muted"]
    assert keys(asks(house.person("manager1"), customer)) == ["frequent_complainant"]
    refusal = tablet.ask("POST", f"/customers/{customer['id']}/contacts", {"channel": "email"})
    assert [each["key"] for each in refusal.json()["reasons"]] == ["muted"]


def test_the_same_customers_earlier_matters_are_shown_and_linked(house: House) -> None:
    customer = card(house.person("manager1"), risk_profile="conservative", tags=["vulnerable"])
    first = complains(house, customer)
    assert first["customer"] == {
        "id": customer["id"],
        "name": "李建国",
        "tags": ["vulnerable"],
        "care": ["take_time"],
        "risk_profile": "conservative",
        "earlier": 0,
        "repeat_claims": [],
    }
    second = complains(house, customer, "investment_loss")
    assert second["customer"]["earlier"] == 1
    matters = house.person("teller1").get(f"/customers/{customer['id']}/matters")["items"]
    assert [each["id"] for each in matters] == [second["id"], first["id"]]
    teller = house.person("teller1")
    teller.command(second, "link-customer", customer=customer["id"])
    assert types(teller.timeline(second)).count("customer.linked") == 1
    loose = teller.command(second, "unlink-customer")
    assert loose["customer"] is None
    matters = teller.get(f"/customers/{customer['id']}/matters")["items"]
    assert [each["id"] for each in matters] == [first["id"]]


def test_whoever_may_not_look_the_customer_up_sees_nothing_of_the_link(house: House) -> None:
    customer = card(house.person("teller1"))
    incident = complains(house, customer)
    assert house.person("guard1").incident(incident)["customer"] is None
    assert house.person("teller2").incident(incident)["customer"]["name"] == "李建国"
    teller = house.person("teller1")
    other = house.person("teller3").does("POST", "/customers", {"name": "赵敏"})
    for unknown in (new_id(), other["id"]):
        teller.refused(incident, "link-customer", 422, customer=unknown)
    house.person("business1").refused(incident, "link-customer", 403, customer=customer["id"])


def test_a_covert_matter_is_neither_listed_nor_counted_for_who_may_not_see_it(
    house: House,
) -> None:
    customer = card(house.person("manager1"))
    covert = complains(house, customer, "media_covert")
    open_matter = complains(house, customer)
    path = f"/customers/{customer['id']}/matters"
    manager, teller2 = house.person("manager1"), house.person("teller2")
    assert len(manager.get(path)["items"]) == 2
    assert [each["id"] for each in teller2.get(path)["items"]] == [open_matter["id"]]
    assert [each["id"] for each in house.person("compliance1").get(path)["items"]] == [
        open_matter["id"]
    ]
    assert manager.incident(open_matter)["customer"]["earlier"] == 1
    assert teller2.incident(open_matter)["customer"]["earlier"] == 0
    on_tablet = house.tablet().with_pin("manager1")
    assert [each["id"] for each in on_tablet.get(path)["items"]] == [open_matter["id"]]
    assert on_tablet.incident(open_matter)["customer"]["earlier"] == 0
    complains(house, customer)
    assert covert["discreet"] is True
    assert asks(house.person("business1"), customer)["allowed"] is True


def test_whom_a_matter_is_about_learns_of_it_neither_by_the_list_nor_by_the_mute(
    house: House,
) -> None:
    customer = card(house.person("manager1"))
    complains(house, customer, facts={"subject_staff": "deputy1"})
    complains(house, customer)
    complains(house, customer)
    path = f"/customers/{customer['id']}"
    manager, deputy = house.person("manager1"), house.person("deputy1")
    assert manager.get(path)["mute_marketing"]["on"] is True
    assert deputy.get(path)["mute_marketing"]["on"] is False
    assert deputy.get(path)["tags"] == []
    assert len(manager.get(f"{path}/matters")["items"]) == 3
    assert len(deputy.get(f"{path}/matters")["items"]) == 2


def test_money_asked_for_again_is_shown_as_a_repeat_claim(house: House) -> None:
    customer = card(house.person("manager1"))
    complains(house, customer, facts={"amount_fen": 500_00})
    second = complains(house, customer, facts={"amount_fen": 800_00})
    assert second["customer"]["repeat_claims"] == ["money_again"]
    listed = house.person("complaint1").get(f"/customers/{customer['id']}/matters")
    assert listed["repeat_claims"] == ["money_again"]
    house.person("manager1").command(second, "cancel", reason="弄错了")
    listed = house.person("complaint1").get(f"/customers/{customer['id']}/matters")
    assert (len(listed["items"]), listed["repeat_claims"]) == (1, [])


def test_a_link_made_without_a_line_counts_when_the_tablet_is_back(house: House) -> None:
    customer = card(house.person("manager1"))
    incident = house.person("teller1").raise_("complaint_light")
    on_tablet = house.tablet().with_pin("teller2")
    link = {
        "command_id": new_id(),
        "incident": incident["id"],
        "command": "link-customer",
        "data": {"customer": customer["id"]},
    }
    body = {"device_now": "2026-03-11T02:00:00Z", "mono_now": 1, "commands": [link, link]}
    results = on_tablet.does("POST", "/sync", body)["results"]
    assert [each["outcome"] for each in results] == ["applied", "repeated"]
    assert house.person("manager1").incident(incident)["customer"]["id"] == customer["id"]


def test_names_and_numbers_stand_sealed_in_the_log_and_ids_in_clear(house: House) -> None:
    customer = card(house.person("teller1"))
    changed(house.person("teller1"), customer, do_not_contact=True, reason="别再打了")
    incident = complains(house, customer)
    whole = house.person("auditor1").ask(
        "GET", f"/incidents/{incident['id']}/export", params={"format": "json"}
    )
    assert "李建国" not in whole.text
    assert customer["id"] in whole.text
    assert whole.json()["incident"]["customer"] is None


@pytest.mark.parametrize("username", ["legal1", "auditor1"])
def test_who_only_reads_changes_nothing(house: House, username: str) -> None:
    customer = card(house.person("teller1"))
    reader = house.person(username)
    assert reader.get(f"/customers/{customer['id']}")["whole"] is True
    assert refused(reader, customer, tags=["low_trust"]) == 403
    assert refused(reader, customer, do_not_contact=True, reason="?") == 403
    assert reader.ask("POST", "/customers", {"name": "新", "org": "east-01"}).status_code == 403
