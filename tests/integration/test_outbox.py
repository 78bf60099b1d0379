"""The outbox's leases and fences, on both databases: nothing is lost or finished twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from backend.batch import Batch
from backend.db import make_engine
from backend.outgoing.outbox import (
    AT_ONCE,
    LEASE,
    Delivery,
    backlog,
    claim,
    claim_office,
    claim_waiting,
    give_up,
    is_held,
    next_due,
    next_office,
    note_sent,
    pause_before,
    put_off,
    try_again,
)
from backend.projections import OUTBOX
from backend.tables import OFFICE, ChannelRow
from tests.builders import MORNING

CHANNELS = ChannelRow.__table__
SECOND = timedelta(seconds=1)


class Outbox:
    """A database with rows to send."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def holds(self, *alerts: str, **change: Any) -> None:
        """A row for the manager's channel, due now, for each of these."""
        row = {
            "user_id": "manager",
            "channel": "way",
            "incident_id": "incident",
            "kind": "alert",
            "repeat": 0,
            "live": True,
            "due_at": MORNING,
            **change,
        }
        with self.engine.begin() as conn:
            conn.execute(insert(OUTBOX), [{**row, "alert_id": each} for each in alerts])

    def claims(self, at: datetime = MORNING) -> list[Delivery]:
        with self.engine.begin() as conn:
            return claim(conn, at)

    def finishes(self, finish: Any, *given: Any, **more: Any) -> None:
        with self.engine.begin() as conn:
            batch = Batch(conn)
            finish(batch, *given, **more)
            batch.rows.flush(conn)

    def changes(self, **values: Any) -> None:
        with self.engine.begin() as conn:
            conn.execute(update(OUTBOX).values(values))

    def row(self) -> Any:
        with self.engine.begin() as conn:
            return conn.execute(select(OUTBOX)).one()

    def asks(self, question: Any, *given: Any) -> Any:
        with self.engine.begin() as conn:
            return question(conn, *given)


@pytest.fixture
def outbox(database: str) -> Iterator[Outbox]:
    engine = make_engine(database, writer=True)
    found = Outbox(engine)
    with engine.begin() as conn:
        user = conn.exec_driver_sql("SELECT id FROM users LIMIT 1").scalar()
        conn.execute(delete(OUTBOX))
        row = {"id": "way", "user_id": user, "kind": "sms", "address": "13800000000"}
        conn.execute(insert(CHANNELS).values(**row, enabled=True, created_at=MORNING))
    yield found
    engine.dispose()


def test_what_is_due_is_claimed_once_and_not_before(outbox: Outbox) -> None:
    outbox.holds("first")
    assert outbox.claims(MORNING - SECOND) == []
    (delivery,) = outbox.claims()
    assert (delivery.alert_id, delivery.fence, delivery.tries) == ("first", 1, 0)
    assert delivery.to is not None
    assert delivery.to.address == "13800000000"
    assert outbox.claims() == []
    assert outbox.asks(next_due) == MORNING + LEASE


def test_what_the_office_is_told_waits_until_nothing_else_is_to_be_sent(outbox: Outbox) -> None:
    outbox.holds("old", kind=OFFICE, due_at=MORNING - 60 * SECOND)
    outbox.holds("alarm", "later", due_at=MORNING)
    assert outbox.asks(next_due) == MORNING
    assert outbox.asks(next_office) == MORNING - 60 * SECOND
    assert outbox.asks(backlog) == (2, MORNING)
    assert {each.alert_id for each in outbox.claims()} == {"alarm", "later"}
    outbox.holds("soon", kind="inform", due_at=MORNING + SECOND)
    outbox.holds("tomorrow", kind=OFFICE, due_at=MORNING + 2 * SECOND)
    with_it = outbox.asks(claim_waiting, MORNING, "manager", "way")
    assert [each.alert_id for each in with_it] == ["soon"]
    assert [each.alert_id for each in outbox.asks(claim_office, MORNING)] == ["old"]


def test_what_somebody_else_is_claiming_at_this_moment_is_passed_over(outbox: Outbox) -> None:
    outbox.holds(*(f"alert-{at:03}" for at in range(AT_ONCE + 20)))
    engines = [make_engine(outbox.engine.url.render_as_string(hide_password=False), writer=True)]
    engines += [outbox.engine]

    def twice(engine: Engine) -> list[list[Delivery]]:
        return [Outbox(engine).claims(), Outbox(engine).claims()]

    with ThreadPoolExecutor(2) as pool:
        claimed = [group for groups in pool.map(twice, engines) for group in groups]
    engines[0].dispose()
    ids = [each.alert_id for group in claimed for each in group]
    assert len(ids) == len(set(ids)) == AT_ONCE + 20
    assert max(map(len, claimed)) == AT_ONCE


