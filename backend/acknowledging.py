"""What an acknowledging link (outgoing/ack_links.py) leads to: how things stand, and taking it up.

Mail scanners and previews fetch addresses, so looking changes nothing. Taking it up goes through
the write path as that person, under a command id that the token gives: it works once.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select

from backend.envelope import Envelope
from backend.outgoing.ack_links import AckToken, read_token
from backend.problems import NotFound
from backend.projections import OUTBOX
from backend.services import Services
from escalation.alert import Alert
from escalation.commands import Acknowledge
from escalation.incident import Incident
from escalation.people import Org, Person
from escalation.refusal import Refused
from escalation.rights import Caller, sees

Kind = Literal["unknown", "expired", "asked", "mine", "taken", "over"]
"""``mine``: the link's own person is in charge; ``over``: nobody has to take it up any more."""


@dataclass(frozen=True, slots=True)
class Matter:
    """How things stand for the person to whom the link belongs."""

    incident: Incident
    alert: Alert
    person: Person
    branch: Org
    in_charge: Person | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to say. ``just_now``: this very press has done it."""

    kind: Kind
    matter: Matter | None = None
    just_now: bool = False


def look(parts: Services, token: str) -> Found:
    """How things stand. Nothing changes, however often somebody looks."""
    read = read_token(parts.secret, token)
    if read is None:
        return Found("unknown")
    if parts.clock.now() >= read.expires_at:
        return Found("expired")
    matter = parts.reader.run(lambda conn: _matter(conn, parts, read))
    return Found("unknown") if matter is None else Found(_kind(matter), matter)


def take(parts: Services, token: str) -> Found:
    """Take it up, where that still means something; how things stand afterwards.

    Raises:
        DiskFullError: nothing was written.
    """
    before, read = look(parts, token), read_token(parts.secret, token)
    if read is None or before.matter is None or before.kind != "asked":
        return before
    try:
        outcome = parts.send(_envelope(read, before.matter))
    except (NotFound, Refused):
        return look(parts, token)  # it has ended, or become none of theirs, in this moment
    after = look(parts, token)
    return replace(after, just_now=after.kind == "mine" and outcome.changed)


def _envelope(token: AckToken, matter: Matter) -> Envelope:
    content = {
        "command": "acknowledge",
        "incident": matter.incident.id,
        "data": {},
        "person": matter.person.id,
    }
    return Envelope(
        Acknowledge(by_link=True),
        Caller(matter.person),
        token.command_id,
        content,
        incident_id=matter.incident.id,
    )


def _matter(conn: Connection, parts: Services, token: AckToken) -> Matter | None:
    directory = parts.world.directory
    person = directory.people.get(token.user_id)
    told = select(OUTBOX.c.incident_id).where(
        OUTBOX.c.alert_id == token.alert_id, OUTBOX.c.user_id == token.user_id
    )
    incident_id = conn.execute(told.limit(1)).scalar()
    loaded = None if incident_id is None else parts.states.read(conn, incident_id)
    if person is None or not person.active or loaded is None:
        return None
    state = loaded.state
    alert = state.alerts.get(token.alert_id)
    if alert is None or not sees(Caller(person), state, directory):
        return None
    return Matter(
        incident=state,
        alert=alert,
        person=person,
        branch=directory.orgs[state.branch],
        in_charge=directory.people.get(state.in_charge or ""),
        since=state.acknowledged_at,
    )


def _kind(matter: Matter) -> Kind:
    if matter.incident.status in ("contained", "closed", "cancelled"):
        return "over"
    if not matter.alert.over:
        return "asked"
    return "mine" if matter.in_charge == matter.person else "taken"
