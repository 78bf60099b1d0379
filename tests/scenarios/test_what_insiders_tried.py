"""What somebody of the house could once do with customers, drills and versions, tried again."""

from datetime import timedelta
from typing import Any

import pytest

from tests.clients import Client, new_id
from tests.house import House
from tests.scenarios.test_playbook_versions import PATH, drafted, edited_and_cleared, reworded
from tests.scenarios.test_suggestions import suggests

MINUTE, DAY = 60, 86400
NUMBER = "6222-0001 Ab"
FAR = "9999-12-31T23:59:59Z"


def carded(who: Client, **more: Any) -> Any:
    return who.does("POST", "/customers", {"org": "east-01", "name": "王大锤", **more})


def refusing(house: House) -> Any:
    """The card of a customer who wants no marketing."""
    officer = house.person("complaint1")
    card = carded(officer, reference=NUMBER)
    change = {"revision": 1, "do_not_contact": True, "reason": "客户不要"}
    return officer.does("PATCH", f"/customers/{card['id']}", change)


def may_call(house: House, reference: str) -> bool:
    query = {"reference": reference, "channel": "mail"}
    return bool(house.person("business1").get("/customers/may-call", params=query)["allowed"])


def ago(house: House, seconds: float) -> str:
    return (house.now - timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize(
    "typed", [NUMBER, "62220001AB", "６２２２-0001 ａｂ", "6222 0001\u2013ab", "6222\u200b0001ab"]
)
def test_a_number_typed_otherwise_is_the_same_customers(house: House, typed: str) -> None:
    refusing(house)
    assert may_call(house, typed) is False
    other = carded(house.person("complaint1"), org="east-02", reference=typed)
    assert other["do_not_contact"] is True
    assert other["reference"] == typed
    again = {"org": "east-01", "name": "王", "reference": typed}
    twice = house.person("complaint1").ask("POST", "/customers", again)
    assert (twice.status_code, twice.json()["type"].rsplit("/", 1)[-1]) == (409, "reference-taken")


def test_nobody_but_compliance_takes_the_number_off_who_refused_marketing(house: House) -> None:
    card = refusing(house)
    other = carded(house.person("manager2"), org="east-02", reference=NUMBER)
    for username, shown in (("manager1", card), ("regional1", card), ("manager2", other)):
        for number in (None, "1"):
            change = {"revision": shown["revision"], "reference": number}
            path = f"/customers/{shown['id']}"
            assert house.person(username).ask("PATCH", path, change).status_code == 403
    assert may_call(house, NUMBER) is False
    change = {"revision": card["revision"], "reference": "1"}
    house.person("compliance1").does("PATCH", f"/customers/{card['id']}", change)


def test_a_name_is_found_as_it_is_written_whatever_its_capitals(house: House) -> None:
    officer = house.person("complaint1")
    card = carded(officer, name="Émile Ünal")
    for word in ("Émile", "Ünal", "UNA", "emile"):
        found = officer.get("/customers", params={"q": word})["items"]
        assert [each["id"] for each in found] == ([card["id"]] if word[0] in "ÉÜ" else [])


def test_what_has_happened_is_no_mystery_visit_that_is_planned_afterwards(house: House) -> None:
    incident = house.person("teller1").raise_("disruptive_customer")
    house.advance(2 * MINUTE)
    manager = house.person("manager1")
    body = {"type": "disruptive_customer", "mode": "mystery"}
    drill = manager.does("POST", "/drills", {**body, "starts_at": ago(house, 3 * MINUTE)})
    assert drill["candidates"] == []
    mark = {"drill": drill["id"], "reason": "暗访"}
    manager.refused(incident, "mark-drill", 409, "drill-does-not-fit", **mark)
    manager.does("PATCH", f"/drills/{drill['id']}", {"starts_at": ago(house, 3 * MINUTE)})
    manager.refused(incident, "mark-drill", 409, "drill-does-not-fit", **mark)


def test_a_mystery_visit_sent_again_is_the_same_plan(house: House) -> None:
    body = {"id": new_id(), "type": "disruptive_customer", "mode": "mystery"}
    manager = house.person("manager1")
    first = manager.does("POST", "/drills", body)
    house.advance(MINUTE)
    assert manager.does("POST", "/drills", body)["ends_at"] == first["ends_at"]


def test_a_tablet_shows_nothing_that_a_covert_visit_has_led_to(house: House) -> None:
    manager = house.person("manager1")
    covert = house.person("teller1").raise_("media_covert")
    suggests(manager, incident=covert["id"])
    drill = manager.does("POST", "/drills", {"type": "media_covert"})["incident"]
    manager.command(drill, "acknowledge")
    for step in manager.incident(drill)["steps"]:
        if step["containment"] and step["state"] == "ready":
            manager.command(drill, "skip-step", step=step["id"], reason="演练")
    manager.command(drill, "contain")
    manager.command(drill, "close", resolution="完", outcome="calmed", root_cause="other")
    assert len(manager.get("/drills/results")["items"]) == 1
    on_tablet = house.tablet().with_pin("manager1")
    for path in ("/suggestions", "/suggestions/causes", "/drills/results"):
        assert len(manager.get(path)["items"]) == 1
        assert on_tablet.get(path)["items"] == []


def test_what_was_cleared_a_quarter_ago_is_not_published_before_both_look_again(
    house: House,
) -> None:
    version = edited_and_cleared(house)
    house.jump(93 * DAY)
    path = f"{PATH}/{version['id']}"
    admin = house.anew("admin1")
    refused = admin.ask("POST", f"{path}/publish", {})
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "not-cleared")
    for username in ("compliance1", "legal1"):
        clearer = house.anew(username)
        assert "clear" in clearer.get(path)["may"]
        clearer.does("POST", f"{path}/clear", {"revision": version["revision"]})
    assert admin.does("POST", f"{path}/publish", {})["in_force"] is True


