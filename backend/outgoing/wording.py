"""From claimed rows to the message that goes out: by the state of the incident at that moment."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from backend.event_store import read_log_event
from backend.outgoing.ack_links import acknowledge_link
from backend.outgoing.outbox import Delivery
from backend.services import Services
from backend.tables import OFFICE, READINESS
from escalation.alert import Alert
from escalation.incident import Incident
from escalation.timeline import unstamp
from notifications.channels.channel import Message, Undelivered
from notifications.notice import Kind
from notifications.words import (
    CLEAR_AGAIN,
    grouped,
    office_message,
    outside_message,
    readiness_message,
)

STALE = timedelta(hours=1)
"""After so long a branch's readiness is another matter."""


class Wording:
    """Says what a row is about."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def is_urgent(self, delivery: Delivery) -> bool:
        """It waits for nothing."""
        if delivery.kind == READINESS:
            return True
        if delivery.kind == OFFICE:
            return False
        _, alert = self._services.reader.run(lambda conn: self._alert(conn, delivery))
        return alert.urgency == "immediate"

    def message(self, deliveries: Sequence[Delivery]) -> tuple[Message | None, Sequence[Delivery]]:
        """One message for one person, and what it is about: what they need to hear of still.

        Raises:
            Undelivered: they do not work here any more.
        """
        services = self._services
        person = services.world.directory.people.get(deliveries[0].user_id)
        if person is None or not person.active:
            raise Undelivered("已离职", "no longer here", again=False)
        found = services.reader.run(lambda conn: [self._one(conn, each) for each in deliveries])
        said = [(each, about) for each, about in zip(found, deliveries, strict=True) if each]
        message = grouped([each for each, _ in said]) if said else None
        return message, [about for _, about in said]

    def _one(self, conn: Connection, delivery: Delivery) -> Message | None:
        if delivery.kind == READINESS:
            return self._readiness(conn, delivery)
        if delivery.kind == OFFICE:
            return self._office(conn, delivery)
        state, alert = self._alert(conn, delivery)
        told = alert.told[delivery.user_id]
        if alert.over or not told.waiting or told.repeat != delivery.repeat:
            return None
        services, kind = self._services, _kind(delivery)
        url = services.settings.public_url
        take = None
        if kind == "alert":
            now = services.clock.now()
            take = acknowledge_link(url, services.secret, alert.id, delivery.user_id, now)
        return outside_message(
            state,
            kind,
            alert,
            services.world.directory.orgs[state.branch],
            delivery.repeat,
            link=None if url is None else f"{url}/duty/incidents/{state.id}",
            acknowledge=take,
        )

    def _readiness(self, conn: Connection, delivery: Delivery) -> Message:
        """A notice that belongs to no incident: an event of the null chain says it all."""
        event = _event(conn, delivery)
        services = self._services
        url, at = services.settings.public_url, unstamp(event["recorded_at"])
        if services.clock.now() - at > STALE:
            raise Undelivered("已过时", "out of date", again=False)
        return readiness_message(
            services.world.directory.orgs[event["data"]["branch"]],
            at,
            len({(each["playbook"], each["level"]) for each in event["data"]["problems"]}),
            notice_id=delivery.alert_id,
            link=None if url is None else f"{url}/desk/readiness",
        )

    def _office(self, conn: Connection, delivery: Delivery) -> Message:
        event, url = _event(conn, delivery), self._services.settings.public_url
        page = "/desk/library" if event["type"] == CLEAR_AGAIN else "/desk/suggestions"
        link = None if url is None else f"{url}{page}"
        return office_message(event["type"], delivery.alert_id, event["recorded_at"], link)

    def _alert(self, conn: Connection, delivery: Delivery) -> tuple[Incident, Alert]:
        loaded = self._services.states.read(conn, delivery.incident_id)
        if loaded is None:
            raise LookupError("an outbox row without an incident")
        state = loaded.state
        alerts = state.alerts if delivery.kind == "alert" else state.informed
        return state, alerts[delivery.alert_id]


def _event(conn: Connection, delivery: Delivery) -> dict[str, Any]:
    event = read_log_event(conn, delivery.alert_id)
    if event is None:
        raise LookupError("an outbox row without an event")
    return event


def _kind(delivery: Delivery) -> Kind:
    return "alert" if delivery.kind == "alert" else "inform"
