"""The commands that need the server's parts: serve, demo, create-admin, rebuild."""

import argparse
import errno
import getpass
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from backend.app import create_app, migrate, start, stop
from backend.batch import Batch
from backend.calendar_file import read_file
from backend.calendar_import import keep_calendar
from backend.clock import Clock, SteadyClock
from backend.config import Settings, from_environment
from backend.data_lock import DatabaseBusyError, DataLock
from backend.db import make_engine
from backend.demo import create_admin as add_admin
from backend.demo import demo_logins, load_demo
from backend.event_store import seal_log
from backend.logs import set_up_logs
from backend.rebuild import run_rebuild
from backend.server import make_server
from backend.setting_error import SettingError
from escalation.events import SYSTEM
from escalation.refusal import Refused
from playbooks.load import InvalidPlaybook

WRONG_SETTING = 2
BUSY = 3


def serve(argv: list[str], clock: Clock | None = None) -> int:
    """The server; ends in order on SIGTERM and SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m backend serve")
    parser.add_argument("--port")
    parser.add_argument("--data")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    options = parser.parse_args(argv)
    return _guarded(options, lambda settings: _serve(settings, clock or SteadyClock()))


def demo(argv: list[str]) -> int:
    """Load the demo bank into an empty database."""

    def load(batch: Batch) -> None:
        if not load_demo(batch, SteadyClock()):
            raise SettingError("the database is not empty; nothing was loaded")

    options = _data_only("demo", argv)
    return _guarded(options, lambda settings: _in_database(settings, load, demo_logins()))


def create_admin(argv: list[str]) -> int:
    """The first account of a new bank; asks for the password."""
    parser = argparse.ArgumentParser(prog="python -m backend create-admin")
    parser.add_argument("username")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--data")
    options = parser.parse_args(argv)
    if sys.stdin.isatty():
        password = getpass.getpass("password (12 characters or more): ")
    else:
        password = sys.stdin.readline().rstrip("\n")

    def add(batch: Batch) -> None:
        add_admin(
            batch, SteadyClock(), options.username, options.name or options.username, password
        )

    done = f"{options.username} may sign in now."
    return _guarded(options, lambda settings: _in_database(settings, add, done))


def rebuild(argv: list[str]) -> int:
    """Make all projections anew from the events; 1 when something differed."""
    options = _data_only("rebuild", argv)

    def run(settings: Settings) -> int:
        with _starting(settings):
            migrate(create_app(settings), settings)
        return run_rebuild(settings)

    return _guarded(options, run)


def take_calendar(argv: list[str]) -> int:
    """Take a year's holidays and worked weekends from a CSV file; at work from the next start."""
    parser = argparse.ArgumentParser(prog="python -m backend import-calendar")
    parser.add_argument("file", type=Path)
    parser.add_argument("--data")
    options = parser.parse_args(argv)

    def take(batch: Batch) -> None:
        years = keep_calendar(batch, SteadyClock(), SYSTEM, read_file(options.file))
        print("calendar of " + ", ".join(map(str, years)))

    done = "The years are confirmed."
    return _guarded(options, lambda settings: _in_database(settings, take, done))


def _data_only(name: str, argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m backend {name}")
    parser.add_argument("--data")
    return parser.parse_args(argv)


def _guarded(options: Any, work: Callable[[Settings], int]) -> int:
    """Settings, lock and errors in one line each, the same for every command."""
    os.umask(0o077)  # what is written down about people is for the server's user only
    lock = None
    try:
        settings = from_environment(
            data=options.data,
            port=getattr(options, "port", None),
            cert=getattr(options, "cert", None),
            key=getattr(options, "key", None),
        )
        lock = _take_data(settings, "--data" if options.data else "COUNTERBELL_DATA")
        return work(settings)
    except (SettingError, Refused) as error:
        print(f"counterbell: {error}", file=sys.stderr)
        return WRONG_SETTING
    except DatabaseBusyError as error:
        print(f"counterbell: {error}", file=sys.stderr)
        return BUSY
    except OSError as error:
        print(f"counterbell: {error}", file=sys.stderr)
        return WRONG_SETTING
    finally:
        if lock is not None:
            lock.release()


def _take_data(settings: Settings, name: str) -> DataLock | None:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        if not os.access(settings.data, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return DataLock(settings.data) if settings.embedded else None
    except OSError as error:
        raise SettingError(
            f"{name} is no directory to write in: {settings.data}: {error.strerror}"
        ) from error


@contextmanager
def _starting(settings: Settings) -> Iterator[None]:
    """What a setting has brought about is said in one line that names it."""
    try:
        yield
    except InvalidPlaybook as error:
        first, more = " ".join(error.faults[0].split()), len(error.faults) - 1
        rest = f" (and {more} more: run check-playbooks {settings.playbooks})" if more else ""
        raise SettingError(f"COUNTERBELL_PLAYBOOKS: {first}{rest}") from error
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = (str(cause).strip() or type(cause).__name__).splitlines()[0]
        if settings.database_url.endswith(f"{settings.data}/counterbell.db"):
            place = f"COUNTERBELL_DATA: the database in {settings.data}"
        else:
            place = "COUNTERBELL_DATABASE_URL: the database"
        raise SettingError(f"{place} cannot be used: {reason}") from error


def _in_database(settings: Settings, work: Callable[[Batch], None], done: str) -> int:
    with _starting(settings):
        migrate(create_app(settings), settings)
    engine: Engine = make_engine(settings.database_url, writer=True)
    with engine.begin() as conn:
        batch = Batch(conn)
        work(batch)
        batch.rows.flush(conn)
        seal_log(conn)
    engine.dispose()
    print(done)
    return 0


def _serve(settings: Settings, clock: Clock) -> int:
    set_up_logs()
    app = create_app(settings)
    with _starting(settings):
        services = start(app, settings, clock)
    server = make_server(app, settings)
    # Before it says that it serves: who waits for that may end it at once.
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, ended.set)
    try:
        server.start()
    except OSError as error:
        stop(services)
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
        raise SettingError(f"port {settings.port} {why}; choose another by --port") from error
    services.watch.listening(server.server_port)
    scheme = "https" if settings.cert else "http"
    print(f"Counterbell 柜铃: {scheme}://localhost:{server.server_port}", flush=True)
    if settings.demo:
        print(demo_logins(), flush=True)
    ended.wait()
    server.stop(timeout=2)
    stop(services)
    return 0
