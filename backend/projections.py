"""The rows that follow from an incident's events, from its own row to the outbox.

Each is a function of the state, so that a change writes the difference, and ``rebuild`` can
write them all anew and compare.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backend.afterwards.tables import FollowUpRow
from backend.batch import Batch
from backend.customer_repeats import loosen_later
from backend.customers.tables import MatterRow
from backend.drills.runs import CASES, RESULTS, RUNS, drill_rows
from backend.figures import FIGURES, figure_rows
from backend.tables import AliasRow, DeadlineRow, IncidentRow, NoticeRow, ReporterRow, ViewerRow
from escalation.alert import Alert
from escalation.commands import SOCKET
from escalation.follow_up import FollowUp
from escalation.incident import Incident

GROUPED_WITHIN = 60
"""Seconds for which what is not urgent may wait, to go out together with more of it."""

INCIDENTS = IncidentRow.__table__
ALIASES = AliasRow.__table__
REPORTERS = ReporterRow.__table__
VIEWERS = ViewerRow.__table__
DEADLINES = DeadlineRow.__table__
OUTBOX = NoticeRow.__table__
FOLLOW_UPS = FollowUpRow.__table__
MATTERS = MatterRow.__table__

KEYS = {
    INCIDENTS: ("id",),
    ALIASES: ("id",),
    REPORTERS: ("incident_id", "user_id"),
    VIEWERS: ("user_id", "opened_at", "incident_id"),
    DEADLINES: ("incident_id", "key"),
    FIGURES: ("branch", "opened_at", "incident_id"),
    OUTBOX: ("alert_id", "user_id", "channel"),
    FOLLOW_UPS: ("id",),
    RUNS: ("incident_id",),
    RESULTS: ("incident_id", "user_id"),
    CASES: ("incident_id",),
    MATTERS: ("incident_id",),
}


def project(batch: Batch, before: Incident | None, after: Incident, head_hash: str) -> None:
    """Write what has changed in the projections between two states of an incident."""
    if before is None:
        for table, row in rows_of(after, head_hash):
            batch.rows.insert(table, row if table is not OUTBOX else to_send(after, row))
        return
    old, new = _keyed(before, None, after), _keyed(after, head_hash, before)
    if before.customer is not None or after.customer is not None:
        figures = (FIGURES, *[getattr(after, name) for name in ("branch", "opened_at", "id")])
        loosen_later(batch, old.get(figures), new.get(figures))
    for key, row in new.items():
        table, names = key[0], KEYS[key[0]]
        if key not in old:
            batch.rows.insert(table, row if table is not OUTBOX else to_send(after, row))
        elif old[key] != row:
            changed = {name: value for name, value in row.items() if name not in names}
            changed |= _beside(after, table, old[key], row)
            batch.rows.update(table, {name: row[name] for name in names}, changed)
    for key, row in old.items():
        if key not in new:
            names = KEYS[key[0]]
            batch.rows.delete(key[0], {name: row[name] for name in names})


def _beside(
    state: Incident, table: Any, old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, Any]:
    """What a change means for the columns of its row that are no projection."""
    if table is DEADLINES:
        return {"parked": False}  # another moment is another try
    if table is FIGURES:
        return {"loose": True}
    return sent_again(state, old, new) if table is OUTBOX else {}


def arm_anew(batch: Batch, state: Incident) -> bool:
    """The deadline rows of an incident that has lost all of them; whether it has any."""
    for row in _deadlines(state):
        batch.rows.insert(DEADLINES, row)
    return bool(state.deadlines())


def rows_of(
    state: Incident, head_hash: str | None, other: Incident | None = None
) -> list[tuple[Any, dict[str, Any]]]:
    """Every projected row of the incident, with its table.

    Rows of reports and alerts that are the very same values in ``other`` are left out.
    """
    alerts = [("alert", each) for each in _differing(state.alerts, other.alerts if other else None)]
    alerts += [
        ("inform", each) for each in _differing(state.informed, other.informed if other else None)
    ]
    rows: list[tuple[Any, dict[str, Any]]] = [(INCIDENTS, _incident(state, head_hash))]
    if other is None or state.reports is not other.reports:
        rows += _report_rows(state)
    if state.over:
        rows += _viewer_rows(state)
    rows += [(DEADLINES, row) for row in _deadlines(state)]
    if state.follow_ups and (other is None or _owed(state) != _owed(other)):
        rows += [(FOLLOW_UPS, _follow_up(state, each)) for each in state.follow_ups.values()]
    if state.customer is not None:
        rows.append((MATTERS, _matter(state)))
    rows += [(FIGURES, row) for row in figure_rows(state)]
    if state.terms is not None or state.review is not None:
        rows += drill_rows(state)
    rows += [(OUTBOX, row) for kind, alert in alerts for row in _outbox(state, kind, alert)]
    return rows


def _deadlines(state: Incident) -> list[dict[str, Any]]:
    return [
        {"incident_id": state.id, "key": each.key, "due_at": each.due_at}
        for each in state.deadlines()
    ]


def _differing(alerts: Mapping[str, Alert], others: Mapping[str, Alert] | None) -> list[Alert]:
    if others is None:
        return list(alerts.values())
    return [alert for key, alert in alerts.items() if others.get(key) is not alert]


def _report_rows(state: Incident) -> list[tuple[Any, dict[str, Any]]]:
    reporters = {report.user for report in state.reports if report.user}
    return [
        *[(ALIASES, {"id": each.alias, "incident_id": state.id}) for each in state.reports],
        *[(REPORTERS, {"incident_id": state.id, "user_id": user}) for user in sorted(reporters)],
    ]


def _viewer_rows(state: Incident) -> list[tuple[Any, dict[str, Any]]]:
    """Never in a tap's way: whoever looks for what is not over finds it among the few."""
    users = {report.user for report in state.reports if report.user}
    for alert in (*state.alerts.values(), *state.informed.values()):
        users |= {told.user for told in alert.told.values()}
    place = {"opened_at": state.opened_at, "incident_id": state.id}
    return [(VIEWERS, {"user_id": user, **place}) for user in sorted(users)]


