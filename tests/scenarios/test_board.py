"""The board: what is open, what runs out, who is there; nothing that is not theirs to see."""

from typing import Any

from tests.house import House


def board(house: House, who: str, **query: Any) -> Any:
    return house.person(who).get("/board", params=query)


def shown(found: Any) -> list[str]:
    return [each["id"] for each in found["open"]]


def test_what_nobody_has_taken_up_stands_first_then_what_is_due_next(house: House) -> None:
    manager, region = house.person("manager1").listens(), house.person("regional1").listens()
    taken = house.person("teller1").raise_("group_visit")
    manager.command(taken, "acknowledge")
    house.advance(5)
    waits = house.person("teller3").raise_("disruptive_customer", facts={"counter_no": 2})
    found = region.get("/board")
    assert shown(found) == [waits["id"], taken["id"]]
    assert found["counts"]["open"] == 2
    assert found["counts"]["nobody"] == 1
    assert found["counts"]["last_day"] == 2
    first, second = found["open"]
    assert first["in_charge"] is None
    assert first["counter_no"] == 2
    assert second["in_charge"]["username"] == "manager1"
    assert second["taken_by"] == 1
    assert {each["incident"] for each in found["due"]} == {waits["id"], taken["id"]}
    assert found["due"] == sorted(found["due"], key=lambda each: each["at"])


def test_what_runs_out_within_ten_minutes_is_counted_and_what_has_run_out(house: House) -> None:
    house.person("manager1").listens()
    incident = house.person("teller1").raise_("disruptive_customer")
    house.person("manager1").command(incident, "acknowledge")
    before = board(house, "regional1")["counts"]
    assert before["due_soon"] > 0
    assert before["overdue"] == 0
    house.advance(100)
    after = board(house, "regional1")
    assert after["counts"]["overdue"] > 0
    assert after["due"][0]["overdue"] is True
    assert after["due"][0]["title"]["zh"] == "第一时间引离柜台"


def test_each_sees_the_board_of_what_they_may_see_and_staff_none(house: House) -> None:
    here = house.person("teller1").raise_("group_visit")
    there = house.person("teller4").raise_("group_visit")
    assert set(shown(board(house, "hqduty1"))) == {here["id"], there["id"]}
    assert shown(board(house, "regional1")) == [here["id"]]
    assert shown(board(house, "manager2")) == []
    assert shown(board(house, "hqduty1", org="west")) == [there["id"]]
    assert board(house, "manager2")["counts"]["open"] == 0
    assert house.person("teller1").ask("GET", "/board").status_code == 403


def test_nothing_discreet_is_on_a_wall_or_on_anybodys_board_who_may_not_see_it(
    house: House,
) -> None:
    covert = house.person("teller1").raise_("media_covert")
    house.person("manager1").command(covert, "acknowledge")
    assert shown(board(house, "regional1")) == [covert["id"]]
    wall = board(house, "regional1", wall="true")
    assert (wall["open"], wall["due"], wall["calls"]) == ([], [], [])
    assert wall["counts"] | {"ready": 0, "branches": 0} == dict.fromkeys(wall["counts"], 0)
    assert all(each["in_charge_of"] == 0 for each in wall["people"])
    on_tablet = house.tablet().with_pin("supervisor1")
    assert on_tablet.get("/board")["open"] == []


def test_whoever_it_is_about_does_not_find_it_on_their_board(house: House) -> None:
    incident = house.person("teller1").raise_("group_visit")
    house.person("teller1").command(incident, "record-facts", facts={"subject_staff": "deputy1"})
    assert shown(board(house, "deputy1")) == []
    assert shown(board(house, "supervisor1")) == [incident["id"]]


def test_a_wall_shows_no_facts(house: House) -> None:
    facts = {"counter_no": 3, "head_count": 5}
    house.person("teller1").raise_("group_visit", facts=facts)
    (at_the_desk,) = board(house, "regional1")["open"]
    (on_the_wall,) = board(house, "regional1", wall="true")["open"]
    assert (at_the_desk["counter_no"], at_the_desk["head_count"]) == (3, 5)
    assert (on_the_wall["counter_no"], on_the_wall["head_count"]) == (None, None)


def test_drills_stand_last_and_are_counted_by_themselves(house: House) -> None:
    drill = house.person("manager1").raise_("disruptive_customer", drill=True)
    real = house.person("teller1").raise_("group_visit")
    house.person("regional1").command(real, "acknowledge")
    found = board(house, "regional1")
    assert shown(found) == [real["id"], drill["id"]]
    assert (found["counts"]["open"], found["counts"]["drills"]) == (1, 1)
    assert found["counts"]["nobody"] == 0
    assert found["counts"]["last_day"] == 1
    assert {each["incident"] for each in found["due"]} <= {real["id"]}


def test_it_says_who_can_be_reached_and_which_branch_is_not_ready(house: House) -> None:
    region = house.person("regional1").listens()
    for name in ("manager1", "deputy1", "hqduty1", "complaint1", "office1"):
        house.person(name).listens()
        house.knows(name)
    house.advance(61)
    found = region.get("/board")
    people = {each["user"]["username"]: each for each in found["people"]}
    assert people["regional1"]["by"] == ["socket"]
    assert people["compliance1"]["by"] == []
    assert "teller1" not in people
    assert {"manager1", "teller1"} <= {
        each["user"]["username"] for each in board(house, "manager1")["people"]
    }
    branches = {each["branch"]["id"]: each for each in found["branches"]}
    assert set(branches) == {"east-01", "east-02"}
    assert branches["east-02"]["ok"] is False
    assert any(level["because"] for level in branches["east-02"]["levels"])
    assert branches["east-01"]["first"]["username"] == "manager1"
    assert found["counts"]["branches"] == 2


def test_what_is_over_is_on_no_board_but_its_calls_are(house: House) -> None:
    manager = house.person("manager1")
    incident = house.person("teller1").raise_("group_visit")
    manager.command(incident, "acknowledge")
    later = {"incident": incident["id"]}
    call = house.person("manager1").does("POST", "/follow-ups", later)
    manager.command(incident, "cancel", reason="误报")
    assert shown(board(house, "regional1")) == []
    kept = house.person("teller1").raise_("disruptive_customer")
    manager.command(kept, "acknowledge")
    manager.ticks(kept, "lead_away")
    manager.does("POST", "/follow-ups", {"incident": kept["id"]})
    manager.command(kept, "contain")
    manager.command(kept, "close", resolution="谈好了", outcome="settled", root_cause="other")
    assert shown(board(house, "regional1")) == []
    house.advance(3 * 86_400 - 3600)
    calls = house.anew("regional1").get("/board")["calls"]
    assert call["id"] not in {each["id"] for each in calls}
    assert [each["incident"] for each in calls] == [kept["id"]]
