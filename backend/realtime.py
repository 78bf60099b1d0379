"""The Socket.IO gateway: who is connected, what they hear, what they say back.

Rooms are the server's choice by what the person may see; there is no client join.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from http.cookies import SimpleCookie
from typing import Any

import structlog
from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refuse
from flask_socketio import SocketIO
from gevent import spawn
from sqlalchemy import Connection, select, true

from backend.callers import caller_of, cookie_session
from backend.delivery import Emission, change, message_of
from backend.envelope import Envelope
from backend.event_store import changed_since, log_position
from backend.packet_json import PacketJson, event_text
from backend.packets import use_strict_packets
from backend.problems import Problem
from backend.projections import OUTBOX
from backend.services import Services
from backend.sessions import Session
from backend.time_token import make_token
from backend.websocket import send_frames, text_frame, use_whole_frames
from escalation.commands import SOCKET, Receive
from escalation.incident import Incident
from escalation.people import BYSTANDERS
from escalation.refusal import Refused
from escalation.rights import (
    BRANCH_MANAGERS,
    DISCREET_SPECIALISTS,
    SPECIALISTS,
    UPPER_MANAGERS,
    Caller,
    sees,
)
from escalation.timeline import MAX_INTEGER, stamp

SENT_WITHIN = 0.25
"""Seconds until it is on record that packets have left; many share one transaction."""
MISSED_TOO_MUCH = 500
"""More changed incidents than this are not replayed: ``resync``."""

_NOBODY: Mapping[str, str] = {}

_log = structlog.get_logger("realtime")


class Gateway:
    """All sockets of this process."""

    def __init__(self, services: Services, app: Flask) -> None:
        self._services = services
        origins = list(services.settings.origins)
        self.socketio = SocketIO(
            app,
            async_mode="gevent",
            cors_allowed_origins=origins or None,  # None: the own origin only
            manage_session=False,
            ping_interval=20,
            ping_timeout=20,
            max_http_buffer_size=64 * 1024,
            serve_client=False,
            json=PacketJson,
        )
        use_whole_frames(self.socketio)
        use_strict_packets(self.socketio, app)
        self._sessions: dict[str, Session] = {}
        self._callers: dict[str, Caller] = {}
        self._by_user: dict[str, set[str]] = defaultdict(set)
        self._unsent: list[dict[str, Any]] = []
        self.socketio.on_event("connect", self._connect)
        self.socketio.on_event("disconnect", self._disconnect)
        self.socketio.on_event("received", lambda body=None, *_: self._receipt("delivered", body))
        self.socketio.on_event("seen", lambda body=None, *_: self._receipt("seen", body))

    @property
    def connected(self) -> int:
        """Sockets now (metrics)."""
        return len(self._sessions)

    def emit(self, emissions: Sequence[Emission]) -> None:
        """Send packets to the sockets of this process, each once, in this order.

        What goes to the same socket leaves together.
        """
        rooms = self.socketio.server.manager.rooms.get("/", {})
        to_send: dict[str, list[tuple[str, bytes, Emission]]] = defaultdict(list)
        for emission in emissions:
            frame = text_frame(event_text(emission.event, emission.payload))
            done = set(self._by_user.get(emission.without_user or "", ()))
            for room in emission.rooms:
                for sid, connection in rooms.get(room, _NOBODY).items():
                    if sid not in done:
                        done.add(sid)
                        to_send[connection].append((sid, frame, emission))
        sockets = self.socketio.server.eio.sockets
        for connection, packets in to_send.items():
            frames = b"".join([frame for _, frame, _ in packets])
            socket = sockets.get(connection)
            if socket is None or not send_frames(socket, frames):
                for sid, _, emission in packets:
                    self.socketio.emit(emission.event, emission.payload, to=sid)
        self._note_sent([key for each in emissions for key in self._sent_notices(each)])

    def tell_everybody(self, event: str, payload: dict[str, Any]) -> None:
        """To each person and tablet with a socket at this process."""
        rooms = {room for caller in self._callers.values() for room in rooms_of(caller)}
        self.emit([Emission(event, payload, tuple(rooms))])

    def _sent_notices(self, emission: Emission) -> list[dict[str, Any]]:
        """The outbox rows that have left with it; all of an alert's together where all have."""
        sent = [each for each in emission.notices if self._reached(each[1], emission)]
        if sent and emission.complete and len(sent) == len(emission.notices):
            alert_id, _, repeat = sent[0]
            return [{"alert_id": alert_id, "repeat": repeat}]
        return [_notice_key(*each) for each in sent]

    def _reached(self, user_id: str, emission: Emission) -> bool:
        """Somebody of theirs was in one of the rooms; a discreet packet goes to no tablet."""
        quietly = f"user-on-device:{user_id}" not in emission.rooms
        return self._services.presence.online(user_id, quietly=quietly)

    def end_dead_sessions(self) -> None:
        """Close the sockets of sessions that have ended and of people who have left.

        The others are put into the rooms that they may be in now.
        """
        for sid, session in list(self._sessions.items()):
            caller = caller_of(session, self._services.world)
            if caller is None or not self._services.sessions.is_alive(session.id):
                self.socketio.server.disconnect(sid, namespace="/")
            elif caller != self._callers[sid]:
                self._callers[sid] = caller
                self._enter_rooms(sid, caller)

    def _connect(self, auth: Any = None) -> None:
        sid = request.sid  # type: ignore[attr-defined]
        if sid in self._sessions:
            return  # an event of that name from a client, which connects nobody
        auth = auth if isinstance(auth, Mapping) else {}
        if self._lets_canary_in(auth, sid):
            return
        session = self._authenticate(auth)
        caller = None if session is None else caller_of(session, self._services.world)
        if session is None or caller is None:
            raise Refuse("unauthenticated")
        after = auth.get("after")
        if after is not None and not _is_position(after):
            raise Refuse("invalid position")
        self._sessions[sid] = session
        self._callers[sid] = caller
        if caller.person is not None:
            self._by_user[caller.person.id].add(sid)
            self._services.presence.connected(caller.person.id, on_device=_on_device(caller))
        self._enter_rooms(sid, caller)
        spawn(self._welcome, sid, caller, after)

    def _lets_canary_in(self, auth: Mapping[str, Any], sid: str) -> bool:
        room = self._services.watch.canary.admits(auth.get("token"), sid)
        if room is not None:
            self.socketio.server.enter_room(sid, room)
        return room is not None

    def _authenticate(self, auth: Mapping[str, Any]) -> Session | None:
        token = auth.get("token")
        if isinstance(token, str):
            return self._services.sessions.find(token)
        cookies = SimpleCookie(request.headers.get("Cookie", ""))
        return cookie_session({name: morsel.value for name, morsel in cookies.items()})

    def _disconnect(self, *_: Any) -> None:
        sid = request.sid  # type: ignore[attr-defined]
        if self.socketio.server.manager.is_connected(sid, "/"):
            return  # an event of that name from a client, which is still there
        self._sessions.pop(sid, None)
        caller = self._callers.pop(sid, None)
        if caller is not None and caller.person is not None:
            self._by_user[caller.person.id].discard(sid)
            if not self._by_user[caller.person.id]:
                del self._by_user[caller.person.id]
            self._services.presence.disconnected(caller.person.id, on_device=_on_device(caller))

    def _enter_rooms(self, sid: str, caller: Caller) -> None:
        server = self.socketio.server
        wanted = rooms_of(caller)
        for room in set(server.rooms(sid)) - wanted - {sid}:
            server.leave_room(sid, room)
        for room in wanted:
            server.enter_room(sid, room)

    def _welcome(self, sid: str, caller: Caller, after: int | None) -> None:
        """What the client needs, what it missed, and the alerts that it has not seen."""
        services = self._services
        try:
            position, missed, live = services.reader.run(
                lambda conn: self._catch_up(conn, caller, after)
            )
        except Exception:  # noqa: BLE001  (the client reads again; the fault is on record)
            _log.exception("catching_up_failed")
            position, missed, live = 0, None, []
        now = services.clock.now()
        hello = {
            "position": position,
            "time_token": make_token(services.token_key, now),
            "server_time": stamp(now),
            "checkpoint": None,
        }
        self.socketio.emit("hello", hello, to=sid)
        if missed is None:
            self.socketio.emit("resync", {}, to=sid)
        for emission in (*(missed or ()), *live):
            self.socketio.emit(emission.event, emission.payload, to=sid)
            self._note_sent([_notice_key(*each) for each in emission.notices])

    def _catch_up(
        self, conn: Connection, caller: Caller, after: int | None
    ) -> tuple[int, list[Emission] | None, list[Emission]]:
        services = self._services
        directory = services.world.directory
        position = log_position(conn)
        missed: list[Emission] | None = []
        if after is not None:
            changed = changed_since(conn, after, MISSED_TOO_MUCH + 1)
            if len(changed) > MISSED_TOO_MUCH or after > position:
                missed = None
            else:
                missed = [
                    change(state, last, directory)
                    for incident_id, last in changed
                    if (state := self._visible(conn, caller, incident_id)) is not None
                ]
        return position, missed, list(self._live(conn, caller))

    def _visible(self, conn: Connection, caller: Caller, incident_id: str) -> Incident | None:
        loaded = self._services.states.read(conn, incident_id)
        directory = self._services.world.directory
        if loaded is None or not sees(caller, loaded.state, directory):
            return None
        return loaded.state

    def _live(self, conn: Connection, caller: Caller) -> Iterable[Emission]:
        """Alerts that the person has not seen and that are not over."""
        if caller.person is None:
            return
        columns = OUTBOX.c
        # What is live is found in its index alone; the rows themselves are read of theirs only.
        theirs = (
            select(columns.alert_id)
            .where(
                columns.user_id == caller.person.id,
                columns.channel == SOCKET,
                columns.live == true(),
            )
            .correlate(None)
        )
        rows = conn.execute(
            select(columns.alert_id, columns.incident_id, columns.kind, columns.repeat).where(
                columns.user_id == caller.person.id,
                columns.channel == SOCKET,
                columns.alert_id.in_(theirs),
            )
        )
        directory = self._services.world.directory
        for row in rows.all():
            state = self._visible(conn, caller, row.incident_id)
            if state is not None:
                payload = message_of(state, row.kind, row.alert_id, row.repeat, directory)
                notice = (row.alert_id, caller.person.id, row.repeat)
                yield Emission(row.kind, payload, (), notices=(notice,))

    def _note_sent(self, notices: list[dict[str, Any]]) -> None:
        """Write down that they left the house; many at once, and never before the packet."""
        if not notices:
            return
        idle = not self._unsent
        self._unsent.extend(notices)
        if idle:
            self.socketio.start_background_task(self._write_sent)

    def _write_sent(self) -> None:
        self.socketio.sleep(SENT_WITHIN)
        notices, self._unsent = self._unsent, []
        if not self._services.writer.alive:
            return  # the server has stopped; who has not seen it is told again at the next start
        now = self._services.clock.now()

        def mark(batch: Any) -> None:
            for key in notices:
                batch.rows.update(OUTBOX, {**key, "channel": SOCKET}, {"sent_at": now})

        self._services.writer.submit(mark)

    def _receipt(self, receipt: str, body: Any) -> dict[str, Any]:
        sid = request.sid  # type: ignore[attr-defined]
        caller = self._callers.get(sid)
        if caller is None or caller.person is None:
            if caller is None and self._services.watch.canary.received(sid, body):
                return {"ok": True}
            return {"ok": False, "problem": "unauthenticated"}
        if not isinstance(body, Mapping) or not _is_receipt(body):
            return {"ok": False, "problem": "invalid"}
        services = self._services
        command = Receive(receipt, body["alert_id"], body["repeat"])
        envelope = Envelope(command, caller, services.clock.new_id(), {"command": "receive"})
        try:
            services.writer.submit(lambda batch: services.write_path.receipt(batch, envelope))
        except (Refused, Problem):
            return {"ok": False, "problem": "invalid"}
        return {"ok": True}