def test_a_lease_that_ran_out_is_claimed_again_and_its_late_holder_changes_nothing(
    outbox: Outbox,
) -> None:
    outbox.holds("first")
    (early,) = outbox.claims()
    assert outbox.claims(MORNING + LEASE - SECOND) == []
    (late,) = outbox.claims(MORNING + LEASE)
    assert late.fence == early.fence + 1
    assert not outbox.asks(is_held, early)
    assert outbox.asks(is_held, late)
    before = outbox.row()
    outbox.finishes(note_sent, [early], MORNING)
    outbox.finishes(try_again, early, MORNING, "too late")
    outbox.finishes(give_up, early, "too late")
    assert outbox.row() == before
    outbox.finishes(note_sent, [late], MORNING + LEASE)
    sent = outbox.row()
    assert (sent.sent_at, sent.due_at, sent.leased_until) == (MORNING + LEASE, None, None)
    assert outbox.claims(MORNING + timedelta(days=1)) == []


def test_an_acknowledged_alert_is_not_claimed(outbox: Outbox) -> None:
    outbox.holds("first", live=False)
    assert outbox.claims() == []
    assert outbox.asks(next_due) is None
    assert outbox.asks(backlog) == (0, None)


def test_what_was_acknowledged_while_it_was_on_its_way_is_not_tried_again(outbox: Outbox) -> None:
    outbox.holds("first")
    (delivery,) = outbox.claims()
    outbox.changes(live=False, due_at=None)
    outbox.finishes(try_again, delivery, MORNING + SECOND, "busy")
    assert outbox.row().due_at is None
    outbox.finishes(note_sent, [delivery], MORNING)
    assert outbox.row().sent_at == MORNING, "it did go out"


def test_the_end_of_an_earlier_repeat_says_nothing_of_the_present_one(outbox: Outbox) -> None:
    outbox.holds("first")
    (delivery,) = outbox.claims()
    outbox.changes(repeat=1, due_at=MORNING, leased_until=None, tries=0)
    outbox.finishes(note_sent, [delivery], MORNING)
    outbox.finishes(give_up, delivery, "no")
    assert (outbox.row().sent_at, outbox.row().due_at) == (None, MORNING)
    assert [each.repeat for each in outbox.claims()] == [1]


def test_a_failure_is_tried_again_when_it_is_due_and_tries_are_counted(outbox: Outbox) -> None:
    outbox.holds("first")
    (delivery,) = outbox.claims()
    outbox.finishes(try_again, delivery, MORNING + SECOND, "busy")
    assert outbox.row().detail == "busy"
    assert outbox.claims() == []
    (again,) = outbox.claims(MORNING + SECOND)
    assert (again.tries, again.fence) == (1, 2)


def test_what_found_no_place_is_put_off_and_no_try_is_counted(outbox: Outbox) -> None:
    outbox.holds("first", "second")
    first, second = outbox.claims()
    late = replace(second, fence=second.fence - 1)
    outbox.asks(put_off, [(first, MORNING + SECOND), (late, MORNING + SECOND)])
    (again,) = outbox.claims(MORNING + SECOND)
    assert (again.alert_id, again.tries, again.fence) == (first.alert_id, 0, 2)


def test_what_was_acknowledged_while_it_found_no_place_is_not_put_off(outbox: Outbox) -> None:
    outbox.holds("first")
    (delivery,) = outbox.claims()
    outbox.changes(live=False, due_at=None)
    outbox.asks(put_off, [(delivery, MORNING + SECOND)])
    assert outbox.row().due_at is None


def test_a_channel_that_was_switched_off_or_removed_has_no_address_any_more(
    outbox: Outbox,
) -> None:
    outbox.holds("first")
    outbox.holds("second", channel="gone")
    with outbox.engine.begin() as conn:
        conn.execute(update(CHANNELS).values(enabled=False))
    assert [each.to for each in outbox.claims()] == [None, None]


def test_sockets_rows_are_nobodys_errand(outbox: Outbox) -> None:
    outbox.holds("first", channel="socket")
    assert outbox.claims() == []


def test_what_waits_for_the_same_person_and_channel_goes_along(outbox: Outbox) -> None:
    later = MORNING + 30 * SECOND
    outbox.holds("due")
    outbox.holds("waiting", due_at=later)
    outbox.holds("tried", due_at=later, tries=2)
    outbox.holds("taken", due_at=later, leased_until=later)
    outbox.holds("elsewhere", due_at=later, channel="other")
    outbox.holds("somebody", due_at=later, user_id="deputy")
    assert [each.alert_id for each in outbox.claims()] == ["due"]
    found = outbox.asks(claim_waiting, MORNING, "manager", "way")
    assert [each.alert_id for each in found] == ["waiting"]


def test_the_backlog_says_how_much_waits_and_since_when(outbox: Outbox) -> None:
    outbox.holds("first", "second")
    outbox.holds("third", due_at=MORNING - 5 * SECOND)
    assert outbox.asks(backlog) == (3, MORNING - 5 * SECOND)


def test_pauses_double_up_to_a_minute_and_are_spread_over_all_of_it() -> None:
    def last(tries: int) -> float:
        return pause_before(tries, lambda count: b"\xff" * count).total_seconds()

    assert [round(last(tries)) for tries in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert last(10_000) <= 60
    assert pause_before(5, lambda count: b"\0" * count) == timedelta(0)


def test_a_delivery_is_held_by_its_fence_and_repeat(outbox: Outbox) -> None:
    outbox.holds("first")
    (delivery,) = outbox.claims()
    for other in (replace(delivery, fence=9), replace(delivery, repeat=9)):
        assert not outbox.asks(is_held, other)
