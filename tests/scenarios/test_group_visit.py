"""Three or more customers come together (domain.md, G1-G5), from the tap to the end."""

import pytest

from tests.house import House

TYPE = "group_visit"


def test_a_tap_reaches_manager_and_office_within_a_heartbeat(house: House) -> None:
    manager, office = house.person("manager1").listens(), house.person("office1").listens()
    group = house.person("teller1").raise_(TYPE)
    for receiver in (manager, office):
        alert = receiver.hears("alert", incident_id=group["id"])
        assert alert["level"] == 1
        assert alert["type"] == TYPE
        assert alert["branch"] == {"id": "east-01", "name": "城东支行营业部"}
        assert alert["raised_at"] == "2026-03-11T02:00:00.000Z"
        assert alert["reason"] == "raised"
        assert alert["urgency"] == "immediate"
        assert alert["title"] == {"zh": "群体来访", "en": "Group visit"}
        assert (alert["repeat"], alert["discreet"], alert["drill"]) == (0, False, False)
