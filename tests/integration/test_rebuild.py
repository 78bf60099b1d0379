"""The projections follow from the events alone: rebuilding finds no difference, or mends it."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, insert, select, update

from backend.batch import Batch
from backend.customers.cards import add_card
from backend.event_store import seal_log
from backend.figure_sums import SUMS, sum_up
from backend.figures import FIGURES
from backend.outgoing.personal_channels import PersonalChannel
from backend.projections import ALIASES, DEADLINES, INCIDENTS, KEYS, OUTBOX, REPORTERS, VIEWERS
from backend.rebuild import rebuild
from backend.tables import EventRow
from backend.world import load_directory
from escalation.commands import (
    Acknowledge,
    AddPlaybook,
    Cancel,
    Close,
    CompleteStep,
    Contain,
    HandOver,
    LinkCustomer,
    RecordReview,
    ScheduleFollowUp,
)
from escalation.customer import Card
from escalation.events import SYSTEM
from escalation.texts import Typed
from tests.builders import MORNING
from tests.integration.exports_house import FACTS, ExportsHouse

EVENTS = EventRow.__table__


@pytest.fixture
def house(tmp_path: Path) -> ExportsHouse:
    """Incidents: taken up, cancelled, open, reviewed; and a drill with its score."""
    house = ExportsHouse(tmp_path)
    for name in ("manager1", "manager2", "complaint1"):
        user = house.world.directory.by_username[name].id
        way = PersonalChannel(f"way-of-{name}", user, "sms", "13800000000", None, True, None)
        house.world.channels = {**house.world.channels, user: (way,)}
    first = house.opens(facts=FACTS)
    house.does("manager1", Acknowledge(3), first)
    house.does("teller1", AddPlaybook("media_declared", Typed("记者")), first)
    house.does("manager1", HandOver("deputy1"), first)
    house.does("manager1", ScheduleFollowUp(note=Typed("在开会")), first)
    house.does("manager1", LinkCustomer(has_card(house)), first)
    mistaken = house.opens("media_covert", "teller2")
    house.does("manager1", ScheduleFollowUp(), mistaken)
    house.does("manager1", Cancel(Typed("误报")), mistaken)
    house.opens("disruptive_customer", "teller3", branch="east-02")
    settled(house, house.opens("sensitive_identity", "manager1", drill=True))
    reviewed = settled(house, house.opens("sensitive_identity", "teller2"))
    house.does("complaint1", RecordReview(Typed("生硬"), Typed("漏了"), Typed("演练")), reviewed)
    with house.engine.begin() as conn:
        sum_up(conn, load_directory(conn), 99)
    return house


def settled(house: ExportsHouse, incident: str) -> str:
    """Taken up, contained and closed by the manager."""
    state = house.does("manager1", Acknowledge(), incident).state
    for _, step in state.steps():
        if step.containment and step.gate is None:
            house.does("manager1", CompleteStep(step.id), incident)
    house.does("manager1", Contain(), incident)
    house.does("manager1", Close(Typed("好了"), "settled", "other"), incident)
    return incident


def has_card(house: ExportsHouse) -> str:
    """A customer's card at the branch."""
    card = Card("card", "east-01", "李建国", None, "u", MORNING)
    with house.engine.begin() as conn:
        batch = Batch(conn)
        add_card(batch, house.clock, SYSTEM, card)
        batch.rows.flush(conn)
        seal_log(conn)
    return card.id


def rows(house: ExportsHouse) -> dict[str, list[Any]]:
    with house.engine.connect() as conn:
        return {
            table.name: sorted(map(tuple, conn.execute(select(table))), key=repr)
            for table in (*KEYS, SUMS)
        }


def change(house: ExportsHouse, *statements: Any) -> None:
    with house.engine.begin() as conn:
        for statement in statements:
            conn.execute(statement)


def mend(house: ExportsHouse) -> list[str]:
    return rebuild(house.engine, house.shelf.of)


def test_what_the_write_path_has_written_needs_no_mending(house: ExportsHouse) -> None:
    before = rows(house)
    assert all(before.values())
    assert mend(house) == []
    assert rows(house) == before


def test_dropped_projections_come_back_as_they_were(house: ExportsHouse) -> None:
    before = rows(house)
    change(house, *(delete(table) for table in KEYS))
    assert len(mend(house)) == sum(len(before[table.name]) for table in KEYS)
    assert rows(house) == before
    assert mend(house) == []


def test_who_may_look_back_is_filled_in_for_a_bank_from_before(house: ExportsHouse) -> None:
    before = rows(house)
    version = import_module("backend.migrations.versions.0017_viewers")
    with house.engine.begin() as conn, Operations.context(MigrationContext.configure(conn)):
        version.downgrade()
        version.upgrade()
    assert rows(house) == before


