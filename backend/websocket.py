"""simple-websocket under gevent: whole frames, and no compression (docs/adr/0002)."""

import struct
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from engineio.async_drivers.gevent import WebSocketWSGI
from engineio.socket import Socket as EngineSocket
from flask_socketio import SocketIO
from gevent import Timeout, socket, spawn
from gevent.lock import Semaphore

STALLED = 40.0
"""Seconds: as long as a client may be silent."""


class WholeSocket:
    """A socket whose ``send`` sends everything: a slow client must not get half a frame."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._lock = Semaphore()
        self._queueing = 0
        self._plain = type(sock) is socket.socket

    def send(self, data: bytes) -> int:
        """All of it, not mixed with another sender's; how many bytes that were."""
        self._queueing += 1
        with self._lock:
            self._queueing -= 1
            self._send_all(data)
        return len(data)

    def send_now(self, data: bytes) -> bool:
        """Send without waiting; False where that cannot be, and nothing was sent.

        What a slow client's buffer does not take follows by itself, before anything else.
        """
        if not self._plain or self._queueing or not self._lock.acquire(blocking=False):
            return False
        sent = len(data)
        try:
            sent = self._sock.send(data, 0, 0.0)
        except OSError:
            return False
        finally:
            if sent == len(data):
                self._lock.release()
        if sent < len(data):
            spawn(self._send_rest, data[sent:])
        return True

    def _send_rest(self, data: bytes) -> None:
        try:
            self._send_all(data)
        except OSError:
            pass  # the line is gone; its own reader finds out and says so
        finally:
            self._lock.release()

    def _send_all(self, data: bytes) -> None:
        """Who takes nothing for so long, and would keep all that follows here, is hung up on."""
        try:
            with Timeout(STALLED, TimeoutError):
                self._sock.sendall(data)
        except TimeoutError:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def text_frame(text: str) -> bytes:
    """A whole text message as one frame of RFC 6455, from server to client."""
    payload = text.encode()
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", 0x81, length) + payload
    if length < 65536:
        return struct.pack("!BBH", 0x81, 126, length) + payload
    return struct.pack("!BBQ", 0x81, 127, length) + payload


class _WebSocket(WebSocketWSGI):  # type: ignore[misc]  # the driver has no types
    app: Any

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        # Without the offer there is nothing to accept: deflate costs 90 KiB a socket.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        inner: Any = self.app

        def whole(_: Any) -> Any:
            self.ws.sock = WholeSocket(self.ws.sock)
            _lines[inner.__self__] = self.ws
            return inner(self)

        self.app = whole
        return super().__call__(environ, start_response)

    def send(self, message: str | bytes) -> Any:
        """One packet. Binary ones, which we never send, go the library's way."""
        if isinstance(message, bytes):
            return super().send(message)
        if not self.ws.connected:
            raise OSError("the websocket is closed")
        return self.ws.sock.send(text_frame(message))


_lines: WeakKeyDictionary[EngineSocket, Any] = WeakKeyDictionary()
"""The websocket under each Engine.IO connection."""


def send_frames(connection: EngineSocket, frames: bytes) -> bool:
    """Send past the connection's queue, when nothing waits there; whether that could be done."""
    line = _lines.get(connection)
    if line is None or not (line.connected and connection.upgraded and connection.queue.empty()):
        return False
    sent: bool = line.sock.send_now(frames)
    return sent


def use_whole_frames(socketio: SocketIO) -> None:
    """Let the server's sockets be ours."""
    socketio.server.eio._async = {
        **socketio.server.eio._async,
        "websocket": _WebSocket,
    }
