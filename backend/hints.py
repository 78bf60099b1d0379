"""Telling the other processes: what has gone out, and that the directory changed.

Hints only: whoever misses one reads the database. Without Redis there is one process and
nobody to tell.
"""

from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Any, Protocol

import gevent
import gevent.threadpool
import orjson
import redis
import structlog

CHANNEL = "counterbell:hints"
RETRY_AFTER = 2
"""Seconds between two tries to reach Redis."""

_log = structlog.get_logger("hints")
_pause = Event()

Listener = Callable[[Mapping[str, Any]], None]


class Hints(Protocol):
    """How processes of one installation hear from each other."""

    def publish(self, hint: Mapping[str, Any]) -> None:
        """Tell the others; never waits and never fails."""

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` on the hub for each hint of another process."""


class NoOthers:
    """One process: nothing to tell."""

    def publish(self, hint: Mapping[str, Any]) -> None:
        """Nobody listens."""

    def listen(self, listener: Listener) -> None:
        """Nobody speaks."""


class RedisHints:
    """JSON over Redis' publish and subscribe, in native threads of its own."""

    def __init__(self, url: str, process_id: str) -> None:
        self._process_id = process_id
        self._client = redis.Redis.from_url(
            url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=10
        )
        self._hub = gevent.get_hub()
        self._out = gevent.threadpool.ThreadPool(1)

    def publish(self, hint: Mapping[str, Any]) -> None:
        """Tell the others; a lost hint is made good by their polling."""
        body = orjson.dumps({"from": self._process_id, **hint})
        self._out.spawn(self._send, body)

    def listen(self, listener: Listener) -> None:
        """Start listening; goes on for ever, also over failures of Redis."""
        Thread(target=self._receive, args=(listener,), daemon=True, name="hints").start()

    def _send(self, body: bytes) -> None:
        try:
            self._client.publish(CHANNEL, body)
        except redis.RedisError as error:
            _log.warning("hint_not_sent", error=str(error))

    def _receive(self, listener: Listener) -> None:
        while True:
            try:
                pubsub = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                with pubsub:
                    pubsub.subscribe(CHANNEL)
                    while True:
                        message = pubsub.get_message(timeout=4)
                        if message is not None:
                            self._pass_on(orjson.loads(message["data"]), listener)
            except (redis.RedisError, OSError) as error:
                _log.warning("hints_lost", error=str(error))
                _pause.wait(RETRY_AFTER)

    def _pass_on(self, hint: Mapping[str, Any], listener: Listener) -> None:
        if hint.get("from") != self._process_id:
            self._hub.loop.run_callback_threadsafe(gevent.spawn, listener, hint)
