"""Those at the other end of a bad line: they ask until answered, and hear what gets through."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from backend.envelope import Envelope
from backend.problems import DiskFullError, Problem
from escalation.commands import Acknowledge, Command, Decline, Open, Receive
from escalation.refusal import Refused
from escalation.rights import Caller

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

PATIENCE = 2.0
"""Seconds until something is sent again."""


class Line:
    """Requests and answers; each may be lost, late, or come twice."""

    def __init__(self, sim: "Simulation", who: str) -> None:
        self.sim, self.who = sim, who
        self.answered: dict[str, Command] = {}

    def asks(self, command: Command, incident_id: str | None = None) -> str:
        """Send it again and again under one id, until an answer has come."""
        sim = self.sim
        command_id = sim.new_id()
        content = {"command": command.name, "id": command_id}
        person = sim.person(self.who)
        envelope = Envelope(command, Caller(person), command_id, content, incident_id=incident_id)
        sim.course.note(f"{self.who} {command.name}")
        self._try(envelope)
        return command_id

    def _try(self, envelope: Envelope) -> None:
        if envelope.command_id in self.answered:
            return
        course = self.sim.course
        for _ in range(2 if course.chance(0.1) else 1):
            if not self._lost():
                course.after(self._way(), self._arrives, envelope)
        course.after(PATIENCE + course.random.random(), self._try, envelope)

    def _arrives(self, envelope: Envelope) -> None:
        sim = self.sim
        if not sim.server.up:
            return
        refused = False
        try:
            if sim.server.lives(sim.server.services.send, envelope) is None:
                return
        except DiskFullError:
            return
        except (Refused, Problem):
            refused = True
        if not self._lost():
            sim.course.after(self._way(), self._answer, envelope, refused)

    def _answer(self, envelope: Envelope, refused: bool) -> None:
        if envelope.command_id not in self.answered:
            self.answered[envelope.command_id] = envelope.command
            if not refused:
                self.sim.promises.answered(envelope)

    def _lost(self) -> bool:
        return self.sim.cut(self.who) or self.sim.course.chance(self.sim.loss)

    def _way(self) -> float:
        return self.sim.course.random.choice((0.01, 0.05, 0.3, 1.5))


class Phone(Line):
    """A member of staff with the app: each (alert_id, repeat) sounds once."""

    def __init__(self, sim: "Simulation", who: str) -> None:
        super().__init__(sim, who)
        self.connected_to = 0
        self.shown: dict[tuple[str, int], float] = {}
        self._busy: set[str] = set()

    @property
    def connected(self) -> bool:
        return self.sim.server.up and self.connected_to == self.sim.server.life

    def connects(self) -> None:
        """As soon as there is a line; what the person has not seen comes then."""
        sim = self.sim
        sim.course.after(1 + sim.course.random.random() * 3, self.connects)
        if not sim.server.up or self.connected or sim.cut(self.who):
            return
        server = sim.server
        self.connected_to = server.life
        user = sim.person(self.who)
        server.services.presence.connected(user.id, on_device=False)
        for emission in server.live_for(Caller(user)):
            self.hears(emission.event, emission.payload)

    def hangs_up(self) -> None:
        if self.connected:
            user = self.sim.person(self.who)
            self.sim.server.services.presence.disconnected(user.id, on_device=False)
        self.connected_to = 0

    def hears(self, event: str, payload: Mapping[str, Any]) -> None:
        """A packet on its way; where the line breaks, the next connect brings it."""
        sim = self.sim
        if sim.cut(self.who) or sim.course.chance(sim.loss):
            self.hangs_up()
            return
        if event in ("alert", "inform"):
            way = sim.course.random.choice((0.01, 0.05, 0.5))
            sim.course.after(
                way,
                self._shows,
                event,
                payload["alert_id"],
                payload["repeat"],
                payload["incident_id"],
            )

    def _shows(self, event: str, alert_id: str, repeat: int, incident_id: str) -> None:
        if (alert_id, repeat) in self.shown:
            return
        sim = self.sim
        self.shown[alert_id, repeat] = sim.course.now
        sim.course.note(f"{self.who} is shown {event} {alert_id[-4:]} #{repeat}")
        self._receipt("delivered", alert_id, repeat)
        if event == "alert" and incident_id not in self._busy:
            self._reacts(incident_id, alert_id, repeat)

    def _reacts(self, incident_id: str, alert_id: str, repeat: int) -> None:
        random, sim = self.sim.course.random, self.sim
        share = random.random()
        later: Callable[..., None] = sim.course.after
        if share < 0.12:
            self._busy.add(incident_id)
            later(random.random() * 60, self.asks, Acknowledge(), incident_id)
        elif share < 0.2:
            self._busy.add(incident_id)
            later(random.random() * 20, self.asks, Decline(), incident_id)
        elif share < 0.3:
            later(random.random() * 20, self._receipt, "seen", alert_id, repeat)

    def _receipt(self, what: str, alert_id: str, repeat: int) -> None:
        """Said once: a lost one only means that the alert comes again."""
        sim = self.sim
        if not self.connected or self._lost():
            return
        command = Receive(what, alert_id, repeat)
        caller = Caller(sim.person(self.who))
        envelope = Envelope(command, caller, sim.new_id(), {"command": "receive"})
        services = sim.server.services
        try:
            sim.server.lives(
                services.writer.submit, lambda batch: services.write_path.receipt(batch, envelope)
            )
        except (Refused, Problem, DiskFullError):
            return


def tap(line: Line, type_: str, branch: str) -> None:
    """Somebody raises an incident."""
    line.asks(Open(line.sim.new_id(), type_, branch))
