"""Limits and headers that every answer and every request has."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from flask import Flask, request

from backend.problems import NotFound

WSGIApplication = Callable[..., Iterable[bytes]]

MIB = 1024 * 1024
_LIMITS = {"/api/v1/sync": 2 * MIB}
_ATTACHMENT = 20 * MIB + 64 * 1024
"""The file itself may have 20 MiB; the form around it needs a little more."""

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
    """Put the limits in front and the headers on every answer."""

    @app.before_request
    def limit() -> None:
        path = request.path
        if "\0" in path:
            raise NotFound
        if path.startswith("/api/v1/incidents/") and path.endswith("/attachments"):
            request.max_content_length = _ATTACHMENT
        elif path in _LIMITS:
            request.max_content_length = _LIMITS[path]

    app.wsgi_app = _Headers(app.wsgi_app)  # type: ignore[method-assign]  # as Flask advises


class _Headers:
    """Puts the headers on every answer that does not say otherwise itself."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        wanted = _API_HEADERS if environ["PATH_INFO"].startswith("/api/") else _HEADERS
        if environ["wsgi.url_scheme"] == "https":
            wanted = (*wanted, _HTTPS_ONLY)
        return self._inner(environ, partial(_start, start_response, wanted))


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