def _notice_key(alert_id: str, user_id: str, repeat: int) -> dict[str, Any]:
    return {"alert_id": alert_id, "user_id": user_id, "repeat": repeat}


def _on_device(caller: Caller) -> bool:
    return caller.device_id is not None


def rooms_of(caller: Caller) -> set[str]:
    """The rooms for what this caller may see (delivery.py addresses them)."""
    if caller.person is None:
        return {f"device:{caller.device_id}"}
    on_device = caller.device_id is not None
    rooms = {f"user-on-device:{caller.person.id}" if on_device else f"user:{caller.person.id}"}
    for role, org in caller.person.roles:
        ordinary, discreet = _rooms_of_role(role, org)
        rooms |= ordinary if on_device else ordinary | discreet
    return rooms


def _rooms_of_role(role: str, org: str) -> tuple[set[str], set[str]]:
    if role == "auditor" or role in UPPER_MANAGERS or role in DISCREET_SPECIALISTS:
        return {f"ordinary-over:{org}", f"ordinary-at:{org}"}, {f"discreet-over:{org}"}
    if role in SPECIALISTS:
        return {f"ordinary-over:{org}", f"ordinary-at:{org}"}, set()
    if role in BRANCH_MANAGERS:
        return {f"ordinary-at:{org}"}, {f"discreet-at:{org}"}
    return (set(), set()) if role in BYSTANDERS else ({f"ordinary-at:{org}"}, set())


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INTEGER


def _is_receipt(body: Mapping[str, Any]) -> bool:
    alert_id = body.get("alert_id")
    return isinstance(alert_id, str) and len(alert_id) <= 64 and _is_position(body.get("repeat"))
