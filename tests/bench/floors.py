"""The floors: the least that a server can do for a tap, written by hand on one epoll.

Floor A reads the POST, frames one alert and writes it to each listener. Floor B does the same
after one SQLite transaction (synchronous=FULL) with 1 incident, 2 hashed events, 2 outbox rows
and 1 deadline, inline. No rights, no rules, no checklist.
"""

import gc
import hashlib
import socket
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import orjson

from tests.bench.wire import Poller

_TABLES = """
CREATE TABLE incidents (id TEXT PRIMARY KEY, branch TEXT, type TEXT, status TEXT, opened_at INT);
CREATE TABLE events (ord INTEGER PRIMARY KEY, id TEXT UNIQUE, chain TEXT, seq INT, body BLOB,
    hash TEXT);
CREATE UNIQUE INDEX uq_events_chain_seq ON events (chain, seq);
CREATE TABLE outbox (alert_id TEXT, user_id TEXT, live INT, PRIMARY KEY (alert_id, user_id));
CREATE TABLE deadlines (incident_id TEXT, key TEXT, due_at INT, PRIMARY KEY (incident_id, key));
CREATE INDEX ix_deadlines_due ON deadlines (due_at);
"""
_ANSWER = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
_UPGRADED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: unchecked\r\n\r\n"
)
_HEARS = b'{"token":"listener'


class Store:
    """Floor B's database."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)

    def keep(self, tap: dict[str, Any], alert: dict[str, Any], now: int) -> None:
        """One durable transaction."""
        do, chain, prev = self._db.execute, tap["id"], "0" * 64
        do("BEGIN IMMEDIATE")
        do(
            "INSERT INTO incidents VALUES (?,?,?,'open',?)",
            (chain, tap["branch"], tap["type"], now),
        )
        for seq, kind in enumerate(("incident.opened", "alert.raised"), 1):
            event = {"seq": seq, "type": kind, "at": now, "data": alert, "prev_hash": prev}
            body = orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
            prev = hashlib.sha256(body).hexdigest()
            do(
                "INSERT INTO events (id, chain, seq, body, hash) VALUES (?,?,?,?,?)",
                (f"{chain}/{seq}", chain, seq, body, prev),
            )
        for user in ("manager", "office"):
            do("INSERT INTO outbox VALUES (?,?,1)", (alert["alert_id"], user))
        do("INSERT INTO deadlines VALUES (?,'ladder',?)", (chain, now + 60_000))
        do("COMMIT")


class Connection:
    """One of a floor's connections, from its first byte to its last."""

    def __init__(self, sock: socket.socket, floor: "Floor") -> None:
        self._sock = sock
        self._floor = floor
        self._buffer = b""
        self._is_websocket = False

    def read(self) -> None:
        """Called by the poller."""
        data = self._sock.recv(65536)
        if not data:
            self._floor.left(self._sock)
        elif self._is_websocket:
            if _HEARS in data:
                self._floor.listens(self._sock)
        else:
            self._request(data)

    def _request(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if found and head.startswith(b"GET"):
            self._is_websocket = True
            self._sock.sendall(_UPGRADED + _frame(b'42["hello",{}]'))
        elif found and len(body) >= int(head.rpartition(b"Content-Length: ")[2]):
            self._buffer = b""
            self._floor.tapped(self._sock, orjson.loads(body))


class Floor:
    """Keep-alive connections with POSTs, and websockets, on one epoll."""

    def __init__(self, port: int, store: Store | None) -> None:
        self._store = store
        self._listeners: list[socket.socket] = []
        self._poller = Poller()
        self._door = socket.create_server(("127.0.0.1", port), backlog=1024)
        self._poller.add(self._door, self._enter)

    def serve(self) -> None:
        """Until killed."""
        while True:
            self._poller.poll(60)

    def _enter(self) -> None:
        sock, _ = self._door.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poller.add(sock, Connection(sock, self).read)

    def left(self, sock: socket.socket) -> None:
        """Somebody has hung up."""
        self._poller.remove(sock)
        if sock in self._listeners:
            self._listeners.remove(sock)
        sock.close()

    def listens(self, sock: socket.socket) -> None:
        """Alerts go to this websocket from now on."""
        self._listeners.append(sock)

    def tapped(self, sock: socket.socket, tap: dict[str, Any]) -> None:
        now = time.time_ns() // 1_000_000
        alert = {
            "alert_id": tap["command_id"],
            "repeat": 0,
            "incident_id": tap["id"],
            "level": 1,
            "reason": "raised",
            "urgency": "immediate",
            "discreet": False,
            "drill": False,
            "title": {"zh": "群体来访", "en": "Group visit"},
            "branch": {"id": tap["branch"], "name": tap["branch"]},
            "raised_at": now,
        }
        if self._store is not None:
            self._store.keep(tap, alert, now)
        frame = _frame(b"42" + orjson.dumps(["alert", alert]))
        for listener in self._listeners:
            listener.sendall(frame)
        answer = orjson.dumps({"id": tap["id"]})
        sock.sendall(_ANSWER % (len(answer), answer))


def _frame(payload: bytes) -> bytes:
    if len(payload) < 126:
        return bytes((0x81, len(payload))) + payload
    return bytes((0x81, 126)) + len(payload).to_bytes(2) + payload


def main(port: int, data: str | None = None) -> None:
    """Serve until killed: floor B with a directory for its data, else floor A."""
    store = None if data is None else Store(Path(data) / "floor.db")
    gc.freeze()
    Floor(port, store).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
