"""The listening side: gevent's WSGI server, tuned for small answers at once."""

import socket
from collections.abc import Iterator
from typing import Any, cast

from flask import Flask
from gevent.pywsgi import WSGIHandler, WSGIServer

from backend.config import Settings
from backend.proxies import BehindProxies
from backend.request_headers import RequestHeaders

DEEPEST_BACKLOG = 2048


class _Handler(WSGIHandler):
    """Answers leave at once: with Nagle every keep-alive POST waits 44 ms."""

    MessageClass = RequestHeaders  # type: ignore[assignment]  # it asks for no more

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(sock, *args, **kwargs)

    def _headers(self) -> Iterator[tuple[str, str]]:
        headers: Any = self.headers
        return cast("RequestHeaders", headers).environ()

    def log_request(self) -> None:
        """Nothing: gevent would write a line for each request before it is thrown away."""

    def _sendall(self, data: bytes) -> None:
        """All at once where that works: gevent's own way asks for the buffer's size each time."""
        try:
            sent = self.socket.send(data)
        except OSError:
            sent = 0  # said again below, where the handler keeps its books
        self.response_length += sent
        if sent < len(data):
            super()._sendall(memoryview(data)[sent:])  # type: ignore[misc]  # not in its stub

    def run_application(self) -> None:
        """A connection that became a websocket speaks no HTTP afterwards."""
        super().run_application()
        if (self.environ or {}).get("HTTP_UPGRADE", "").lower() == "websocket":
            self.close_connection = True


def make_server(app: Flask, settings: Settings, host: str = "0.0.0.0") -> WSGIServer:  # noqa: S104
    """A server that listens when started. With a certificate it speaks TLS."""
    tls: dict[str, Any] = {}
    if settings.cert and settings.key:
        tls = {"certfile": str(settings.cert), "keyfile": str(settings.key)}
    server: WSGIServer = WSGIServer(
        (host, settings.port),
        BehindProxies(app, settings.proxies) if settings.proxies else app,
        handler_class=_Handler,
        backlog=DEEPEST_BACKLOG,
        log=None,
        **tls,
    )
    return server
