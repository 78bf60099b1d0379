"""Once a week the house looks at what went badly, and writes down what it learns (A2)."""

from typing import Any

from tests.clients import Client, new_id
from tests.house import House

FOUND = {"words": "说法生硬", "process": "交接漏了一步", "decision": "周五全员演练"}


def pack(who: Client, **query: Any) -> dict[str, list[str]]:
    """Why each incident was chosen, by its id."""
    items = who.get("/reviews", params=query)["items"]
    return {each["incident"]["id"]: each["because"] for each in items}


def contained(house: House, incident: Any) -> Any:
    manager = house.person("manager1")
    manager.command(incident, "acknowledge")
    for step in incident["steps"]:
        if step["containment"] and step["state"] == "ready":
            manager.ticks(incident, step["id"])
    return manager.command(incident, "contain")


def test_the_pack_of_the_week_holds_what_went_badly_and_why(house: House) -> None:
    house.person("manager1").listens()
    teller = house.person("teller1")
    severe = teller.raise_("help")
    calm = contained(house, teller.raise_("media_declared"))
    drill = house.person("manager1").raise_("help", drill=True)
    officer = house.person("complaint1")
    found = pack(officer, week="2026-W11")
    assert found[severe["id"]] == ["severe"]
    assert calm["id"] not in found
    assert drill["id"] not in found
    assert pack(officer, week="2026-W10") == {}
    assert pack(officer, week="2026-W11", org="east-02") == {}
    assert officer.get("/reviews")["week"] == "2026-W10"


def test_the_third_of_its_kind_in_a_month_is_chosen_for_being_one(house: House) -> None:
    house.person("manager1").listens()
    for _ in range(3):
        incident = house.person("teller1").raise_("media_declared")
        contained(house, incident)
        house.person("manager1").command(
            incident, "close", resolution="已接待", outcome="settled", root_cause="other"
        )
        house.advance(120)
    found = pack(house.person("manager1"), week="2026-W11")
    assert list(found.values()) == [["repeated"]]


def test_what_was_found_stands_on_the_incidents_record_and_is_sent_once(house: House) -> None:
    house.person("manager1").listens()
    incident = contained(house, house.person("teller1").raise_("help"))
    officer = house.person("complaint1")
    body = {**FOUND, "incident": incident["id"], "command_id": new_id()}
    done = officer.does("POST", "/reviews", body)
    assert {name: done["review"][name] for name in FOUND} == FOUND
    assert officer.does("POST", "/reviews", body) == done
    events = officer.timeline(incident)["events"]
    (event,) = [each for each in events if each["type"] == "review.recorded"]
    assert event["data"]["because"] == ["severe"]
    assert "周五全员演练" not in str(event)
    (item,) = officer.get("/reviews", params={"week": "2026-W11"})["items"]
    assert item["review"]["decision"] == FOUND["decision"]
    assert item["review"]["by"]["username"] == "complaint1"


def test_an_incident_under_way_is_not_reviewed(house: House) -> None:
    incident = house.person("teller1").raise_("help")
    answer = house.person("manager1").ask("POST", "/reviews", {**FOUND, "incident": incident["id"]})
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("not-contained")


def test_a_discreet_incident_is_reviewed_by_those_alone_who_see_it(house: House) -> None:
    covert = house.person("teller1").raise_("media_covert")
    house.advance(400)
    assert covert["id"] in pack(house.person("manager1"), week="2026-W11")
    assert covert["id"] not in pack(house.person("compliance1"), week="2026-W11")
    on_tablet = house.tablet().with_pin("manager1")
    assert covert["id"] not in pack(on_tablet, week="2026-W11")
    on_tablet.close()


def test_pages_of_the_pack_do_not_repeat(house: House) -> None:
    for _ in range(3):
        house.person("manager1").command(house.person("teller1").raise_("help"), "acknowledge")
        house.advance(61)
    manager = house.person("manager1")
    first = manager.get("/reviews", params={"week": "2026-W11", "limit": 2})
    rest = {"week": "2026-W11", "limit": 2, "cursor": first["next_cursor"]}
    second = manager.get("/reviews", params=rest)
    ids = [each["incident"]["id"] for page in (first, second) for each in page["items"]]
    assert len(ids) == len(set(ids)) == 3


def test_a_week_that_is_none_is_refused(house: House) -> None:
    for week in ("2026-W54", "W47", "2026-11", "0000-W01", "9999-W52"):
        answer = house.person("manager1").ask("GET", "/reviews", params={"week": week})
        assert answer.status_code == 422, week
        assert answer.json()["errors"][0]["field"] == "week"
