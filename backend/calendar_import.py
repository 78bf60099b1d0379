"""Years of the bank's calendar taken in: table, log, and every process of the house (R4)."""

from collections.abc import Mapping
from datetime import date

from backend.batch import Batch
from backend.clock import Clock
from backend.event_store import append_log, lock_log
from backend.working_days import replace_years
from backend.world import bump_version
from escalation.events import Actor


def keep_calendar(batch: Batch, clock: Clock, actor: Actor, days: Mapping[date, bool]) -> list[int]:
    """The years that ``days`` name are from now on as it says, and confirmed; which years."""
    lock_log(batch)  # two files at once are taken one after the other
    years = replace_years(batch.conn, days)
    bump_version(batch)
    told = {day.isoformat(): working for day, working in sorted(days.items())}
    append_log(batch, clock, "calendar.imported", actor, {"years": years, "days": told})
    return years
