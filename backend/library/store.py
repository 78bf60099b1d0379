"""Playbook versions as rows; each change is an event on the log's own chain (A5)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.event_store import append_log, next_number
from backend.library.tables import VersionRow
from backend.problems import NotFound
from escalation.clearance import Clearance
from escalation.events import Actor, Event
from escalation.publication import Published
from escalation.version import SentBack, Version
from playbooks.model import Playbook

VERSIONS = VersionRow.__table__
_COLUMNS = VERSIONS.c
_PLAIN = (
    *("id", "playbook", "number", "revision", "content", "sha256", "kept", "made_at"),
    *("changed_at", "based_on", "submitted_at", "publish_from", "published_by", "reminded_at"),
)


_LIGHT = tuple(column for column in _COLUMNS if column is not _COLUMNS.content)
"""Everything but the content."""


def read_published(conn: Connection) -> list[Published]:
    """Everything that is published, whether its time has come or not."""
    wanted = (_COLUMNS.playbook, _COLUMNS.org_id, _COLUMNS.number, _COLUMNS.publish_from)
    found = select(*wanted, _COLUMNS.content).where(_COLUMNS.kept == "published")
    return [
        Published(row.playbook, row.org_id, row.number, row.publish_from, row.content)
        for row in conn.execute(found)
    ]


def published_marks(conn: Connection) -> tuple[tuple[Any, ...], ...]:
    """Which versions those are, without their content."""
    found = select(_COLUMNS.id, _COLUMNS.publish_from).where(_COLUMNS.kept == "published")
    return tuple(tuple(row) for row in conn.execute(found.order_by(_COLUMNS.id)))


def ids_in_force(
    conn: Connection, shipped: Mapping[str, Playbook], head: str, now: datetime
) -> dict[tuple[str, str], str]:
    """What holds, by playbook and org: what the bank has published, else what was shipped."""
    wanted = select(_COLUMNS.id, _COLUMNS.playbook, _COLUMNS.org_id)
    begun = wanted.where(_COLUMNS.kept == "published", _COLUMNS.publish_from <= now)
    rows = conn.execute(begun.order_by(_COLUMNS.publish_from, _COLUMNS.number))
    ours = {(row.playbook, row.org_id): row.id for row in rows}
    return {(key, head): book.sha256 for key, book in shipped.items()} | ours


def find_versions(conn: Connection, *wanted: ColumnElement[bool]) -> list[Version]:
    """Those of the conditions, the highest numbers first."""
    found = select(VERSIONS).where(*wanted)
    order = (_COLUMNS.playbook, _COLUMNS.number.desc(), _COLUMNS.id.desc())
    return [_read(row) for row in conn.execute(found.order_by(*order)).mappings()]


def list_versions(
    conn: Connection, wanted: ColumnElement[bool], before: tuple[int, str] | None, limit: int
) -> list[Version]:
    """At most ``limit``, without their content, from behind ``before`` on: number and id."""
    found = select(*_LIGHT).where(wanted)
    if before is not None:
        number, version_id = before
        same = and_(_COLUMNS.number == number, _COLUMNS.id < version_id)
        found = found.where(or_(_COLUMNS.number < number, same))
    rows = conn.execute(found.order_by(_COLUMNS.number.desc(), _COLUMNS.id.desc()).limit(limit))
    return [_read({**row, "content": {}}) for row in rows.mappings()]


def at_work(orgs: Iterable[str], now: datetime, holds: Iterable[str]) -> ColumnElement[bool]:
    """What is drafted, to come, or holds, of these orgs."""
    open_ = _COLUMNS.kept.in_(("draft", "submitted"))
    coming = and_(_COLUMNS.kept == "published", _COLUMNS.publish_from > now)
    return and_(of_orgs(orgs), or_(open_, coming, _COLUMNS.id.in_(sorted(holds))))


def has_number(number: int) -> ColumnElement[bool]:
    """Versions of that number."""
    return and_(_COLUMNS.number == number)


def of_playbook(playbook: str, orgs: Iterable[str]) -> ColumnElement[bool]:
    """Versions of one playbook that belong to these orgs."""
    return and_(_COLUMNS.playbook == playbook, of_orgs(orgs))


def of_orgs(orgs: Iterable[str]) -> ColumnElement[bool]:
    """Versions that belong to these orgs."""
    return and_(_COLUMNS.org_id.in_(sorted(orgs)))


def is_version(version_id: str) -> ColumnElement[bool]:
    """The one of that id."""
    return and_(_COLUMNS.id == version_id)


def lock_version(batch: Batch, version_id: str) -> Version:
    """The version as it is now, held until the commit.

    Raises:
        NotFound: it is gone.
    """
    found = select(VERSIONS).where(_COLUMNS.id == version_id).with_for_update()
    row = batch.conn.execute(found).mappings().first()
    if row is None:
        raise NotFound
    return _read(row)


def free_number(batch: Batch, playbook: str, org: str, least: int) -> int:
    """The next version number of a playbook at an org, ``least`` or higher.

    Whoever asks for the same at the same time waits until this one is on disk.
    """
    next_number(batch.conn, f"version:{playbook}:{org}")
    highest = select(func.max(_COLUMNS.number)).where(of_playbook(playbook, [org]))
    return max((batch.conn.execute(highest).scalar() or 0) + 1, least)


def newest_number(batch: Batch, playbook: str, org: str) -> int | None:
    """The number that is published there and comes last; None where nothing is."""
    newest = (
        select(_COLUMNS.number)
        .where(of_playbook(playbook, [org]), _COLUMNS.kept == "published")
        .order_by(_COLUMNS.publish_from.desc(), _COLUMNS.number.desc())
        .limit(1)
    )
    return batch.conn.execute(newest).scalar()


def add_version(batch: Batch, version: Version) -> None:
    """A new row."""
    batch.conn.execute(insert(VERSIONS), [_row(version)])


def write_version(batch: Batch, version: Version) -> None:
    """What it is now."""
    batch.conn.execute(update(VERSIONS).where(_COLUMNS.id == version.id).values(**_row(version)))


def note(
    batch: Batch, clock: Clock, actor: Actor, what: str, version: Version, **more: Any
) -> Event:
    """What was done, by whom, to which content."""
    data: Mapping[str, Any] = {
        "version": version.id,
        "playbook": version.playbook,
        "org": version.org,
        "number": version.number,
        "revision": version.revision,
        "sha256": version.sha256,
        **more,
    }
    return append_log(batch, clock, f"version.{what}", actor, data)


def _read(row: Any) -> Version:
    def clearance(name: str) -> Clearance | None:
        by = row[f"{name}_by"]
        return None if by is None else Clearance(by, row[f"{name}_at"])

    back = row["sent_back_by"]
    return Version(
        **{name: row[name] for name in _PLAIN},
        org=row["org_id"],
        authors=tuple(row["authors"]),
        compliance=clearance("compliance"),
        legal=clearance("legal"),
        sent_back=None
        if back is None
        else SentBack(back, row["sent_back_at"], row["sent_back_reason"]),
    )


def _row(version: Version) -> dict[str, Any]:
    compliance, legal, back = version.compliance, version.legal, version.sent_back
    return {
        **{name: getattr(version, name) for name in _PLAIN},
        "org_id": version.org,
        "content": dict(version.content),
        "authors": list(version.authors),
        "compliance_by": None if compliance is None else compliance.by,
        "compliance_at": None if compliance is None else compliance.at,
        "legal_by": None if legal is None else legal.by,
        "legal_at": None if legal is None else legal.at,
        "sent_back_by": None if back is None else back.by,
        "sent_back_at": None if back is None else back.at,
        "sent_back_reason": None if back is None else back.reason,
    }
