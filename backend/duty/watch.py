"""Watches every branch's ladders: once a minute each (thousands: less often), and before opening.

A branch whose ladders have a level that reaches nobody is told to its manager and its region, once
whatever the number of processes. Nothing of it lies on a tap's way.
"""

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gevent import sleep
from sqlalchemy import Connection, Table, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from backend.batch import Batch
from backend.delivery import Emission
from backend.duty.reach import ways_now
from backend.duty.tables import ReadinessRow
from backend.event_store import append_log
from backend.outgoing.without_incident import tell_outside
from backend.services import Services
from backend.tables import READINESS
from escalation.events import SYSTEM
from escalation.people import Directory, Org, Recipient
from escalation.readiness import Known, LadderReach, Together, branch_reach, together, verdict
from escalation.timeline import stamp

EACH = 60.0
"""Seconds between two looks at the same branch."""
FRESH = 10.0
"""Seconds for which the board takes a look for the present."""
AT_ONCE = 20
"""Branches at which the board has a look of its own."""
TURN = 4
"""Branches in one look of a round: some 2 ms, which a tap may have to wait for."""
REST = 9.0
"""How much longer than a look it rests after it. With 4,000 branches a round takes a minute."""
TICK = 4.0
"""Seconds; what is left of a round then is for the next tick."""
SETTLING = 60.0
"""Seconds after the start in which people come back."""
MORNING = timedelta(hours=2)
"""After the hour of the check: a server that was down then makes up for it so long."""

_READINESS: Table = ReadinessRow.__table__


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at a branch, and whether people are to be told.

    ``problems``: the levels that reach nobody. ``ladders``: all of them together; ``on_wall``:
    without what is discreet. ``check``: the day whose check before opening this is.
    """

    branch: Org
    problems: tuple[dict[str, Any], ...]
    ladders: Together
    on_wall: Together
    known: bool
    verdict: str | None
    check: date | None
    at: datetime

    @property
    def ok(self) -> bool:
        """Every level of every ladder reaches somebody."""
        return not self.problems

    @property
    def is_news(self) -> bool:
        """Something has to be written down."""
        return not self.known or self.verdict is not None or self.check is not None


class ReadinessWatch:
    """One process' watch. What it has seen last stays in memory; what was told is a row."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._started = services.clock.steady()
        self._round: deque[str] = deque()
        self._round_began = -EACH
        self._lost_since: dict[str, datetime] = {}
        self._seen: dict[str, tuple[float, Look]] = {}

    def tick(self) -> None:
        """Go on with the round through all branches; a new one begins once a minute."""
        steady = self._services.clock.steady
        began = steady()
        if began - self._started < SETTLING:
            return
        orgs = self._services.world.directory.orgs
        if not self._round and began - self._round_began >= EACH:
            self._round_began = began
            self._round.extend(org.id for org in orgs.values() if org.kind == "branch")
        while self._round and steady() - began < TICK:
            since = steady()
            turn = [self._round.popleft() for _ in range(min(TURN, len(self._round)))]
            self._look_at([orgs[each] for each in turn if each in orgs])
            sleep((steady() - since) * REST)

    def round_anew(self) -> None:
        """With the next tick a round begins, whenever the last one did."""
        self._round_began = -EACH

    def looks(self, branches: list[Org]) -> list[Look]:
        """How these branches were found a moment ago; a few that nobody looked at, now."""
        steady = self._services.clock.steady()
        stale = [
            org for org in branches if steady - self._seen.get(org.id, (-EACH, None))[0] >= FRESH
        ]
        if stale:
            turn = stale[:AT_ONCE]
            self._services.reader.run(lambda conn: self._look(conn, turn))
        return [self._seen[org.id][1] for org in branches if org.id in self._seen]

    def _look_at(self, branches: list[Org]) -> None:
        services = self._services
        looks = services.reader.run(lambda conn: self._look(conn, branches))
        news = [look for look in looks if look.is_news]
        if news:
            services.send_out(services.writer.run(lambda batch: self._keep(batch, news)))

    def _look(self, conn: Connection, branches: list[Org]) -> list[Look]:
        services, now = self._services, self._services.clock.now()
        ids = [org.id for org in branches]
        rows = {
            row.org_id: row
            for row in conn.execute(select(_READINESS).where(_READINESS.c.org_id.in_(ids)))
        }
        ways = ways_now(services.world, services.presence, now)
        books, directory = services.shelf.current.values(), services.world.directory
        return [
            self._judge(
                org, branch_reach(books, org.id, directory, now, ways), rows.get(org.id), now
            )
            for org in branches
        ]

    def _judge(self, org: Org, ladders: tuple[LadderReach, ...], row: Any, now: datetime) -> Look:
        problems = problems_of(ladders)
        ok = not problems
        if ok:
            self._lost_since.pop(org.id, None)
        else:
            self._lost_since.setdefault(org.id, now)
        checked = None if row is None else row.checked
        check = _check_of(now, self._services.settings.readiness_at, org.timezone, checked)
        known = Known(None if row is None else row.ok, self._lost_since.get(org.id))
        told = verdict(known, now, ok=ok, before_opening=check is not None)
        look = Look(
            org,
            problems,
            together(ladders),
            together(each for each in ladders if not each.book.discreet),
            known=row is not None,
            verdict=told,
            check=check,
            at=now,
        )
        self._seen[org.id] = (self._services.clock.steady(), look)
        return look

    def _keep(self, batch: Batch, looks: list[Look]) -> list[Emission]:
        """Write down what was seen; who does so first tells it."""
        return [
            self._tell(batch, look)
            for look in looks
            if kept_first(batch.conn, look) and look.verdict
        ]

    def _tell(self, batch: Batch, look: Look) -> Emission:
        services = self._services
        directory, now = services.world.directory, services.clock.now()
        told = whom_to_tell(directory, look.branch.id, now)
        problems = [] if look.verdict == "restored" else list(look.problems)
        told_ids = [each.person.id for each in told]
        data = {"branch": look.branch.id, "problems": problems, "told": told_ids}
        event = append_log(batch, services.clock, f"readiness.{look.verdict}", SYSTEM, data)
        tell_outside(batch, services, READINESS, event.id, told_ids)
        payload = {
            "branch": {"id": look.branch.id, "name": look.branch.name},
            "ok": look.verdict == "restored",
            "at": stamp(now),
            "problems": problems,
        }
        return Emission("readiness", payload, tuple(f"user:{user}" for user in told_ids))


