"""The server as production makes it, but for the hub, the threads and the lines: those are ours.

Real are the writer's transaction, the write path, the projections, what follows a commit, the
engine's look and fire, the courier's claim and finish, presence, clock and all that watches.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from gevent.event import Event
from sqlalchemy import Connection
from sqlalchemy import Engine as SqlEngine

from backend.app import _after_commit
from backend.batch import Batch, Known
from backend.clock import SteadyClock
from backend.engine import AGAIN, Engine
from backend.handle import WritePath
from backend.outgoing.courier import Courier
from backend.outgoing.outbox import Delivery
from backend.presence import Presence
from backend.problems import DiskFullError
from backend.realtime import Gateway
from backend.services import Services
from backend.states import States
from backend.watching.clock_watch import ClockWatch
from backend.watching.missing_deadlines import DeadlineWatch
from backend.watching.restarts import alert_again, keep_time, last_time
from backend.world import World
from backend.writer import Committed, Job, Writer
from notifications.channels.channel import Address, Message, Outside
from tests.simulation.bank import KIND, shelf
from tests.simulation.course import Course, Machine, SimulatedClock


class Crash(BaseException):
    """The power is gone."""


def _unheard(_: bool) -> None:
    """Nobody wants to know."""


class Hooks:
    """What the simulation wants to hear of, and may make fail."""

    disk_full = False

    def may_crash(self) -> None:
        """Right before a commit, and right after it.

        Raises:
            Crash
        """

    def committed(self, server: "Server", done: Committed) -> None:
        """It is on disk."""

    def firing(self, server: "Server", incident_id: str, key: str) -> Callable[[bool], None]:
        """A deadline is handed to the write path; what is returned hears if it did something."""
        return _unheard

    def emitted(self, server: "Server", emissions: Any) -> None:
        """For the sockets."""

    def claimed(self, deliveries: list[Delivery]) -> None:
        """By the courier, now."""

    def called(self, server: "Server", deliveries: list[Delivery], to: Address) -> None:
        """A provider is called.

        Raises:
            Undelivered
        """

    def crashed(self) -> None:
        """The server is gone."""


class _Writer:
    """One transaction at a time: the real one's inside."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._known = Known()
        self.waiting = 0
        self.alive = True

    def _look_up(self, batch: Batch, ids: Any) -> None:
        self._server.services.write_path.look_up(batch, ids)

    def submit(self, work: Callable[[Batch], Any], *ids: str) -> Any:
        return self._carry_out(Job(work, alone=False, ids=ids))

    def run(self, work: Callable[[Batch], Any]) -> Any:
        return self._carry_out(Job(work, alone=True))

    def _carry_out(self, job: Job) -> Any:
        server = self._server
        if server.hooks.disk_full:
            raise DiskFullError
        with server.disk.begin() as conn:
            done = Writer._decide(cast(Writer, self), conn, [job])
            server.may_crash()
        assert done.batch is not None
        self._known = done.batch.known
        server.hooks.committed(server, done)
        server.may_crash()
        _after_commit(server.services, done)
        server.look_soon()
        _, value, error = done.outcomes[0]
        if error is not None:
            raise error
        return value


class _Reader:
    def __init__(self, disk: SqlEngine) -> None:
        self._disk = disk

    def run(self, work: Callable[[Connection], Any]) -> Any:
        with self._disk.connect() as conn:
            return work(conn)


class _UnderWay:
    """Instead of greenlets: each piece of work comes a while later, unless the server is gone."""

    def __init__(self, server: "Server") -> None:
        self._server = server

    def __len__(self) -> int:
        return 0

    def spawn(self, work: Callable[..., Any], deliveries: list[Delivery], *more: Any) -> Event:
        """What is waited for is over at once: here nobody shares a place."""
        server = self._server
        if work.__name__ == "_sort":
            server.hooks.claimed(deliveries)
        delay = server.course.random.choice((0.0, 0.05, 0.5, 3.0, 12.0))
        server.course.after(delay, self._do, server.life, work, deliveries, *more)
        over = Event()
        over.set()
        return over

    def _do(self, life: int, work: Callable[..., Any], *arguments: Any) -> None:
        if life == self._server.life:
            self._server.lives(work, *arguments)


class _Courier(Courier):
    """The real one; what it has in hand is known."""

    def __init__(self, server: "Server", services: Services) -> None:
        super().__init__(services)
        self._server = server
        self._under_way = cast(Any, _UnderWay(server))

    def _waiting_with(self, first: Delivery) -> list[Delivery]:
        found = super()._waiting_with(first)
        self._server.hooks.claimed(found)
        return found

    def _send(self, deliveries: list[Delivery]) -> None:
        self._server.sending = deliveries
        super()._send(deliveries)


