"""Each thing that somebody could once do to Counterbell, tried again."""

from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any

import pytest
import requests

from tests.clients import PASSWORD, PIN, Client, new_id
from tests.house import House
from tests.scenarios.steps import names

CLAIM = {"session": "run", "mono_ms": 7}


def reachable(incident: Any) -> dict[str, bool]:
    return {
        recipient["user"]["username"]: recipient["channels"][0]["state"] != "unreachable"
        for alert in incident["alerts"]
        for recipient in alert["recipients"]
    }


class Browser(requests.Session):
    """The app in a browser: it lives by its cookies, which all its tabs share."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._api = f"{house.url}/api/v1"
        self.headers["X-Counterbell"] = "1"

    def asks(self, path: str, meant: str | None = None, **body: Any) -> requests.Response:
        headers = {} if meant is None else {"Counterbell-Person": meant}
        return self.post(self._api + path, json=body, headers=headers)

    def signs_in(self, username: str) -> str:
        told = self.asks("/auth/login", username=username, password=PASSWORD)
        return str(told.json()["user"]["id"])


def deactivated(house: House, username: str) -> None:
    house.person("admin1").does("PATCH", f"/users/{username}", {"active": False})


def test_a_client_that_says_disconnect_is_still_closed_with_its_session(house: House) -> None:
    deputy = house.person("deputy1").listens()
    deputy.socket.says("disconnect", "client disconnect")
    deactivated(house, "deputy1")
    deputy.socket.ends()


def test_a_client_that_says_connect_counts_once(house: House) -> None:
    manager = house.person("manager1").listens()
    for _ in range(3):
        manager.socket.says("connect", {"token": house.person("office1").token})
    manager.hears_nothing("alert")
    manager.hangs_up()
    house.advance(61)
    incident = house.person("teller1").raise_("help")
    assert reachable(incident)["manager1"] is False
    assert reachable(incident)["office1"] is False


def test_who_may_not_see_it_any_more_learns_nothing_by_repeating_a_command(house: House) -> None:
    teller, manager = house.person("teller1"), house.person("manager1")
    incident = teller.raise_("help")
    note = {"text": "客人在喊", "command_id": new_id()}
    teller.command(incident, "add-note", **note)
    manager.command(incident, "record-facts", facts={"subject_staff": "teller1"})
    teller.refused(incident, "add-note", 404, "not-found", **note)


def test_a_tablet_does_not_make_anybody_reachable_for_what_is_discreet(house: House) -> None:
    tablet = house.tablet()
    on_tablet = tablet.with_pin("manager1").listens()
    teller = house.person("teller1")
    visit = teller.raise_("media_covert")
    assert reachable(visit)["manager1"] is False
    assert [alert["level"] for alert in visit["alerts"]] == [1, 2, 3, 4]
    on_tablet.hears_nothing("alert")
    ordinary = teller.raise_("help")
    assert reachable(ordinary)["manager1"] is True
    on_tablet.hangs_up()


def test_a_tap_of_this_very_moment_is_never_taken_for_an_old_one(house: House) -> None:
    manager, teller = house.person("manager1").listens(), house.person("teller1")
    before = teller.raise_("help")
    manager.command(before, "acknowledge")
    house.advance(600)
    wrong = datetime.fromisoformat(before["opened_at"]).astimezone(UTC)
    occurred = {**CLAIM, "device_at": wrong.isoformat()}
    now = teller.raise_("help", occurred=occurred, mono_now=7)
    assert now["id"] != before["id"]
    assert datetime.fromisoformat(now["opened_at"]) - wrong >= timedelta(seconds=590)


def test_what_becomes_discreet_is_not_shown_on_the_tablet_that_made_it_so(house: House) -> None:
    on_tablet: Client = house.tablet().with_pin("teller1")
    for command, body in (
        ("reclassify", {"type": "media_covert", "reason": "在偷拍"}),
        ("add-playbook", {"playbook": "media_covert"}),
    ):
        incident = on_tablet.raise_("help" if command == "reclassify" else "media_declared")
        answer = on_tablet.ask("POST", f"/incidents/{incident['id']}/{command}", body)
        assert answer.status_code == 202
        assert answer.json() == {"id": incident["id"]}
        on_tablet.cannot_see(incident)


def test_a_second_covert_tap_learns_nothing_of_the_first(house: House) -> None:
    first = house.person("teller2").raise_("media_covert")
    told = house.tablet().ask("POST", "/incidents", {"type": "media_covert"})
    assert told.status_code == 201
    assert set(told.json()) == {"id"}
    assert told.json()["id"] != first["id"]


def test_who_hands_over_an_untouched_incident_has_taken_it_up(house: House) -> None:
    manager, deputy = house.person("manager1").listens(), house.person("deputy1").listens()
    house.person("office1").listens()
    incident = house.person("teller1").raise_("help")
    manager.hears("alert")
    manager.command(incident, "hand-over", to="office1")
    house.advance(61)
    after = manager.incident(incident)
    assert after["status"] == "acknowledged"
    assert after["in_charge"]["username"] == "office1"
    assert {alert["level"] for alert in after["alerts"]} == {1}
    assert "deputy1" not in names(after["alerts"][0]["recipients"])
    deputy.hears_nothing("alert")


def test_a_tab_that_missed_the_change_of_staff_does_nothing_under_the_next_name(
    house: House,
) -> None:
    browser = Browser(house)
    teller = browser.signs_in("teller1")
    incident = browser.asks("/incidents", teller, type="help").json()
    manager = browser.signs_in("manager1")
    path = f"/incidents/{incident['id']}/acknowledge"
    assert browser.asks(path, teller).status_code == 401
    assert browser.asks("/sync", teller, device_now=None, mono_now=None).status_code == 401
    assert browser.asks("/incidents", "none", type="help").status_code == 401
    assert house.person("manager1").incident(incident)["status"] == "open"
    assert browser.asks(path, manager).json()["in_charge"]["username"] == "manager1"


def test_what_a_tablet_did_by_itself_is_not_the_next_tellers(house: House) -> None:
    browser = Browser(house)
    order = {"org": "east-01", "name": "二号柜台"}
    code = house.person("manager1").does("POST", "/devices/pairing-codes", order)["code"]
    assert browser.asks("/devices/pair", code=code).ok
    assert browser.asks("/auth/pin", username="teller1", pin=PIN).ok
    raised = browser.asks("/incidents", "none", type="help")
    assert raised.status_code == 201
    reports = house.person("manager1").incident(raised.json())["reported_by"]
    assert [each.get("user") for each in reports] == [None]
    hers = browser.asks("/incidents", type="group_visit").json()
    assert hers["reported_by"][0]["user"]["username"] == "teller1"


HANDSHAKE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
SOCKET = "/socket.io/?EIO=4&transport=websocket"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (SOCKET, HANDSHAKE, 400),
        (SOCKET, {**HANDSHAKE, "Sec-WebSocket-Version": "8"}, 400),
        ("/assets/" + "a" * 5000, {"Accept-Encoding": "gzip"}, 404),
        ("/assets/" + "a/" * 2500, {"Accept-Encoding": "gzip"}, 404),
        ("/assets/..%2f..%2fbuild.py", {"Accept-Encoding": "gzip"}, 404),
        ("/assets/%00", {"Accept-Encoding": "gzip"}, 404),
    ],
)
def test_odd_requests_are_refused_and_no_fault_of_ours(
    house: House, path: str, headers: dict[str, str], status: int
) -> None:
    connection = HTTPConnection(house.url.removeprefix("http://"), timeout=10)
    connection.request("GET", path, headers=headers)
    assert connection.getresponse().status == status
    connection.close()
