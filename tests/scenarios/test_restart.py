"""The server is killed, and comes back: what was promised happens, once (reliability.md, F2)."""

import time

from tests.house import House
from tests.scenarios.steps import levels

TYPE = "group_visit"
RUNGS = ("manager1", "deputy1", "regional1", "hqduty1")


def all_rungs_listen(house: House) -> None:
    for name in RUNGS:
        house.person(name).listens()


def hang_up(house: House) -> None:
    for name in RUNGS:
        house.person(name).hangs_up()


def test_what_fell_due_while_it_was_down_fires_at_most_two_seconds_after_it_is_ready(
    own_house: House,
) -> None:
    house = own_house
    all_rungs_listen(house)
    group = house.person("teller1").raise_(TYPE)
    house.advance(30)
    # Who was there a moment ago counts as reachable only while the server ran.
    house.killed_and_restarted(after=90)
    hang_up(house)
    began = time.monotonic()
    deputy = house.person("deputy1").listens()
    assert deputy.hears("alert", level=2)["raised_at"] == "2026-03-11T02:02:00.000Z"
    assert time.monotonic() - began < 2
    house.settle()
    assert levels(house.person("teller1").incident(group)).count(2) == 1


def test_sessions_incidents_and_positions_survive(own_house: House) -> None:
    house = own_house
    teller = house.person("teller1")
    group = teller.raise_(TYPE, note="来了五个人")
    house.settle()
    before = (teller.incident(group), teller.timeline(group), house.position)
    house.killed_and_restarted()
    assert (teller.incident(group), teller.timeline(group), house.position) == before
    teller.command(group, "add-note", text="又来了一个")
    assert teller.raise_(TYPE)["id"] == group["id"]


def test_a_command_answered_before_the_kill_is_repeated_after_it(own_house: House) -> None:
    house = own_house
    teller = house.person("teller1")
    body = {"id": "018f3b1e-0000-7000-8000-000000000001", "note": "五个人"}
    body["command_id"] = "018f3b1e-0000-7000-8000-000000000002"
    group = teller.raise_(TYPE, **body)
    house.killed_and_restarted(after=300)
    again = teller.raise_(TYPE, **body)
    assert again["id"] == group["id"]
    assert len(house.person("manager1").incidents()) == 1


def test_a_receipt_counts_after_the_restart(own_house: House) -> None:
    house = own_house
    manager = house.person("manager1").listens()
    house.person("teller1").raise_(TYPE)
    alert = manager.hears("alert")
    house.killed_and_restarted()
    manager.hangs_up()
    manager.listens()
    again = manager.hears("alert", alert_id=alert["alert_id"])
    receipt = {"alert_id": again["alert_id"], "repeat": again["repeat"]}
    assert manager.socket.asks("seen", receipt) == {"ok": True}
