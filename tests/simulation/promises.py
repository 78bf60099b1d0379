"""What must be true of every run, whatever was broken in it."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from backend.envelope import Envelope, Outcome
from backend.event_store import read_events
from backend.outgoing.outbox import LEASE, Delivery
from backend.projections import DEADLINES, INCIDENTS, OUTBOX
from backend.rebuild import rebuild
from backend.watching.missing_deadlines import parked, without_deadline
from backend.writer import Committed
from escalation import events as ev
from escalation.alert import Alert
from escalation.incident import Incident
from tests.simulation.bank import shelf

if TYPE_CHECKING:
    from tests.simulation.server import Server
    from tests.simulation.simulation import Simulation

LATEST = 60.0
"""Seconds that a deadline may be late, the server's absence not counted."""
REACHED = 150.0
"""Seconds in which an alert must be with people: what can wait goes together, a minute later."""
EARLY = 0.16
"""Seconds: the clock may be slewed by half a millisecond in each of a ladder's five minutes."""
SECONDS_HELD = LEASE.total_seconds() - 0.1
SHORT = ("ladder", "act_within")
_Key = tuple[str, str]


class Broken(BaseException):
    """A promise was broken. No fault that the server may catch: it ends the run."""


class Promises:
    """Listens to all that is committed, claimed, sent and shown."""

    def __init__(self, sim: "Simulation") -> None:
        self._sim = sim
        self.commands: dict[str, Envelope] = {}
        self._armed: dict[_Key, tuple[float, float]] = {}
        self._over: dict[str, float] = {}
        self._claims: dict[tuple[str, str, str, int], float] = {}
        self._held: dict[tuple[str, str, str, int], tuple[float, int]] = {}
        self.accepted: Counter[tuple[str, str, int]] = Counter()
        self.fired = 0

    def answered(self, envelope: Envelope) -> None:
        """Somebody was told that it is done."""
        self.commands[envelope.command_id] = envelope

    def committed(self, server: "Server", done: Committed) -> None:
        """Which alerts are over, which deadlines armed."""
        now = self._sim.course.now
        for _, value, error in done.outcomes:
            if error is None and isinstance(value, Outcome):
                for event in value.events:
                    if event.type == ev.ALERT_ACKNOWLEDGED:
                        self._over.update(dict.fromkeys(event.data["alerts"], now))
        batch = done.batch
        if batch is None:
            return
        for row in batch.rows.updates.get(OUTBOX, ()):
            self._let_go(row)
        for row in batch.rows.deletes.get(DEADLINES, ()):
            self._armed.pop((row["key_incident_id"], row["key_key"]), None)
        for row in batch.rows.inserts.get(DEADLINES, ()):
            self._arm(server, (row["incident_id"], row["key"]), row["due_at"])
        for row in batch.rows.updates.get(DEADLINES, ()):
            self._arm(server, (row["key_incident_id"], row["key_key"]), row["due_at"])

    def _arm(self, server: "Server", key: _Key, due_at: Any) -> None:
        if key[1] in SHORT:
            sim = self._sim
            left = (due_at - server.clock.now()) / timedelta(seconds=1)
            self._armed[key] = (sim.course.now + left, sim.absent)

    def read_anew(self, server: "Server") -> None:
        """After a reboot what is armed counts on from what the clock says then."""
        with self._sim.disk.connect() as conn:
            rows = conn.execute(DEADLINES.select()).all()
        self._armed = {}
        self._held = {}  # whoever held something is gone, and the clock may say that it is later
        for row in rows:
            self._arm(server, (row.incident_id, row.key), max(row.due_at, server.clock.now()))

    def deadline_fired(self, incident_id: str, key: str, due: tuple[float, float] | None) -> None:
        """It has done something; ``due`` is what was armed before."""
        if key not in SHORT:
            return
        self.fired += 1
        if due is None:
            raise Broken(f"{key} of {incident_id[-4:]} fired twice")
        late = self._sim.course.now - due[0]
        if late < -EARLY:
            raise Broken(f"{key} of {incident_id[-4:]} fired {-late:.3f} s early")
        if late - (self._sim.absent - due[1]) > LATEST:
            raise Broken(f"{key} of {incident_id[-4:]} fired {late:.1f} s late")

    def due(self, incident_id: str, key: str) -> tuple[float, float] | None:
        """When it should fire, in true time."""
        return self._armed.get((incident_id, key))

    def nothing_overdue(self) -> None:
        """No deadline stays armed for ever."""
        for (incident_id, key), (due, absent) in self._armed.items():
            late = self._sim.course.now - due - (self._sim.absent - absent)
            if late > LATEST:
                raise Broken(f"{key} of {incident_id[-4:]} has been due for {late:.1f} s")

    def claimed(self, deliveries: list[Delivery]) -> None:
        """Somebody holds these rows now: nobody else does, and none of them is over."""
        now = self._sim.course.now
        for each in deliveries:
            key = (each.alert_id, each.user_id, each.channel, each.repeat)
            if self._held.get(key, (-1.0, 0))[0] > now:
                raise Broken(f"{each.alert_id[-4:]} was claimed while its lease lasts")
            self._held[key] = (now + SECONDS_HELD, each.fence)
            self._claims[key] = now

    def _let_go(self, row: Mapping[str, Any]) -> None:
        """Finished, one way or the other, by who held it; or a repeat has begun."""
        if "leased_until" not in row or row["leased_until"] is not None:
            return
        mine = (row["key_alert_id"], row["key_user_id"], row["key_channel"])
        for key, (_, fence) in list(self._held.items()):
            if key[:3] == mine and row.get("key_fence", fence) == fence:
                del self._held[key]

    def sent(self, each: Delivery) -> None:
        """A provider has it."""
        key = (each.alert_id, each.user_id, each.channel, each.repeat)
        over = self._over.get(each.alert_id)
        if over is not None and over < self._claims[key]:
            raise Broken(f"{each.alert_id[-4:]} was sent, but answered before it was claimed")
        self.accepted[each.alert_id, each.channel, each.repeat] += 1

    def at_the_end(self, states: Mapping[str, Incident]) -> None:
        """Of what is on disk, and of what people hold in their hands."""
        sim = self._sim
        self.nothing_overdue()
        with sim.disk.connect() as conn:
            happened = [
                event
                for row in conn.execute(INCIDENTS.select())
                for event in read_events(conn, row.id)
            ]
            unwatched, aside = without_deadline(conn), parked(conn)
        if unwatched or aside or sim.server.breaches:
            raise Broken(
                f"open incidents without a deadline: {unwatched}, {aside}, {sim.server.breaches}"
            )
        self._no_answer_was_a_lie(happened, states)
        for state in states.values():
            self._one_id_for_a_level(state)
            self._everybody_was_reached(state)
        differences = rebuild(sim.disk, shelf().of)
        if differences:
            raise Broken(f"rebuilding found {differences}")

    def _no_answer_was_a_lie(self, happened: list[Any], states: Mapping[str, Incident]) -> None:
        reports: Counter[str] = Counter()
        for state in states.values():
            reports.update(report.command_id or "" for report in state.reports)
        answers = Counter(
            each["command_id"] for each in happened if each["type"] == ev.ALERT_ACKNOWLEDGED
        )
        for command_id, envelope in self.commands.items():
            if envelope.command.name == "open" and reports[command_id] != 1:
                raise Broken(f"a raise that was answered is there {reports[command_id]} times")
        for command_id, times in answers.items():
            if times != 1:
                raise Broken(f"{command_id} has acknowledged {times} times")

    def _one_id_for_a_level(self, state: Incident) -> None:
        live = Counter(each.level for each in state.live_alerts() if each.on_ladder)
        if state.acknowledged_at is None and any(times > 1 for times in live.values()):
            raise Broken(f"a level of {state.id[-4:]} has several alerts: a repeat has a new id")

    def _everybody_was_reached(self, state: Incident) -> None:
        """By phone or provider, whoever can be; else a level above."""
        sim = self._sim
        if state.over:
            return
        for alert in state.live_alerts():
            for told in alert.told.values():
                if not told.waiting or self._sounded_ago(alert) < REACHED:
                    continue
                phone = sim.phones.get(sim.username(told.user))
                if (
                    phone is not None
                    and phone.connected
                    and (alert.id, told.repeat) not in phone.shown
                ):
                    raise Broken(f"{phone.who} was never shown {alert.id[-4:]} #{told.repeat}")
                for way in told.ways:
                    known = self.accepted[alert.id, way.id, told.repeat]
                    if not known and way.failed_at is None:
                        raise Broken(f"{way.id} never had {alert.id[-4:]} #{told.repeat}")

    def _sounded_ago(self, alert: Alert) -> float:
        return (self._sim.server.clock.now() - alert.sounded_at) / timedelta(seconds=1)
