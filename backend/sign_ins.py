"""Proving who one is by password or PIN, and how often one may be wrong.

Wrong tries are counted by name and place (a device, or an address), so that nobody can lock
somebody else out everywhere. None of it stands between a tablet and raising.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, Literal, TypeVar
from weakref import WeakValueDictionary

from gevent.lock import BoundedSemaphore
from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from backend import otp
from backend.batch import Batch
from backend.identity_tables import FailedSignInRow, UserRow
from backend.passwords import is_right
from backend.problems import Problem
from backend.services import services

T = TypeVar("T")
_USERS = UserRow.__table__
_FAILED = FailedSignInRow.__table__


@dataclass(frozen=True, slots=True)
class Limit:
    """So many wrong tries, counted over ``window`` or until a right one, lock for ``lock``."""

    tries: int
    window: timedelta
    lock: timedelta


PASSWORDS = Limit(10, timedelta(minutes=10), timedelta(minutes=10))
PINS = Limit(5, timedelta(days=1), timedelta(minutes=15))
PAIRING = Limit(10, timedelta(minutes=10), timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at a place claims to be ``username``."""

    username: str
    place: str
    secret: str
    proof: Literal["password", "pin"]
    code: str | None = None
    needs_code: bool = True

    @property
    def limit(self) -> Limit:
        """How often this may be wrong."""
        return PINS if self.proof == "pin" else PASSWORDS


class WrongSignIn(Problem):
    """Which of the two was wrong is not said."""

    def __init__(self, proof: str) -> None:
        zh, en = ("PIN", "PIN") if proof == "pin" else ("密码", "password")
        super().__init__(
            401, "wrong-sign-in", f"工号或{zh}不对。", f"The username or the {en} is wrong."
        )


class OtpRequired(Problem):
    """The password is right; the one-time code is missing."""

    def __init__(self) -> None:
        super().__init__(401, "otp-required", "请输入动态码。", "Enter your one-time code too.")


class TooManySignIns(Problem):
    """Wrong too often at this place: ``seconds`` to wait."""

    def __init__(self, seconds: int) -> None:
        minutes = ceil(seconds / 60)
        super().__init__(
            429,
            "too-many-sign-ins",
            f"输错太多次，请 {minutes} 分钟后再试。上报不受影响。",
            f"Wrong too often. Try again in {minutes} min. Reporting works as ever.",
            retry_after=seconds,
        )


class _Turns:
    """One try at a time for a name and place: many at once must not outrun the count."""

    def __init__(self) -> None:
        self._held: WeakValueDictionary[tuple[str, str], BoundedSemaphore] = WeakValueDictionary()

    def of(self, key: tuple[str, str]) -> Any:
        turn = self._held.get(key)
        if turn is None:
            turn = self._held[key] = BoundedSemaphore(1)
        return turn


_TURNS = _Turns()


def sign_in(attempt: Attempt, then: Callable[[Batch, str], T]) -> T:
    """Do ``then`` with the user's id, in the writer's transaction that accepts the proof.

    Raises:
        TooManySignIns: 429, with the time to wait.
        WrongSignIn: 401.
        OtpRequired: 401.
    """
    with _TURNS.of((attempt.username, attempt.place)):
        house = services()
        now = house.clock.now()
        wait, account = house.reader.run(lambda conn: _account(conn, attempt, now))
        if wait:
            raise TooManySignIns(wait)
        stored = None if account is None else account[f"{attempt.proof}_hash"]
        right = house.slow.run(is_right, stored, attempt.secret)
        if account is None or not right or not account["active"]:
            house.writer.run(lambda batch: _fail(batch, attempt, now))
            raise WrongSignIn(attempt.proof)
        step = _otp_step(attempt, account, now)

        def accept(batch: Batch) -> tuple[T] | None:
            if _holds(batch, attempt, account, step):
                forget_failures(batch, attempt.username, attempt.place)
                return (then(batch, str(account["id"])),)
            _fail(batch, attempt, now)
            return None

        done = house.writer.run(accept)
        if done is None:
            raise WrongSignIn(attempt.proof)
        return done[0]


