"""What every answer has: headers that protect, and of a reading one the place in the log.

The place is read before the data: what commits in between is caught up twice, never missed
(contract, section 3).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from flask import Flask

from backend.services import Services

WSGIApplication = Callable[..., Iterable[bytes]]

POSITION_HEADER = "Counterbell-Position"
_HEADERS = tuple(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=()",
        "Content-Security-Policy": (
            "default-src 'self'; img-src 'self' data: blob:; style-src 'self';"
            " connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none';"
            " form-action 'self'; frame-ancestors 'none'"
        ),
    }.items()
)
_HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000")
_API_HEADERS = (*_HEADERS, ("Cache-Control", "no-store"))


def register(app: Flask) -> None:
    """Put the headers on every answer."""
    app.wsgi_app = _Headers(app, app.wsgi_app)  # type: ignore[method-assign]  # as Flask advises


class _Headers:
    """Puts the headers on every answer that does not say otherwise itself."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        wanted = _API_HEADERS if path.startswith("/api/") else _HEADERS
        if environ["REQUEST_METHOD"] == "GET" and path.startswith("/api/v1/"):
            start_response = partial(_start_reading, start_response, self._position())
        if environ["wsgi.url_scheme"] == "https":
            wanted = (*wanted, _HTTPS_ONLY)
        return self._inner(environ, partial(_start, start_response, wanted))

    def _position(self) -> str:
        house: Services = self._app.extensions["counterbell"]
        return str(house.position)


def _start(
    start_response: Callable[..., Any],
    wanted: Iterable[tuple[str, str]],
    status: str,
    headers: list[tuple[str, str]],
    *more: Any,
) -> Any:
    present = {name.lower() for name, _ in headers}
    missing = [field for field in wanted if field[0].lower() not in present]
    return start_response(status, headers + missing, *more)


def _start_reading(
    start_response: Callable[..., Any],
    position: str,
    status: str,
    headers: list[tuple[str, str]],
    *more: Any,
) -> Any:
    if status.startswith("200"):
        headers.append((POSITION_HEADER, position))
    return start_response(status, headers, *more)
