"""The plans of drills: found by what one may know of, written with an event each."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, insert, or_, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.drills.runs import RUNS
from backend.drills.tables import DrillRow
from backend.event_store import append_log
from backend.problems import NotFound
from escalation.drill import MARK_WITHIN, Drill
from escalation.drill_rights import Knowing
from escalation.events import Actor
from escalation.refusal import Refused
from escalation.texts import Typed
from escalation.timeline import stamp

DRILLS = DrillRow.__table__
_COLUMNS = DRILLS.c
STATUSES = ("planned", "running", "done", "broken_off", "called_off", "lapsed")


class Run(NamedTuple):
    """The incident that a drill has become."""

    incident: str
    status: str
    marked_at: datetime | None
    percent: int | None
    passed: bool | None


class Found(NamedTuple):
    """A plan, and what has become of it."""

    drill: Drill
    run: Run | None

    def status(self, now: datetime) -> str:
        """One of ``STATUSES``."""
        if self.run is not None:
            ended = {"closed": "done", "cancelled": "broken_off"}
            return ended.get(self.run.status, "running")
        if self.drill.called_off:
            return "called_off"
        over = self.drill.ends_at is not None and now > self.drill.ends_at + MARK_WITHIN
        return "lapsed" if over else "planned"


def known_to(knowing: Knowing, discreet_types: list[str]) -> ColumnElement[bool]:
    """What somebody may know of, by org and type (``Knowing`` in SQL)."""
    revealed = or_(_COLUMNS.mode == "announced", RUNS.c.marked_at.is_not(None))
    quiet = or_(_COLUMNS.type.not_in(discreet_types), _COLUMNS.branch.in_(sorted(knowing.discreet)))
    return and_(
        or_(
            _COLUMNS.made_by == knowing.user,
            _COLUMNS.branch.in_(sorted(knowing.all)),
            and_(_COLUMNS.branch.in_(sorted(knowing.told)), revealed),
        ),
        quiet,
    )


def find_drills(
    conn: Connection, shown: ColumnElement[bool], query: Mapping[str, Any], now: datetime
) -> list[Found]:
    """One more than ``limit``, the newest plan first.

    Args:
        conn: a reading connection.
        shown: what the reader may know of.
        query: ``branches`` (ids), ``type``, ``mode``, ``status``, ``before`` (an id), ``limit``.
        now: what has lapsed by now.
    """
    wanted = _with_runs().where(shown)
    if "branches" in query:
        wanted = wanted.where(_COLUMNS.branch.in_(sorted(query["branches"])))
    for name in ("type", "mode"):
        if name in query:
            wanted = wanted.where(_COLUMNS[name] == query[name])
    if "status" in query:
        wanted = wanted.where(_of_status(query["status"], now))
    if query.get("before") is not None:
        wanted = wanted.where(_COLUMNS.id < query["before"])
    rows = conn.execute(wanted.order_by(_COLUMNS.id.desc()).limit(query["limit"] + 1))
    return [_found(row) for row in rows.mappings()]


def find_drill(conn: Connection, drill_id: str, shown: ColumnElement[bool]) -> Found | None:
    """The plan of that id, where one may know of it."""
    row = conn.execute(_with_runs().where(_COLUMNS.id == drill_id, shown)).mappings().first()
    return None if row is None else _found(row)


def due_drills(conn: Connection, now: datetime) -> list[Drill]:
    """Those whose moment has come."""
    due = select(DRILLS).where(_COLUMNS.due_at <= now).order_by(_COLUMNS.due_at).limit(100)
    return [_read(row) for row in conn.execute(due).mappings()]


def add_drill(batch: Batch, clock: Clock, actor: Actor, drill: Drill) -> Drill:
    """A new plan, on record; the same one sent again is the same plan.

    Raises:
        Refused: ``idempotency-conflict``: the id is another plan's.
    """
    known = batch.conn.execute(select(DRILLS).where(_COLUMNS.id == drill.id)).mappings().first()
    if known is not None:
        there = _read(known)
        same = replace(
            there,
            made_at=drill.made_at,
            incident=drill.incident,
            starts_at=drill.starts_at,
            ends_at=drill.ends_at,
            called_off=False,
        )
        if same != drill:
            raise Refused(
                "idempotency-conflict",
                "这个编号已用于另一条内容，没有重复保存。",
                "This id belongs to another drill; nothing was changed.",
            )
        return there
    batch.conn.execute(insert(DRILLS), [_row(drill)])
    _note(batch, clock, actor, "planned", drill)
    return drill


def change_drill(
    batch: Batch, clock: Clock, actor: Actor, drill_id: str, change: Mapping[str, Any]
) -> Drill:
    """Another time, scenario or scope, or called off: as long as it has not begun.

    Raises:
        NotFound: it is gone.
        Refused: ``drill-begun``.
    """
    before = to_change(batch, drill_id)
    drill = replace(before, **change)
    if drill != before:
        batch.conn.execute(update(DRILLS).where(_COLUMNS.id == drill.id).values(**_row(drill)))
        _note(batch, clock, actor, "called_off" if drill.called_off else "changed", drill)
    return drill


def to_change(batch: Batch, drill_id: str) -> Drill:
    """The plan as it is on disk, before anything has come of it.

    Raises:
        NotFound: it is gone.
        Refused: ``drill-begun``, ``drill-called-off``.
    """
    row = batch.conn.execute(
        select(DRILLS).where(_COLUMNS.id == drill_id).with_for_update()
    ).mappings()
    found = row.first()
    if found is None:
        raise NotFound
    begun = select(RUNS.c.incident_id).where(RUNS.c.drill_id == drill_id).limit(1)
    if batch.conn.execute(begun).first() is not None:
        raise Refused("drill-begun", "这次演练已经开始。", "This drill has begun already.")
    if found["called_off"]:
        raise Refused("drill-called-off", "这次演练已取消。", "This drill was called off.")
    return _read(found)


def disarm(batch: Batch, drill_id: str) -> None:
    """It has been started: nothing is to start any more."""
    batch.rows.update(DRILLS, {"id": drill_id}, {"due_at": None})


def _with_runs() -> Select[Any]:
    columns = [
        RUNS.c.incident_id.label("run"),
        RUNS.c.status.label("run_status"),
        *(RUNS.c.marked_at, RUNS.c.percent, RUNS.c.passed),
    ]
    return select(DRILLS, *columns).select_from(
        DRILLS.outerjoin(RUNS, RUNS.c.drill_id == _COLUMNS.id)
    )


def _of_status(status: str, now: datetime) -> ColumnElement[bool]:
    """``Found.status`` in SQL (a test holds the two together)."""
    begun = RUNS.c.incident_id.is_not(None)
    if status == "done":
        return and_(RUNS.c.status == "closed")
    if status == "broken_off":
        return and_(RUNS.c.status == "cancelled")
    if status == "running":
        return and_(begun, RUNS.c.status.not_in(("closed", "cancelled")))
    if status == "called_off":
        return and_(~begun, _COLUMNS.called_off.is_(True))
    waiting = and_(~begun, _COLUMNS.called_off.is_(False))
    over = and_(_COLUMNS.ends_at.is_not(None), _COLUMNS.ends_at < now - MARK_WITHIN)
    return and_(waiting, over) if status == "lapsed" else and_(waiting, ~over)


def _note(batch: Batch, clock: Clock, actor: Actor, what: str, drill: Drill) -> None:
    data = {
        "drill": drill.id,
        "branch": drill.branch,
        "type": drill.type,
        "mode": drill.mode,
        "scenario": Typed(drill.scenario),
        "tells": drill.tells,
        "pass_mark": drill.pass_mark,
        "starts_at": stamp(drill.starts_at),
        "ends_at": None if drill.ends_at is None else stamp(drill.ends_at),
    }
    append_log(batch, clock, f"drill.{what}", actor, data)


def _found(row: Any) -> Found:
    run = None
    if row["run"] is not None:
        run = Run(row["run"], row["run_status"], row["marked_at"], row["percent"], row["passed"])
    return Found(_read(row), run)


def _read(row: Any) -> Drill:
    return Drill(
        id=row["id"],
        branch=row["branch"],
        type=row["type"],
        mode=row["mode"],
        scenario=row["scenario"],
        tells=row["tells"],
        pass_mark=row["pass_mark"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        incident=row["incident_id"],
        called_off=row["called_off"],
    )


def _row(drill: Drill) -> dict[str, Any]:
    row = asdict(drill)
    row["incident_id"] = row.pop("incident")
    waits = drill.mode == "announced" and not drill.called_off
    return {**row, "due_at": drill.starts_at if waits else None}
