"""Two raises of the same thing are one incident (contract, section 3: joining)."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from backend.batch import Batch, Loaded
from backend.bulk import Query
from backend.projections import INCIDENTS
from backend.states import States
from escalation.commands import Open

JOIN_WITHIN = timedelta(seconds=60)
"""Either side of the moment at which the other one was opened; no demo speed changes it."""

_NEAR = Query(
    select(INCIDENTS.c.id)
    .where(
        INCIDENTS.c.branch == bindparam("branch"),
        INCIDENTS.c.type == bindparam("type"),
        INCIDENTS.c.drill == bindparam("drill"),
        INCIDENTS.c.status != "cancelled",
        INCIDENTS.c.opened_at >= bindparam("earliest"),
        INCIDENTS.c.opened_at <= bindparam("latest"),
    )
    .order_by(INCIDENTS.c.opened_at)
)


def find_to_join(batch: Batch, states: States, command: Open, at: datetime) -> Loaded | None:
    """The incident that a raise at the moment ``at`` joins, if there is one.

    On PostgreSQL, raises of the same at the same branch wait for each other until the commit.
    """
    if batch.on_postgresql:
        key = f"{command.branch}/{command.type}/{command.drill}"
        batch.conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))
    for loaded in batch.loaded.values():
        state = loaded.state
        same = (state.branch, state.type, state.drill)
        if (
            same == (command.branch, command.type, command.drill)
            and state.status != "cancelled"
            and abs(state.opened_at - at) <= JOIN_WITHIN
        ):
            return loaded
    near = _NEAR.rows(
        batch.conn,
        branch=command.branch,
        type=command.type,
        drill=command.drill,
        earliest=at - JOIN_WITHIN,
        latest=at + JOIN_WITHIN,
    )
    for (incident_id,) in near:
        if incident_id not in batch.loaded:
            return states.for_writing(batch, incident_id)
    return None
