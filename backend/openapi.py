"""``python -m backend.openapi``: the API's document on standard output, without a server."""

import sys
from pathlib import Path

import orjson

from backend.app import create_app
from backend.config import from_environment


def document() -> bytes:
    """What ``GET /api/v1/openapi.json`` answers with, keys in order."""
    app = create_app(from_environment({}, data=str(Path())))
    spec = app.extensions["counterbell-api"].spec.to_dict()
    return orjson.dumps(spec, option=orjson.OPT_SORT_KEYS)


if __name__ == "__main__":
    sys.stdout.buffer.write(document())
