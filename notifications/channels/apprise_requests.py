"""What Apprise's plugins find in place of ``requests``: it ends at ``Outside``."""

from contextvars import ContextVar, Token
from io import BytesIO
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import BaseAdapter
from requests.models import PreparedRequest, Response
from requests.structures import CaseInsensitiveDict

from notifications.channels.channel import Answer, Outside, Request, Undelivered

_OURS = frozenset({"Content-Length", "Connection", "Accept-Encoding", "Host"})
"""Headers that belong to a connection; ``Outside`` makes its own."""


class Call(BaseAdapter):
    """One message on its way: each request that the plugin makes, and what came of it."""

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside
        self.answers: list[Answer] = []
        self.fault: Undelivered | None = None

    def __enter__(self) -> Self:
        self._token: Token[Call] = _present.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        _present.reset(self._token)

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Through ``Outside``, whatever the plugin says of time limits, proxies and TLS."""
        body = request.body or b""
        wanted = Request(
            request.method or "POST",
            request.url or "",
            body.encode() if isinstance(body, str) else bytes(body),
            {name: _text(text) for name, text in request.headers.items() if name not in _OURS},
        )
        try:
            answer = self._outside.ask(wanted)
        except Undelivered as fault:
            self.fault = fault
            raise requests.ConnectionError from fault
        self.answers.append(answer)
        return _response(request, answer)

    def close(self) -> None:
        """Nothing is kept open."""


_present: ContextVar[Call] = ContextVar("apprise")


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def get_adapter(self, url: str | bytes) -> BaseAdapter:  # noqa: ARG002
        return _present.get()


class Requests:
    """The part of ``requests`` that the plugins use."""

    RequestException = requests.RequestException
    codes = requests.codes

    def request(self, method: str, url: str, **options: Any) -> Response:
        """As ``requests.request``, with no way to be led elsewhere."""
        with _Session() as session:
            return session.request(method, url, **{**options, "allow_redirects": False})

    def get(self, url: str, **options: Any) -> Response:
        """As ``requests.get``."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> Response:
        """As ``requests.post``."""
        return self.request("POST", url, **options)


REQUESTS = Requests()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _response(request: PreparedRequest, answer: Answer) -> Response:
    response = Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.raw = BytesIO(answer.body)
    response.url = request.url or ""
    response.request = request
    return response