class Server:
    """Starts, serves and crashes; the disk stays."""

    def __init__(self, course: Course, machine: Machine, disk: SqlEngine, hooks: Hooks) -> None:
        self.course, self.machine, self.disk, self.hooks = course, machine, disk, hooks
        self.life = 0
        self.up = False
        self.starting = False
        self.breaches = 0
        self.sending: list[Delivery] = []
        self.services = cast(Services, None)
        self.clock = cast(SteadyClock, None)

    def start(self) -> None:
        """As app.start does it."""
        self.life += 1
        self.up = self.starting = True
        try:
            self.lives(self._begin)
        except DiskFullError:
            self.dies()
        self.starting = False

    def may_crash(self) -> None:
        """Its start is one step: it is over before anybody is served."""
        if not self.starting:
            self.hooks.may_crash()

    def _begin(self) -> None:
        course = self.course
        self.clock = clock = SimulatedClock(course, self.machine)
        self.services = services = self._parts(clock)
        reader = services.reader
        last = reader.run(lambda conn: last_time(conn, clock.mark().boot))
        clock.resume(last.own, last.latest)
        services.engine = Engine(services)
        self.courier = services.engine.courier = _Courier(self, services)
        self._clock_watch = ClockWatch(clock, services.writer.run)
        self._deadline_watch = DeadlineWatch(services)
        reader.run(services.world.reload)
        reader.run(services.presence.load)
        course.note(f"server starts, {last.taken_over or 'goes on'}, at {clock.now().time()}")
        alert_again(services, last)
        self._keep()
        self._turns = {"engine": 0, "courier": 0}
        for work, seconds in ((self._keep, 5), (self._clock_watch.look, 5), (self._watch, 30)):
            course.after(seconds, self._every, self.life, seconds, work)
        self._next("engine", 0)
        self._next("courier", 0)

    def _parts(self, clock: SteadyClock) -> Services:
        world, states, presence = World(), States(shelf().of), Presence(clock)
        parts = SimpleNamespace(
            settings=SimpleNamespace(public_url=None, embedded=True),
            clock=clock,
            secret=b"s" * 32,
            reader=_Reader(self.disk),
            writer=_Writer(self),
            world=world,
            shelf=shelf(),
            states=states,
            presence=presence,
            position=0,
            outside=None,
            ways={KIND: self},
            gateway=SimpleNamespace(emit=lambda found: self.hooks.emitted(self, found)),
            write_path=WritePath(
                clock=clock,
                world=world,
                shelf=shelf(),
                states=states,
                presence=presence,
                fingerprint_key=b"fingerprint",
                pace=1,
            ),
        )
        parts.send = self._send
        parts.send_out = parts.gateway.emit
        return cast(Services, parts)

    def _send(self, envelope: Any) -> Any:
        if envelope.command.name != "deadline-passed":
            return Services.send(self.services, envelope)
        done = self.hooks.firing(self, envelope.incident_id, envelope.command.key)
        outcome = Services.send(self.services, envelope)
        done(outcome.changed)
        return outcome

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """As a channel: the provider is called."""
        self.hooks.called(self, self.sending, to)

    def lives(self, work: Callable[..., Any], *args: Any) -> Any:
        """Do something, unless the power goes meanwhile."""
        try:
            return work(*args)
        except Crash:
            self.dies()
            return None

    def dies(self) -> None:
        """Everything that is not on disk is gone."""
        if self.up:
            self.up = False
            self.life += 1
            self.course.note("server dies")
            self.hooks.crashed()

    def live_for(self, caller: Any) -> list[Any]:
        """What the gateway sends at a connect."""
        gateway = cast(Any, object.__new__(Gateway))
        gateway._services = self.services
        with self.disk.connect() as conn:
            return list(gateway._live(conn, caller))

    def look_soon(self) -> None:
        """A commit may have woken the loops."""
        if not hasattr(self, "_turns"):
            return
        if self.services.engine._wake.is_set():
            self._next("engine", 0)
        if self.courier._wake.is_set():
            self._next("courier", 0)

    def _next(self, loop: str, seconds: float) -> None:
        self._turns[loop] += 1
        work = self._engine if loop == "engine" else self._courier
        self.course.after(seconds, self._turn, self.life, loop, self._turns[loop], work)

    def _turn(self, life: int, loop: str, turn: int, work: Callable[[], float]) -> None:
        if life == self.life and turn == self._turns[loop]:
            pause = self.lives(work)
            if pause is not None and turn == self._turns[loop]:
                self._next(loop, pause)

    def _engine(self) -> float:
        engine, reader = self.services.engine, self.services.reader
        engine._wake.clear()
        due, engine._next_due = reader.run(engine.look)
        if due:
            fired = [engine._fire(*each) for each in due]
            return 0.0 if all(fired) else AGAIN
        return max(engine._sleep(), 0.001)

    def _courier(self) -> float:
        self.courier._wake.clear()
        try:
            return max(self.courier._round(), 0.001)
        except DiskFullError:
            return 1.0

    def _keep(self) -> None:
        kept, mark = self.services.presence.to_save(), self.clock.mark()

        def save(batch: Batch) -> None:
            kept.save(batch)
            keep_time(batch, mark)

        self.services.writer.run(save)

    def _watch(self) -> None:
        self._deadline_watch.look()
        engine, watch = self.services.engine, self._deadline_watch
        self.breaches += watch.breaches + engine.deadlines_mended
        watch.breaches = engine.deadlines_mended = 0

    def _every(self, life: int, seconds: float, work: Callable[[], None]) -> None:
        if life != self.life:
            return
        try:
            self.lives(work)
        except DiskFullError:
            self.course.note("disk full")
        self.course.after(seconds, self._every, life, seconds, work)
