"""The JSON bundle: an incident with its timeline and all that its proof needs (contract, 7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from backend.event_store import read_events, read_texts
from backend.outgoing.outbox import read_sent
from backend.proof import FORMAT
from backend.read_models import SentAt, Texts, render
from backend.signing import LogKey
from escalation.events import Event
from escalation.evolve import PlaybookOf, fold
from escalation.incident import Incident
from escalation.people import Directory, Person
from escalation.timeline import canonical, sealed_in, stamp
from playbooks.model import Library


@dataclass(frozen=True, slots=True)
class Case:
    """An incident up to one of its events: what was written down, and what is true of it then."""

    state: Incident
    events: list[dict[str, Any]]
    texts: Texts
    playbooks: Mapping[str, Any]
    sent_at: SentAt

    @property
    def sealed(self) -> bool:
        """Every event has its position."""
        return all(event["position"] is not None for event in self.events)


def read_case(
    conn: Connection,
    incident_id: str,
    playbook_of: PlaybookOf,
    *,
    upto: int | None = None,
    sealed_only: bool = False,
) -> Case | None:
    """The incident as its events tell it.

    Args:
        conn: for reading.
        incident_id: its own id, no alias.
        playbook_of: finds playbooks by hash.
        upto: the last event to look at; None: the newest.
        sealed_only: stop before the first event that has no position yet.
    """
    events = read_events(conn, incident_id, limit=upto)
    if sealed_only:
        events = _sealed_start(events)
    state = fold(map(Event.from_body, events), playbook_of)
    if state is None:
        return None
    return Case(
        state,
        events,
        texts_of(conn, events),
        {mark: dict(playbook_of(mark).content) for mark in _playbooks_in(events)},
        read_sent(conn, incident_id),
    )


def texts_of(conn: Connection, events: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Salt and text of everything that the events hold sealed; None for what was purged."""
    hashes = list(dict.fromkeys(each for event in events for each in sealed_in(event["data"])))
    found = read_texts(conn, hashes)
    return {digest: found.get(digest) or {"salt": None, "text": None} for digest in hashes}


def make_bundle(
    case: Case,
    *,
    by: Person,
    at: datetime,
    directory: Directory,
    library: Library,
    key: LogKey,
) -> dict[str, Any]:
    """The signed bundle of a case whose events are all sealed."""
    bundle = {
        "format": FORMAT,
        "exported_at": stamp(at),
        "exported_by": by.as_json(),
        "incident": orjson.loads(
            orjson.dumps(render(case.state, directory, library, case.texts, case.sent_at))
        ),
        "playbooks": case.playbooks,
        "events": case.events,
        "sealed": case.texts,
        "checkpoint": None,
        "inclusion": [],
        "public_key": key.public_text,
    }
    return {**bundle, "signature": key.sign(canonical(bundle))}


def _playbooks_in(events: Iterable[Mapping[str, Any]]) -> list[str]:
    marks = (event["data"].get("playbook") for event in events)
    return list(dict.fromkeys(mark["sha256"] for mark in marks if mark))


def _sealed_start(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ends = (at for at, event in enumerate(events) if event["position"] is None)
    return events[: next(ends, len(events))]
