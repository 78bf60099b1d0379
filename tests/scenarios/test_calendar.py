"""Working days at the turn of a year whose holidays nobody has announced yet (R4)."""

from datetime import UTC, datetime

import requests

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
