"""Limits and headers that every answer and every request has."""

from flask import Flask, Response, request

from backend.problems import NotFound

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

    @app.after_request
    def protect(response: Response) -> Response:
        present = {name.lower() for name in response.headers.keys()}  # noqa: SIM118  (Headers)
        wanted = _API_HEADERS if request.path.startswith("/api/") else _HEADERS
        response.headers.extend(
            [(name, value) for name, value in wanted if name.lower() not in present]
        )
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
