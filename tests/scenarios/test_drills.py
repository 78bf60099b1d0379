"""The branch practises: told as far as the drill says, scored, never in statistics (A6)."""

from datetime import timedelta
from typing import Any

from tests.builders import AT_EAST_01
from tests.clients import Client, new_id
from tests.house import House
from tests.provider import Provider
from tests.scenarios.steps import names, types


def announced(who: Client, **more: Any) -> Any:
    """An announced drill that begins at once."""
    return who.does("POST", "/drills", {"branch": "east-01", "type": "disruptive_customer", **more})


def mystery(house: House, who: str = "regional1", **more: Any) -> Any:
    """A mystery visit whose window has begun."""
    body = {"branch": "east-01", "type": "disruptive_customer", "mode": "mystery", **more}
    return house.person(who).does("POST", "/drills", body)


def played(house: House, incident: Any) -> Any:
    """Everything that has to be done is done, by the manager."""
    manager = house.person("manager1")
    manager.command(incident, "acknowledge")
    for step in manager.incident(incident)["steps"]:
        if step["state"] == "ready" and not any(each["required"] for each in step["record"]):
            manager.ticks(incident, step["id"])
    manager.command(incident, "contain")
    return manager.command(incident, "close", resolution="演练结束", outcome="calmed")


def told(incident: Any) -> set[str]:
    alerts = [names(each["recipients"]) for each in incident["alerts"]]
    return set().union(*alerts, names(incident["informed"]))


def test_an_announced_drill_tells_the_branch_alone_and_says_so(house: House) -> None:
    manager = house.person("manager1").listens()
    region, office = house.person("regional1").listens(), house.person("complaint1").listens()
    drill = announced(house.person("deputy1"), scenario="客人拍桌子")
    assert drill["status"] == "running"
    alert = manager.socket.hears("alert")
    assert alert["drill"] is True
    assert alert["incident_id"] == drill["incident"]["id"]
    house.advance(600)
    region.socket.hears_nothing("alert", "inform")
    office.socket.hears_nothing("alert", "inform")
    incident = manager.incident(drill["incident"]["id"])
    assert incident["drill"] is True
    assert incident["drill_terms"]["id"] == drill["id"]
    assert told(incident) <= AT_EAST_01
    score = manager.get(f"/drills/{drill['id']}/score")
    assert {each["user"]["username"] for each in score["would_tell"]} >= {"regional1", "hqduty1"}
    assert score["final"] is False


def test_a_real_tap_in_the_same_minute_is_its_own_incident_and_reaches_everybody(
    house: House,
) -> None:
    house.person("manager1").listens()
    region = house.person("regional1").listens()
    drill = announced(house.person("deputy1"))
    real = house.person("teller1").raise_("disruptive_customer")
    assert real["drill"] is False
    assert real["id"] != drill["incident"]["id"]
    house.advance(200)
    alert = region.socket.hears("alert")
    assert alert["incident_id"] == real["id"]
    assert alert["drill"] is False
    region.socket.hears_nothing("alert", incident_id=drill["incident"]["id"])


def test_a_drill_goes_out_of_the_house_only_with_its_mark(house: House, provider: Provider) -> None:
    house.gives("manager1", provider.url("manager1"))
    house.gives("regional1", provider.url("regional1"))
    announced(house.person("deputy1"))
    house.advance(400)
    assert all(each["drill"] is True for each in provider.gets("manager1"))
    assert provider.got("regional1") == []


def test_a_mystery_visit_is_real_to_everybody_and_hidden_from_those_who_are_tested(
    house: House,
) -> None:
    drill = mystery(house)
    assert drill["status"] == "planned"
    for tested in ("teller1", "supervisor1", "manager1", "deputy1", "complaint1"):
        assert house.person(tested).get("/drills")["items"] == []
        assert house.person(tested).ask("GET", f"/drills/{drill['id']}").status_code == 404
    manager = house.person("manager1").listens()
    region = house.person("regional1").listens()
    incident = house.person("teller1").raise_("disruptive_customer")
    assert incident["drill"] is False
    assert manager.socket.hears("alert")["drill"] is False
    house.advance(200)
    assert region.socket.hears("alert")["drill"] is False
    (candidate,) = region.get(f"/drills/{drill['id']}")["candidates"]
    assert candidate["id"] == incident["id"]