def test_nobody_clears_their_own_words_by_way_of_somebody_elses_draft(house: House) -> None:
    compliance, admin = house.person("compliance1"), house.person("admin1")
    mine = drafted(compliance)
    content = reworded(mine["content"])
    compliance.does("PATCH", f"{PATH}/{mine['id']}", {"content": content})
    copy = drafted(admin, **{"from": mine["id"]})
    path = f"{PATH}/{copy['id']}"
    admin.does("POST", f"{path}/submit", {})
    refused = compliance.ask("POST", f"{path}/clear", {})
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "own-work")
    house.person("legal1").does("POST", f"{path}/clear", {})


def test_the_words_of_a_statement_are_read_by_its_writers_and_who_may_export_it(
    house: House,
) -> None:
    complaint = house.person("teller1").raise_("complaint_heavy")
    officer = house.person("complaint1")
    words = {"lang": "zh", "text": "我们确有差错", "contact": "罗佳", "draft": 0}
    officer.command(complaint, "draft-statement", **words)
    path = f"/incidents/{complaint['id']}/timeline"

    def reads(who: Client) -> bool:
        return words["text"] in {each["text"] for each in who.get(path)["sealed"].values()}

    assert [reads(house.person(each)) for each in ("complaint1", "compliance1", "manager1")] == [
        True
    ] * 3
    assert reads(house.person("teller1")) is False
    assert reads(house.tablet().with_pin("manager1")) is False


def test_nobody_has_a_name_that_cannot_be_seen(house: House) -> None:
    for body in ({"name": "\u200b\u2060"}, {"name": "王", "reference": "\u200b"}):
        told = house.person("complaint1").ask("POST", "/customers", {"org": "east-01", **body})
        assert told.status_code == 422


def test_no_promise_is_put_off_for_ever(house: House) -> None:
    complaint = house.person("teller1").raise_("complaint_light")
    manager = house.person("manager1")
    for command in ("pause-clock", "extend-clock"):
        more = {"clock": "resolution", "until": FAR, "reason": "再等等"}
        manager.refused(complaint, command, 422, "invalid", **more)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/drills", {"type": "group_visit", "mode": "mystery", "starts_at": FAR}),
        ("/drills", {"type": "group_visit", "mode": "mystery", "starts_at": FAR, "ends_at": FAR}),
        ("/drills", {"type": "group_visit", "starts_at": "0001-01-01T00:00:00Z"}),
    ],
)
def test_a_drill_at_the_end_of_time_is_refused(house: House, path: str, body: Any) -> None:
    assert house.person("manager1").ask("POST", path, body).status_code == 422


def test_a_version_from_the_beginning_of_time_is_refused(house: House) -> None:
    version = edited_and_cleared(house)
    path = f"{PATH}/{version['id']}/publish"
    assert house.person("admin1").ask("POST", path, {"from": "0001-01-01"}).status_code == 422


def test_a_cursor_beyond_all_numbers_is_refused(house: House) -> None:
    cursor = "WzkyMjMzNzIwMzY4NTQ3NzU4MDgsIngiXQ"  # [9223372036854775808, "x"]
    answer = house.person("compliance1").ask("GET", f"{PATH}?cursor={cursor}")
    assert answer.status_code == 422
