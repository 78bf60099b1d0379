"""Who is there: rota, absences, substitutes, take-overs, and whether every ladder reaches somebody.

It is a Wednesday, 10:00 in Shanghai.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.clients import Client
from tests.house import House
from tests.provider import Provider
from tests.scenarios.steps import levels, names

TYPE = "group_visit"
EVERY_DAY = range(1, 8)
BRANCH = {"id": "east-01", "name": "城东支行营业部"}


def shift(user: str, hours: str, role: str = "branch_manager", org: str = "east-01") -> Any:
    begins, ends = hours.split("-")
    parts = {"from": begins, "to": ends, "user": user, "role": role, "org": org}
    return {"kind": "weekly", **parts}


def plans(house: House, keeper: str, *shifts: Any, days: Any = EVERY_DAY) -> None:
    for each in shifts:
        for day in days:
            house.person(keeper).does("POST", "/rota", {**each, "weekday": day})


def in_hours(house: House, hours: float) -> str:
    return (house.now + timedelta(hours=hours)).isoformat()


def is_away(house: House, username: str, hours: float = 48) -> None:
    period = {"from": in_hours(house, -1), "to": in_hours(house, hours)}
    house.person(username).does("POST", "/absences", period)


def all_listen(house: House) -> dict[str, Client]:
    """Somebody for every level of every ladder at east-01."""
    people = ("manager1", "deputy1", "office1", "supervisor1", "regional1", "hqduty1")
    return {name: house.person(name).listens() for name in people}


def readiness(client: Client, org: str) -> Any:
    items = client.get("/readiness", params={"org": org})["items"]
    return next(each for each in items if each["branch"]["id"] == org)


def level_of(shown: Any, number: int, playbook: str = TYPE) -> Any:
    book = next(each for each in shown["playbooks"] if each["id"] == playbook)
    return book["levels"][number - 1]


def test_the_manager_is_on_leave_and_her_substitute_is_alerted_and_sees_it(house: House) -> None:
    house.person("manager1").listens()
    house.person("office1").listens()
    other = house.person("manager2").listens()
    house.person("manager1").does("POST", "/substitutes", {"substitute": "manager2"})
    is_away(house, "manager1")
    group = house.person("teller1").raise_(TYPE)
    other.hears("alert", incident_id=group["id"], level=1)
    house.person("manager1").hears_nothing("alert")
    asked = {each["user"]["username"]: each["role"] for each in group["alerts"][0]["recipients"]}
    assert asked == {"manager2": "branch_manager", "office1": "office_staff"}
    taken = other.command(group, "acknowledge")
    assert taken["in_charge"]["username"] == "manager2"
    raised = [e for e in other.timeline(group)["events"] if e["type"] == "alert.raised"]
    told = {each["user"]: each for each in raised[0]["data"]["recipients"]}
    assert "stands_for" in told[taken["in_charge"]["id"]]
    house.person("teller3").cannot_see(group)


def test_when_the_leave_is_over_she_is_asked_again(house: House) -> None:
    manager, deputy = house.person("manager1").listens(), house.person("deputy1").listens()
    manager.does("POST", "/substitutes", {"substitute": "deputy1"})
    is_away(house, "manager1", hours=1)
    house.advance(3599)
    first = house.person("teller1").raise_(TYPE)
    deputy.hears("alert", incident_id=first["id"], level=1)
    house.person("regional1").command(first, "cancel", reason="演示")
    house.advance(1)
    second = house.person("teller1").raise_(TYPE)
    manager.hears("alert", incident_id=second["id"], level=1)
    assert "deputy1" not in names(second["alerts"][0]["recipients"])


def test_west_01_gets_a_manager_with_a_rota_and_is_asked_in_the_shift_only(house: House) -> None:
    roles = [{"role": "branch_manager", "org": "west-01"}]
    house.person("admin1").does("PATCH", "/users/manager2", {"roles": roles})
    manager, top = house.person("manager2").listens(), house.person("hqduty1").listens()
    plans(house, "admin1", shift("manager2", "08:00-17:00", org="west-01"))
    by_day = house.person("teller4").raise_(TYPE)
    manager.hears("alert", incident_id=by_day["id"], level=1)
    assert levels(by_day) == [1]
    manager.command(by_day, "cancel", reason="演示")
    house.advance(7 * 3600)
    by_night = house.person("teller4").raise_(TYPE)
    assert levels(by_night) == [4]
    top.hears("alert", incident_id=by_night["id"], level=4, reason="unreachable")
    manager.hears_nothing("alert", incident_id=by_night["id"])


def test_a_night_shift_goes_over_midnight(house: House) -> None:
    for name in ("manager1", "deputy1"):
        house.person(name).listens()
    roles = [{"role": role, "org": "east-01"} for role in ("branch_manager", "deputy_manager")]
    house.person("admin1").does("PATCH", "/users/deputy1", {"roles": roles})
    plans(house, "manager1", shift("manager1", "06:00-22:00"), shift("deputy1", "22:00-06:00"))
    asked = {}
    for hour in ("13:59:59", "14:00:00", "18:00:00", "21:59:59", "22:00:00"):
        moment = datetime.fromisoformat(f"2026-03-11T{hour}Z")
        house.jump((moment - house.now).total_seconds())
        alarm = house.anew("teller1").raise_(TYPE)
        asked[hour] = names(alarm["alerts"][0]["recipients"]) - {"office1"}
        house.anew("regional1").command(alarm, "cancel", reason="演示")
    assert list(asked.values()) == [
        {"manager1"},
        {"deputy1"},
        {"deputy1"},
        {"deputy1"},
        {"manager1"},
    ]


def test_whoever_takes_over_until_18_00_is_asked_alone_until_then(house: House) -> None:
    manager, deputy = house.person("manager1").listens(), house.person("deputy1").listens()
    until = "2026-03-11T10:00:00Z"
    taken = {"kind": "override", "org": "east-01", "role": "branch_manager", "until": until}
    deputy.does("POST", "/rota", taken)
    first = house.person("teller1").raise_(TYPE)
    deputy.hears("alert", incident_id=first["id"], level=1)
    assert "manager1" not in names(first["alerts"][0]["recipients"])
    house.person("regional1").command(first, "cancel", reason="演示")
    house.jump(8 * 3600)
    second = house.person("teller1").raise_(TYPE)
    manager.hears("alert", incident_id=second["id"], level=1)
    assert "deputy1" not in names(second["alerts"][0]["recipients"])


def test_the_subject_does_not_hear_of_it_as_anybody_s_substitute(house: House) -> None:
    people = all_listen(house)
    people["manager1"].does("POST", "/substitutes", {"substitute": "deputy1"})
    is_away(house, "manager1")
    group = house.person("teller1").raise_(TYPE, facts={"subject_staff": "deputy1"})
    assert names(group["alerts"][0]["recipients"]) == {"office1"}
    house.advance(60)
    people["supervisor1"].hears("alert", incident_id=group["id"], level=2)
    people["deputy1"].hears_nothing("alert")
    people["deputy1"].cannot_see(group)


def test_a_level_with_nobody_on_it_passes_on_at_once_and_readiness_had_said_so(
    house: House,
) -> None:
    people = all_listen(house)
    plans(
        house,
        "manager1",
        shift("manager1", "18:00-20:00"),
        shift("office1", "18:00-20:00", role="office_staff"),
    )
    is_away(house, "office2")
    shown = readiness(people["manager1"], "east-01")
    first = level_of(shown, 1)
    assert (shown["ok"], first["ok"], first["because"], first["reached"]) == (
        False,
        False,
        "empty",
        [],
    )
    assert first["nobody"] == [
        {"role": "branch_manager", "because": "off_duty"},
        {"role": "office_staff", "because": "absent"},
    ]
    group = house.person("teller1").raise_(TYPE)
    assert levels(group) == [2]
    people["supervisor1"].hears("alert", incident_id=group["id"], level=2)
    second = level_of(shown, 2)
    assert names(group["alerts"][0]["recipients"]) == names(second["reached"])


def test_readiness_says_of_every_level_whom_the_ladder_then_asks(house: House) -> None:
    all_listen(house)
    house.person("manager1").does("POST", "/substitutes", {"substitute": "deputy1"})
    is_away(house, "manager1")
    shown = readiness(house.person("regional1"), "east-01")
    assert shown["ok"]
    stand_in = level_of(shown, 1)["reached"][0]
    assert (stand_in["user"]["username"], stand_in["role"]) == ("deputy1", "branch_manager")
    assert (stand_in["stands_for"]["username"], stand_in["by"]) == ("manager1", ["socket"])
    group = house.person("teller1").raise_(TYPE)
    house.advance(300)
    group = house.person("teller1").incident(group)
    assert levels(group) == [1, 2, 3, 4]
    for alert in group["alerts"]:
        assert names(alert["recipients"]) == names(level_of(shown, alert["level"])["reached"])


def test_a_level_of_people_without_a_line_is_unreachable(house: House) -> None:
    house.person("hqduty1").listens()
    shown = readiness(house.person("manager1"), "east-01")
    assert [level_of(shown, n)["because"] for n in (1, 2, 3, 4)] == ["unreachable"] * 3 + [None]
    assert {tuple(each["by"]) for each in level_of(shown, 1)["reached"]} == {()}


def test_a_socket_on_a_tablet_reaches_nobody_for_a_discreet_incident(house: House) -> None:
    there = house.tablet().with_pin("manager1").listens()
    shown = readiness(house.person("manager1"), "east-01")
    assert level_of(shown, 1)["ok"]
    assert not level_of(shown, 1, "media_covert")["ok"]
    there.close()


def test_who_reads_readiness_of_what(house: House) -> None:
    def branches(name: str) -> list[str]:
        items = house.person(name).get("/readiness")["items"]
        return [each["branch"]["id"] for each in items]

    assert branches("manager1") == branches("supervisor1") == ["east-01"]
    assert branches("regional1") == ["east-01", "east-02"]
    assert branches("auditor1") == branches("admin1") == ["east-01", "east-02", "west-01"]
    for name in ("teller1", "office1", "complaint1", "legal1"):
        assert house.person(name).ask("GET", "/readiness").status_code == 403
    first = house.person("hqduty1").get("/readiness", params={"limit": 1})
    again = {"limit": 5, "cursor": first["next_cursor"]}
    rest = house.person("hqduty1").get("/readiness", params=again)
    assert [each["branch"]["id"] for each in rest["items"]] == ["east-02", "west-01"]


@pytest.fixture
def awake(house: House) -> House:
    """Everybody has come back since the start; all ladders of east-01 have been seen ready."""
    all_listen(house)
    house.person("complaint1").listens()
    house.advance(60)
    house.looks()
    assert readiness(house.person("manager1"), "east-01")["ok"]
    return house


def test_a_lasting_loss_is_told_once_to_the_manager_and_the_region_and_so_is_its_end(
    awake: House,
) -> None:
    manager, region = awake.person("manager1"), awake.person("regional1")
    awake.person("hqduty1").hangs_up()
    awake.advance(61)
    awake.looks()
    awake.advance(299)
    awake.looks()
    manager.hears_nothing("readiness")
    awake.advance(1)
    awake.looks()
    for client in (manager, region):
        heard = client.hears("readiness", branch=BRANCH)
        assert heard["ok"] is False
        assert {(each["level"], each["because"]) for each in heard["problems"]} == {
            (4, "unreachable")
        }
    awake.person("office1").hears_nothing("readiness")
    awake.advance(3600)
    awake.looks()
    assert len(manager.heard("readiness")) == 1
    awake.person("hqduty1").listens()
    awake.looks()
    assert manager.hears("readiness", ok=True)["problems"] == []
    awake.looks()
    assert len(region.heard("readiness")) == 2


def test_a_manager_without_the_app_hears_of_a_loss_on_their_own_channel(awake: House) -> None:
    with Provider() as provider:
        awake.gives("manager1", provider.url("manager1"))
        awake.person("manager1").hangs_up()
        awake.person("hqduty1").hangs_up()
        awake.advance(61)
        awake.looks()
        awake.advance(300)
        awake.looks()
        (message,) = provider.gets("manager1")
        assert (message["kind"], message["ok"], message["branch"]) == ("readiness", False, BRANCH)
        awake.looks()
        awake.settle()
        assert len(provider.gets("manager1")) == 1


def test_a_phone_that_comes_and_goes_is_nobody_s_trouble(awake: House) -> None:
    for _ in range(5):
        awake.person("hqduty1").hangs_up()
        awake.advance(290)
        awake.looks()
        awake.person("hqduty1").listens()
        awake.advance(60)
        awake.looks()
    awake.person("manager1").hears_nothing("readiness")


def test_before_opening_a_branch_that_is_not_ready_is_told_each_morning(house: House) -> None:
    region = house.person("regional1").listens()
    house.advance(60)
    house.looks()
    region.hears_nothing("readiness")
    until_morning = datetime(2026, 3, 11, 23, 29, 59, tzinfo=UTC) - house.now
    house.advance(until_morning.total_seconds())
    house.looks()
    region.hears_nothing("readiness")
    house.advance(1)
    house.looks()
    assert region.hears("readiness", branch=BRANCH)["ok"] is False
    assert region.hears("readiness", branch={"id": "east-02", "name": "滨河支行"})["ok"] is False
    house.advance(600)
    house.looks()
    assert len(region.heard("readiness")) == 2
    house.advance(24 * 3600 - 600)
    house.looks()
    assert len(region.heard("readiness")) == 4


def test_a_branch_without_manager_and_region_is_told_to_the_head_office(house: House) -> None:
    top = house.person("hqduty1").listens()
    house.advance((datetime(2026, 3, 12, 0, 0, tzinfo=UTC) - house.now).total_seconds())
    house.looks()
    heard = top.hears("readiness", branch={"id": "west-01", "name": "文昌支行"})
    assert {each["level"] for each in heard["problems"]} >= {1, 2, 3}


def test_after_a_restart_nothing_is_told_twice_and_nobody_is_missed_too_early(
    house: House,
) -> None:
    region = house.person("regional1").listens()
    house.advance((datetime(2026, 3, 12, 0, 0, tzinfo=UTC) - house.now).total_seconds())
    house.looks()
    assert len(region.heard("readiness")) == 2
    house.reopened()
    region = house.anew("regional1").listens()
    house.looks()
    house.advance(60)
    house.looks()
    region.hears_nothing("readiness")
