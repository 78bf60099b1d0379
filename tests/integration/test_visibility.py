"""Who sees what is one rule in two forms: Python for one incident, SQL for lists (ADR 4)."""

import re
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from backend.api.answers import encode_cursor
from backend.incident_list import page, visible
from backend.projections import INCIDENTS
from escalation.commands import Cancel, Reclassify, RecordFacts
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
    """Incidents of every type at every branch, some taken back, reclassified or about staff."""
    house = ExportsHouse(tmp_path_factory.mktemp("visibility"))
    for (who, branch), type_ in product(RAISES, TYPES):
        incident = house.opens(type_, who, branch)
        if type_ == "help":
            subject = {"east-01": "manager1", "east-02": "manager2", "west-01": "regional1"}[branch]
            house.does(who, RecordFacts({"subject_staff": subject}), incident)
        if (who, type_) == ("teller1", "media_declared"):
            house.does(who, Reclassify("media_covert", Typed("在偷拍")), incident)
        if type_ in ("group_visit", "media_covert"):
            house.does(who, Cancel(Typed("按错了")), incident)
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


def _paged(house: ExportsHouse, caller: Caller, **query: Any) -> list[str]:
    """The ids of all pages, three at a time."""
    found: list[str] = []
    with house.engine.connect() as conn:
        while rows := conn.execute(page(conn, caller, house.world.directory, query, 3)).all():
            found += [row.id for row in rows]
            at = int(rows[-1].opened_at.timestamp() * 1000)
            query["cursor"] = encode_cursor([at, rows[-1].id])
    return found


@pytest.mark.parametrize("few", [0, 1, 8])
def test_page_by_page_everybody_finds_the_same_each_once(
    house: ExportsHouse, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.incident_list.FEW_BRANCHES", few)
    for person in house.world.directory.people.values():
        for caller in (Caller(person), Caller(person, "tablet", "east-01")):
            found = _paged(house, caller)
            assert len(found) == len(set(found)), person.username
            assert set(found) == _seen(house, caller), person.username


def test_a_branch_a_status_and_a_type_are_found_among_all_that_somebody_sees(
    house: ExportsHouse,
) -> None:
    with house.engine.connect() as conn:
        rows = {row.id: row for row in conn.execute(select(INCIDENTS)).all()}
    for person in house.world.directory.people.values():
        caller = Caller(person)
        seen = _seen(house, caller)
        for branches, query in (
            ({"east-01", "east-02"}, {"branch": "east"}),
            ({"west-01"}, {"branch": "west-01"}),
        ):
            wanted = {each for each in seen if rows[each].branch in branches}
            assert set(_paged(house, caller, **query)) == wanted, person.username
        over = {each for each in seen if rows[each].status == "cancelled"}
        assert set(_paged(house, caller, status=["cancelled", "closed"])) == over
        assert set(_paged(house, caller, status=["open"])) == seen - over
        assert set(_paged(house, caller, status=["open", "closed"])) == seen - over
        helps = {each for each in seen if rows[each].type == "help"}
        assert set(_paged(house, caller, type="help")) == helps
        assert _paged(house, caller, drill=True) == []


@pytest.mark.parametrize(
    ("who", "query"),
    [
        ("guard1", {}),
        ("manager1", {}),
        ("manager1", {"status": ["open"]}),
        ("regional1", {}),
        ("hqduty1", {}),
        ("hqduty1", {"status": ["open", "acknowledged"]}),
        ("hqduty1", {"drill": True}),
    ],
)
def test_every_place_of_a_list_is_walked_by_an_index(
    house: ExportsHouse, who: str, query: dict[str, Any]
) -> None:
    caller = Caller(house.world.directory.by_username[who])
    with house.engine.connect() as conn:
        asked = page(conn, caller, house.world.directory, query, 50)
        text = asked.compile(conn.engine, compile_kwargs={"literal_binds": True}).string
        plan = [row[-1] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    walked = [each for each in plan if each.startswith(("SCAN incidents", "SEARCH incidents"))]
    assert walked
    assert all("INDEX" in each for each in walked), plan
    if "status" in query:
        assert all(re.search(r"ix_incidents_open\b", each) for each in walked), plan
    if "drill" in query:
        assert any("ix_incidents_drill" in each for each in walked), plan


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