@pytest.mark.parametrize(
    "statement",
    [
        update(INCIDENTS).values(status="closed"),
        update(INCIDENTS).values(head_hash="0" * 64),
        update(DEADLINES).values(due_at=MORNING),
        delete(DEADLINES),
        update(FIGURES).values(acknowledged_in=7),
        delete(FIGURES),
        delete(SUMS),
        delete(REPORTERS),
        delete(VIEWERS),
        update(OUTBOX).values(live=False, repeat=7),
        delete(OUTBOX).where(OUTBOX.c.channel != "socket"),
        insert(ALIASES).values(id="strange", incident_id="strange"),
        insert(REPORTERS).values(incident_id="strange", user_id="somebody"),
    ],
)
def test_wrong_missing_and_strange_rows_are_told_and_put_right(
    house: ExportsHouse, statement: Any
) -> None:
    before = rows(house)
    change(house, statement)
    assert rows(house) != before
    assert mend(house) != []
    assert rows(house) == before
    assert mend(house) == []


def test_rows_that_took_each_others_keys_are_put_right(house: ExportsHouse) -> None:
    before = rows(house)
    with house.engine.begin() as conn:
        ids = list(conn.execute(select(INCIDENTS.c.id)).scalars())
        numbers = list(conn.execute(select(INCIDENTS.c.number)).scalars())
        conn.execute(update(ALIASES).values(incident_id=ids[0]))
        for step in ([f"other {n}" for n in range(len(ids))], [*numbers[1:], numbers[0]]):
            for incident_id, number in zip(ids, step, strict=True):
                conn.execute(
                    update(INCIDENTS).where(INCIDENTS.c.id == incident_id).values(number=number)
                )
    assert mend(house) != []
    assert rows(house) == before


def test_how_far_a_delivery_and_a_deadline_have_got_is_kept(house: ExportsHouse) -> None:
    change(
        house,
        update(OUTBOX).values(sent_at=house.clock.now()),
        update(DEADLINES).values(parked=True),
    )
    before = rows(house)
    assert mend(house) == []
    assert rows(house) == before
    change(house, update(INCIDENTS).values(status="closed"))
    mend(house)
    assert rows(house) == before


def test_what_is_tried_and_by_whom_is_kept_and_what_is_over_is_not_tried_any_more(
    house: ExportsHouse,
) -> None:
    now = house.clock.now()
    mine = update(OUTBOX).where(OUTBOX.c.channel == "way-of-manager2")
    change(house, mine.values(due_at=now, leased_until=now, fence=3, tries=2, detail="busy"))
    before = rows(house)
    assert mend(house) == []
    assert rows(house) == before
    over = OUTBOX.c.live.is_(False), OUTBOX.c.channel != "socket"
    change(house, update(OUTBOX).where(*over).values(live=True, due_at=now))
    assert rows(house) != before
    assert mend(house) != []
    assert rows(house) == before


def test_who_is_to_be_reached_beyond_the_app_has_a_row_that_is_due(house: ExportsHouse) -> None:
    with house.engine.connect() as conn:
        found = conn.execute(select(OUTBOX).where(OUTBOX.c.channel != "socket")).all()
    due = {(row.channel, row.kind): row.due_at is not None for row in found}
    assert due == {
        ("way-of-manager1", "alert"): False,  # taken up, or cancelled
        ("way-of-complaint1", "inform"): False,
        ("way-of-manager2", "alert"): True,
    }


def test_a_chain_that_does_not_hold_is_told_and_its_rows_stay(house: ExportsHouse) -> None:
    with house.engine.begin() as conn:
        visit = select(INCIDENTS.c.id).where(INCIDENTS.c.type == "group_visit")
        chain = conn.execute(visit).scalar()
        mine = (EVENTS.c.chain == chain, EVENTS.c.seq == 2)
        body = conn.execute(select(EVENTS.c.body).where(*mine)).scalar()
        assert body is not None
        conn.execute(update(EVENTS).where(*mine).values(body=body.replace(b"2026", b"2025")))
    before = rows(house)
    (told,) = mend(house)
    assert str(chain) in told
    assert "event 2" in told
    assert rows(house) == before


def test_a_hole_in_the_logs_own_chain_is_told(house: ExportsHouse) -> None:
    change(house, delete(EVENTS).where(EVENTS.c.chain == "log", EVENTS.c.seq == 5))
    (told,) = mend(house)
    assert told.startswith("log: event 5")