def test_its_owner_marks_it_afterwards_and_everybody_is_told(house: House) -> None:
    drill = mystery(house)
    manager = house.person("manager1").listens()
    incident = house.person("teller1").raise_("disruptive_customer")
    region = house.person("regional1")
    closed = played(house, incident)
    counted = region.get("/statistics")["total"]["incidents"]
    body = {"drill": drill["id"], "reason": "暗访", "command_id": new_id()}
    marked = region.does("POST", f"/incidents/{closed['id']}/mark-drill", body)
    assert marked["drill"] is True
    again = region.does("POST", f"/incidents/{closed['id']}/mark-drill", body)
    assert again["revision"] == marked["revision"]
    assert manager.socket.hears("inform", reason="drill")["drill"] is True
    assert region.get("/statistics")["total"]["incidents"] == counted - 1
    shown = manager.get(f"/drills/{drill['id']}")
    assert shown["status"] == "done"
    assert shown["marked_at"] is not None
    score = manager.get(f"/drills/{drill['id']}/score")
    assert score["final"] is True
    assert "teller1" in {each["username"] for each in score["took_part"]}
    timeline = manager.timeline(incident)
    assert {"drill.marked", "drill.scored"} <= set(types(timeline))
    other = mystery(house)
    twice = region.ask(
        "POST", f"/incidents/{closed['id']}/mark-drill", {"drill": other["id"], "reason": "?"}
    )
    assert twice.json()["type"].endswith("drill-already")


def test_nobody_who_is_tested_makes_a_drill_of_what_is_real(house: House) -> None:
    drill = mystery(house)
    incident = house.person("teller1").raise_("disruptive_customer")
    for who in ("teller1", "supervisor1", "manager1", "deputy1", "office1"):
        body = {"drill": drill["id"], "reason": "?"}
        answer = house.person(who).ask("POST", f"/incidents/{incident['id']}/mark-drill", body)
        assert answer.status_code == 404
    assert house.person("teller1").incident(incident)["drill"] is False


def test_a_branch_manager_may_test_their_own_counter(house: House) -> None:
    drill = mystery(house, "manager1")
    assert house.person("deputy1").get("/drills")["items"] == []
    incident = house.person("teller1").raise_("disruptive_customer")
    body = {"drill": drill["id"], "reason": "暗访"}
    path = f"/incidents/{incident['id']}/mark-drill"
    assert house.person("deputy1").ask("POST", path, body).status_code == 404
    assert house.person("manager1").does("POST", path, body)["drill"] is True
    (shown,) = house.person("teller1").get("/drills")["items"]
    assert shown["id"] == drill["id"]


def test_somebody_in_it_says_that_it_is_real_and_the_plan_is_open_again(house: House) -> None:
    drill = mystery(house)
    region = house.person("regional1")
    incident = house.person("teller1").raise_("disruptive_customer")
    region.command(incident, "mark-drill", drill=drill["id"], reason="暗访")
    house.person("teller1").command(incident, "unmark-drill", reason="真的有人受伤")
    assert region.incident(incident)["drill"] is False
    assert region.get(f"/drills/{drill['id']}")["status"] == "planned"
    region.refused(
        house.person("teller1").command(incident, "record-facts", facts={"injury": True}),
        "mark-drill",
        409,
        "real-harm",
        drill=drill["id"],
        reason="暗访",
    )


def test_what_is_planned_for_later_begins_by_itself(house: House) -> None:
    at = (house.now + timedelta(hours=2)).isoformat()
    drill = announced(house.person("manager1"), starts_at=at)
    house.starts_drills()
    assert house.person("manager1").get(f"/drills/{drill['id']}")["status"] == "planned"
    house.advance(7200)
    house.starts_drills()
    house.starts_drills()
    started = house.person("manager1").get(f"/drills/{drill['id']}")
    assert started["status"] == "running"
    assert len(house.person("manager1").incidents(drill="true")) == 1


def test_it_begins_once_however_often_it_is_started_and_not_when_it_is_called_off(
    house: House,
) -> None:
    manager = house.person("manager1")
    at = (house.now + timedelta(hours=2)).isoformat()
    first, second = announced(manager, starts_at=at), announced(manager, starts_at=at)
    started = manager.does("POST", f"/drills/{first['id']}/start")
    assert manager.does("POST", f"/drills/{first['id']}/start") == started
    assert manager.ask("DELETE", f"/drills/{first['id']}").status_code == 409
    assert manager.ask("DELETE", f"/drills/{second['id']}").status_code == 204
    house.advance(7200)
    house.starts_drills()
    assert manager.get(f"/drills/{second['id']}")["status"] == "called_off"
    assert len(manager.incidents(drill="true")) == 1


