"""How fast, how well, why: what managers and auditors see of the past (A7, S7)."""

from datetime import timedelta
from typing import Any

from tests.clients import Client
from tests.house import House

CAUSE = "information.unclear_terms"


def figures(client: Client, **params: Any) -> Any:
    return client.get("/statistics", params=params)


def closed_after(house: House, seconds: int, **raised: Any) -> Any:
    """A request for help: taken up, under control, and closed as having had this cause."""
    manager = house.person("manager1").listens()
    teller = "manager1" if raised else "teller1"
    storm = house.person(teller).raise_("help", **raised)
    house.advance(seconds)
    manager.command(storm, "acknowledge")
    for step in manager.incident(storm["id"])["steps"]:
        if step["containment"]:
            manager.command(storm, "complete-step", step=step["id"])
    house.advance(60)
    manager.command(storm, "contain")
    done = {"resolution": "讲清楚了", "outcome": "settled", "root_cause": CAUSE}
    return manager.command(storm, "close", **done)


def test_an_incident_is_counted_from_its_tap_to_its_end(house: House) -> None:
    auditor = house.person("auditor1")
    house.person("manager1").listens()
    assert figures(auditor)["total"]["incidents"] == 0
    closed_after(house, 42)
    total = figures(auditor)["total"]
    assert (total["incidents"], total["open"]) == (1, 0)
    assert total["to_acknowledge"] == {"count": 1, "median": 42, "p90": 42}
    assert total["to_contain"] == {"count": 1, "median": 102, "p90": 102}
    assert total["causes"] == [{"cause": CAUSE, "count": 1}]
    house.advance(3600)
    closed_after(house, 20)
    again = figures(house.person("manager1"), by="cause")
    assert again["total"]["to_acknowledge"]["median"] == 31
    assert again["total"]["repeats"] == 1
    (cause,) = again["items"]
    assert (cause["key"], cause["incidents"]) == (CAUSE, 2)
    assert cause["title"]["zh"] == "信息：条款没讲清"


def test_what_nobody_has_taken_up_yet_counts_as_open(house: House) -> None:
    house.person("teller1").raise_("group_visit")
    shown = figures(house.person("regional1"), by="type")
    assert (shown["total"]["incidents"], shown["total"]["open"]) == (1, 1)
    assert shown["items"][0]["key"] == "group_visit"


def test_a_drill_is_never_counted(house: House) -> None:
    closed_after(house, 10, drill=True)
    house.person("manager1").raise_("group_visit", drill=True)
    assert figures(house.person("auditor1"))["total"]["incidents"] == 0


def test_each_sees_the_figures_of_their_own_and_nothing_discreet_that_is_not_theirs(
    house: House,
) -> None:
    house.person("teller1").raise_("media_covert")
    house.person("teller3").raise_("group_visit")
    counts = {
        who: figures(house.person(who))["total"]["incidents"]
        for who in ("manager1", "manager2", "regional1", "compliance1", "complaint1", "auditor1")
    }
    assert counts == {
        "manager1": 1,
        "manager2": 1,
        "regional1": 2,
        "compliance1": 1,
        "complaint1": 2,
        "auditor1": 2,
    }
    assert figures(house.person("auditor1"), org="west")["items"] == []
    assert house.person("manager1").ask("GET", "/statistics?org=west").status_code == 403


def test_days_are_days_of_the_branch_and_months_have_names(house: House) -> None:
    auditor = house.person("auditor1")
    house.person("teller1").raise_("group_visit")
    today = (house.now + timedelta(hours=8)).date()
    shown = figures(auditor, **{"from": str(today), "to": str(today), "by": "month"})
    assert [each["key"] for each in shown["items"]] == [f"{today:%Y-%m}"]
    yesterday = str(today - timedelta(days=1))
    assert figures(auditor, to=yesterday)["total"]["incidents"] == 0
    for wrong in ("from=0001-01-01", "to=9999-12-31", "by=nothing", "org=nowhere"):
        assert auditor.ask("GET", f"/statistics?{wrong}").status_code == 422, wrong


def test_the_table_can_be_taken_home(house: House) -> None:
    house.person("teller1").raise_("group_visit")
    answer = house.person("auditor1").ask("GET", "/statistics?format=csv&lang=en&by=type")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Type,Incidents,Open,")
    assert lines[-1].startswith("All together,1,1,0,0,")
