"""Flask without what no request of ours uses: coroutines, sessions in cookies, host matching.

Each costs a little at every request, and a tap waits for all of them (docs/performance.md).
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SecureCookieSessionInterface
from werkzeug.routing import MapAdapter


class _NoSessions(SecureCookieSessionInterface):
    """Sessions are rows (sessions.py); Flask's own can be neither read nor written."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002
        """The same empty one for everybody: it refuses to be changed."""
        return self._none


class LeanFlask(Flask):
    """As ``Flask``."""

    session_interface = _NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """None of ours is a coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Addresses mean the same on every host."""
        if request is None:
            return super().create_url_adapter(request)
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
