"""What a decision may look at besides the state and the command: all of it passed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from escalation import events as ev
from escalation.events import SYSTEM, Actor, Event, Occurred
from escalation.evolve import PlaybookOf, evolve
from escalation.incident import Incident
from escalation.people import Directory, Person
from escalation.texts import Seal
from escalation.workdays import IsWorkingDay
from playbooks.model import Playbook


def _nothing(_: str) -> Sequence[tuple[str, str]]:
    return ()


def _every_year(_: int) -> bool:
    return True


def no_history(_: str) -> Sequence[Event]:
    """For decisions that never look back."""
    return ()


class Context(NamedTuple):
    """One command's surroundings. ``now`` is the moment of receipt, aware UTC.

    Of a person's id: ``reachable`` by any way; ``connected``: has a socket now, or had one a
    moment ago; ``channels_of``: id and kind of the ways to the outside that they have switched on.
    ``year_is_confirmed``: its holidays have been announced and are in the calendar.
    ``history``: the events of an incident up to this command, by its id.
    """

    now: datetime
    occurred: Occurred
    actor: Actor
    person: Person | None
    device_id: str | None
    directory: Directory
    playbooks: Mapping[str, Playbook]
    playbook_of: PlaybookOf
    reachable: Callable[[str], bool]
    new_id: Callable[[], str]
    seal: Seal
    is_working_day: IsWorkingDay
    connected: Callable[[str], bool] = lambda _: False
    channels_of: Callable[[str], Sequence[tuple[str, str]]] = _nothing
    year_is_confirmed: Callable[[int], bool] = _every_year
    history: Callable[[str], Sequence[Event]] = no_history
    pace: int = 1
    command_id: str | None = None
    device: Mapping[str, Any] | None = None
    device_fault: str | None = None


@dataclass(slots=True)
class Decision:
    """Collects the events of one command; ``state`` already contains them."""

    context: Context
    state: Incident | None
    events: list[Event] = field(default_factory=list)

    @property
    def incident(self) -> Incident:
        """The state, where there must be one."""
        if self.state is None:
            raise LookupError("no incident has been opened")
        return self.state

    def add(self, kind: str, data: Mapping[str, Any], *, incident_id: str | None = None) -> None:
        """The caller's own deed becomes an event."""
        context = self.context
        self._append(kind, data, incident_id, context.actor, context.occurred, context.device)

    def follow(self, kind: str, data: Mapping[str, Any]) -> None:
        """What the rules make of it, done by the system at the moment of receipt."""
        self._append(kind, data, None, SYSTEM, Occurred.at_server(self.context.now), None)

    def _append(
        self,
        kind: str,
        data: Mapping[str, Any],
        incident_id: str | None,
        actor: Actor,
        occurred: Occurred,
        device: Mapping[str, Any] | None,
    ) -> None:
        event = Event(
            id=self.context.new_id(),
            incident_id=incident_id or self.incident.id,
            seq=1 if self.state is None else self.state.seq + 1,
            type=kind,
            recorded_at=self.context.now,
            occurred=occurred,
            actor=actor,
            data=data,
            command_id=self.context.command_id,
            device=device if self._first_of_the_device(kind) else None,
        )
        self.state = evolve(self.state, event, self.context.playbook_of)
        self.events.append(event)

    def _first_of_the_device(self, kind: str) -> bool:
        """A signature covers one command: it stands on the first event that it caused."""
        return kind == ev.INCIDENT_OPENED or not any(each.device for each in self.events)
