"""From rows to the rules' view of who is on duty, and back."""

from typing import Any

from sqlalchemy import Connection, Table, select

from backend.duty.tables import AbsenceRow, RotaRow, SubstituteRow
from escalation.duty import Absence, Duty, Entry, Override, Shift, Substitute

ROTA: Table = RotaRow.__table__
ABSENCES: Table = AbsenceRow.__table__
SUBSTITUTES: Table = SubstituteRow.__table__


def load_duty(conn: Connection) -> Duty | None:
    """Everything that is planned; None where nothing is: then nothing is asked of it."""
    entries: dict[str, Entry] = {}
    for row in conn.execute(select(ROTA)):
        entries[row.id] = _of_rota(row)
    for row in conn.execute(select(ABSENCES)):
        entries[row.id] = Absence(row.id, row.user_id, row.starts_at, row.ends_at)
    for row in conn.execute(select(SUBSTITUTES)):
        entries[row.id] = Substitute(
            row.id, row.user_id, row.substitute_id, row.starts_at, row.ends_at
        )
    return Duty(entries) if entries else None


def table_of(entry: Entry) -> Table:
    """Where it is kept."""
    if isinstance(entry, Absence):
        return ABSENCES
    return SUBSTITUTES if isinstance(entry, Substitute) else ROTA


def row_of(entry: Entry) -> dict[str, Any]:
    """Its row."""
    row: dict[str, Any] = {"id": entry.id, "user_id": entry.user}
    if isinstance(entry, Shift):
        row |= {"role": entry.role, "org_id": entry.org, "weekday": entry.weekday}
        row |= {"day": entry.day, "begins": entry.begins, "ends": entry.ends}
        return row
    if isinstance(entry, Override):
        row |= {"role": entry.role, "org_id": entry.org}
    elif isinstance(entry, Substitute):
        row["substitute_id"] = entry.substitute
    return row | {"starts_at": entry.start, "ends_at": entry.end}


def _of_rota(row: Any) -> Shift | Override:
    if row.begins is None:
        return Override(row.id, row.user_id, row.role, row.org_id, row.starts_at, row.ends_at)
    return Shift(
        row.id, row.user_id, row.role, row.org_id, row.begins, row.ends, row.weekday, row.day
    )
