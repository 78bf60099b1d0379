"""One run: a bank, its server, bad lines, a bad machine, and two providers; all from one seed."""

from collections.abc import Callable
from functools import partial

from backend.delivery import Emission
from backend.event_store import load_incident
from backend.outgoing.outbox import Delivery
from backend.projections import INCIDENTS
from backend.writer import Committed
from escalation.incident import Incident
from escalation.people import Person
from notifications.channels.channel import Address, Undelivered
from tests.simulation.bank import fresh_disk, shelf
from tests.simulation.course import Course, Machine
from tests.simulation.people import Line, Phone, tap
from tests.simulation.promises import Promises
from tests.simulation.server import Crash, Hooks, Server

CHAOS = 300.0
"""Seconds in which things break; afterwards they are left alone for as long."""
END = 600.0
STAFF = ("manager1", "office1", "deputy1", "supervisor1", "regional1", "hqduty1")
RAISERS = (("teller1", "east-01"), ("teller3", "east-02"), ("teller4", "west-01"))
TYPES = ("group_visit", "disruptive_customer", "media_declared", "media_covert")
SET_WRONG = (-3600.0, -61.0, -5.0, -0.4, 0.4, 5.0, 61.0, 3600.0)


class Simulation(Hooks):
    """The whole house, and what happens to it."""

    def __init__(self, seed: int) -> None:
        self.course = Course(seed)
        random = self.course.random
        self.loss = random.choice((0.0, 0.05, 0.3))
        self.crashing = random.choice((0.0, 0.005, 0.03))
        self.refusing = random.choice((0.0, 0.1, 0.5))
        self.machine = Machine(self.course)
        self.disk = fresh_disk()
        self.promises = Promises(self)
        self._absent = self._since = 0.0
        self._hindrances: set[str] = set()
        self._rebooted = False
        self._cut: dict[str, float] = {}
        self.server = Server(self.course, self.machine, self.disk, self)
        self.server.start()
        directory = self.server.services.world.directory
        self._people = dict(directory.by_username)
        self._usernames = {person.id: name for name, person in self._people.items()}
        self.phones = {name: Phone(self, name) for name in STAFF}

    def person(self, username: str) -> Person:
        return self._people[username]

    def username(self, user_id: str) -> str:
        return self._usernames[user_id]

    def new_id(self) -> str:
        return self.server.clock.new_id()

    def cut(self, who: str) -> bool:
        """Their line is down."""
        return self._cut.get(who, 0.0) > self.course.now

    def run(self) -> "Simulation":
        """All of it; every promise is looked at on the way and at the end.

        Raises:
            Broken: one of them does not hold.
        """
        course = self.course
        for phone in self.phones.values():
            course.after(course.random.random(), phone.connects)
        for who, branch in RAISERS:
            line = Line(self, who)
            for _ in range(course.random.choice((0, 1, 1, 2))):
                when = course.random.random() * CHAOS
                course.after(when, tap, line, course.random.choice(TYPES), branch)
        self._plan(0.0, 40.0, self._cut_a_line)
        self._plan(0.0, 90.0, self._set_the_wall_clock)
        self._plan(0.0, 150.0, self._power_cut)
        self._plan(0.0, 250.0, self._fill_the_disk)
        course.after(CHAOS, self._calm)
        for look in range(1, 20):
            course.after(look * END / 20, self.promises.nothing_overdue)
        course.run(END)
        self.promises.at_the_end(self._states())
        return self

    def _plan(self, start: float, every: float, work: Callable[[], None]) -> None:
        when = start + self.course.random.expovariate(1 / every)
        while when < CHAOS:
            self.course.after(when, work)
            when += self.course.random.expovariate(1 / every)

    def _calm(self) -> None:
        self.loss = self.crashing = self.refusing = 0.0
        self._cut = {}
        self._empty_the_disk()

    def _states(self) -> dict[str, Incident]:
        with self.disk.connect() as conn:
            ids = [row.id for row in conn.execute(INCIDENTS.select())]
            found = {each: load_incident(conn, each, shelf().of) for each in ids}
        return {each: loaded.state for each, loaded in found.items() if loaded is not None}

    def _cut_a_line(self) -> None:
        who = self.course.random.choice((*STAFF, *(name for name, _ in RAISERS)))
        self._cut[who] = self.course.now + self.course.random.choice((1.0, 20.0, 120.0))
        self.course.note(f"{who}'s line is cut")
        if who in self.phones:
            self.phones[who].hangs_up()

    def _set_the_wall_clock(self) -> None:
        self.machine.wrong += self.course.random.choice(SET_WRONG)
        self.course.note(f"the wall clock is {self.machine.wrong:+.1f} s off")

    def _power_cut(self) -> None:
        self.server.dies()

    def crashed(self) -> None:
        """Back after a while; perhaps the machine was down with it."""
        self._hindered("down")
        pause = self.course.random.choice((0.5, 2.0, 15.0))
        self.course.after(pause, self._restart, self.course.chance(0.3))

    def _restart(self, reboot: bool) -> None:
        if reboot:
            self.machine.reboots()
            self._rebooted = True
        self.server.start()
        if self.server.up:
            self._free("down")
            if self._rebooted:  # perhaps some starts ago, which came to nothing
                self._rebooted = False
                self.promises.read_anew(self.server)

    def _fill_the_disk(self) -> None:
        self.disk_full = True
        self._hindered("disk")
        self.course.note("the disk is full")
        self.course.after(self.course.random.choice((3.0, 30.0)), self._empty_the_disk)

    def _empty_the_disk(self) -> None:
        self.disk_full = False
        self._free("disk")

    def _hindered(self, why: str) -> None:
        if not self._hindrances:
            self._since = self.course.now
        self._hindrances.add(why)

    def _free(self, why: str) -> None:
        self._hindrances.discard(why)
        if not self._hindrances:
            self._absent += self.course.now - self._since
            self._since = self.course.now

    @property
    def absent(self) -> float:
        """Seconds in which the server was down, or could write nothing."""
        return self._absent + (self.course.now - self._since if self._hindrances else 0.0)

    def may_crash(self) -> None:
        """Now and then, at the worst moment."""
        if self.course.chance(self.crashing):
            raise Crash

    def committed(self, server: Server, done: Committed) -> None:
        self.promises.committed(server, done)

    def firing(self, server: Server, incident_id: str, key: str) -> Callable[[bool], None]:
        due = self.promises.due(incident_id, key)
        return partial(self._fired, incident_id, key, due)

    def _fired(
        self, incident_id: str, key: str, due: tuple[float, float] | None, changed: bool
    ) -> None:
        if changed:
            self.course.note(f"{key} of {incident_id[-4:]} fires")
            self.promises.deadline_fired(incident_id, key, due)

    def emitted(self, server: Server, emissions: list[Emission]) -> None:
        for emission in emissions:
            for name, phone in self.phones.items():
                if phone.connected and f"user:{self.person(name).id}" in emission.rooms:
                    phone.hears(emission.event, emission.payload)

    def claimed(self, deliveries: list[Delivery]) -> None:
        self.promises.claimed(deliveries)

    def called(self, server: Server, deliveries: list[Delivery], to: Address) -> None:
        """It takes it, refuses it, or takes it and does not say so."""
        refuses = self.course.chance(self.refusing)
        if not refuses or self.course.chance(0.3):
            for each in deliveries:
                self.course.note(f"{each.channel} takes {each.alert_id[-4:]} #{each.repeat}")
                self.promises.sent(each)
        if refuses:
            raise Undelivered("稍后再试", "later", again=True)
