"""What cannot be done at the counter goes to the business side, which answers (W4, A7)."""

from typing import Any

from tests.clients import Client, new_id
from tests.house import House

IDEA = {
    "product": "稳健理财 90 天",
    "cause": "information.unclear_terms",
    "text": "到期日和赎回日写在一起，客户总看错，建议分两行写。",
}


def suggests(who: Client, **more: Any) -> Any:
    return who.does("POST", "/suggestions", {**IDEA, **more})


def listed(who: Client, **query: Any) -> list[str]:
    return [each["id"] for each in who.get("/suggestions", params=query)["items"]]


def test_a_suggestion_from_an_incident_is_answered_and_its_maker_reads_the_answer(
    house: House,
) -> None:
    teller, business = house.person("teller1"), house.person("business1")
    incident = teller.raise_("investment_loss")
    made = suggests(teller, incident=incident["id"])
    assert (made["org"]["id"], made["status"], made["may_answer"]) == ("east-01", "open", False)
    assert made["incident"] == {"id": incident["id"], "number": incident["number"]}
    (open_one,) = business.get("/suggestions", params={"status": "open"})["items"]
    assert (open_one["id"], open_one["may_answer"]) == (made["id"], True)
    path = f"/suggestions/{made['id']}"
    word = {"status": "answered", "answer": "下个版本的说明书改成两行。"}
    assert teller.ask("PATCH", path, word).status_code == 403
    business.does("PATCH", path, word)
    (read,) = teller.get("/suggestions", params={"mine": "true"})["items"]
    assert (read["status"], read["answer"]) == ("answered", word["answer"])
    assert read["answered_by"]["username"] == "business1"
    again = business.ask("PATCH", path, {"status": "declined", "answer": "不改"})
    assert again.status_code == 409
    assert again.json()["type"].endswith("answered-already")


def test_one_that_comes_from_a_covert_incident_does_not_reveal_it(house: House) -> None:
    covert = house.person("teller1").raise_("media_covert")
    made = suggests(house.person("teller1"), incident=covert["id"])
    assert made["incident"]["id"] == covert["id"]
    for username, seen in (("business1", False), ("compliance1", False), ("manager1", True)):
        (shown,) = house.person(username).get("/suggestions")["items"]
        assert (shown["incident"] is not None) is seen
    on_tablet = house.tablet().with_pin("teller1")
    assert listed(on_tablet) == []
    other = house.person("business1").ask(
        "POST", "/suggestions", {**IDEA, "incident": covert["id"]}
    )
    assert other.status_code == 404


def test_whom_the_incident_is_about_does_not_read_what_it_led_to(house: House) -> None:
    teller = house.person("teller1")
    incident = teller.raise_("complaint_light", facts={"subject_staff": "deputy1"})
    made = suggests(teller, incident=incident["id"])
    assert listed(house.person("manager1")) == [made["id"]]
    assert listed(house.person("deputy1")) == []
    assert house.person("deputy1").get("/suggestions/causes")["items"] == []


def test_what_comes_up_again_is_visible_by_branch_product_and_cause(house: House) -> None:
    first = suggests(house.person("teller1"))
    suggests(house.person("teller2"))
    suggests(house.person("teller3"))
    other = suggests(house.person("teller1"), cause="promises.benefit_late")
    business = house.person("business1")
    business.does(
        "PATCH", f"/suggestions/{first['id']}", {"status": "declined", "answer": "系统做不到"}
    )
    causes = business.get("/suggestions/causes")["items"]
    assert [
        (each["org"]["id"], each["cause"].split(".")[1], each["times"], each["open"])
        for each in causes
    ] == [
        ("east-01", "unclear_terms", 2, 1),
        ("east-01", "benefit_late", 1, 1),
        ("east-02", "unclear_terms", 1, 1),
    ]
    page = business.get("/suggestions/causes", params={"limit": 2})
    rest = business.get("/suggestions/causes", params={"limit": 2, "cursor": page["next_cursor"]})
    assert page["items"] + rest["items"] == causes
    assert rest["next_cursor"] is None
    shown = business.get("/suggestions", params={"org": "east-01", "limit": 200})["items"]
    assert {each["id"]: each["times"] for each in shown}[other["id"]] == 1
    assert {each["id"]: each["times"] for each in shown}[first["id"]] == 2
    only = business.get("/suggestions/causes", params={"org": "east-02"})["items"]
    assert [each["org"]["id"] for each in only] == ["east-02"]


def test_suggestions_are_seen_by_their_makers_and_those_who_look_after_the_branch(
    house: House,
) -> None:
    made = suggests(house.person("teller1"))
    for username in ("business1", "manager1", "regional1", "complaint1", "legal1", "auditor1"):
        assert listed(house.person(username)) == [made["id"]], username
    for username in ("teller2", "guard1", "teller3", "manager2", "office1", "admin1"):
        assert listed(house.person(username)) == [], username
    for username in ("teller1", "guard1", "admin1"):
        answer = house.person(username).ask("GET", "/suggestions/causes")
        assert answer.status_code == 403, username
    for username in ("auditor1", "admin1"):
        body = {**IDEA, "org": "east-01"}
        assert house.person(username).ask("POST", "/suggestions", body).status_code == 403
    outside = {**IDEA, "org": "east-02"}
    assert house.person("teller1").ask("POST", "/suggestions", outside).status_code == 403


def test_sent_twice_it_is_one(house: House) -> None:
    teller, one = house.person("teller1"), new_id()
    assert suggests(teller, id=one) == suggests(teller, id=one)
    other = teller.ask("POST", "/suggestions", {**IDEA, "id": one, "text": "别的"})
    assert other.json()["type"].endswith("idempotency-conflict")
    assert listed(teller) == [one]
