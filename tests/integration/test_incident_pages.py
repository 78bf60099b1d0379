"""A list of incidents goes on where it stopped, and a made-up place tells nobody anything."""

from typing import Any

from backend.api.answers import encode_cursor
from tests.clients import Client, new_id
from tests.house import House

BEGUN = 1_773_194_400_000
"""The house's first moment, in milliseconds since 1970."""


def page(client: Client, **query: Any) -> Any:
    return client.get("/incidents", params=query)


def test_pages_of_incidents_follow_each_other_whole(house: House) -> None:
    teller, types = house.person("teller1"), ["help", "group_visit", "media_declared"]
    raised = [teller.raise_(type_)["id"] for type_ in [*types, "disruptive_customer"]]
    house.advance(61)
    raised.append(teller.raise_("help")["id"])
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        shown = page(teller, limit=2, **cursor)
        found += [each["id"] for each in shown["items"]]
        if shown["next_cursor"] is None:
            break
        cursor = {"cursor": shown["next_cursor"]}
    assert len(found) == 5
    assert found[0] == raised[-1]
    assert set(found) == set(raised)


def test_a_cursor_at_an_invisible_incident_is_like_one_at_none(house: House) -> None:
    teller = house.person("teller1")
    mine = teller.raise_("help")
    hidden = house.person("teller3").raise_("help")
    for opened in (BEGUN, BEGUN + 60_000):
        answers = [
            page(teller, cursor=encode_cursor([opened, place]))
            for place in (
                hidden["id"],
                hidden["id"][:-1] + ("0" if hidden["id"][-1] != "0" else "1"),
            )
        ]
        assert answers[0] == answers[1]
    assert [each["id"] for each in answers[0]["items"]] == [mine["id"]]
    refused = teller.ask("GET", "/incidents", params={"cursor": encode_cursor([2**62, "x"])})
    assert refused.status_code == 422


def test_a_raise_with_the_id_of_an_invisible_incident_is_a_raise(house: House) -> None:
    hidden = house.person("teller3").raise_("help")
    teller = house.person("teller1")
    body = {"type": "group_visit", "id": hidden["id"], "command_id": new_id()}
    raised = teller.ask("POST", "/incidents", body)
    assert raised.status_code == 201
    mine = raised.json()
    assert mine["branch"]["id"] == "east-01"
    assert mine["id"] != hidden["id"]
    assert teller.ask("POST", "/incidents", body).json()["id"] == mine["id"]
    teller.cannot_see(hidden)
    joined = {**body, "command_id": new_id()}
    assert teller.ask("POST", "/incidents", joined).json()["id"] == mine["id"]
    assert house.person("teller3").incident(hidden)["revision"] == hidden["revision"]


def test_a_raise_with_the_id_of_what_one_sees_is_refused_as_before(house: House) -> None:
    seen = house.person("teller1").raise_("help")
    refused = house.person("teller2").ask("POST", "/incidents", {"type": "help", "id": seen["id"]})
    assert refused.status_code == 409


def test_an_incident_says_at_which_counter_it_was_raised(house: House) -> None:
    raised = house.tablet().raise_("group_visit")
    for username in ("manager1", "auditor1"):
        (report,) = house.person(username).incident(raised)["reported_by"]
        assert report["device_name"] == "3 号柜台"
    by_phone = house.person("teller3").raise_("group_visit")
    (report,) = house.person("auditor1").incident(by_phone)["reported_by"]
    assert "device_name" not in report
