"""Branch notes; on a covert visit's own device, observations on it (C4).

Both answer the same and look the same: nothing on the counter tells them apart.
"""

from sqlalchemy import select

from backend.batch import Batch, Loaded
from backend.clock import Clock
from backend.envelope import Envelope
from backend.event_store import LOG_CHAIN, append_log
from backend.handle import WritePath
from backend.projections import INCIDENTS
from backend.states import States
from escalation import events as ev
from escalation.commands import AddNote
from escalation.incident import Incident
from escalation.rights import Caller


class BranchNotes:
    """Keeps notes, through the one write path where they belong to an incident."""

    def __init__(self, write_path: WritePath, states: States, clock: Clock) -> None:
        self._write_path = write_path
        self._states = states
        self._clock = clock

    def keep(self, batch: Batch, envelope: Envelope, branch: str) -> str:
        """Keep a note once; its id.

        Raises:
            Refused: the command's id belongs to other content.
        """
        known = self._write_path.known.outcome(batch, envelope)
        if known is not None:
            return known
        covert = self._observed(batch, envelope.caller, branch)
        if covert is not None:
            outcome = self._write_path.carry_out(batch, envelope, covert)
            note_id, chain = outcome.events[-1].id, covert.state.id
        else:
            note_id, chain = self._on_the_log(batch, envelope, branch), LOG_CHAIN
        self._write_path.known.remember(batch, envelope, chain, note_id)
        return note_id

    def _on_the_log(self, batch: Batch, envelope: Envelope, branch: str) -> str:
        command = envelope.command
        assert isinstance(command, AddNote)  # noqa: S101  (the route makes no other)
        context = self._write_path.surroundings.context(envelope, branch)
        event = append_log(
            batch,
            self._clock,
            ev.NOTE_ADDED,
            context.actor,
            {"branch": branch, "text": command.text},
            occurred=context.occurred,
            command_id=envelope.command_id,
            device=envelope.device,
        )
        return event.id

    def _observed(self, batch: Batch, caller: Caller | None, branch: str) -> Loaded | None:
        """The covert visit that this caller has raised from this device and that still runs."""
        if caller is None or caller.device_id is None:
            return None
        running = select(INCIDENTS.c.id).where(
            INCIDENTS.c.branch == branch,
            INCIDENTS.c.discreet.is_(True),
            INCIDENTS.c.status.in_(("open", "acknowledged")),
        )
        newest_first = running.order_by(INCIDENTS.c.opened_at.desc())
        for incident_id in batch.conn.execute(newest_first).scalars().all():
            loaded = self._states.for_writing(batch, incident_id)
            if loaded is not None and _raised_here(caller, loaded.state):
                return loaded
        return None


def _raised_here(caller: Caller, state: Incident) -> bool:
    return any(
        report.device == caller.device_id
        and (report.user is None or caller.user_id in (None, report.user))
        for report in state.reports
        if not report.withdrawn
    )
