"""Reading answers say from which place of the log to catch up (contract, section 3).

The place is read before the data: what commits in between is caught up twice, never missed.
"""

from flask import Flask, Response, g, request

from backend.services import services

POSITION_HEADER = "Counterbell-Position"


def register(app: Flask) -> None:
    """Put the header on every reading answer of the API."""

    @app.before_request
    def before_reading() -> None:
        if request.method == "GET" and request.path.startswith("/api/v1/"):
            g.position = services().position

    @app.after_request
    def after_reading(response: Response) -> Response:
        if "position" in g and response.status_code == 200:
            response.headers.setdefault(POSITION_HEADER, str(g.position))
        return response
