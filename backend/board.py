"""The board: what is open, what runs out, who is there, which branches are ready (section 8).

It answers from the index of open incidents and from states that are at hand: what is over costs
it nothing, however much of it there is. What somebody may not see is not counted either.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select, text

from backend.duty.reach import ways_now
from backend.duty.watch import Look
from backend.incident_list import visible
from backend.projections import FOLLOW_UPS, INCIDENTS
from backend.read_models import person
from backend.services import Services
from backend.tables import OPEN
from escalation.board import SOON, Due, due_of, levels_of, place, progress_of
from escalation.duty_rights import sees_readiness
from escalation.incident import Incident
from escalation.people import BYSTANDERS, Directory, Org, Person
from escalation.readiness import Rung
from escalation.rights import Caller
from escalation.timeline import stamp

MOST_OPEN, MOST_DUE, MOST_CALLS, MOST_PEOPLE, MOST_BRANCHES = 200, 40, 20, 40, 60
A_DAY, LONG_AGO = timedelta(hours=24), timedelta(days=30)
_COLUMNS = INCIDENTS.c


class Shown(NamedTuple):
    """Whose board it is: ``wall``: for everybody who walks past, without anything discreet."""

    caller: Caller
    who: Person
    orgs: set[str]
    wall: bool


def board(conn: Connection, services: Services, shown: Shown, looks: list[Look]) -> dict[str, Any]:
    """The whole board.

    Args:
        conn: a reading connection.
        services: for states and names.
        shown: whose, of which orgs.
        looks: how the branches were found (``ReadinessWatch.looks``).
    """
    now = services.clock.now()
    may = _may_see(shown, services.world.directory)
    opened, states = _open_states(conn, services, may)
    dues = {state.id: due_of(state) for state in states}
    states.sort(key=lambda state: place(state, dues[state.id]))
    real = [state for state in states if not state.drill]
    of_real = [due for state in real for due in dues[state.id]]
    unmanned = [state for state in real if state.in_charge is None]
    day = select(func.count()).where(
        may, _COLUMNS.opened_at >= now - A_DAY, _COLUMNS.drill.is_(False)
    )
    return {
        "at": stamp(now),
        "counts": {
            "open": opened - (len(states) - len(real)),
            "drills": len(states) - len(real),
            "nobody": len(unmanned),
            "due_soon": sum(each.at <= now + SOON for each in of_real),
            "overdue": sum(each.overdue(now) for each in of_real),
            "last_day": conn.execute(day).scalar() or 0,
            "ready": sum(look.ok for look in looks),
            "branches": len(looks),
        },
        "open": [_open_json(services, state, dues[state.id], shown) for state in states],
        "due": _due_json(services, states, dues, now),
        "calls": _calls(conn, services, may, now),
        "people": _people(services, shown, states),
        "branches": [_branch_json(look, shown) for look in _worst_first(looks)],
    }


def branches_of(shown: Shown, directory: Directory) -> list[Org]:
    """The branches whose readiness is theirs to see."""
    return [
        org
        for _, org in sorted(directory.orgs.items())
        if org.kind == "branch"
        and org.id in shown.orgs
        and sees_readiness(shown.who, org.id, directory)
    ]


def _may_see(shown: Shown, directory: Directory) -> ColumnElement[bool]:
    branches = {org for org in shown.orgs if directory.orgs[org].kind == "branch"}
    found = [visible(shown.caller, directory)]
    if len(branches) < sum(org.kind == "branch" for org in directory.orgs.values()):
        # Not by the index of branches, which holds the archive: by that of what is open.
        found.append(func.coalesce(_COLUMNS.branch, "").in_(sorted(branches)))
    if shown.wall:
        found.append(_COLUMNS.discreet.is_(False))
    return and_(*found)


def _open_states(
    conn: Connection, services: Services, may: ColumnElement[bool]
) -> tuple[int, list[Incident]]:
    """How many are open, and those that are shown: first those that nobody has taken up."""
    is_open = text(OPEN)  # in the words of the index
    wanted = (
        select(_COLUMNS.id, _COLUMNS.head_hash)
        .where(is_open, may)
        .order_by(_COLUMNS.in_charge.is_not(None), _COLUMNS.id.desc())
    )
    rows = conn.execute(wanted.limit(MOST_OPEN + 1)).all()
    count = len(rows)
    if count > MOST_OPEN:
        count = conn.execute(select(func.count()).where(is_open, may)).scalar() or count
    found = [services.states.at(conn, row.id, row.head_hash) for row in rows[:MOST_OPEN]]
    return count, [loaded.state for loaded in found if loaded is not None]


def _open_json(
    services: Services, state: Incident, dues: tuple[Due, ...], shown: Shown
) -> dict[str, Any]:
    directory = services.world.directory
    org = directory.orgs[state.branch]
    reached, levels, taken = levels_of(state)
    done, steps = progress_of(state)
    found: dict[str, Any] = {
        "id": state.id,
        "number": state.number,
        "type": state.type,
        "title": state.primary.title.as_json(),
        "severity": state.severity,
        "discreet": state.discreet,
        "drill": state.drill,
        "status": state.status,
        "branch": {"id": org.id, "name": org.name},
        "opened_at": stamp(state.opened_at),
        "in_charge": person(directory, state.in_charge),
        "level": reached,
        "levels": levels,
        "taken_by": taken,
        "steps_done": done,
        "steps": steps,
        "counter_no": None,
        "head_count": None,
        "next": _one_due(dues[0], services.clock.now()) if dues else None,
    }
    if not shown.wall:
        found["counter_no"] = state.facts.get("counter_no")
        found["head_count"] = state.facts.get("head_count")
    return found


def _one_due(due: Due, now: datetime) -> dict[str, Any]:
    return {
        "kind": due.kind,
        "what": due.what,
        "title": None if due.title is None else due.title.as_json(),
        "at": stamp(due.at),
        "overdue": due.overdue(now),
    }


def _due_json(
    services: Services,
    states: Iterable[Incident],
    dues: Mapping[str, tuple[Due, ...]],
    now: datetime,
) -> list[dict[str, Any]]:
    """What runs out first, of all of them together; drills have their own pages for it."""
    directory = services.world.directory
    found = sorted(
        ((due, state) for state in states if not state.drill for due in dues[state.id]),
        key=lambda each: (each[0].at, each[1].id),
    )
    return [
        {
            **_one_due(due, now),
            "incident": state.id,
            "branch": {"id": state.branch, "name": directory.orgs[state.branch].name},
            "in_charge": person(directory, state.in_charge),
        }
        for due, state in found[:MOST_DUE]
    ]


def _calls(
    conn: Connection, services: Services, may: ColumnElement[bool], now: datetime
) -> list[dict[str, Any]]:
    """Calls that are owed within a day, or late: of incidents, open or closed."""
    rows = conn.execute(
        select(
            FOLLOW_UPS.c.id,
            FOLLOW_UPS.c.kind,
            FOLLOW_UPS.c.due_at,
            FOLLOW_UPS.c.incident_id,
            _COLUMNS.branch,
        )
        .select_from(FOLLOW_UPS.join(INCIDENTS, _COLUMNS.id == FOLLOW_UPS.c.incident_id))
        .where(
            may,
            FOLLOW_UPS.c.status == "scheduled",
            FOLLOW_UPS.c.due_at <= now + A_DAY,
            FOLLOW_UPS.c.due_at >= now - LONG_AGO,
            _COLUMNS.drill.is_(False),
        )
        .order_by(FOLLOW_UPS.c.due_at)
        .limit(MOST_CALLS)
    )
    orgs = services.world.directory.orgs
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "at": stamp(row.due_at),
            "overdue": row.due_at <= now,
            "incident": row.incident_id,
            "branch": {"id": row.branch, "name": orgs[row.branch].name},
        }
        for row in rows
    ]


def _people(services: Services, shown: Shown, states: Iterable[Incident]) -> list[dict[str, Any]]:
    """Who stands above these branches, and with one branch who works there: how to reach them."""
    world, now = services.world, services.clock.now()
    directory, ways = world.directory, ways_now(world, services.presence, now)
    busy: dict[str, int] = {}
    for state in states:
        if state.in_charge is not None and not state.drill:
            busy[state.in_charge] = busy.get(state.in_charge, 0) + 1
    branches = [org for org in shown.orgs if directory.orgs[org].kind == "branch"]
    looked_at = {above for org in branches for above in directory.path(org)[1:]}
    looked_at |= set(branches) if len(branches) == 1 else set()
    found: dict[str, dict[str, Any]] = {}
    for org in sorted(looked_at, key=lambda each: (-len(directory.path(each)), each)):
        for each in directory.people.values():
            roles = [role for role, at in each.roles if at == org and role not in BYSTANDERS]
            if each.active and roles and each.id not in found:
                found[each.id] = {
                    "user": each.as_json(),
                    "role": roles[0],
                    "org": {"id": org, "name": directory.orgs[org].name},
                    "by": list(ways(each.id, False)),
                    "absent": directory.duty is not None and directory.duty.is_absent(each.id, now),
                    "in_charge_of": busy.get(each.id, 0),
                }
    return list(found.values())[:MOST_PEOPLE]


def _worst_first(looks: list[Look]) -> list[Look]:
    return sorted(looks, key=lambda look: (look.ok, look.branch.id))[:MOST_BRANCHES]


def _branch_json(look: Look, shown: Shown) -> dict[str, Any]:
    found = look.on_wall if shown.wall else look.ladders
    return {
        "branch": {"id": look.branch.id, "name": look.branch.name},
        "ok": look.ok,
        "at": stamp(look.at),
        "first": None if found.first is None else found.first.as_json(),
        "levels": [_level_json(rung) for rung in found.rungs],
    }


def _level_json(rung: Rung) -> dict[str, Any]:
    return {
        "level": rung.number,
        "ok": rung.because is None,
        "because": rung.because,
        "stands_in": rung.stands_in,
    }
