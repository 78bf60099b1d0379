"""Those who use the bank's server: people with programs, and tablets at the counter.

They speak HTTP and Socket.IO as anybody outside does. Nothing here sleeps: what a socket has
heard is awaited, and that it has heard nothing is known once it has answered a question that was
asked afterwards.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

import engineio
import requests
import socketio

from backend.clock import SteadyClock

PASSWORD = "demo-counterbell"
PIN = "2580"
WAIT = 30.0
"""Seconds in which an expected event must come."""
_ids = SteadyClock()


def new_id() -> str:
    """What a client makes: a UUIDv7."""
    return _ids.new_id()


class _InOrder(engineio.Client):  # type: ignore[misc]  # no types
    """Handles packets one after the other, not each in a thread of its own."""

    def _trigger_event(self, event: str, *args: Any, **options: Any) -> Any:
        return super()._trigger_event(event, *args, **{**options, "run_async": False})


class _Connection(socketio.Client):  # type: ignore[misc]  # no types
    def _engineio_client_class(self) -> type[_InOrder]:
        return _InOrder


class Socket:
    """A Socket.IO connection that keeps all it hears."""

    def __init__(self, url: str, auth: Mapping[str, Any], **options: Any) -> None:
        self._heard: list[tuple[str, dict[str, Any]]] = []
        self._taken: set[int] = set()
        self._news = threading.Condition()
        self._connection = _Connection(reconnection=False, handle_sigint=False)
        self._connection.on("*", self._keep)
        try:
            self._connection.connect(
                url, auth=dict(auth), transports=["websocket"], wait_timeout=WAIT, **options
            )
        except socketio.exceptions.ConnectionError:
            self._let_go()
            raise

    @property
    def connected(self) -> bool:
        return bool(self._connection.connected)

    def hears(self, event: str, **wanted: Any) -> dict[str, Any]:
        """The next such event that has not been asked for before; waits for it."""
        until = time.monotonic() + WAIT
        with self._news:
            while True:
                for at, (name, payload) in enumerate(self._heard):
                    if at not in self._taken and name == event and _fits(payload, wanted):
                        self._taken.add(at)
                        return payload
                left = until - time.monotonic()
                assert left > 0, f"not heard: {event} {wanted}; but {self._heard}"
                self._news.wait(left)

    def heard(self, event: str, **wanted: Any) -> list[dict[str, Any]]:
        """All such events so far: everything that was sent before this question."""
        self.asks("received", {})
        with self._news:
            return [each for name, each in self._heard if name == event and _fits(each, wanted)]

    def everything(self) -> list[tuple[str, dict[str, Any]]]:
        """All events so far."""
        self.asks("received", {})
        with self._news:
            return list(self._heard)

    def hears_nothing(self, *events: str, **wanted: Any) -> None:
        """None of these (or none at all but ``hello``) has come."""
        found = [
            (name, payload)
            for name, payload in self.everything()
            if (name in events if events else name != "hello") and _fits(payload, wanted)
        ]
        assert found == []

    def asks(self, event: str, payload: Any) -> Any:
        """Emit and wait for the acknowledgement; answers come in order."""
        return self._connection.call(event, payload, timeout=WAIT)

    def says(self, event: str, payload: Any) -> None:
        """Any event, whether the server knows it or not."""
        self._connection.emit(event, payload)

    def ends(self) -> None:
        """The server closes it: waits for that."""
        until = time.monotonic() + WAIT
        while self._connection.connected:
            assert time.monotonic() < until, "still connected"
            self._connection.eio.read_loop_task.join(0.05)

    def close(self) -> None:
        self._connection.disconnect()

    def _let_go(self) -> None:
        """The library forgets to close what has been refused."""
        websocket = self._connection.eio.ws
        if websocket is not None:
            websocket.close()

    def _keep(self, event: str, payload: Any = None) -> None:
        with self._news:
            self._heard.append((event, payload))
            self._news.notify_all()


def _fits(payload: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(payload.get(name) == value for name, value in wanted.items())


class Client:
    """A program with somebody's session. ``socket`` is their connection once they listen."""

    def __init__(
        self, url: Callable[[], str], token: str | None, username: str, lang: str = "en"
    ) -> None:
        self._url = url
        self.token = token
        self.username = username
        self.lang = lang
        self._http = requests.Session()
        self._socket: Socket | None = None

    # HTTP

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Any request; ``path`` is below /api/v1 unless it is a whole one."""
        headers = {"Accept-Language": self.lang, **options.pop("headers", {})}
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            options["json"] = body
        whole = path if path.startswith(("/api/", "/healthz", "/readyz", "/metrics")) else None
        url = self._url() + (whole or f"/api/v1{path}")
        return self._http.request(method, url, headers=headers, timeout=30, **options)

    def does(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """A request that must succeed; its JSON."""
        answer = self.ask(method, path, body, **options)
        assert answer.ok, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def get(self, path: str, **options: Any) -> Any:
        return self.does("GET", path, **options)

    def signs_in(self, username: str, password: str = PASSWORD) -> str:
        """The token of a new session."""
        body = {"username": username, "password": password}
        return str(self.does("POST", "/auth/login", body)["access_token"])

    def raise_(self, type_: str, **more: Any) -> Any:
        """Tap a tile; the whole incident."""
        return self.does("POST", "/incidents", {"type": type_, **more})

    def command(self, incident: Any, name: str, **body: Any) -> Any:
        """A command that must succeed; the whole incident after it."""
        return self.does("POST", f"/incidents/{_id(incident)}/{name}", body)

    def refused(self, incident: Any, name: str, status: int, kind: str = "", /, **body: Any) -> Any:
        """A command that must be refused so; the problem."""
        answer = self.ask("POST", f"/incidents/{_id(incident)}/{name}", body)
        assert answer.status_code == status, (answer.status_code, answer.text)
        problem = answer.json()
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert problem["type"].endswith(kind), problem
        return problem

    def ticks(self, incident: Any, step: str, **more: Any) -> Any:
        return self.command(incident, "complete-step", step=step, **more)

    def incident(self, incident: Any) -> Any:
        """It as it is now."""
        return self.get(f"/incidents/{_id(incident)}")

    def incidents(self, **query: Any) -> list[Any]:
        """What the list shows."""
        items: list[Any] = self.get("/incidents", params=query)["items"]
        return items

    def cannot_see(self, incident: Any) -> None:
        """For this caller it does not exist."""
        assert self.ask("GET", f"/incidents/{_id(incident)}").status_code == 404
        listed = self.ask("GET", "/incidents")
        if listed.ok:
            assert _id(incident) not in [each["id"] for each in listed.json()["items"]]

    def timeline(self, incident: Any, after: int = 0) -> Any:
        """Its events, with texts and head."""
        return self.get(f"/incidents/{_id(incident)}/timeline", params={"after": after})

    # Socket.IO

    def listens(self, **auth: Any) -> Self:
        """Open a socket and wait until the server has said hello."""
        self._socket = Socket(self._url(), {"token": self.token, **auth})
        self.hello = self._socket.hears("hello")
        return self

    @property
    def socket(self) -> Socket:
        assert self._socket is not None, f"{self.username} does not listen"
        return self._socket

    def hears(self, event: str, **wanted: Any) -> dict[str, Any]:
        return self.socket.hears(event, **wanted)

    def heard(self, event: str, **wanted: Any) -> list[dict[str, Any]]:
        return self.socket.heard(event, **wanted)

    def hears_nothing(self, *events: str, **wanted: Any) -> None:
        self.socket.hears_nothing(*events, **wanted)

    def hangs_up(self) -> None:
        """Close the socket."""
        self.socket.close()
        self._socket = None

    def close(self) -> None:
        if self._socket is not None:
            self.hangs_up()
        self._http.close()


class Tablet(Client):
    """A paired tablet with nobody signed in, which keeps a queue while it is offline."""

    device_id = ""

    @classmethod
    def paired(cls, url: Callable[[], str], code: str, **more: Any) -> "Tablet":
        """Spend the pairing code."""
        tablet = cls(url, None, "tablet")
        found = tablet.does("POST", "/devices/pair", {"code": code, **more})
        tablet.token, tablet.device_id = found["device_token"], found["device_id"]
        return tablet

    def with_pin(self, username: str, pin: str = PIN) -> Client:
        """Somebody signs in on it."""
        found = self.does("POST", "/auth/pin", {"username": username, "pin": pin})
        return Client(self._url, found["access_token"], username)


def _id(incident: Any) -> str:
    return str(incident["id"]) if isinstance(incident, Mapping) else str(incident)
