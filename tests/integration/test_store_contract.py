"""One contract for both databases: each test runs on SQLite and on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import delete, select

from backend.config import from_environment
from backend.db import make_engine
from backend.projections import ALIASES, DEADLINES, INCIDENTS, OUTBOX, REPORTERS
from backend.rebuild import run_rebuild
from backend.tables import EventRow
from tests.chains import assert_whole
from tests.clients import new_id
from tests.house import House
from tests.scenarios.steps import levels, types

TYPE = "group_visit"
PROJECTIONS = (INCIDENTS, ALIASES, REPORTERS, DEADLINES, OUTBOX)
RUNGS = ("manager1", "deputy1", "regional1", "hqduty1")


def whole_tables(house: House) -> dict[str, list[dict[str, Any]]]:
    """Every projected row, in a fixed order."""
    engine = make_engine(from_environment(house.environ, data=str(house.data)).database_url)
    with engine.connect() as conn:
        found = {
            table.name: sorted(
                (dict(row) for row in conn.execute(select(table)).mappings()), key=str
            )
            for table in PROJECTIONS
        }
    engine.dispose()
    return found


class StoreContract:
    """What holds wherever the rows are."""

    def test_a_tap_is_alerted_acknowledged_contained_closed_and_read_back(
        self, stored: House
    ) -> None:
        manager = stored.person("manager1").listens()
        teller = stored.person("teller1").listens()
        group = teller.raise_(TYPE, facts={"head_count": 5, "demand": "退还手续费"})
        manager.hears("alert", incident_id=group["id"], level=1)
        manager.command(group, "acknowledge", eta_minutes=1)
        stored.person("lobby1").ticks(group, "divert", note="二楼")
        manager.command(group, "contain")
        closed = manager.command(group, "close", resolution="已登记", outcome="to_procedure")
        stored.settle()
        news = teller.hears("incident", revision=closed["revision"])
        assert (news["status"], news["position"]) == ("closed", stored.position)
        told = manager.timeline(group)
        assert_whole(told)
        assert types(told)[0] == "incident.opened"
        shown = manager.incident(group)
        stored.reopened()
        assert stored.person("manager1").incident(group) == shown
        assert stored.person("manager1").timeline(group) == told

    def test_positions_count_through_the_whole_log_without_a_gap(self, stored: House) -> None:
        for name in ("teller1", "teller3", "teller4"):
            stored.person(name).raise_(TYPE, note="一")
        stored.person("teller1").does("POST", "/notes", {"text": "打印机没纸了"})
        stored.settle()
        environ = from_environment(stored.environ, data=str(stored.data))
        engine = make_engine(environ.database_url)
        with engine.connect() as conn:
            rows = conn.execute(select(EventRow.__table__)).all()
        engine.dispose()
        assert sorted(row.position for row in rows) == list(range(1, stored.position + 1))
        for chain in {row.chain for row in rows}:
            in_chain = sorted((row.seq, row.position) for row in rows if row.chain == chain)
            positions = [position for _, position in in_chain]
            assert [seq for seq, _ in in_chain] == list(range(1, len(in_chain) + 1))
            assert positions == sorted(positions)

    def test_sixteen_taps_at_once_are_one_incident_and_one_alert(self, stored: House) -> None:
        manager = stored.person("manager1").listens()
        tellers = [stored.again(name) for name in ("teller1", "teller2", "guard1", "lobby1") * 4]
        with ThreadPoolExecutor(16) as pool:
            ids = {each["id"] for each in pool.map(lambda who: who.raise_(TYPE), tellers)}
        assert len(ids) == 1
        shown = manager.incident(ids.pop())
        assert len(shown["reported_by"]) == 16
        assert len(manager.heard("alert")) == 1

    def test_one_command_sent_eight_times_at_once_acts_once(self, stored: House) -> None:
        group = stored.person("teller1").raise_(TYPE)
        note = {"text": "只算一次", "command_id": new_id()}
        senders = [stored.again("teller1") for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda who: who.command(group, "add-note", **note), senders))
        assert len({each["revision"] for each in answers}) == 1
        told = stored.person("teller1").timeline(group)
        assert types(told).count("note.added") == 1
        stored.person("teller1").refused(
            group, "add-note", 409, "idempotency-conflict", **{**note, "text": "别的"}
        )

    def test_the_ladder_climbs_at_its_times_and_goes_on_after_a_restart(
        self, stored: House
    ) -> None:
        for name in RUNGS:
            stored.person(name).listens()
        group = stored.person("teller1").raise_(TYPE)
        stored.advance(60)
        stored.person("deputy1").hears("alert", level=2)
        stored.reopened()
        for name in RUNGS:
            stored.person(name).listens()
        stored.advance(120)
        stored.person("regional1").hears("alert", level=3)
        stored.advance(240)
        shown = stored.person("teller1").incident(group)
        assert levels(shown) == [1, 2, 3, 4]
        assert shown["alerts"][-1]["repeat"] == 1
        assert [each["raised_at"][14:19] for each in shown["alerts"]] == [
            "00:00",
            "01:00",
            "03:00",
            "05:00",
        ]

    def test_coming_back_with_a_position_misses_nothing(self, stored: House) -> None:
        stored.settle()
        place = stored.position
        ids = {
            stored.person("teller1").raise_(TYPE)["id"],
            stored.person("teller2").raise_("disruptive_customer")["id"],
        }
        stored.settle()
        manager = stored.person("manager1").listens(after=place)
        assert {each["incident_id"] for each in manager.heard("incident")} == ids

    def test_lists_find_numbers_and_typed_words(self, stored: House) -> None:
        manager = stored.person("manager1")
        group = stored.person("teller1").raise_(TYPE, note="100% 穿红外套_的先生")
        assert [each["id"] for each in manager.incidents(q="红外套_的")] == [group["id"]]
        assert [each["id"] for each in manager.incidents(q="100% 穿")] == [group["id"]]
        assert manager.incidents(q="红外套%的") == []
        assert [each["id"] for each in manager.incidents(q=group["number"])] == [group["id"]]

    def test_projections_are_what_the_events_say_and_grow_again_when_emptied(
        self, stored: House, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in RUNGS:
            stored.person(name).listens()
        group = stored.person("teller1").raise_(TYPE, facts={"subject_staff": "guard1"})
        stored.person("teller2").raise_(TYPE, id=new_id())
        stored.advance(200)
        stored.person("manager1").command(group, "acknowledge")
        covert = stored.person("teller2").raise_("media_covert")
        stored.person("manager1").command(covert, "cancel", reason="误报")
        stored.person("teller4").raise_("help")
        stored.settle()
        stored.host.tell("close")
        settings = from_environment(stored.environ, data=str(stored.data))
        before = whole_tables(stored)
        assert run_rebuild(settings) == 0, capsys.readouterr().out

        engine = make_engine(settings.database_url, writer=True)
        with engine.begin() as conn:
            for table in reversed(PROJECTIONS):
                conn.execute(delete(table))
        engine.dispose()
        assert run_rebuild(settings) == 1
        after = whole_tables(stored)
        for rows in (before, after):
            for row in rows[OUTBOX.name]:
                row.pop("sent_at")  # how far a delivery has got is no projection
        assert after == before
        assert run_rebuild(settings) == 0
        stored.open()
        assert stored.person("manager1").incident(group)["in_charge"]["username"] == "manager1"


class TestEmbedded(StoreContract):
    """SQLite in the data directory."""

    @pytest.fixture
    def stored(self, house: House) -> House:
        return house


class TestPostgresql(StoreContract):
    """A real PostgreSQL."""

    @pytest.fixture
    def stored(self, postgresql_house: House) -> House:
        return postgresql_house
