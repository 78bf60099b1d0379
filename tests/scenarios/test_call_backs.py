"""The customer is called afterwards, asked two questions, and nobody forgets it (A1, A4)."""

from typing import Any

from tests.clients import Client, new_id
from tests.house import House

DAY = 86400


def closed(house: House, type_: str = "disruptive_customer", **more: Any) -> Any:
    """Settled by the manager."""
    manager = house.person("manager1")
    incident = house.person("teller1").raise_(type_)
    manager.command(incident, "acknowledge")
    for step in incident["steps"]:
        if step["containment"]:
            manager.ticks(incident, step["id"])
    manager.command(incident, "contain")
    body = {"resolution": "已答复", "outcome": "settled", "root_cause": "other", **more}
    return manager.command(incident, "close", **body)


def calls(who: Client, **query: Any) -> list[Any]:
    items: list[Any] = who.get("/follow-ups", params=query)["items"]
    return items


def test_a_week_after_closing_the_customer_is_asked_two_questions(house: House) -> None:
    incident = closed(house)
    officer = house.person("complaint1")
    (call,) = calls(officer, status="scheduled")
    assert (call["kind"], call["made_by"]) == ("satisfaction", None)
    assert call["incident"]["number"] == incident["number"]
    assert not call["overdue"]
    house.advance(8 * DAY)
    officer = house.anew("complaint1")
    (call,) = calls(officer, status="scheduled")
    assert call["overdue"]
    done = officer.does(
        "PATCH",
        f"/follow-ups/{call['id']}",
        {"outcome": "reached", "content": "partly", "improve": "等得太久"},
    )
    assert (done["status"], done["content"], done["improve"]) == ("done", "partly", "等得太久")
    assert done["done_by"]["username"] == "complaint1"
    assert calls(officer, status="scheduled") == []
    clocks = {each["name"]: each for each in officer.incident(incident)["clocks"]}
    assert clocks["call_back"]["met_at"] is not None


def test_what_the_customer_said_stands_sealed_in_the_timeline(house: House) -> None:
    incident = closed(house)
    manager = house.person("manager1")
    (call,) = calls(manager)
    manager.does(
        "PATCH",
        f"/follow-ups/{call['id']}",
        {"outcome": "reached", "content": "yes", "improve": "多开一个窗口"},
    )
    timeline = manager.timeline(incident)
    kinds = [each["type"] for each in timeline["events"]]
    assert kinds.index("incident.closed") < kinds.index("follow_up.scheduled")
    assert kinds.index("follow_up.scheduled") < kinds.index("follow_up.done")
    said = next(each for each in timeline["events"] if each["type"] == "follow_up.done")
    assert set(said["data"]["improve"]) == {"sealed"}
    assert "多开一个窗口" not in str(said)


def test_a_call_at_a_better_moment_is_marked_once_however_often_it_is_sent(house: House) -> None:
    incident = house.person("teller1").raise_("disruptive_customer")
    body = {"command_id": new_id(), "incident": incident["id"], "note": "在开会，周末再打"}
    teller = house.person("teller1")
    first = teller.does("POST", "/follow-ups", body)
    assert teller.does("POST", "/follow-ups", body) == first
    assert [each["note"] for each in calls(teller, kind="call_back")] == ["在开会，周末再打"]
    assert teller.ask("POST", "/follow-ups", {**body, "note": "别的"}).status_code == 409
    house.person("manager1").command(incident, "acknowledge")
    house.jump(3 * DAY)
    told = [
        event["data"]
        for event in house.anew("manager1").timeline(incident)["events"]
        if event["type"] == "follow_up.due"
    ]
    assert [each["stage"] for each in told] == [1, 2]


def test_due_calls_are_found_by_org_and_moment_and_pages_do_not_repeat(house: House) -> None:
    here = house.person("teller1").raise_("disruptive_customer")
    there = house.person("teller3").raise_("disruptive_customer")
    for who, incident in (("teller1", here), ("teller3", there), ("teller1", here)):
        house.person(who).does("POST", "/follow-ups", {"incident": incident["id"]})
        house.advance(1)
    officer = house.person("complaint1")
    assert len(calls(officer)) == 3
    assert len(calls(officer, org="east-01")) == 2
    assert calls(officer, org="nowhere") == []
    assert calls(officer, due="2026-03-12T00:00:00Z") == []
    assert len(calls(officer, due="2026-03-20T00:00:00Z")) == 3
    first = officer.get("/follow-ups", params={"limit": 2})
    rest = officer.get("/follow-ups", params={"limit": 2, "cursor": first["next_cursor"]})
    ids = [each["id"] for page in (first, rest) for each in page["items"]]
    assert len(set(ids)) == 3
    assert rest["next_cursor"] is None


def test_nobody_sees_or_does_a_call_of_an_incident_that_is_not_theirs(house: House) -> None:
    incident = house.person("teller1").raise_("media_covert")
    made = house.person("manager1").does("POST", "/follow-ups", {"incident": incident["id"]})
    for username in ("teller2", "teller3", "compliance1"):
        stranger = house.person(username)
        assert calls(stranger) == []
        answer = stranger.ask("PATCH", f"/follow-ups/{made['id']}", {"outcome": "declined"})
        assert answer.status_code == 404
    on_tablet = house.tablet().with_pin("manager1")
    assert calls(on_tablet) == []
    on_tablet.close()
    assert len(calls(house.person("complaint1"))) == 1


def test_a_wrong_answer_is_refused_with_the_place(house: House) -> None:
    closed(house)
    manager = house.person("manager1")
    (call,) = calls(manager)
    answer = manager.ask("PATCH", f"/follow-ups/{call['id']}", {"outcome": "reached"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "content"


def test_calls_are_there_after_a_restart(own_house: House) -> None:
    closed(own_house)
    before = calls(own_house.person("manager1"))
    own_house.killed_and_restarted(after=5)
    assert calls(own_house.person("manager1")) == before