def test_drills_never_count_in_statistics(house: House) -> None:
    region = house.person("regional1")
    before = region.get("/statistics")["total"]
    drill = announced(house.person("manager1"))
    played(house, drill["incident"])
    assert region.get("/statistics")["total"] == before


def test_who_has_not_passed_is_shown_on_the_rota_and_kept_off_it_where_the_branch_says_so(
    house: House,
) -> None:
    manager = house.person("manager1").listens()
    shift: dict[str, Any] = {
        "kind": "weekly",
        "org": "east-01",
        "role": "branch_manager",
        "user": "manager1",
    }
    shift |= {"weekday": 3, "from": "08:00", "to": "17:30"}
    rule = {"playbooks": ["disruptive_customer"], "months": 12}
    manager.does("PUT", "/drills/requirements/east-01", rule)
    row = manager.does("POST", "/rota", shift)
    assert row["not_passed"] == ["disruptive_customer"]
    manager.does("PUT", "/drills/requirements/east-01", {**rule, "refuses": True})
    other = {**shift, "weekday": 4}
    refused = manager.ask("POST", "/rota", other)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("drill-not-passed")
    drill = announced(house.person("deputy1"), pass_mark=1)
    played(house, drill["incident"])
    assert manager.does("POST", "/rota", other)["not_passed"] == []
    (mine,) = manager.get("/drills/results")["items"]
    assert (mine["playbook"], mine["passed"]) == ("disruptive_customer", True)
    staff = {
        each["user"]["username"]: each["ready"]
        for each in manager.get("/drills/passes", params={"org": "east-01"})["items"]
    }
    assert staff["manager1"] is True
    assert staff["teller2"] is False
    house.advance(366 * 86_400)
    rows = house.anew("manager1").get("/rota", params={"org": "east-01"})["items"]
    assert all(row["not_passed"] == ["disruptive_customer"] for row in rows)


def test_a_missing_pass_keeps_nobody_from_raising_taking_up_or_being_alerted(house: House) -> None:
    manager = house.person("manager1").listens()
    books = {"playbooks": ["disruptive_customer"], "refuses": True}
    house.person("hqduty1").does("PUT", "/drills/requirements/hq", books)
    incident = house.person("teller1").raise_("disruptive_customer")
    assert manager.socket.hears("alert")["incident_id"] == incident["id"]
    assert manager.command(incident, "acknowledge")["in_charge"]["username"] == "manager1"
    until = (house.now + timedelta(hours=1)).isoformat()
    over = {"kind": "override", "org": "east-01", "role": "branch_manager", "until": until}
    assert house.person("deputy1").ask("POST", "/rota", over).status_code == 201


def test_past_cases_are_scenarios_without_whose_case_it_was(house: House) -> None:
    teller, officer = house.person("teller1"), house.person("complaint1")
    incident = teller.raise_("help")
    manager = house.person("manager1")
    manager.command(incident, "acknowledge")
    for step in incident["steps"]:
        if step["containment"] and step["state"] == "ready":
            manager.ticks(incident, step["id"])
    manager.command(incident, "contain")
    found = {"words": "对李先生说得太硬", "process": "打 13800000000 没人接", "decision": "重练"}
    officer.does("POST", "/reviews", {**found, "incident": incident["id"]})
    items = officer.get("/drills/scenarios")["items"]
    assert [each["id"] for each in items[:2]] == [
        "customer_doubts",
        "customer_demands_compensation",
    ]
    case = items[2]
    assert (case["kind"], case["type"]) == ("case", "help")
    assert "李" not in case["words"]
    assert "13800000000" not in case["process"]
    assert len(house.person("manager2").get("/drills/scenarios")["items"]) == 2


def test_a_covert_drill_is_unknown_on_the_counter_and_to_those_without_phones(
    house: House,
) -> None:
    body = {"branch": "east-01", "type": "media_covert"}
    drill = house.person("manager1").does("POST", "/drills", body)
    for who in ("teller1", "guard1", "business1"):
        assert house.person(who).get("/drills")["items"] == []
    assert house.person("complaint1").get("/drills")["items"][0]["id"] == drill["id"]
    tablet = house.tablet()
    on_tablet = tablet.with_pin("supervisor1")
    assert on_tablet.get("/drills")["items"] == []
    path = f"/drills/{drill['id']}/score"
    assert on_tablet.ask("GET", path).status_code == 404
