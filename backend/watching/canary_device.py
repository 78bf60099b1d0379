"""The canary's device: a real websocket to our own listening port, as a phone would open it."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent.socket as gevent_socket
import gevent.ssl as gevent_ssl
import orjson
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, Request, TextMessage

PATH = "/socket.io/?EIO=4&transport=websocket"
_MOST_BYTES = 65536
_OPENED, _PING, _PONG = "0", "2", "3"
_CONNECT, _CONNECTED, _REFUSED, _EVENT, _ACK = "40", "40", "44", "42", "43"


class CanaryError(Exception):
    """The gateway did not do what it does for everybody's devices."""


class CanaryDevice:
    """One connection; closed at the end of its ``with``."""

    def __init__(self, port: int, cert: Path | None) -> None:
        sock = gevent_socket.create_connection(("127.0.0.1", port))
        if cert is not None:
            sock = _trusting(cert).wrap_socket(sock, server_hostname="localhost")
        self._sock = sock
        self._line = WSConnection(ConnectionType.CLIENT)
        self._packets = self._read()
        self._send(Request(host=f"127.0.0.1:{port}", target=PATH))

    def __enter__(self) -> "CanaryDevice":
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def joins(self, token: str) -> None:
        """Connect as Socket.IO does.

        Raises:
            CanaryError: it was refused.
        """
        for packet in self._packets:
            if packet.startswith(_OPENED):
                self._say(_CONNECT + orjson.dumps({"token": token}).decode())
            elif packet.startswith(_REFUSED):
                raise CanaryError("refused")
            elif packet.startswith(_CONNECTED):
                return
        raise CanaryError("hung up on")

    def answers(self, alert_id: str) -> None:
        """Wait for the alert, say that it was received, and wait until that is on record.

        Raises:
            CanaryError: another alert came, or the receipt was not taken.
        """
        for packet in self._packets:
            if packet.startswith(_EVENT):
                name, payload = orjson.loads(packet.removeprefix(_EVENT))
                if name != "canary" or payload["alert_id"] != alert_id:
                    raise CanaryError("heard something else")
                receipt = ["received", payload]
                self._say(f"{_EVENT}1{orjson.dumps(receipt).decode()}")
            elif packet.startswith(f"{_ACK}1"):
                if orjson.loads(packet.removeprefix(f"{_ACK}1")) != [{"ok": True}]:
                    raise CanaryError("the receipt was refused")
                return
        raise CanaryError("hung up on")

    def _say(self, packet: str) -> None:
        self._send(TextMessage(packet))

    def _send(self, event: Any) -> None:
        self._sock.sendall(self._line.send(event))

    def _read(self) -> Iterator[str]:
        """Packets, one after the other, until the line is closed."""
        text = ""
        while data := self._sock.recv(_MOST_BYTES):
            self._line.receive_data(data)
            for event in self._line.events():
                if isinstance(event, TextMessage):
                    text += event.data
                    if event.message_finished:
                        packet, text = text, ""
                        yield from self._noticed(packet)
                elif isinstance(event, Ping):
                    self._send(event.response())
                elif isinstance(event, CloseConnection):
                    return
                elif not isinstance(event, AcceptConnection):
                    raise CanaryError("no websocket")

    def _noticed(self, packet: str) -> Iterator[str]:
        if packet == _PING:
            self._say(_PONG)
        else:
            yield packet


def _trusting(cert: Path) -> ssl.SSLContext:
    """Our own certificate is the one to expect, whatever name it is for."""
    context: ssl.SSLContext = gevent_ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cert)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
