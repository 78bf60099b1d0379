"""Sends what the outbox holds for channels to the outside, each message until it is taken.

A loop claims what is due; every message then goes its own way, in a greenlet of its own, so that
nothing waits for a provider that hangs. What came of it goes back through the write path.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from gevent import Greenlet, joinall, spawn
from gevent.event import Event
from gevent.pool import Group

from backend.batch import Batch
from backend.envelope import Envelope, Outcome
from backend.outgoing.outbox import (
    LONGEST_PAUSE,
    Delivery,
    claim,
    claim_office,
    claim_waiting,
    give_up,
    is_held,
    next_due,
    next_office,
    note_sent,
    pause_before,
    put_off,
    try_again,
)
from backend.outgoing.personal_channels import WEBPUSH, remove_channel
from backend.outgoing.places import Crowded, Place, Places
from backend.outgoing.wording import Wording
from backend.services import Services
from backend.tables import CANARY, OFFICE, READINESS
from backend.world import bump_version
from escalation.commands import DeliveryFailed
from notifications.channels.channel import Undelivered

LONGEST_SLEEP = 5.0
"""Seconds; what a process that is gone had claimed is found by then."""
TRIES = 3
"""After so many failures in a row it is on record that a channel does not take the alert."""
OFFICE_TRIES = 12
"""After so many the office is left in peace; it is told again another week."""
FAULTS = 5
"""After so many unexpected failures in a row a row is parked, with an alarm in the log."""

_SECOND = timedelta(seconds=1)
_log = structlog.get_logger("courier")
_Key = tuple[str, str, str, int]


class Courier:
    """The outbox's loop in one process; several share the rows by their leases."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._wording = Wording(services)
        self._places = Places()
        self._wake = Event()
        self._under_way = Group()
        self._faults: Counter[_Key] = Counter()
        self._loop: Greenlet[..., None] | None = None
        self.sent: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.parked = 0

    def start(self) -> None:
        """Begin; what was cut off in the middle is sent again when its lease has run out."""
        self._loop = spawn(self._run)

    def stop(self) -> None:
        """No more is sent; what is on its way is not waited for."""
        if self._loop is not None:
            self._loop.kill()
        self._under_way.kill()

    @property
    def alive(self) -> bool:
        """The loop runs (readiness)."""
        return self._loop is not None and not self._loop.dead

    @property
    def busy(self) -> bool:
        """Something is on its way."""
        return len(self._under_way) > 0

    def wake(self) -> None:
        """Rows were committed, or the clock was moved: look again now."""
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                pause = self._round()
            except Exception:  # noqa: BLE001  (the outbox must outlive any fault)
                _log.exception("outbox_failed")
                pause = 1.0
            if pause:
                self._wake.wait(pause)

    def _round(self) -> float:
        """Claim what is due and send it off; for how long to sleep then, in seconds."""
        services = self._services
        due_at = services.reader.run(next_due)
        now = services.clock.now()
        if due_at is None or due_at > now:
            return self._office(due_at)
        claimed = services.writer.run(lambda batch: claim(batch.conn, now))
        self._let_in(_together(claimed))
        return 0 if claimed else 0.05  # where another process was quicker

    def _office(self, alarm_at: datetime | None) -> float:
        """What the office is told, while nothing else is on its way; how long to sleep then."""
        services = self._services
        office_at, now = services.reader.run(next_office), services.clock.now()
        if office_at is not None and office_at <= now:
            if not self.busy:
                claimed = services.writer.run(lambda batch: claim_office(batch.conn, now))
                self._let_in(_together(claimed))
                return 0 if claimed else 0.05
            office_at = now + _SECOND
        moments = [each for each in (alarm_at, office_at) if each is not None]
        left = [services.clock.seconds_until(each) for each in moments]
        return max(0.001, min([*left, LONGEST_SLEEP]))

    def _let_in(self, claimed: Iterable[list[Delivery]]) -> None:
        """Each on its way; where too many wait already for a place that hangs, they go back."""
        turned_away: dict[Place, list[Delivery]] = {}
        for deliveries in claimed:
            place = self._places.at(deliveries[0].to)
            if deliveries[0].user_id == CANARY:
                self._under_way.spawn(self._hand_to_gateway, deliveries)
            elif place.is_full:
                turned_away.setdefault(place, []).extend(deliveries)
            else:
                place.waiting += 1
                self._under_way.spawn(self._sort, deliveries, place)
        for place, deliveries in turned_away.items():
            self._later(deliveries, place)

    def _hand_to_gateway(self, deliveries: list[Delivery]) -> None:
        """The server's own test: it has come so far."""
        for each in deliveries:
            self._services.watch.canary.handed_over(each.alert_id)

    def _sort(self, deliveries: list[Delivery], place: Place) -> None:
        """What is urgent goes at once and alone; the rest together with what still waits."""
        alone: list[Greenlet[..., None]] = []
        try:
            rest = self._send_urgent(deliveries, alone)
            if rest:
                if rest[0].kind != OFFICE:
                    rest += self._send_urgent(self._waiting_with(rest[0]), alone)
                self._deliver(rest)
            joinall(alone)
        finally:
            place.waiting -= 1

    def _send_urgent(
        self, deliveries: list[Delivery], alone: list["Greenlet[..., None]"]
    ) -> list[Delivery]:
        """What can wait; the others are on their way, in greenlets that come to ``alone``."""
        rest: list[Delivery] = []
        for each in deliveries:
            try:
                if self._wording.is_urgent(each):
                    alone.append(self._under_way.spawn(self._deliver, [each]))
                else:
                    rest.append(each)
            except Exception as error:  # noqa: BLE001  (one bad row never stops the rest)
                self._broke([each], error)
        return rest

    def _waiting_with(self, first: Delivery) -> list[Delivery]:
        services = self._services
        now, user, channel = services.clock.now(), first.user_id, first.channel
        try:
            return services.writer.run(lambda batch: claim_waiting(batch.conn, now, user, channel))
        except Exception:  # noqa: BLE001  (they are sent when they are due)
            _log.exception("grouping_failed")
            return []

    def _deliver(self, deliveries: list[Delivery]) -> None:
        """One message, from the claim to what came of it."""
        try:
            self._send(deliveries)
        except Undelivered as error:
            self._refused(deliveries, error)
        except Crowded:
            self._later(deliveries, self._places.at(deliveries[0].to))
        except Exception as error:  # noqa: BLE001  (one bad row never stops the rest)
            self._broke(deliveries, error)

    def _send(self, deliveries: list[Delivery]) -> None:
        services, to = self._services, deliveries[0].to
        if to is None:
            raise Undelivered("已停用", "switched off", again=False)
        channel = services.ways.get(to.kind)
        if channel is None:
            raise Undelivered("没有这个渠道", "no such channel here", again=False)
        with self._places.at(to).one():
            # Read now, after any waiting: who has answered meanwhile is left in peace.
            message, said = self._wording.message(deliveries)
            if message is None:
                return
            channel.send(to, message, services.outside)
        self._taken(said)

    def _taken(self, deliveries: Sequence[Delivery]) -> None:
        now = self._services.clock.now()
        self._services.writer.submit(lambda batch: note_sent(batch, deliveries, now))
        for each in deliveries:
            self._faults.pop(_key(each), None)
            self.sent[_kind(each)] += 1
            _log.info("sent", **_notice(each))

    def _refused(self, deliveries: list[Delivery], error: Undelivered) -> None:
        due_at = self._next_try(deliveries, error.after or 0)
        for each in deliveries:
            self._faults.pop(_key(each), None)
            self._record(each, error.detail, due_at, again=error.again)
        if not error.again and _kind(deliveries[0]) == WEBPUSH:
            self._services.world_changed()

    def _later(self, deliveries: list[Delivery], place: Place) -> None:
        """Nothing was tried: the leases are given back, for longer while nothing arrives there."""
        place.crowds += 1
        now, draw = self._services.clock.now(), self._services.clock.random_bytes
        pauses = [pause_before(place.crowds, draw) for _ in deliveries]
        # On full seconds: they come back in few transactions.
        later = [(now + pause).replace(microsecond=0) + _SECOND for pause in pauses]
        back = list(zip(deliveries, later, strict=True))
        self._services.writer.run(lambda batch: put_off(batch.conn, back))
        self.wake()

    def _broke(self, deliveries: list[Delivery], error: Exception) -> None:
        """A fault of our own: tried again, but not for ever."""
        due_at = self._next_try(deliveries)
        for each in deliveries:
            key = _key(each)
            self._faults[key] += 1
            again = self._faults[key] < FAULTS
            # Never the error's text: it may hold an address.
            what = {"error_type": type(error).__name__, "at": _place(error), **_notice(each)}
            _log.error("delivery_broke", **what)
            if not again:
                del self._faults[key]
                self.parked += 1
                _log.critical("delivery_parked", **what)
            self._record(each, "系统内部错误 / an internal fault", due_at, again=again)

    def _next_try(self, deliveries: list[Delivery], after: int = 0) -> datetime:
        """What failed together is tried again together. ``after``: seconds that they ask for."""
        tries = max(each.tries for each in deliveries) + 1
        pause = pause_before(tries, self._services.clock.random_bytes)
        pause = max(pause, timedelta(seconds=min(after, LONGEST_PAUSE)))
        return self._services.clock.now() + pause

    def _record(
        self, delivery: Delivery, detail: str, due_at: datetime, *, again: bool = True
    ) -> None:
        """Write down that it did not go out, and whether it is tried again then."""
        services, tries = self._services, delivery.tries + 1
        again = again and (delivery.kind != OFFICE or tries < OFFICE_TRIES)
        self.failed[_kind(delivery)] += 1

        def record(batch: Batch) -> Outcome | None:
            if not is_held(batch.conn, delivery):
                return None  # somebody else tries it by now
            if again:
                try_again(batch, delivery, due_at, detail)
            else:
                give_up(batch, delivery, detail)
                self._forget_phone(batch, delivery)
            if (again and tries != TRIES) or delivery.kind in (READINESS, OFFICE):
                return None  # nothing for a timeline
            return services.write_path.handle(batch, self._failure(delivery, detail))

        try:
            services.writer.submit(record, delivery.incident_id)
        except Exception:  # noqa: BLE001  (its lease runs out, and it is sent again)
            _log.exception("failure_not_recorded", **_notice(delivery))
        self.wake()

    def _forget_phone(self, batch: Batch, delivery: Delivery) -> None:
        """A push subscription that is refused for good will never work again."""
        if _kind(delivery) == WEBPUSH:
            _log.warning("subscription_removed", **_notice(delivery))
            remove_channel(batch, delivery.channel)
            bump_version(batch)

    def _failure(self, delivery: Delivery, detail: str) -> Envelope:
        each = delivery
        failed = DeliveryFailed(each.alert_id, each.repeat, each.user_id, each.channel, detail)
        new_id = self._services.clock.new_id()
        return Envelope(failed, None, new_id, {}, incident_id=each.incident_id)


def _together(claimed: Iterable[Delivery]) -> Iterable[list[Delivery]]:
    """By person and channel."""
    found: dict[tuple[str, str], list[Delivery]] = {}
    for each in claimed:
        found.setdefault((each.user_id, each.channel), []).append(each)
    return found.values()


def _key(each: Delivery) -> _Key:
    return each.alert_id, each.user_id, each.channel, each.repeat


def _kind(each: Delivery) -> str:
    return "gone" if each.to is None else each.to.kind


def _notice(each: Delivery) -> dict[str, str]:
    """As a log line names it: no address, no name."""
    return {"alert_id": each.alert_id, "user_id": each.user_id, "kind": _kind(each)}


def _place(error: Exception) -> str:
    """File and line of our code where it happened."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