def whom_to_tell(directory: Directory, branch: str, at: datetime) -> list[Recipient]:
    """The branch's manager and the region's; where there is neither, the head office's duty."""
    told = directory.resolve(["branch_manager", "regional_manager"], branch, at)
    return told or directory.resolve(["hq_duty"], branch, at)


def problems_of(ladders: tuple[LadderReach, ...]) -> tuple[dict[str, Any], ...]:
    """The levels that reach nobody."""
    return tuple(
        {"playbook": ladder.book.id, "level": level.number, "because": level.because}
        for ladder in ladders
        for level in ladder.levels
        if not level.ok
    )


def _check_of(now: datetime, at: int, zone: str, checked: date | None) -> date | None:
    """The day, by the branch's clock, whose check before opening is still to be made."""
    local = now.astimezone(ZoneInfo(zone))
    late = timedelta(hours=local.hour, minutes=local.minute) - timedelta(minutes=at)
    is_time = timedelta(0) <= late < MORNING
    return local.date() if is_time and checked != local.date() else None


def kept_first(conn: Connection, look: Look) -> bool:
    """Whether this process is the one that wrote it down."""
    if not look.known:
        try:
            with conn.begin_nested():
                row = {"org_id": look.branch.id, "ok": look.ok, "checked": look.check}
                conn.execute(insert(_READINESS), [row])
        except IntegrityError:
            return False
        return True
    change = update(_READINESS).where(_READINESS.c.org_id == look.branch.id)
    if look.check is not None:
        other_day = or_(_READINESS.c.checked.is_(None), _READINESS.c.checked != look.check)
        change = change.where(other_day).values(ok=look.ok, checked=look.check)
    else:
        change = change.where(_READINESS.c.ok.is_(not look.ok)).values(ok=look.ok)
    return conn.execute(change).rowcount == 1
