"""A branch on the other side of the world: its numbers change month at its own midnight."""

from datetime import datetime

from tests.house import House

LAST_MINUTE_OF_MARCH = datetime.fromisoformat("2026-03-31T10:59:00Z")
"""In Auckland, which is in summer time until April 5."""


def test_an_incidents_number_begins_with_the_month_on_the_branchs_wall(house: House) -> None:
    admin = house.person("admin1")
    for org, zone in (("akl-01", "Pacific/Auckland"), ("hnl-01", "Pacific/Honolulu")):
        body = {"id": org, "name": org, "parent": "hq", "kind": "branch", "timezone": zone}
        admin.does("POST", "/orgs", body)
    house.jump((LAST_MINUTE_OF_MARCH - house.now).total_seconds())
    manager = house.nobody(house.nobody().signs_in("hqduty1"))
    march = manager.raise_("group_visit", branch="akl-01")
    house.jump(60)
    april = manager.raise_("disruptive_customer", branch="akl-01")
    still_march = manager.raise_("group_visit", branch="hnl-01")
    months = [each["number"].split("-")[1] for each in (march, april, still_march)]
    assert months == ["2603", "2604", "2603"]
