"""The parts of a server that exports need, on an embedded database, without its threads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from backend.batch import Batch
from backend.bundle import make_bundle, read_case
from backend.clock import uuid7
from backend.db import db, make_engine
from backend.demo import load_demo
from backend.envelope import Envelope, Outcome
from backend.event_store import seal_log
from backend.handle import WritePath
from backend.presence import Presence
from backend.shelf import Shelf
from backend.signing import LogKey, begin_log
from backend.states import States
from backend.working_days import seed_calendar
from backend.world import World
from escalation.commands import Command, Open
from escalation.rights import Caller
from escalation.texts import Typed
from playbooks.load import load_library
from tests.fakes import VirtualClock

FACTS = {"head_count": 12, "threat_media": True, "demand": Typed("=1+1 退还手续费")}


class HandClock(VirtualClock):
    """A clock that only the test moves; its ids and bytes are the same each time."""

    ids = 0

    def new_id(self) -> str:
        self.ids += 1
        return uuid7(int(self.now().timestamp() * 1000) + self.ids)

    def random_bytes(self, count: int) -> bytes:
        self.ids += 1
        return self.ids.to_bytes(count)


@dataclass
class ExportsHouse:
    """One bank, one database, one key."""

    data: Path
    clock: HandClock = field(default_factory=HandClock)
    engine: Engine = field(init=False)
    key: LogKey = field(init=False)

    def __post_init__(self) -> None:
        self.engine = make_engine(f"sqlite:///{self.data / 'counterbell.db'}", writer=True)
        self.shelf = Shelf(load_library())
        self.world = World()
        self.states = States(self.shelf.of)
        self.write_path = WritePath(
            clock=self.clock,
            world=self.world,
            shelf=self.shelf,
            states=self.states,
            presence=Presence(self.clock),
            fingerprint_key=b"fingerprint",
            pace=1,
        )
        with self.engine.begin() as conn:
            db.Model.metadata.create_all(conn)
            batch = Batch(conn)
            self.shelf.keep_current(batch, self.clock.now())
            seed_calendar(conn)
            load_demo(batch, self.clock)
            self.key = begin_log(batch, self.clock, self.data)
            batch.rows.flush(conn)
            seal_log(conn)
            self.world.reload(conn)

    def caller(self, username: str) -> Caller:
        return Caller(self.world.directory.by_username[username])

    def does(self, who: str, command: Command, incident_id: str | None = None) -> Outcome:
        """Somebody gives a command, a second after what was before."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=1))
        content = {"command": command.name, "incident": incident_id, "nth": self.clock.ids}
        envelope = Envelope(
            command, self.caller(who), self.clock.new_id(), content, incident_id=incident_id
        )
        with self.engine.begin() as conn:
            batch = Batch(conn)
            outcome = self.write_path.handle(batch, envelope)
            batch.rows.flush(conn)
            seal_log(conn)
        self.states.keep(batch)
        return outcome

    def opens(
        self,
        type_: str = "group_visit",
        who: str = "teller1",
        branch: str = "east-01",
        **more: Any,
    ) -> str:
        """Somebody raises; the incident's id."""
        command = Open(self.clock.new_id(), type_, branch, note=Typed("大堂有人聚集"), **more)
        return self.does(who, command).state.id

    def bundle(self, incident_id: str, by: str = "auditor1") -> Mapping[str, Any]:
        """What an export as JSON holds."""
        with self.engine.connect() as conn:
            case = read_case(conn, incident_id, self.shelf.of)
        assert case is not None
        person = self.world.directory.by_username[by]
        return make_bundle(
            case,
            by=person,
            at=self.clock.now(),
            directory=self.world.directory,
            library=self.shelf.library,
            key=self.key,
        )
