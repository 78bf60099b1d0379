"""JSON for socket packets, as python-socketio asks for it."""

from typing import Any

import orjson


class PacketJson:
    """orjson behind the two names of the standard library's ``json``."""

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        """JSON text without blanks."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: Any) -> Any:
        """The value of a JSON text; ValueError when it is none."""
        return orjson.loads(text)


def event_text(event: str, payload: Any) -> str:
    """An event of the default namespace as it goes over a websocket.

    ``4`` is Engine.IO's message, ``2`` is Socket.IO's event (their protocols, version 4 and 5).
    """
    return "42" + PacketJson.dumps([event, payload])
