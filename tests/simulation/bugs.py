"""Five bugs, planted on purpose in production code: each must be found."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection

from backend import projections
from backend.batch import Rows
from backend.clock import SteadyClock
from backend.outgoing import outbox
from backend.outgoing.outbox import Delivery
from backend.outgoing.wording import Wording
from backend.projections import DEADLINES
from escalation.alert import Alert
from escalation.decide import alerting
from escalation.incident import Incident


@contextmanager
def a_lease_not_checked() -> Iterator[None]:
    """Whoever looks takes a row, also from whoever holds it."""
    with patch.object(outbox, "LEASE", timedelta(0)):
        yield


@contextmanager
def a_deadline_not_rearmed() -> Iterator[None]:
    """The ladder has moved on, its row has not."""
    real = Rows.update

    def forgetful(
        rows: Rows, table: Any, key: Mapping[str, Any], values: Mapping[str, Any]
    ) -> None:
        if table is not DEADLINES:
            real(rows, table, key, values)

    with patch.object(Rows, "update", forgetful):
        yield


@contextmanager
def an_acknowledgement_read_too_early() -> Iterator[None]:
    """What was live when the alert was raised counts as live, whatever has been answered since."""
    real_rows, real_alert = projections._outbox, Wording._alert

    def rows(state: Incident, kind: str, alert: Alert) -> Any:
        return real_rows(state, kind, replace(alert, over=False))

    def alert(wording: Wording, conn: Connection, delivery: Delivery) -> Any:
        state, found = real_alert(wording, conn, delivery)
        return state, replace(found, over=False)

    with ExitStack() as planted:
        planted.enter_context(patch.object(projections, "_outbox", rows))
        planted.enter_context(patch.object(Wording, "_alert", alert))
        yield


@contextmanager
def a_repeat_with_a_new_id() -> Iterator[None]:
    """The last level is raised anew each time."""
    with patch.object(alerting, "_to_repeat", lambda *_: None):
        yield


@contextmanager
def a_wall_clock_where_the_boot_clock_belongs() -> Iterator[None]:
    """Ladders are counted by a clock that can be set."""
    with ExitStack() as planted:
        planted.enter_context(patch.object(SteadyClock, "now", _by_the_wall))
        planted.enter_context(patch.object(SteadyClock, "seconds_until", _left_on_the_wall))
        yield


def _left_on_the_wall(clock: SteadyClock, moment: datetime) -> float:
    return (moment - clock.wall()) / timedelta(seconds=1)


def _by_the_wall(clock: SteadyClock) -> datetime:
    moment = clock.wall()
    return moment - timedelta(microseconds=moment.microsecond % 1000)


BUGS: Mapping[Callable[[], Any], str] = {
    a_lease_not_checked: "was claimed while its lease lasts",
    a_deadline_not_rearmed: "has been due for|without a deadline",
    an_acknowledgement_read_too_early: "answered before it was claimed",
    a_repeat_with_a_new_id: "a repeat has a new id",
    a_wall_clock_where_the_boot_clock_belongs: "has been due for|early|late",
}
"""Each with the promise that it breaks."""
