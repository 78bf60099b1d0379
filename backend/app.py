"""Builds the server's parts and puts them together, once per process."""

import gc
import hashlib
import hmac
import os
from typing import Any

import structlog
from flask import Flask
from flask_migrate import Migrate, upgrade
from flask_smorest import Api
from sqlalchemy import Connection, text
from sqlalchemy import Engine as SqlEngine

from backend import ack_page, pages
from backend.api import (
    absences,
    attachments,
    audit,
    auth,
    board,
    calendar,
    channels,
    commands,
    customers,
    devices,
    drill_passes,
    drills,
    exports,
    follow_ups,
    health,
    incidents,
    notes,
    objections,
    one_time_codes,
    orgs,
    playbooks,
    push,
    readiness,
    reviews,
    rota,
    statements,
    statistics,
    suggestions,
    sync,
    timeline,
    users,
    versions,
)
from backend.batch import Batch
from backend.branch_notes import BranchNotes
from backend.callers import reading_client
from backend.clock import Clock
from backend.config import Settings
from backend.db import db, make_engine
from backend.delivery import Emission, emissions
from backend.demo import load_demo
from backend.engine import Engine
from backend.envelope import Outcome
from backend.event_store import log_position
from backend.handle import WritePath
from backend.hints import Hints, NoOthers, RedisHints
from backend.json_bodies import JsonBodies
from backend.lean_flask import LeanFlask
from backend.outgoing.outside import WayOut
from backend.outgoing.trial import Pace
from backend.outgoing.ways import ways_of
from backend.presence import Presence
from backend.problems import register as register_problems
from backend.projections import DEADLINES, OUTBOX
from backend.reader import Reader, Slow
from backend.realtime import Gateway
from backend.secret import secret_key, shared_secret
from backend.security import register as register_security
from backend.services import Services
from backend.sessions import Sessions
from backend.shelf import Shelf, fetching
from backend.signing import begin_log
from backend.states import States
from backend.watching.restarts import alert_again, keep_time, last_time
from backend.watching.watch import Watch
from backend.working_days import seed_calendar
from backend.world import World
from backend.writer import Committed, Writer
from playbooks.load import LIBRARY, load_library

RESOURCES = (
    auth,
    one_time_codes,
    channels,
    push,
    devices,
    users,
    orgs,
    rota,
    absences,
    readiness,
    board,
    calendar,
    playbooks,
    versions,
    incidents,
    commands,
    sync,
    notes,
    timeline,
    attachments,
    follow_ups,
    reviews,
    objections,
    drill_passes,
    drills,
    customers,
    suggestions,
    statements,
    exports,
    statistics,
    audit,
)
"""One file per resource, in the order of the OpenAPI document."""
COLLECT_AFTER = (2_000, 1_000_000, 1_000_000)
"""Allocations before the collector looks at what is new: each look stops everything, for 1 ms.

What is older it never looks at by itself (60 ms and more at 500 sockets): the engine has that done
when nobody waits.
"""
MIGRATING = 0x43_42_4D_49
"""PostgreSQL advisory lock: one process migrates at a time."""

_log = structlog.get_logger("app")


class OurApi(Api):  # type: ignore[misc]  # it has no types
    """flask-smorest's, with our errors: each view says itself which it may answer with."""

    DEFAULT_ERROR_RESPONSE_NAME = None


def create_app(settings: Settings) -> Flask:
    """The Flask app with its routes; ``start`` gives it a database and life."""
    app = LeanFlask("counterbell", static_folder=None)
    app.json = JsonBodies(app)
    app.config.update(
        SECRET_KEY=None,  # sessions are rows; Flask's own are not used
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        API_TITLE="Counterbell",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="v1/openapi.json",
        API_SPEC_OPTIONS={"servers": [{"url": "/"}]},
    )
    db.init_app(app)
    app.teardown_appcontext_funcs.clear()  # the ORM's session, which no request opens
    Migrate(app, db, directory=os.path.join(os.path.dirname(__file__), "migrations"))  # noqa: PTH118, PTH120
    register_security(app)
    api = OurApi(app)
    register_problems(app)  # after flask-smorest's own, and instead of them
    app.extensions["counterbell-api"] = api
    for module in RESOURCES:
        api.register_blueprint(module.blueprint, url_prefix="/api/v1")
    app.register_blueprint(health.blueprint)
    health.document(api)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(ack_page.blueprint)
    return app


def start(app: Flask, settings: Settings, clock: Clock) -> Services:
    """Migrate, load, and begin to serve: everything but the listening socket."""
    settings.data.mkdir(parents=True, exist_ok=True)
    migrate(app, settings)
    write_engine = make_engine(settings.database_url, writer=True)
    services = _build(settings, clock, _secret(settings, clock, write_engine))
    app.extensions["counterbell"] = services
    services.writer = Writer(
        write_engine, services.write_path.look_up, lambda done: _after_commit(services, done)
    )
    last = services.reader.run(lambda conn: last_time(conn, clock.mark().boot))
    clock.resume(last.own, last.latest)
    services.gateway = Gateway(services, app)
    services.engine = Engine(services)
    services.watch = Watch(services)
    services.on_world_change = lambda: _world_changed(services)
    services.writer.run(lambda batch: _first_rows(services, batch))
    services.reader.run(lambda conn: _load(services, conn))
    services.hints.listen(lambda hint: _on_hint(services, hint))
    alert_again(services, last)
    services.writer.run(lambda batch: keep_time(batch, clock.mark()))
    services.engine.start()
    services.watch.start()
    # What stays for the life of the process is not looked at again by the collector.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    return services