def _keyed(
    state: Incident, head_hash: str | None, other: Incident
) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {
        (table, *[row[name] for name in KEYS[table]]): row
        for table, row in rows_of(state, head_hash, other)
    }


def _incident(state: Incident, head_hash: str | None) -> dict[str, Any]:
    return {
        "id": state.id,
        "number": state.number,
        "type": state.type,
        "branch": state.branch,
        "status": state.status,
        "severity": state.severity,
        "discreet": state.discreet,
        "drill": state.drill,
        "subject": state.subject,
        "in_charge": state.in_charge,
        "opened_at": state.opened_at,
        "acknowledged_at": state.acknowledged_at,
        "contained_at": state.contained_at,
        "closed_at": state.closed_at,
        "head_seq": state.seq,
        "head_hash": head_hash,
    }


def _owed(state: Incident) -> tuple[bool, Mapping[str, FollowUp]]:
    return state.calls_nobody, state.follow_ups


def _follow_up(state: Incident, each: FollowUp) -> dict[str, Any]:
    return {
        "id": each.id,
        "incident_id": state.id,
        "org_id": state.branch,
        "kind": each.kind,
        # Nobody is called about what was taken back.
        "status": "withdrawn" if state.calls_nobody and each.status == "scheduled" else each.status,
        "due_at": each.due_at,
        "made_at": each.made_at,
        "made_by": each.made_by,
        "done_at": each.done_at,
        "done_by": each.done_by,
        "outcome": each.outcome,
        "content": each.content,
        "note": sealed_hash_of(each.note),
        "improve": sealed_hash_of(each.improve),
    }


def _matter(state: Incident) -> dict[str, Any]:
    return {
        "incident_id": state.id,
        "customer_id": state.customer,
        "opened_at": state.opened_at,
        "cause": state.tally.cause,
        "money": bool(state.facts.get("amount_fen")),
    }


def sealed_hash_of(sealed: Mapping[str, str] | None) -> str | None:
    """The hash under which a sealed text is kept; None for none."""
    return None if sealed is None else sealed["sealed"]


def _outbox(state: Incident, kind: str, alert: Alert) -> list[dict[str, Any]]:
    rows = [
        {
            "alert_id": alert.id,
            "user_id": told.user,
            "channel": SOCKET,
            "incident_id": state.id,
            "kind": kind,
            "repeat": told.repeat,
            "live": not alert.over and told.waiting,
        }
        for told in alert.told.values()
    ]
    for at, told in enumerate(alert.told.values()):
        if told.ways:
            rows += [{**rows[at], "channel": way.id} for way in told.ways]
    return rows


def to_send(state: Incident, row: dict[str, Any]) -> dict[str, Any]:
    """A new row of the outbox; the socket's is sent as it is made, the others when due."""
    if row["channel"] == SOCKET or not row["live"]:
        return row
    return {**row, "due_at": _due_at(state, row)}


def sent_again(state: Incident, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What a change means for the sending: a repeat has not been sent yet.

    What is live no more is not tried any more, and what is live again is.
    """
    again = new["repeat"] > old["repeat"]
    if new["channel"] == SOCKET:
        return {"sent_at": None} if again else {}
    changed: dict[str, Any] = {}
    if again:
        changed = {"sent_at": None, "leased_until": None, "tries": 0, "detail": None}
    if again or new["live"] != old["live"]:
        changed["due_at"] = _due_at(state, new) if new["live"] else None
    return changed


def _due_at(state: Incident, row: Mapping[str, Any]) -> datetime:
    """When a channel to the outside is first tried: at once, unless it can wait for more."""
    alerts = state.alerts if row["kind"] == "alert" else state.informed
    alert = alerts[row["alert_id"]]
    if alert.urgency == "immediate":
        return alert.sounded_at
    return alert.sounded_at + timedelta(seconds=GROUPED_WITHIN) / state.pace
