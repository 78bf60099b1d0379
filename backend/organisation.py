"""The organisation tree: regions and branches, added and renamed. Its staff: staff.py.

The changing functions run inside the writer's transaction. What is refused leaves nothing behind:
no event has been collected yet (batch.py), and rows stand in a savepoint.
"""

import re
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.batch import Batch
from backend.clock import Clock
from backend.event_store import append_log
from backend.identity_tables import OrgRow
from backend.world import bump_version
from escalation.events import Actor
from escalation.people import Org
from escalation.refusal import Invalid, Refused
from escalation.texts import Typed

ORG_ID = re.compile(r"[a-z0-9-]{1,64}\Z", re.ASCII)

#: Files among the time zones that name none: the machine's own, and one for "not set".
_NO_ZONES = frozenset({"localtime", "Factory"})

_ORGS = OrgRow.__table__


def create_org(batch: Batch, org: Org) -> None:
    """Add a node to the tree; its parent must be there already."""
    row = {
        "id": org.id,
        "name": org.name,
        "parent": org.parent,
        "kind": org.kind,
        "timezone": org.timezone,
    }
    batch.conn.execute(insert(_ORGS), [row])
    bump_version(batch)


@dataclass(frozen=True, slots=True)
class NewOrg:
    """A region or branch to be; without a ``timezone`` it has its parent's."""

    id: str
    name: str
    parent: str
    kind: str
    timezone: str | None = None


def add_org(batch: Batch, clock: Clock, actor: Actor, new: NewOrg) -> None:
    """Add a region or branch, on record.

    Raises:
        Refused: ``org-taken``.
        Invalid: no such parent; no such time zone.
    """
    if new.timezone is not None and new.timezone not in _timezones():
        raise Invalid(
            "timezone",
            "没有这个时区；请用 IANA 名称，如 Asia/Shanghai。",
            "There is no such time zone; use an IANA name such as Asia/Shanghai.",
        )
    above = batch.conn.execute(select(_ORGS.c.timezone).where(_ORGS.c.id == new.parent)).scalar()
    if above is None:
        raise Invalid(
            "parent", f"没有这个机构：{new.parent}", f"There is no such org: {new.parent}"
        )
    timezone = new.timezone or above
    try:
        with batch.conn.begin_nested():
            create_org(batch, Org(new.id, new.name, new.parent, new.kind, timezone))
    except IntegrityError as error:
        raise Refused("org-taken", "这个机构代码已经用过。", "This org id is taken.") from error
    what = {"org": new.id, "name": Typed(new.name), "parent": new.parent}
    append_log(batch, clock, "org.created", actor, {**what, "kind": new.kind, "timezone": timezone})


def rename_org(batch: Batch, clock: Clock, actor: Actor, org_id: str, name: str) -> None:
    """Give an org that is there another name, on record."""
    batch.conn.execute(update(_ORGS).where(_ORGS.c.id == org_id).values(name=name))
    bump_version(batch)
    told = {"org": org_id, "changed": ["name"], "name": Typed(name)}
    append_log(batch, clock, "org.changed", actor, told)


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


def root_org(conn: Connection) -> str | None:
    """The head office: the org with nothing above it."""
    found = select(_ORGS.c.id).where(_ORGS.c.parent.is_(None)).order_by(_ORGS.c.id).limit(1)
    return conn.execute(found).scalar()