def stop(services: Services) -> None:
    """End in order; what was accepted is on disk."""
    services.watch.stop()
    services.engine.stop()
    services.engine.save_presence(whole=True)
    services.writer.stop()
    services.reader.stop()
    services.slow.stop()


def migrate(app: Flask, settings: Settings) -> None:
    """Bring the schema up to date, before serving and under a lock (docs/adr/0001)."""
    with app.app_context():
        if settings.embedded:
            upgrade()
            return
        with db.engine.connect() as conn:
            conn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATING})
            try:
                upgrade()
            finally:
                conn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATING})
        db.engine.dispose()


def _secret(settings: Settings, clock: Clock, engine: SqlEngine) -> bytes:
    if settings.redis_url and not settings.secret_key:
        with engine.begin() as conn:
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
            return shared_secret(conn, clock)
    return secret_key(settings, clock)


def _build(settings: Settings, clock: Clock, secret: bytes) -> Services:
    directories = [LIBRARY] + ([settings.playbooks] if settings.playbooks else [])
    reading = make_engine(settings.database_url)
    shelf = Shelf(load_library(*directories), fetching(reading))
    reader = Reader(reading, reading_client)
    world, presence, states = World(), Presence(clock), States(shelf.of)
    write_path = WritePath(
        clock=clock,
        world=world,
        shelf=shelf,
        states=states,
        presence=presence,
        fingerprint_key=sub_key(secret, "command fingerprint"),
        pace=settings.demo_speed,
    )
    hints: Hints = NoOthers()
    if settings.redis_url:
        hints = RedisHints(settings.redis_url, clock.new_id())
    return Services(
        settings=settings,
        clock=clock,
        secret=secret,
        token_key=sub_key(secret, "time token"),
        reader=reader,
        slow=Slow(),
        world=world,
        shelf=shelf,
        states=states,
        presence=presence,
        sessions=Sessions(clock, reader),
        write_path=write_path,
        notes=BranchNotes(write_path, states, clock),
        hints=hints,
        trials=Pace(clock.steady),
        ways=ways_of(settings, secret),
        outside=WayOut(clock, settings.channel_hosts, settings.mail_server),
    )


def sub_key(secret: bytes, label: str) -> bytes:
    """A key for one purpose."""
    return hmac.digest(secret, label.encode(), hashlib.sha256)


def _first_rows(services: Services, batch: Batch) -> None:
    begin_log(batch, services.clock, services.settings.data, demo=services.settings.demo)
    seed_calendar(batch.conn)
    if services.settings.demo:
        load_demo(batch, services.clock)
    services.shelf.keep_current(batch, services.clock.now())


def _load(services: Services, conn: Connection) -> None:
    services.world.reload(conn)
    services.world.calendar.warn(services.clock.now().date())
    services.shelf.load(conn)
    now = services.clock.now()
    services.shelf.take(services.shelf.prepare(conn, services.world.directory, now), now)
    services.presence.load(conn)
    services.position = log_position(conn)


def _after_commit(services: Services, done: Committed) -> None:
    """On the hub, right after the commit: alerts first, then everything else."""
    if done.batch is None:
        return
    services.states.keep(done.batch)
    directory = services.world.directory
    outgoing: list[Emission] = []
    for _, value, error in done.outcomes:
        if error is None and isinstance(value, Outcome):
            outgoing += emissions(value, directory)
    if done.sealed is not None:
        outgoing += services.engine.changes(done.sealed, done.batch)
    services.send_out(outgoing)
    armed = done.batch.rows.inserts.get(DEADLINES, []) + done.batch.rows.updates.get(DEADLINES, [])
    services.engine.armed(armed)
    if services.world.channels and _made_deliveries(done.batch):
        services.engine.courier.wake()
    if done.sealed is None and (done.batch.loaded or done.batch.log_head):
        services.engine.seal_soon()


def _made_deliveries(batch: Batch) -> bool:
    """Something is to go out on channels to the outside."""
    rows = (*batch.rows.inserts.get(OUTBOX, ()), *batch.rows.updates.get(OUTBOX, ()))
    return any(row.get("due_at") for row in rows)


def _world_changed(services: Services) -> None:
    services.read_world()
    services.gateway.end_dead_sessions()
    services.hints.publish({"world": True})


def _on_hint(services: Services, hint: Any) -> None:
    if "emission" in hint:
        packet = hint["emission"]
        emission = Emission(
            packet["event"],
            packet["payload"],
            tuple(packet["rooms"]),
            packet["without_user"],
            tuple(tuple(each) for each in packet["notices"]),
            packet["complete"],
        )
        services.gateway.emit([emission])
        if packet["event"] == "incident":
            services.engine.wake()
    elif "present" in hint:
        services.presence.heard(hint["from"], hint["present"])
    elif "world" in hint:
        services.read_world()
        services.gateway.end_dead_sessions()
