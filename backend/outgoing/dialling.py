"""A connection to the outside: looked up once, judged, and made to just that address."""

import ssl
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import certifi
import gevent.socket as gevent_socket
import gevent.ssl as gevent_ssl

from notifications.channels.channel import Undelivered
from notifications.channels.hosts import is_public

MOST_ADDRESSES = 4
"""A name's first addresses are tried; each has its share of the time."""


@dataclass(frozen=True, slots=True)
class Dialler:
    """``tls`` verifies certificates; ``seconds`` is for one address."""

    tls: ssl.SSLContext
    seconds: float

    def dial(self, host: str, port: int, *, private: bool) -> gevent_socket.socket:
        """A plain connection. ``private``: it may also lead into the bank's own network.

        Raises:
            Undelivered: no such host, none that we may call, no connection.
        """
        addresses = _look_up(host, port)
        if not private and not all(map(is_public, addresses)):
            raise Undelivered("不允许的内部地址", "a forbidden private address", again=False)
        return self._first_that_answers(addresses, port)

    def secure(self, plain: gevent_socket.socket, host: str) -> gevent_socket.socket:
        """TLS over it, with a certificate for ``host``.

        Raises:
            Undelivered: its certificate is not good for that name, or it speaks no TLS.
        """
        try:
            secured: gevent_ssl.SSLSocket = self.tls.wrap_socket(
                plain, server_hostname=host, do_handshake_on_connect=False
            )
            try:
                secured.do_handshake()
            except BaseException:  # also when time is over
                secured.close()
                raise
        except ssl.SSLCertVerificationError as error:
            raise Undelivered("对方的证书无效", "its certificate is bad", again=True) from error
        except OSError as error:
            raise Undelivered("安全连接失败", "no secure connection", again=True) from error
        return secured

    def _first_that_answers(self, addresses: Collection[str], port: int) -> gevent_socket.socket:
        for address in addresses:
            try:
                sock = gevent_socket.create_connection((address, port), timeout=self.seconds)
            except OSError:
                continue
            sock.settimeout(None)  # from now on the limit for everything counts
            return sock
        raise Undelivered("连接不上", "no connection", again=True)


def _look_up(host: str, port: int) -> list[str]:
    try:
        found = gevent_socket.getaddrinfo(host, port, type=gevent_socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undelivered("找不到对方的服务器", "no such host", again=True) from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))[:MOST_ADDRESSES]


@cache
def verifying() -> ssl.SSLContext:
    """The machine's own authorities (a bank's proxy has one there), and the public ones."""
    context: ssl.SSLContext = gevent_ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    context.load_verify_locations(certifi.where())
    return context
