"""Who sees what is one rule in two forms: Python for one incident, SQL for lists (ADR 4)."""

from itertools import product

import pytest
from sqlalchemy import select

from backend.incident_list import visible
from backend.projections import INCIDENTS
from escalation.commands import Reclassify, RecordFacts
from escalation.rights import Caller, sees
from escalation.texts import Typed
from tests.integration.exports_house import ExportsHouse

RAISES = [
    ("teller1", "east-01"),
    ("teller3", "east-02"),
    ("teller4", "west-01"),
    ("regional1", "east-02"),
    ("hqduty1", "west-01"),
]
TYPES = ["group_visit", "media_covert", "media_declared", "disruptive_customer", "help"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> ExportsHouse:
    """Incidents of every type at every branch; some about a member of staff, some reclassified."""
    house = ExportsHouse(tmp_path_factory.mktemp("visibility"))
    for (who, branch), type_ in product(RAISES, TYPES):
        incident = house.opens(type_, who, branch)
        if type_ == "help":
            subject = {"east-01": "manager1", "east-02": "manager2", "west-01": "regional1"}[branch]
            house.does(who, RecordFacts({"subject_staff": subject}), incident)
        if (who, type_) == ("teller1", "media_declared"):
            house.does(who, Reclassify("media_covert", Typed("在偷拍")), incident)
    return house


def _listed(house: ExportsHouse, caller: Caller) -> set[str]:
    with house.engine.connect() as conn:
        rows = select(INCIDENTS.c.id).where(visible(caller, house.world.directory))
        return set(conn.execute(rows).scalars())


def _seen(house: ExportsHouse, caller: Caller) -> set[str]:
    with house.engine.connect() as conn:
        ids = conn.execute(select(INCIDENTS.c.id)).scalars().all()
        states = {each: house.states.read(conn, each) for each in ids}
    return {
        each
        for each, loaded in states.items()
        if loaded is not None and sees(caller, loaded.state, house.world.directory)
    }


def test_lists_show_everybody_exactly_what_they_may_see(house: ExportsHouse) -> None:
    counts = {}
    for person in house.world.directory.people.values():
        caller = Caller(person)
        assert _listed(house, caller) == _seen(house, caller), person.username
        counts[person.username] = len(_seen(house, caller))
    assert counts["admin1"] == 0
    assert counts["auditor1"] > counts["compliance1"] > counts["teller1"] > 0


def test_on_a_paired_tablet_nobody_is_shown_anything_discreet(house: ExportsHouse) -> None:
    for person in house.world.directory.people.values():
        caller = Caller(person, device_id="tablet", device_org="east-01")
        assert _listed(house, caller) == _seen(house, caller), person.username
    manager = house.world.directory.by_username["manager1"]
    on_phone, on_tablet = Caller(manager), Caller(manager, "tablet", "east-01")
    assert _listed(house, on_tablet) < _listed(house, on_phone)


def test_nobody_finds_an_incident_about_themselves(house: ExportsHouse) -> None:
    with house.engine.connect() as conn:
        about = conn.execute(
            select(INCIDENTS.c.id, INCIDENTS.c.subject).where(INCIDENTS.c.subject.is_not(None))
        ).all()
    assert about
    for row in about:
        subject = Caller(house.world.directory.by_username[row.subject])
        assert row.id not in _listed(house, subject)
