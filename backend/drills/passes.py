"""Who has passed what, and what an org asks for before somebody goes on duty there (A6).

It says who is put on the rota and nothing else: whoever is there raises, takes up and is alerted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.drills.runs import RESULTS
from backend.drills.tables import DrillRequirementRow
from backend.event_store import append_log
from escalation.drill import Requirement, not_passed, wanted_by
from escalation.events import Actor
from escalation.people import Directory

_REQUIREMENTS = DrillRequirementRow.__table__
_ORG = _REQUIREMENTS.c.org_id
Passed = Mapping[str, Mapping[str, datetime]]


def read_requirements(conn: Connection) -> dict[str, Requirement]:
    """What each org asks for, by its id."""
    return {
        row.org_id: Requirement(
            row.org_id, tuple(orjson.loads(row.playbooks)), row.months, row.refuses
        )
        for row in conn.execute(select(_REQUIREMENTS).order_by(_ORG))
    }


def set_requirement(batch: Batch, clock: Clock, actor: Actor, rule: Requirement) -> None:
    """From now on; no playbook: nothing is asked for any more."""
    row = {
        "playbooks": orjson.dumps(rule.playbooks).decode(),
        "months": rule.months,
        "refuses": rule.refuses,
    }
    if not rule.playbooks:
        batch.conn.execute(delete(_REQUIREMENTS).where(rule.org == _ORG))
    elif not batch.conn.execute(update(_REQUIREMENTS).where(rule.org == _ORG).values(row)).rowcount:
        batch.conn.execute(insert(_REQUIREMENTS), [{"org_id": rule.org, **row}])
    data = {**row, "playbooks": list(rule.playbooks), "org": rule.org}
    append_log(batch, clock, "drill.required", actor, data)


def passed_by(conn: Connection, users: Iterable[str]) -> Passed:
    """When each of these last passed which playbook."""
    wanted = sorted(set(users))
    found: dict[str, dict[str, datetime]] = {}
    for start in range(0, len(wanted), 500):
        columns = RESULTS.c
        rows = conn.execute(
            select(columns.user_id, columns.playbook, func.max(columns.at).label("at"))
            .where(columns.user_id.in_(wanted[start : start + 500]), columns.passed.is_(True))
            .group_by(columns.user_id, columns.playbook)
        )
        for row in rows:
            found.setdefault(row.user_id, {})[row.playbook] = row.at
    return found


class Gaps:
    """What people still have to pass where they are to serve."""

    def __init__(
        self,
        requirements: Mapping[str, Requirement],
        passed: Passed,
        directory: Directory,
        now: datetime,
    ) -> None:
        self.requirements = requirements
        self.passed = passed
        self._directory = directory
        self._now = now

    def of(self, user: str, org: str) -> tuple[str, ...]:
        """The playbooks that the user has not passed, or not lately enough."""
        wanted = wanted_by(self.requirements, self._directory.path(org))
        return not_passed(wanted, self.passed.get(user, {}), self._now)


def read_gaps(conn: Connection, directory: Directory, users: Iterable[str], now: datetime) -> Gaps:
    """The gaps of these people."""
    requirements = read_requirements(conn)
    passed = passed_by(conn, users) if requirements else {}
    return Gaps(requirements, passed, directory, now)
