"""The demo bank's identity part alone: real database, writer and routes; a clock the test moves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from sqlalchemy import Connection, select
from werkzeug.test import TestResponse

from backend import devices as paired
from backend import problems, sessions, sign_ins
from backend.api import absences, auth, devices, one_time_codes, orgs, rota, users
from backend.batch import Batch
from backend.clock import SteadyClock
from backend.db import Base, make_engine
from backend.demo import PASSWORD, PIN, load_demo
from backend.event_store import read_events, read_texts
from backend.json_bodies import JsonBodies
from backend.reader import Reader, Slow
from backend.sessions import Sessions
from backend.world import World
from backend.writer import Writer
from escalation.people import Person

T = TypeVar("T")
BROWSER = {"X-Counterbell": "1"}


class TestClock(SteadyClock):
    """Stands still until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.moment = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def later(self, **much: float) -> None:
        self.moment += timedelta(**much)


class Process:
    """One server process on a database, as far as identity goes."""

    def __init__(self, url: str, clock: TestClock, *, demo: bool = True) -> None:
        self.clock = clock
        write_engine = make_engine(url, writer=True)
        Base.metadata.create_all(write_engine)
        self.writer = Writer(write_engine, lambda *_: None, lambda _: None)
        self.reader, self.slow = Reader(make_engine(url)), Slow()
        self.world, self.sessions = World(), Sessions(clock, self.reader)
        self.app = self._app()
        if demo:
            self.writer.run(lambda batch: load_demo(batch, clock))
        self.reader.run(self.world.reload)

    def _app(self) -> Flask:
        app = Flask("identity", static_folder=None)
        app.json = JsonBodies(app)
        app.config.update(
            API_TITLE="Identity",
            API_VERSION="1",
            OPENAPI_VERSION="3.1.0",
            OPENAPI_URL_PREFIX="/api",
            OPENAPI_JSON_PATH="v1/openapi.json",
        )
        app.extensions["counterbell"] = SimpleNamespace(
            clock=self.clock,
            secret=b"s" * 32,
            reader=self.reader,
            writer=self.writer,
            slow=self.slow,
            world=self.world,
            sessions=self.sessions,
            world_changed=lambda: self.reader.run(self.world.reload),
        )
        api = Api(app)
        for module in (auth, devices, orgs, one_time_codes, users, rota, absences):
            api.register_blueprint(module.blueprint, url_prefix="/api/v1")
        problems.register(app)  # after Api, which brings a handler of its own
        return app

    def client(self) -> "Client":
        """Somebody with a browser or a program, not signed in."""
        return Client(self.app.test_client())

    def signs_in(self, username: str, password: str = PASSWORD, **more: Any) -> "Client":
        """A program with that person's token."""
        client = self.client()
        client.token = client.login(username, password, **more).json["access_token"]
        return client

    def pairs(self, org: str = "east-01", **more: Any) -> "Client":
        """A tablet that has just been paired there."""
        tablet = self.client()
        code = self.signs_in("admin1").pairing_code(org).json["code"]
        paired = tablet.post("/devices/pair", {"code": code, **more})
        tablet.token, tablet.device_id = paired.json["device_token"], paired.json["device_id"]
        return tablet

    def person(self, username: str) -> Person:
        return self.world.directory.by_username[username]

    def read(self, work: Callable[[Connection], T]) -> T:
        return self.reader.run(work)

    def write(self, work: Callable[[Batch], T]) -> T:
        return self.writer.run(work)

    def rows(self, model: type[Any]) -> list[Any]:
        return self.read(lambda conn: list(conn.execute(select(model.__table__))))

    def sweep(self, batch: Batch) -> None:
        """Housekeeping of everything about identity."""
        for module in (sessions, sign_ins, paired):
            module.sweep(batch, self.clock.now())

    def log(self) -> list[dict[str, Any]]:
        """The log's own chain."""
        return self.read(lambda conn: read_events(conn, "log"))

    def text(self, sealed: dict[str, str]) -> str | None:
        """What was sealed under a hash."""
        digest = sealed["sealed"]
        return self.read(lambda conn: read_texts(conn, [digest]))[digest]["text"]

    def stop(self) -> None:
        self.writer.stop()
        self.reader.stop()
        self.slow.stop()


class Answer:
    """What came back; ``json`` is the body's value, whatever it is."""

    def __init__(self, response: TestResponse) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.json: Any = response.get_json(silent=True)


class Client:
    """A program with a token, or a browser with cookies."""

    def __init__(self, flask: FlaskClient) -> None:
        self.flask = flask
        self.token: str | None = None
        self.device_id = ""

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        response = self.flask.open(
            f"/api/v1{path}", method=method, json=body, headers=headers, **options
        )
        return Answer(response)

    def get(self, path: str, **options: Any) -> Answer:
        return self.ask("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.ask("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.ask("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.ask("PATCH", path, body, **options)

    def delete(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.ask("DELETE", path, body, **options)

    def login(
        self, username: str, password: str = PASSWORD, address: str = "10.0.0.1", **more: Any
    ) -> Answer:
        headers = more.pop("headers", {})
        body = {"username": username, "password": password, **more}
        return self.post(
            "/auth/login", body, headers=headers, environ_base={"REMOTE_ADDR": address}
        )

    def pin(self, username: str, pin: str = PIN, **options: Any) -> Answer:
        return self.post("/auth/pin", {"username": username, "pin": pin}, **options)

    def pairing_code(self, org: str) -> Answer:
        return self.post("/devices/pairing-codes", {"org": org, "name": "3 号柜台"})

    @property
    def me(self) -> Answer:
        return self.get("/auth/me")


def kind(response: Answer) -> str:
    """The last word of a problem's type."""
    return str(response.json["type"]).rsplit("/", 1)[-1]
