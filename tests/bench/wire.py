"""HTTP and Socket.IO by hand over one epoll: a load generator must cost less than what it loads.

A listener's bytes are kept with the moment at which they were read and taken apart afterwards.
"""

import select
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

CHUNK = 256 * 1024
_PING = b"\x81\x012"
_PONG = b"\x81\x81\0\0\0\x003"
_TEXT = 0x1


class WireError(Exception):
    """The other side did not speak as expected."""


class Poller:
    """Calls whoever has something to read."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._on_data: dict[int, Callable[[], None]] = {}

    def add(self, sock: socket.socket, on_data: Callable[[], None]) -> None:
        """From now on ``on_data`` runs whenever ``sock`` can be read."""
        self._on_data[sock.fileno()] = on_data
        self._epoll.register(sock.fileno(), select.EPOLLIN)

    def remove(self, sock: socket.socket) -> None:
        """Forget a socket, before it is closed."""
        self._epoll.unregister(sock.fileno())
        del self._on_data[sock.fileno()]

    def poll(self, seconds: float) -> bool:
        """Wait at most so long; whether anything came."""
        ready = self._epoll.poll(seconds)
        for number, _ in ready:
            self._on_data[number]()
        return bool(ready)


@dataclass(slots=True, eq=False)
class Poster:
    """One keep-alive connection with at most one POST on its way."""

    poller: Poller
    sock: socket.socket
    on_answer: Callable[["Poster", int, int], None] = lambda *_: None
    _buffer: bytearray = field(default_factory=bytearray)
    _missing: int = -1
    _status: int = 0

    def post(self, request: bytes) -> None:
        """Write a whole request."""
        self.sock.sendall(request)

    def read(self) -> None:
        """Called by the poller; ``on_answer(self, status, nanoseconds)`` when it is whole."""
        data = self.sock.recv(CHUNK)
        if not data:
            raise WireError("the server closed a connection")
        self._buffer += data
        if self._missing < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end])
            self._status = int(head[9:12])
            self._missing = end + 4 + _content_length(head)
        if len(self._buffer) < self._missing:
            return
        if len(self._buffer) > self._missing:
            raise WireError("more than one answer to a POST")
        self._buffer.clear()
        self._missing = -1
        self.on_answer(self, self._status, time.perf_counter_ns())


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise WireError("an answer without Content-Length")


def open_poster(poller: Poller, port: int) -> Poster:
    """Connect to the server on this machine."""
    poster = Poster(poller, _connected(port))
    poller.add(poster.sock, poster.read)
    return poster


@dataclass(slots=True, eq=False)
class Listener:
    """A Socket.IO client on a websocket that answers pings and writes down what it reads."""

    sock: socket.socket
    read_at: list[tuple[int, bytes]] = field(default_factory=list)

    def read(self) -> None:
        """Called by the poller."""
        data = self.sock.recv(CHUNK)
        if not data:
            raise WireError("the server closed a websocket")
        self.read_at.append((time.perf_counter_ns(), data))
        if _PING in data:
            self.sock.sendall(_PONG)

    def take(self) -> Iterator[tuple[int, str, Any]]:
        """The events so far: nanoseconds at which each was whole, name, payload. Kept no longer.

        What belongs to a frame that is not whole yet stays.
        """
        data = b"".join(chunk for _, chunk in self.read_at)
        moments, end = [], 0
        for at, chunk in self.read_at:
            end += len(chunk)
            moments.append((end, at))
        place, chunk_no = 0, 0
        while (frame := _frame(data, place)) is not None:
            payload, place = frame
            while moments[chunk_no][0] < place:
                chunk_no += 1
            if payload.startswith(b"42"):
                name, body = orjson.loads(payload[2:])
                yield moments[chunk_no][1], name, body
        rest = data[place:]
        self.read_at = [(moments[-1][1], rest)] if rest else []


def _frame(data: bytes, start: int) -> tuple[bytes, int] | None:
    """A server's frame (never masked) and where the next begins; None where it is not whole."""
    if len(data) < start + 2:
        return None
    length, body = data[start + 1], start + 2
    extended = {126: 2, 127: 8}.get(length, 0)
    if extended:
        if len(data) < body + extended:
            return None
        length = int.from_bytes(data[body : body + extended])
        body += extended
    if len(data) < body + length:
        return None
    if data[start] & 0xF != _TEXT or not data[start] & 0x80:
        raise WireError(f"a websocket frame of kind {data[start]:#x}")
    return data[body : body + length], body + length


def open_listener(poller: Poller, port: int, token: str) -> Listener:
    """Connect, sign in by token, and wait for ``hello``."""
    sock = _connected(port)
    sock.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
        b"Host: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Y291bnRlcmJlbGwtYmVuYw==\r\n\r\n" % port
    )
    read = b""
    while b"\r\n\r\n" not in read:
        read += _some(sock)
    head, _, rest = read.partition(b"\r\n\r\n")
    if b" 101 " not in head.partition(b"\r\n")[0]:
        raise WireError(f"no websocket: {head[:200]!r}")
    sock.sendall(_masked(b"40" + orjson.dumps({"token": token})))
    while b'42["hello"' not in rest:
        if b"44{" in rest:
            raise WireError(f"not let in: {rest[:200]!r}")
        rest += _some(sock)
    listener = Listener(sock, [(0, rest)])
    poller.add(sock, listener.read)
    return listener


def _masked(payload: bytes) -> bytes:
    """A text frame of a client; the mask is zero, so that it stays readable."""
    if len(payload) < 126:
        return bytes((0x81, 0x80 | len(payload))) + bytes(4) + payload
    return bytes((0x81, 0xFE)) + len(payload).to_bytes(2) + bytes(4) + payload


def _some(sock: socket.socket) -> bytes:
    data = sock.recv(CHUNK)
    if not data:
        raise WireError("the server hung up")
    return data


def _connected(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
