"""Working days at the turn of a year whose holidays nobody has announced yet (R4)."""

from datetime import UTC, datetime
from typing import Any

import requests

from tests.clients import PASSWORD, Client
from tests.house import House
from tests.scenarios.steps import clock

FORM = {"customer_name": "王先生", "contact": "13800000000", "demand": "退还手续费"}
NEW_YEARS_EVE = datetime(2026, 12, 31, 2, tzinfo=UTC)


def test_a_clock_into_an_unconfirmed_year_says_so_and_so_does_readyz(house: House) -> None:
    ready = requests.get(f"{house.url}/readyz", timeout=10).json()
    assert "calendar" not in ready["alarms"]
    house.jump((NEW_YEARS_EVE - house.now).total_seconds())
    teller = house.nobody(house.nobody().signs_in("teller1"))
    complaint = teller.raise_("complaint_light")
    form = teller.ticks(complaint, "fill_record_form", record=FORM)
    contact = clock(form, "customer_contact")
    assert contact["unconfirmed"] is True
    assert contact["due_at"] == "2027-01-05T16:00:00.000Z"
    assert "unconfirmed" not in clock(form, "resolution")
    assert "calendar" in requests.get(f"{house.url}/readyz", timeout=10).json()["alarms"]


PLAIN_2027 = "date,working\n2027-01-01,0\n2027-01-09,1\n"


def next_year(teller: Client) -> Any:
    return teller.get("/calendar", params={"year": 2027})


def contact_clock(teller: Client) -> Any:
    complaint = teller.raise_("complaint_light")
    form = teller.ticks(complaint, "fill_record_form", record=FORM)
    return clock(form, "customer_contact")


def test_a_year_that_is_taken_in_counts_at_once_for_the_clocks_that_begin(house: House) -> None:
    house.jump((NEW_YEARS_EVE - house.now).total_seconds())
    teller = house.nobody(house.nobody().signs_in("teller1"))
    keeper = house.nobody(house.nobody().signs_in("compliance1"))
    assert keeper.get("/calendar")["unconfirmed"] == [2027]
    told = keeper.does("POST", "/calendar", {"csv": PLAIN_2027})
    (year,) = told["years"]
    assert (year["year"], year["confirmed"], year["changes"]) == (2027, False, year["days"])
    shown = next_year(teller)
    assert (shown["confirmed"], shown["unconfirmed"], shown["may_import"]) == (True, [], False)
    assert shown["days"] == [
        {"date": "2027-01-01", "working": False},
        {"date": "2027-01-09", "working": True},
    ]
    contact = contact_clock(teller)
    assert not contact.get("unconfirmed")
    # New Year's Day and the weekend are off: the 4th, the 5th, the 6th.
    assert contact["due_at"] == "2027-01-06T16:00:00.000Z"
    assert requests.get(f"{house.url}/readyz", timeout=10).json()["alarms"].count("calendar") == 0


def test_a_look_beforehand_changes_nothing(house: House) -> None:
    told = house.person("admin1").does("POST", "/calendar", {"csv": PLAIN_2027, "dry_run": True})
    assert told["dry_run"]
    assert len(told["years"][0]["days"]) == 2
    assert not next_year(house.person("teller1"))["confirmed"]


def test_a_bad_file_is_refused_line_by_line_and_changes_nothing(house: House) -> None:
    text = PLAIN_2027 + "soon,1\n2027-01-01,1\n"
    answer = house.person("admin1").ask(
        "POST", "/calendar", {"csv": text}, headers={"Accept-Language": "zh-CN"}
    )
    assert answer.status_code == 422
    problem = answer.json()
    assert [each["field"] for each in problem["errors"]] == ["csv.4", "csv.5"]
    assert problem["errors"][1]["detail"] == "第 5 行：2027-01-01 出现了两次。"
    assert not next_year(house.person("teller1"))["confirmed"]


def test_only_the_head_offices_administrators_and_compliance_take_a_year_in(house: House) -> None:
    for who in ("teller1", "manager1", "regional1", "hqduty1", "auditor1"):
        for dry_run in (False, True):
            body = {"csv": PLAIN_2027, "dry_run": dry_run}
            assert house.person(who).ask("POST", "/calendar", body).status_code == 403, who
    assert not next_year(house.person("teller1"))["confirmed"]


def test_a_regions_own_administrator_reads_the_banks_calendar_and_does_not_write_it(
    house: House,
) -> None:
    newcomer = {"username": "eastadmin", "name": "苏青", "password": PASSWORD}
    roles = [{"role": "admin", "org": "east"}]
    house.person("admin1").does("POST", "/users", {**newcomer, "roles": roles})
    regional = house.person("eastadmin")
    assert next_year(regional)["may_import"] is False
    assert regional.ask("POST", "/calendar", {"csv": PLAIN_2027}).status_code == 403
    assert not next_year(regional)["confirmed"]
    assert next_year(house.person("admin1"))["may_import"] is True
