"""The real server in a process of its own, with a clock that the test moves.

``python -m tests.server`` is told what to do on standard input, a JSON object a line, and answers
each with one line when everything that follows from it is done and on disk::

    {"do": "open", "data": DIR, "port": 20100, "clock": "2026-03-11T02:00:00Z", "environ": {},
     "app": DIR}                       "clock": null is the machine's own; "boot"
                                       names the run of the machine
    {"do": "advance", "seconds": 60}   time goes by: each deadline fires at its own moment
    {"do": "jump", "seconds": 60}      the clock shows 60 s more at once, as after a sleep
    {"do": "look"}                     look at every branch's ladders now, as once a minute,
                                       and at what is to be cleared again
    {"do": "drills"}                   start the drills whose moment has come, as every 5 s
    {"do": "know", "username": NAME}   wait until that person counts as reachable
    {"do": "channel", "username": NAME, "kind": KIND, "address": URL, "secret": null}
                                       from now on they have that channel, too
    {"do": "switch_off", "username": NAME}
                                       all their channels
    {"do": "patience", "seconds": 1}   providers are given so long to answer
    {"do": "events"}                   what sockets may say, by namespace
    {"do": "canary", "seconds": 5}     send one; whether it came back within that time
    {"do": "stop", "part": "engine"}   or "outbox", "gateway", "server": it stands still
    {"do": "forget", "incident": ID, "park": false}
                                       its deadlines are lost, or set aside
    {"do": "watch"}                    look for open incidents without a deadline
    {"do": "ping"}                     tell the outside monitor that all is well, if it is
    {"do": "settle"}                   wait until nothing is under way
    {"do": "close"}                    end in order; another bank may be opened then

It serves as ``python -m backend serve`` does. The end of its input ends it: it never outlives
the test that started it.
"""

import gc
import json
import sys
import traceback
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import gevent
from apispec import APISpec
from flask_smorest import Blueprint
from gevent.pywsgi import WSGIServer
from sqlalchemy import Connection, Executable, delete, false, func, insert, select, update

from backend import pages
from backend.app import create_app, start, stop
from backend.batch import Batch
from backend.clock import SteadyClock
from backend.config import from_environment
from backend.data_lock import DataLock
from backend.event_store import log_position
from backend.logs import set_up_logs
from backend.outgoing.outbox import next_due, next_office
from backend.outgoing.outside import WayOut
from backend.outgoing.ways import ways_of
from backend.projections import DEADLINES
from backend.server import make_server
from backend.services import Services
from backend.tables import ChannelRow, EventRow
from backend.world import bump_version
from playbooks.load import load_library
from tests.fakes import Broken, VirtualClock

PATIENCE = 30.0
"""Seconds after which what is under way counts as stuck."""
CLEARED_AFTER = 25
"""Banks; a look at everything there is takes half as long as an opening."""
_closed = count(1)
_EVENTS = EventRow.__table__
_CHANNELS = ChannelRow.__table__


