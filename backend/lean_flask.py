"""Flask without what no request of ours uses: coroutines, cookies' sessions, host matching, hooks.

Each costs a little at every request, and a tap waits for all of them (docs/performance.md).
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SecureCookieSessionInterface
from werkzeug.exceptions import NotFound
from werkzeug.routing import MapAdapter

from backend.limits import LimitedRequest


class _NoSessions(SecureCookieSessionInterface):
    """Sessions are rows (sessions.py); Flask's own can be neither read nor written."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002
        """The same empty one for everybody: it refuses to be changed."""
        return self._none


class LeanFlask(Flask):
    """As ``Flask``."""

    request_class = LimitedRequest
    session_interface = _NoSessions()

    def full_dispatch_request(self) -> Response:
        """As Flask's, without signals and hooks: what every answer has, security.py puts on it."""
        try:
            answered = self.dispatch_request()
        except Exception as error:  # noqa: BLE001  (the app's error handlers decide)
            answered = self.handle_user_exception(error)
        return self.make_response(answered)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """None of ours is a coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Addresses mean the same on every host; one with a NUL is nobody's (PostgreSQL)."""
        if request is None:
            return super().create_url_adapter(request)
        if "\0" in request.path:
            raise NotFound
        environ = request.environ
        return MapAdapter(
            self.url_map,
            server_name=environ.get("HTTP_HOST") or environ["SERVER_NAME"],
            script_name="/",
            subdomain="",
            url_scheme=environ["wsgi.url_scheme"],
            path_info=request.path,
            default_method=environ["REQUEST_METHOD"],
            query_args=environ.get("QUERY_STRING"),
        )