def seconds_to_wait(
    conn: Connection, username: str, place: str, limit: Limit, now: datetime
) -> int:
    """How long this name is locked at this place; 0 where it may try."""
    row = _failures(conn, username, place)
    if row is None or row.count < limit.tries or row.locked_until is None:
        return 0
    left: timedelta = row.locked_until - now
    return max(0, ceil(left.total_seconds()))


def count_failure(batch: Batch, username: str, place: str, limit: Limit, now: datetime) -> None:
    """One more wrong try; ``locked_until`` is the window's end until the lock begins."""
    row = _failures(batch.conn, username, place)
    over = row is None or (row.locked_until is not None and row.locked_until <= now)
    count = 1 if over else row.count + 1
    until = now + limit.window
    if count >= limit.tries:
        until = now + limit.lock
    elif not over:
        until = row.locked_until
    into = postgresql.insert if batch.on_postgresql else sqlite.insert
    values = {"count": count, "locked_until": until}
    batch.conn.execute(
        into(_FAILED)
        .values(username=username, place=place, **values)
        .on_conflict_do_update(index_elements=["username", "place"], set_=values)
    )


def forget_failures(batch: Batch, username: str, place: str | None = None) -> None:
    """A right try ends the count at its place, an administrator everywhere."""
    counted = delete(_FAILED).where(_FAILED.c.username == username)
    batch.conn.execute(counted if place is None else counted.where(_FAILED.c.place == place))


def sweep(batch: Batch, now: datetime) -> None:
    """Housekeeping: counts whose window or lock is over."""
    over = or_(_FAILED.c.locked_until < now, _FAILED.c.locked_until.is_(None))
    batch.conn.execute(delete(_FAILED).where(over))


def place_of(address: str | None) -> str:
    """An address as a place: of IPv6, the network of 64 bits that one household has."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        return str(ip_network((known, 64), strict=False))
    return str(known)


def _account(
    conn: Connection, attempt: Attempt, now: datetime
) -> tuple[int, dict[str, Any] | None]:
    """How long to wait, and the user's row."""
    wait = seconds_to_wait(conn, attempt.username, attempt.place, attempt.limit, now)
    row = conn.execute(select(_USERS).where(_USERS.c.username == attempt.username))
    found = row.mappings().first()
    return wait, None if found is None else dict(found)


def _fail(batch: Batch, attempt: Attempt, now: datetime) -> None:
    count_failure(batch, attempt.username, attempt.place, attempt.limit, now)


def _otp_step(attempt: Attempt, account: dict[str, Any], now: datetime) -> int | None:
    """The step of the code: None where none is needed, -1 (never to be spent) where it is wrong."""
    stored = account["otp_secret"]
    if not attempt.needs_code or otp.state_of(stored) != otp.ACTIVE:
        return None
    if attempt.code is None:
        raise OtpRequired
    secret = otp.Vault(services().secret).unlock(stored, account["id"])
    step = otp.matching_step(secret, attempt.code, now)
    return -1 if step is None else step


def _holds(batch: Batch, attempt: Attempt, account: dict[str, Any], step: int | None) -> bool:
    """Nothing has changed since the proof was checked, and the code is spent for the first time."""
    user_id = str(account["id"])
    unchanged = select(_USERS.c.id).where(
        _USERS.c.id == user_id,
        _USERS.c.active,
        _USERS.c[f"{attempt.proof}_hash"] == account[f"{attempt.proof}_hash"],
    )
    if batch.conn.execute(unchanged).first() is None:
        return False
    return step is None or otp.use_step(batch, user_id, step)


def _failures(conn: Connection, username: str, place: str) -> Any:
    found = select(_FAILED).where(_FAILED.c.username == username, _FAILED.c.place == place)
    return conn.execute(found).first()
