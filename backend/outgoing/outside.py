"""The one way out: which hosts channels may call, for how long, and how much is listened to.

A name is looked up once and that address is called, so that no second look can lead elsewhere.
Inside the bank's network only what COUNTERBELL_CHANNEL_HOSTS names is called. No redirect is
followed, no proxy of the environment used. What goes wrong is told without the address.
"""

import ssl
from collections.abc import Callable, Collection
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import TypeVar

import gevent

from backend.clock import Clock
from backend.outgoing.dialling import Dialler, verifying
from backend.outgoing.line import Line
from backend.outgoing.mail_server import MailServer, hand_over
from notifications.channels.channel import Answer, BadAddress, Request, Undelivered
from notifications.channels.hosts import Target, target

SECONDS = 10.0
MOST_BYTES = 64 * 1024
"""Of an answer's body."""
MOST_READ = 4 * MOST_BYTES
"""Of everything that is said to us."""
T = TypeVar("T")


class WayOut:
    """As ``Outside``. ``hosts``: private ones that may be called all the same."""

    def __init__(
        self,
        clock: Clock,
        hosts: Collection[str],
        mail_server: MailServer | None,
        *,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._hosts = hosts
        self._mail_server = mail_server
        self._seconds = seconds
        self._dialler = Dialler(tls or verifying(), seconds / 2)

    def now(self) -> datetime:
        """The wall clock: whoever checks a signature compares it with their own."""
        return self._clock.wall()

    def random_bytes(self, count: int) -> bytes:
        """From the operating system."""
        return self._clock.random_bytes(count)

    def ask(self, request: Request) -> Answer:
        """One HTTP request; ``seconds`` in all, however slowly the other side drips.

        Raises:
            Undelivered: no such host, a forbidden one, no connection, cut off, too slow.
        """
        try:
            place = target(request.url)
        except BadAddress as error:
            raise Undelivered("地址不正确", "the address is wrong", again=False) from error
        named = place.is_among(self._hosts)
        if place.scheme != "https" and not named:
            raise Undelivered("只允许 https", "only https is allowed", again=False)
        return self._in_time(lambda: self._ask(place, request, private=named))

    def mail(self, recipient: str, content: bytes) -> None:
        """Hand a whole e-mail to the mail server that the operator has set.

        Raises:
            Undelivered: no server, no such mailbox, no connection, cut off, too slow.
        """
        server = self._mail_server
        if server is None:
            raise Undelivered("没有设置邮件服务器", "no mail server is set up", again=True)
        self._in_time(lambda: hand_over(server, self._dialler, recipient, content))

    def _ask(self, place: Target, request: Request, *, private: bool) -> Answer:
        sock = self._dialler.dial(place.host, place.port, private=private)
        try:
            if place.scheme == "https":
                sock = self._dialler.secure(sock, place.host)
            return _exchange(sock, place, request)
        finally:
            sock.close()

    def _in_time(self, work: Callable[[], T]) -> T:
        limit = gevent.Timeout(self._seconds)
        try:
            with limit:
                return work()
        except gevent.Timeout as over:
            if over is not limit:
                raise
            raise Undelivered("对方没有及时回答", "no answer in time", again=True) from over
        except HTTPException as error:
            raise Undelivered("对方的回答不完整", "a broken answer", again=True) from error
        except OSError as error:
            raise Undelivered("连接中断", "the connection was cut", again=True) from error


def _exchange(sock: gevent.socket.socket, place: Target, request: Request) -> Answer:
    connection = HTTPConnection(place.host, place.port)
    connection.sock = Line(sock, MOST_READ)
    connection.auto_open = 0  # it would open one of its own, past all rules
    headers = {**request.headers, "Host": _host(place), "Connection": "close"}
    try:
        connection.request(request.method, place.path, request.body or None, headers)
    except ValueError as error:  # a line break or a letter that headers cannot carry
        raise Undelivered("密钥里有不允许的字符", "a key cannot be sent", again=False) from error
    response = connection.getresponse()
    kept = {name.lower(): text for name, text in response.getheaders()}
    return Answer(response.status, response.read(MOST_BYTES), kept)


def _host(place: Target) -> str:
    host = f"[{place.host}]" if ":" in place.host else place.host
    usual = {"http": 80, "https": 443}[place.scheme]
    return host if place.port == usual else f"{host}:{place.port}"