class Opened:
    """A bank that is being served."""

    def __init__(self, order: dict[str, Any]) -> None:
        settings = from_environment(order["environ"], data=order["data"], port=order["port"])
        self._lock = DataLock(settings.data) if settings.embedded else None
        pages.DIST = Path(order["app"])
        moment = order["clock"]
        self._clock: SteadyClock = (
            VirtualClock(datetime.fromisoformat(moment), order["boot"]) if moment else SteadyClock()
        )
        app = create_app(settings)
        self._services: Services = start(app, settings, self._clock)
        self._server: WSGIServer = make_server(app, settings, "127.0.0.1")
        self._server.start()
        self._services.watch.listening(self._server.server_port)
        self._ready_at = self._clock.now()

    def close(self) -> None:
        """End in order."""
        self._server.stop(timeout=1)
        stop(self._services)
        if next(_closed) % CLEARED_AFTER == 0:
            gc.unfreeze()  # the next opening's look takes away what closed banks have left
        if self._lock is not None:
            self._lock.release()

    def advance(self, seconds: float) -> None:
        """Move from deadline to deadline, each at its own moment."""
        clock = self._movable()
        self.settle()  # what is under way belongs to the present moment
        until = clock.now() + timedelta(seconds=seconds)
        while (due := self._due()) is not None and due <= until:
            clock.move_to(max(due, clock.now()))
            self.settle()
        clock.move_to(until)

    def jump(self, seconds: float) -> None:
        """Show another time at once."""
        clock = self._movable()
        clock.move_to(clock.now() + timedelta(seconds=seconds))

    def look(self) -> None:
        """Look at every branch's ladders, whenever that was done last."""
        watch = self._services.engine.readiness
        watch.round_anew()
        watch.tick()
        self._services.engine.library.tick()
        self._services.engine.suggestions.tick()

    def drills(self) -> None:
        """Start the drills whose moment has come."""
        self._services.engine.drills.tick()

    def know(self, username: str) -> None:
        """Wait until this process takes somebody for reachable."""
        user = self._services.world.directory.by_username[username].id
        services = self._services
        with gevent.Timeout(PATIENCE):
            while not (services.presence.reachable(user) or user in services.world.channels):
                gevent.sleep(0.01)

    def channel(self, username: str, **channel: Any) -> dict[str, Any]:
        """Switch on a channel for somebody; its id."""
        services = self._services
        row = {
            "id": services.clock.new_id(),
            "user_id": services.world.directory.by_username[username].id,
            **channel,
            "enabled": True,
            "created_at": services.clock.now(),
        }

        self._change(insert(_CHANNELS).values(row))
        return {"id": row["id"]}

    def switch_off(self, username: str) -> None:
        """All of somebody's channels."""
        user = self._services.world.directory.by_username[username].id
        self._change(update(_CHANNELS).where(_CHANNELS.c.user_id == user).values(enabled=False))

    def patience(self, seconds: float) -> None:
        """How long a provider may take."""
        self._services.outside = WayOut(self._clock, ("127.0.0.1",), None, seconds=seconds)

    def _change(self, statement: Executable) -> None:
        def change(batch: Batch) -> None:
            batch.conn.execute(statement)
            bump_version(batch)

        self._services.writer.run(change)
        self._services.world_changed()

    def canary(self, seconds: float) -> dict[str, Any]:
        """Send one; whether it came back, and what the server makes of it."""
        watch = self._services.watch
        with patch("backend.watching.canary.PATIENCE", seconds):
            back = watch.canary.send()
        watch._measure()
        return {"back": back, "well": watch.well, "alarms": watch.alarms}

    def stop(self, part: str) -> dict[str, Any]:
        """A part of the server stands still, as after a fault that nobody caught."""
        engine = self._services.engine
        if part == "engine":
            gevent.killall(engine._loops)
        elif part == "outbox":
            engine.courier.stop()
        elif part == "gateway":
            self._services.gateway.socketio.server.handlers["/"].clear()
        else:
            self._server.stop(timeout=1)
        return {}

    def ping(self) -> dict[str, Any]:
        """Let the outside monitor hear from us, if all is well."""
        self._services.watch.ping.send()
        return {}

    def watch(self) -> None:
        """Look for open incidents without a deadline."""
        self._services.watch.deadlines.look()

    def forget(self, incident: str, *, park: bool) -> None:
        """The deadlines of an incident are lost, or set aside."""
        mine = DEADLINES.c.incident_id == incident
        change = update(DEADLINES).where(mine).values(parked=True)
        self._services.writer.run(
            lambda batch: batch.conn.execute(change if park else delete(DEADLINES).where(mine))
        )

    def settle(self) -> None:
        """Until nothing is due, nothing waits for the writer, and all has its position."""
        with gevent.Timeout(PATIENCE):
            while True:
                while self._busy():
                    self._services.engine.wake()
                    self._services.engine.courier.wake()
                    gevent.sleep(0.002)
                # What the writer has begun is done when it answers; it may have led to more.
                self._services.writer.run(lambda _: None)
                if not self._busy():
                    return

    def events(self) -> dict[str, Any]:
        """The events that the gateway answers."""
        server = self._services.gateway.socketio.server
        handlers = {name: sorted(found) for name, found in server.handlers.items()}
        return {**handlers, **{name: ["*"] for name in server.namespace_handlers}}

    def told(self) -> dict[str, Any]:
        """Where time and log stand, and since when it serves."""
        position = self._services.reader.run(log_position)
        now, ready_at = self._clock.now().isoformat(), self._ready_at.isoformat()
        return {"now": now, "ready_at": ready_at, "position": position}

    def _due(self) -> datetime | None:
        """The next deadline, try to deliver something, or version that comes into force."""
        reader = self._services.reader
        looks = (_earliest, next_due, next_office)
        moments = [*(reader.run(look) for look in looks), self._services.shelf.next_turn]
        return min((each for each in moments if each is not None), default=None)

    def _movable(self) -> VirtualClock:
        assert isinstance(self._clock, VirtualClock), "this bank lives by the machine's clock"
        return self._clock

    def _busy(self) -> bool:
        due = self._due()
        return (
            (due is not None and due <= self._clock.now())
            or self._services.engine.courier.busy
            or self._services.writer.waiting > 0
            or bool(self._services.gateway._unsent)
            or self._services.reader.run(_unsealed)
            or self._services.reader.run(self._services.is_stale)
        )


