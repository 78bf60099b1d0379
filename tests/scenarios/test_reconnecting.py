"""Somebody was away and comes back: nothing is missed (contract, section 4)."""

import pytest
import socketio

from tests.clients import Socket
from tests.house import House

TYPE = "group_visit"


def test_hello_says_where_the_log_stands_and_gives_a_signed_time(house: House) -> None:
    house.person("teller1").raise_(TYPE)
    house.settle()
    manager = house.person("manager1").listens()
    assert manager.hello["position"] == house.position
    assert manager.hello["server_time"] == "2026-03-11T02:00:00.000Z"
    assert manager.hello["time_token"]


def test_coming_back_with_a_position_misses_nothing_and_hears_nothing_twice(house: House) -> None:
    manager = house.person("manager1").listens()
    first = house.person("teller1").raise_(TYPE)
    change = manager.hears("incident", incident_id=first["id"], revision=first["revision"])
    place = change["position"]
    manager.hangs_up()
    second = house.person("teller2").raise_("disruptive_customer")
    house.person("teller2").command(second, "add-note", text="一")
    last = house.person("teller2").command(second, "add-note", text="二")
    house.settle()
    manager.listens(after=place)
    missed = manager.heard("incident")
    assert [each["incident_id"] for each in missed] == [second["id"]]
    assert missed[0]["revision"] == last["revision"]
    assert missed[0]["position"] == house.position
    manager.hangs_up()
    manager.listens(after=house.position)
    manager.hears_nothing("incident")


def test_the_position_of_a_reading_answer_is_a_place_to_catch_up_from(house: House) -> None:
    manager = house.person("manager1")
    group = house.person("teller1").raise_(TYPE)
    house.settle()
    answer = manager.ask("GET", f"/incidents/{group['id']}")
    place = int(answer.headers["Counterbell-Position"])
    assert place == house.position
    listed = manager.ask("GET", "/incidents")
    assert int(listed.headers["Counterbell-Position"]) == place
    changed = house.person("teller1").command(group, "add-note", text="来了两个人")
    manager.listens(after=place)
    manager.hears("incident", incident_id=group["id"], revision=changed["revision"])


def test_live_alerts_that_were_not_seen_arrive_on_every_connect_and_seen_ones_do_not(
    house: House,
) -> None:
    manager = house.person("manager1").listens()
    group = house.person("teller1").raise_(TYPE)
    alert = manager.hears("alert")
    manager.hangs_up()
    manager.listens()
    again = manager.hears("alert")
    assert (again["alert_id"], again["repeat"]) == (alert["alert_id"], alert["repeat"])
    assert again["incident_id"] == group["id"]
    manager.socket.asks("seen", {"alert_id": alert["alert_id"], "repeat": 0})
    manager.hangs_up()
    manager.listens()
    manager.hears_nothing("alert")


def test_an_alert_that_is_over_does_not_come_back(house: House) -> None:
    group = house.person("teller1").raise_(TYPE)
    house.person("office1").command(group, "acknowledge")
    house.person("manager1").listens().hears_nothing("alert")


def test_somebody_of_another_branch_catches_up_on_nothing_of_it(house: House) -> None:
    house.person("teller1").raise_(TYPE)
    house.settle()
    house.person("manager2").listens(after=0).hears_nothing()


def test_who_missed_too_much_is_told_to_read_again(house: House) -> None:
    house.person("manager1").listens(after=house.position + 1_000_000).hears("resync")


@pytest.mark.parametrize("after", [-1, 1.5, "1", True, 2**64, None])
def test_a_position_that_is_none_is_refused(house: House, after: object) -> None:
    token = house.person("manager1").token
    if after is None:
        Socket(house.url, {"token": token, "after": None}).close()
        return
    with pytest.raises(socketio.exceptions.ConnectionError):
        Socket(house.url, {"token": token, "after": after})


@pytest.mark.parametrize(
    "auth", [{}, {"token": "dead"}, {"token": 1}, {"token": None}, {"token": ["x"]}]
)
def test_a_bad_token_is_refused(house: House, auth: dict[str, object]) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        Socket(house.url, auth)


def test_a_session_that_is_signed_out_loses_its_socket(house: House) -> None:
    token = house.nobody().signs_in("guard1")
    guard = house.nobody(token).listens()
    other = house.nobody(token)
    assert other.ask("POST", "/auth/logout").status_code == 204
    guard.socket.ends()


def test_the_gateway_answers_nonsense_with_a_no_and_goes_on(house: House) -> None:
    manager = house.person("manager1").listens()
    alert_id = "018f3b1e-0000-7000-8000-000000000001"
    nonsense: list[object] = [
        None,
        [],
        "seen",
        {},
        {"alert_id": 1, "repeat": 0},
        {"alert_id": alert_id, "repeat": -1},
        {"alert_id": alert_id, "repeat": 2**64},
        {"alert_id": alert_id, "repeat": True},
        {"alert_id": "\0", "repeat": 0},
        {"alert_id": "x" * 65, "repeat": 0},
        {"alert_id": alert_id, "repeat": 0},
    ]
    for body in nonsense:
        for event in ("received", "seen"):
            assert manager.socket.asks(event, body)["ok"] is False, body
    house.person("teller1").raise_(TYPE)
    manager.hears("alert")


def test_nobody_confirms_an_alert_that_was_not_theirs(house: House) -> None:
    manager, teller = house.person("manager1").listens(), house.person("teller1").listens()
    teller.raise_(TYPE)
    receipt = {"alert_id": manager.hears("alert")["alert_id"], "repeat": 0}
    assert teller.socket.asks("seen", receipt)["ok"] is False
    assert manager.socket.asks("seen", {**receipt, "repeat": 1})["ok"] is False
    assert manager.socket.asks("seen", receipt)["ok"] is True
