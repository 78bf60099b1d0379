"""Notices that belong to no incident: an event of the null chain says all of it (wording.py).

Those of the office wait for the day, and for everything else that is to go out (outbox.py).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.batch import Batch
from backend.event_store import LOG_CHAIN
from backend.projections import GROUPED_WITHIN, OUTBOX
from backend.services import Services
from backend.tables import OFFICE
from escalation.workdays import within_hours
from playbooks.model import Hours

BY_DAY = Hours("08:00", "20:00")
"""Nobody is woken for what can wait."""


def tell_outside(
    batch: Batch, services: Services, kind: str, event_id: str, people: Iterable[str]
) -> None:
    """To each of these people by each of their channels, now."""
    now = services.clock.now()
    for each in people:
        _to_send(batch, services, kind, event_id, each, now)


def tell_office(batch: Batch, services: Services, event_id: str, people: Iterable[str]) -> None:
    """The same, last of all and by day, by the clocks of where each of them works."""
    directory = services.world.directory
    soon = services.clock.now() + timedelta(seconds=GROUPED_WITHIN)
    for each in people:
        orgs = [directory.orgs[org] for _, org in directory.people[each].roles]
        due_at = within_hours(soon, BY_DAY, orgs[0].timezone) if orgs else soon
        _to_send(batch, services, OFFICE, event_id, each, due_at)


def _to_send(
    batch: Batch, services: Services, kind: str, event_id: str, user_id: str, due_at: datetime
) -> None:
    row = {"alert_id": event_id, "user_id": user_id, "incident_id": LOG_CHAIN, "kind": kind}
    for channel in services.world.channels.get(user_id, ()):
        if channel.enabled:
            sent = {"channel": channel.id, "repeat": 0, "live": True, "due_at": due_at}
            batch.rows.insert(OUTBOX, {**row, **sent})