def _earliest(conn: Connection) -> datetime | None:
    armed = select(func.min(DEADLINES.c.due_at)).where(DEADLINES.c.parked == false())
    found: datetime | None = conn.execute(armed).scalar()
    return found


def _unsealed(conn: Connection) -> bool:
    waiting = select(func.count()).where(_EVENTS.c.position.is_(None))
    return bool(conn.execute(waiting).scalar())


class Host:
    """Carries out the lines."""

    def __init__(self) -> None:
        self._opened: Opened | None = None

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out one; what to answer."""
        if order["do"] == "open":
            Path(order["data"]).mkdir(parents=True, exist_ok=True)
            self._opened = Opened(order)
            order = {"do": "settle"}
        opened = self._opened
        if opened is None:
            return {}
        if order["do"] == "close":
            opened.close()
            self._opened = None
            return {}
        given = {name: value for name, value in order.items() if name != "do"}
        answer: dict[str, Any] | None = getattr(opened, order["do"])(**given)
        if answer is not None:
            return answer
        opened.settle()
        return opened.told()


def _document_when_asked() -> None:
    """The API's document is written once somebody reads it: most of an opening went into it."""
    write, tell = Blueprint.register_views_in_doc, APISpec.to_dict

    def later(self: Any, api: Any, app: Any, spec: Any, **given: Any) -> None:
        unwritten = vars(spec).setdefault("unwritten", [])
        unwritten.append(partial(write, self, api, app, spec, **given))

    def told(self: Any) -> dict[str, Any]:
        for each in vars(self).pop("unwritten", ()):
            each()
        found: dict[str, Any] = tell(self)
        return found

    patch.object(Blueprint, "register_views_in_doc", later).start()
    patch.object(APISpec, "to_dict", told).start()


def main() -> int:
    """Obey until the input ends."""
    set_up_logs()
    _document_when_asked()
    # The library is the same for every bank that is opened here; reading it is half the time.
    patch("backend.app.load_library", cache(load_library)).start()
    patch("backend.app.ways_of", lambda *given: {**ways_of(*given), "broken": Broken()}).start()
    host = Host()
    _say({"pid": "started"})
    while line := gevent.get_hub().threadpool.apply(sys.stdin.readline):
        try:
            answer = host.obey(json.loads(line))
        except BaseException:  # noqa: BLE001  (the test is told, and decides)
            answer = {"fault": traceback.format_exc()}
        _say(answer)
    return 0


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
