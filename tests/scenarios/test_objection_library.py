"""What comes up often is answered in words that compliance and legal have both cleared (A3, A5)."""

from typing import Any

from tests.clients import Client
from tests.house import House

DAY = 86400
ENTRY = {
    "topic": "收益",
    "playbook": "investment_loss",
    "objection_zh": "当初说稳赚的，怎么亏了？",
    "objection_en": "You said it could not lose.",
    "answer_zh": "亏了谁都难受。我陪您把产品说明看一遍。",
    "answer_en": "A loss hurts. Let us read the terms together.",
}


def found(who: Client, **query: Any) -> list[str]:
    return [each["id"] for each in who.get("/objections", params=query)["items"]]


def cleared(house: House, entry: Any) -> Any:
    path, body = f"/objections/{entry['id']}/clear", {"revision": entry["revision"]}
    house.person("compliance1").does("POST", path, body)
    return house.person("legal1").does("POST", path, body)


def test_an_answer_is_used_when_two_have_cleared_it_and_not_before(house: House) -> None:
    entry = house.person("complaint1").does("POST", "/objections", ENTRY)
    teller = house.person("teller1")
    assert (entry["status"], found(teller)) == ("draft", [])
    path, body = f"/objections/{entry['id']}/clear", {"revision": 1}
    assert house.person("compliance1").does("POST", path, body)["status"] == "draft"
    assert found(teller) == []
    done = house.person("legal1").does("POST", path, body)
    assert done["status"] == "cleared"
    assert done["clear_again_by"] == "2026-06-11T02:00:00.000Z"
    assert found(teller) == [entry["id"]]
    assert found(house.person("teller4")) == []


def test_other_words_want_both_clearances_anew_and_of_the_new_words(house: House) -> None:
    officer = house.person("complaint1")
    entry = cleared(house, officer.does("POST", "/objections", ENTRY))
    path = f"/objections/{entry['id']}"
    assert officer.does("PATCH", path, {"topic": "理财"})["status"] == "cleared"
    changed = officer.does("PATCH", path, {"answer_zh": "我陪您看一遍合同。"})
    assert (changed["status"], changed["revision"]) == ("draft", 2)
    stale = house.person("legal1").ask("POST", f"{path}/clear", {"revision": 1})
    assert stale.status_code == 409
    assert stale.json()["type"].endswith("changed-meanwhile")
    assert cleared(house, changed)["status"] == "cleared"


def test_after_a_quarter_it_is_out_of_use_until_both_have_looked_again(house: House) -> None:
    entry = cleared(house, house.person("complaint1").does("POST", "/objections", ENTRY))
    house.jump(93 * DAY)
    for username in ("teller1", "complaint1", "compliance1", "legal1"):
        house.anew(username)
    assert found(house.person("teller1")) == []
    assert found(house.person("complaint1"), status="expired") == [entry["id"]]
    assert cleared(house, entry)["status"] == "cleared"
    assert found(house.person("teller1")) == [entry["id"]]


def test_forbidden_wording_is_refused_and_its_place_is_marked(house: House) -> None:
    officer = house.person("complaint1")
    answer = officer.ask("POST", "/objections", {**ENTRY, "answer_zh": "我们保证退钱"})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["places"] == [{"field": "answer_zh", "start": 2, "length": 2, "wording": "保证"}]
    assert problem["errors"][0]["field"] == "answer_zh"
    entry = officer.does("POST", "/objections", ENTRY)
    change = officer.ask("PATCH", f"/objections/{entry['id']}", {"answer_en": "It is zero risk."})
    assert change.json()["places"][0]["start"] == 6
    assert found(officer) == [entry["id"]]


def test_entries_are_found_by_words_of_either_language_by_topic_and_by_playbook(
    house: House,
) -> None:
    officer = house.person("complaint1")
    first = officer.does("POST", "/objections", ENTRY)["id"]
    other = {**ENTRY, "topic": "排队", "playbook": None, "objection_zh": "排了一小时"}
    second = officer.does("POST", "/objections", {**other, "objection_en": "An hour in line"})["id"]
    assert found(officer) == [second, first]
    assert found(officer, q="稳赚") == [first]
    assert found(officer, q="HOUR in") == [second]
    assert found(officer, q="%") == []
    assert found(officer, topic="排队") == [second]
    assert found(officer, playbook="investment_loss") == [first]
    page = officer.get("/objections", params={"limit": 1})
    rest = officer.get("/objections", params={"limit": 1, "cursor": page["next_cursor"]})
    assert [each["id"] for each in rest["items"]] == [first]
    assert rest["next_cursor"] is None


def test_an_entry_can_come_from_an_incident_that_its_writer_sees(house: House) -> None:
    covert = house.person("teller1").raise_("media_covert")["id"]
    body = {**ENTRY, "incident": covert}
    assert house.person("compliance1").ask("POST", "/objections", body).status_code == 404
    assert house.person("manager1").does("POST", "/objections", body)["incident"] == covert


def test_who_writes_and_who_clears_is_by_role(house: House) -> None:
    assert house.person("teller1").ask("POST", "/objections", ENTRY).status_code == 403
    manager = house.person("manager1")
    entry = manager.does("POST", "/objections", ENTRY)
    assert entry["org"]["id"] == "east-01"
    assert manager.ask("POST", "/objections", {**ENTRY, "org": "hq"}).status_code == 403
    path = f"/objections/{entry['id']}"
    assert manager.ask("POST", f"{path}/clear", {"revision": 1}).status_code == 403
    assert house.person("manager2").ask("PATCH", path, {"topic": "别的"}).status_code == 404
    assert house.person("auditor1").ask("PATCH", path, {"topic": "别的"}).status_code == 403
    assert manager.does("PATCH", path, {"retired": True})["status"] == "retired"
