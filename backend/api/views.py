"""What the incident resources share: sending a command, and answering with the incident."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from sqlalchemy import Connection

from backend.api.answers import answer
from backend.api.command_schemas import SENDING_KEYS
from backend.api.fields import Uuid
from backend.callers import current_caller
from backend.customers.matters import shown_customer
from backend.envelope import Envelope, Outcome
from backend.event_store import read_texts
from backend.outgoing.outbox import read_sent
from backend.problems import NotFound
from backend.read_models import SentAt, Texts, render, texts_needed
from backend.sending import seal_up
from backend.services import Services, services
from escalation.incident import Incident
from escalation.rights import Caller, sees


def send_body(
    name: str, caller: Caller, body: Mapping[str, Any], incident_id: str | None = None
) -> Outcome:
    """Carry out a command whose data and sending stand side by side in the body."""
    return services().send(envelope_of(name, caller, body, incident_id))


def envelope_of(
    name: str, caller: Caller, body: Mapping[str, Any], incident_id: str | None = None
) -> Envelope:
    """The envelope of such a body; the command's id may stand in a header instead."""
    raw = request.get_json(silent=True) or {}
    sending = {key: body[key] for key in SENDING_KEYS if key in body}
    sending["occurred_raw"] = raw.get("occurred")
    header = request.headers.get("Idempotency-Key")
    if header is not None and "command_id" not in sending:
        sending["command_id"] = Uuid().deserialize(header)
    loaded = {key: value for key, value in body.items() if key not in SENDING_KEYS}
    data = {key: value for key, value in raw.items() if key not in SENDING_KEYS}
    return seal_up(services(), name, caller, loaded, data, sending, incident_id=incident_id)


def whole_incident(state: Incident, *, opened: bool = False) -> Response:
    """The incident as it is now; ``opened``: to whoever opened it and asks again."""
    parts, caller = services(), current_caller()

    def read(conn: Connection) -> tuple[Any, SentAt, Any]:
        customer = shown_customer(conn, state, caller, parts.world.directory)
        return *beside(conn, state), customer

    texts, sent_at, customer = parts.reader.run(read)
    status, headers = (201, _location(state)) if opened else (200, {})
    return _rendered(state, texts, sent_at, status, headers, customer)


def new_incident(outcome: Outcome) -> Response:
    """An incident that has just been raised: all that it shows is at hand."""
    texts = {digest: {"text": text} for digest, (_, text) in outcome.texts.items()}
    return _rendered(outcome.state, texts, {}, 201, _location(outcome.state))


def _location(state: Incident) -> dict[str, str]:
    return {"Location": f"/api/v1/incidents/{state.id}"}


def _rendered(
    state: Incident,
    texts: Texts,
    sent_at: SentAt,
    status: int,
    headers: Mapping[str, str],
    customer: Any = None,
) -> Response:
    parts = services()
    body = render(state, parts.world.directory, parts.shelf.library, texts, sent_at, customer)
    return answer(body, status, headers)


def beside(conn: Connection, state: Incident) -> tuple[Any, SentAt]:
    """What an incident shows that its state does not hold: texts, and what left the house."""
    needed = texts_needed(state)
    return (read_texts(conn, needed) if needed else {}), read_sent(conn, state.id)


def find_visible(conn: Connection, parts: Services, caller: Caller, any_id: str) -> Incident:
    """The incident that answers to this id, if the caller may see it.

    Raises:
        NotFound: there is none, or not for them.
    """
    incident_id = parts.states.resolve(conn, any_id)
    loaded = None if incident_id is None else parts.states.read(conn, incident_id)
    if loaded is None or not sees(caller, loaded.state, parts.world.directory):
        raise NotFound
    return loaded.state
