"""Alive, ready, measured, documented."""

from flask import Blueprint, Response, current_app
from flask_smorest import Api

from backend.api.answers import answer
from backend.api.docs_page import STYLE, docs_page
from backend.callers import public
from backend.metrics import metrics_page
from backend.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process is alive."""
    return answer({"status": "ok"})


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """200 only when database, writer and engine work; ``alarms`` want a person's eye."""
    parts = services()
    checks = {"engine": parts.engine.alive, "writer": parts.writer.alive}
    try:
        checks["writer"] = parts.writer.run(lambda batch: batch.conn is not None)
        checks["database"] = parts.reader.run(lambda conn: conn is not None)
    except Exception:
        current_app.logger.exception("not ready")
        checks["database"] = False
    ready = all(checks.values())
    status = "ready" if ready else "not ready"
    alarms = list(parts.watch.alarms)
    if parts.world.calendar.wants_an_eye(parts.clock.now().date()):
        alarms.append("calendar")
    return answer({"status": status, "checks": checks, "alarms": alarms}, 200 if ready else 503)


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus."""
    return metrics_page(services())


@blueprint.get("/api/docs")
@public
def docs() -> Response:
    """The OpenAPI document, readable."""
    spec = current_app.extensions["counterbell-api"].spec.to_dict()
    return Response(docs_page(spec), mimetype="text/html")


@blueprint.get("/api/docs.css")
@public
def docs_style() -> Response:
    """Its style; the content security policy allows none inside the page."""
    return Response(STYLE, mimetype="text/css")


def document(api: Api) -> None:
    """Security schemes of the document."""
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme(
        "cookie", {"type": "apiKey", "in": "cookie", "name": "counterbell"}
    )
    api.spec.components.security_scheme(
        "device_cookie", {"type": "apiKey", "in": "cookie", "name": "counterbell_device"}
    )
    api.spec.options["security"] = [{"bearer": []}, {"cookie": []}]
