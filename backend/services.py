"""What a running server is made of; built once by app.py, found from any request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import Connection

from backend.branch_notes import BranchNotes
from backend.clock import Clock
from backend.config import Settings
from backend.delivery import Emission
from backend.envelope import Envelope, Outcome
from backend.handle import WritePath
from backend.hints import Hints
from backend.outgoing.trial import Pace
from backend.presence import Presence
from backend.reader import Reader, Slow
from backend.sessions import Sessions
from backend.shelf import Prepared, Shelf
from backend.states import States
from backend.world import World, directory_version
from backend.writer import Writer
from escalation.commands import Open
from notifications.channels.channel import Channel, Outside

if TYPE_CHECKING:
    from backend.engine import Engine
    from backend.realtime import Gateway
    from backend.watching.watch import Watch


@dataclass(slots=True)
class Services:
    """The parts. ``position`` is the end of the sealed log, as far as this process knows.

    ``ways``: the channels by kind, which send through ``outside``; ``trials``: how often one is
    tried by hand.
    """

    settings: Settings
    clock: Clock
    secret: bytes
    token_key: bytes
    reader: Reader
    slow: Slow
    world: World
    shelf: Shelf
    states: States
    presence: Presence
    sessions: Sessions
    write_path: WritePath
    notes: BranchNotes
    hints: Hints
    ways: Mapping[str, Channel]
    outside: Outside
    trials: Pace
    position: int = 0
    writer: Writer = None  # type: ignore[assignment]  # set right after building
    gateway: "Gateway" = None  # type: ignore[assignment]  # likewise
    engine: "Engine" = None  # type: ignore[assignment]  # likewise
    watch: "Watch" = None  # type: ignore[assignment]  # likewise
    on_world_change: Callable[[], None] = lambda: None

    def send(self, envelope: Envelope) -> Outcome:
        """Hand a command to the writer and wait until it is on disk."""
        ids = [envelope.command_id]
        if isinstance(envelope.command, Open):
            ids.append(envelope.command.id)
        elif envelope.incident_id is not None:
            ids.append(envelope.incident_id)
        return self.writer.submit(lambda batch: self.write_path.handle(batch, envelope), *ids)

    def send_out(self, emissions: Sequence[Emission]) -> None:
        """To the sockets of this process first, then to the other processes."""
        self.gateway.emit(emissions)
        for emission in emissions:
            self.hints.publish({"emission": emission.as_json()})

    def is_stale(self, conn: Connection) -> bool:
        """Whether organisation or playbooks have changed since, perhaps by another process."""
        version = directory_version(conn)
        return version != self.world.version or version != self.shelf.version

    def read_world(self) -> None:
        """Read organisation and playbooks anew."""

        def read(conn: Connection) -> Prepared:
            self.world.reload(conn)
            self.shelf.load(conn)
            return self.shelf.prepare(conn, self.world.directory, self.clock.now())

        if self.shelf.take(self.reader.run(read), self.clock.now()):
            self.gateway.tell_everybody("playbooks", {})
        self.engine.wake()

    def world_changed(self) -> None:
        """Somebody changed the organisation, a device or a session."""
        self.on_world_change()


def services() -> Services:
    """The services of the app that is answering the present request."""
    found: Services = current_app.extensions["counterbell"]
    return found
