"""What sockets send is looked at before it goes further: packets that are none end the connection.

Engine.IO and Socket.IO trip over them in many places, some with a traceback in the log, some
leaving the connection half open. Here each is one line, and nobody else is affected.
"""

from collections.abc import Callable, Iterable
from typing import Any

import structlog
from flask import Flask
from flask_socketio import SocketIO
from gevent import spawn
from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT, Packet

WSGIApplication = Callable[..., Iterable[bytes]]

_LONGEST_QUOTE = 200

_log = structlog.get_logger("packets")


class MalformedPacket(ValueError):
    """Not a packet of Socket.IO, or none that this server knows."""


class StrictPacket(Packet):  # type: ignore[misc]  # it has no types
    """As the library's; what it decodes is complete, and never binary: we ask for none."""

    def decode(self, encoded_packet: str) -> int:
        """Read the text of a packet.

        Raises:
            MalformedPacket: it is none.
        """
        try:
            attachments = super().decode(encoded_packet)
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise MalformedPacket from error
        if attachments or not self._is_complete():
            raise MalformedPacket
        return 0

    def _is_complete(self) -> bool:
        if self.packet_type == EVENT:
            return isinstance(self.data, list) and bool(self.data) and type(self.data[0]) is str
        if self.packet_type == ACK:
            return isinstance(self.data, list) and self.id is not None
        return self.packet_type in (CONNECT, DISCONNECT)


class _ProtocolLog:
    """Where the libraries say what has happened to them: a line each."""

    def info(self, said: str, *args: Any) -> None:
        """Every single packet: of no use."""

    def warning(self, said: str, *args: Any) -> None:
        """Something odd from a client."""
        _log.warning("protocol", said=(said % args if args else said)[:_LONGEST_QUOTE])

    error = warning

    def exception(self, said: str, *args: Any) -> None:
        """A body that is no list of packets; or a fault of our own, which has its traceback."""
        if said.startswith("post request"):
            _malformed("body")
        else:
            _log.exception("socket_handler_failed", said=said % args if args else said)


class _Guard:
    """Answers a request to the sockets' path that the libraries fail on."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/socket.io"):
            return self._inner(environ, start_response)
        try:
            return self._inner(environ, start_response)
        except Exception as error:  # noqa: BLE001  (our own handlers' faults never come this far)
            _malformed("request", error_type=type(error).__name__)
            start_response("400 Bad Request", [("Content-Length", "0"), ("Connection", "close")])
            return []


def use_strict_packets(socketio: SocketIO, app: Flask) -> None:
    """Let nothing malformed reach the server's handlers."""
    server: Any = socketio.server
    server.packet_class = StrictPacket
    server.logger = server.eio.logger = _ProtocolLog()
    server.eio.on("message", lambda sid, data: _take(server, sid, data))
    websocket = server.eio._async["websocket"]
    checked = type("CheckedWebSocket", (_CheckedFrames, websocket), {})
    server.eio._async = {**server.eio._async, "websocket": checked}
    app.wsgi_app = _Guard(app.wsgi_app)  # type: ignore[method-assign]  # as Flask advises


class _CheckedFrames:
    """Frames that hold no packet of Engine.IO end a websocket, as its client's own end does."""

    def wait(self) -> Any:
        frame = super().wait()  # type: ignore[misc]  # of the websocket that this is mixed into
        if frame is None or (isinstance(frame, str) and frame[:1] in tuple("0123456")):
            return frame
        _malformed("frame")
        return None


def _take(server: Any, sid: str, data: Any) -> None:
    try:
        if not isinstance(data, str) or not data:
            raise MalformedPacket
        server._handle_eio_message(sid, data)
    except MalformedPacket:
        _malformed("packet")
        spawn(server.eio.disconnect, sid)


def _malformed(what: str, **more: Any) -> None:
    _log.warning("malformed_packet", what=what, **more)
