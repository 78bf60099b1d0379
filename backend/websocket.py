"""simple-websocket under gevent: whole frames, and no compression (docs/adr/0002)."""

from typing import Any

from engineio.async_drivers.gevent import WebSocketWSGI
from flask_socketio import SocketIO
from gevent.lock import RLock


class WholeSocket:
    """A socket whose ``send`` sends everything: a slow client must not get half a frame."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._lock = RLock()

    def send(self, data: bytes) -> int:
        """All of it, not mixed with another sender's; how many bytes that were."""
        with self._lock:
            self._sock.sendall(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _WebSocket(WebSocketWSGI):  # type: ignore[misc]  # the driver has no types
    app: Any

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        # Without the offer there is nothing to accept: deflate costs 90 KiB a socket.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        inner: Any = self.app

        def whole(_: Any) -> Any:
            self.ws.sock = WholeSocket(self.ws.sock)
            return inner(self)

        self.app = whole
        return super().__call__(environ, start_response)


def use_whole_frames(socketio: SocketIO) -> None:
    """Let the server's sockets be ours."""
    socketio.server.eio._async = {
        **socketio.server.eio._async,
        "websocket": _WebSocket,
    }
