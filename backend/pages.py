"""Serves the built web app: one page for all its addresses, its files for ever.

``backend/web/build.py`` makes ``backend/web/dist``. Where it is not there, the API introduces
itself instead. The content security policy is that of every answer (security.py): no script and
no style but from files of our own.
"""

from pathlib import Path, PurePosixPath

from flask import Blueprint, Response, redirect, request, send_from_directory

from backend.callers import public
from backend.problems import NotFound

DIST = Path(__file__).parent / "web" / "dist"
AREAS = ("sign-in", "pair", "counter", "duty", "incidents", "audit", "desk", "me", "papers")
"""First words of the app's own addresses (backend/web/src/router.ts); the app does the rest."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
LONGEST_NAME = 200
"""Of a file; the file system refuses to look for much longer ones."""
_AREA = f"<any({', '.join(repr(area) for area in AREAS)}):area>"
_ROOT_FILES = "<any('manifest.webmanifest', 'icon.svg', 'icon-192.png', 'icon-512.png'):name>"
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Our own list: the machine's knows less on some systems."""
blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
@public
def front() -> Response:
    """The app; the API's pages where it is not built."""
    if not (DIST / "index.html").is_file():
        return redirect("/api/docs")  # type: ignore[return-value]  # Werkzeug's type of response
    return _page()


@blueprint.get(f"/{_AREA}")
@blueprint.get(f"/{_AREA}/<path:rest>")
@public
def page(area: str, rest: str = "") -> Response:  # noqa: ARG001  (the app reads the address itself)
    """Any address of the app, typed in or reloaded."""
    return _page()


@blueprint.get("/assets/<path:name>")
@public
def asset(name: str) -> Response:
    """A built file; its name changes with its content."""
    return _file(f"assets/{name}", FOR_EVER)


@blueprint.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker: asked for again each time, so that an update arrives."""
    return _file("sw.js", ASK_AGAIN)


@blueprint.get(f"/{_ROOT_FILES}")
@public
def root_file(name: str) -> Response:
    """The manifest and the icons."""
    return _file(name, ASK_AGAIN)


def _page() -> Response:
    return _file("index.html", ASK_AGAIN)


def _file(name: str, caching: str) -> Response:
    """A file of the build, packed where the reader unpacks it.

    Raises:
        NotFound: there is no such file, or the app is not built.
    """
    if len(name) > LONGEST_NAME:
        raise NotFound
    packed = f"{name}.gz"
    zipped = request.accept_encodings["gzip"] > 0 and (DIST / packed).is_file()
    kind = _TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
    response = send_from_directory(
        DIST, packed if zipped else name, mimetype=kind, download_name=PurePosixPath(name).name
    )
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = caching
    return response
