"""The organisation, its staff and devices: the snapshot that rules look at, and what changes it.

The changing functions run inside the writer's transaction. What is refused leaves nothing behind:
no event has been collected yet (batch.py), and rows stand in a savepoint.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.batch import Batch
from backend.clock import Clock
from backend.duty.load import load_duty
from backend.event_store import append_log, next_number
from backend.identity_tables import DeviceRow, OrgRow, RoleRow, UserRow
from backend.outgoing.personal_channels import PersonalChannel, load_channels
from backend.tables import CounterRow
from backend.working_days import Calendar
from escalation.events import Actor
from escalation.people import Directory, Org, Person
from escalation.refusal import Invalid, Refused
from escalation.texts import Typed

Role = tuple[str, str]
"""A role and the id of the org where it is held."""

ORG_ID = re.compile(r"[a-z0-9-]{1,64}\Z", re.ASCII)
USERNAME = re.compile(r"[A-Za-z0-9._-]{1,64}\Z", re.ASCII)
#: Places in our own addresses, which no person may take.
_NO_USERNAMES = frozenset({"me", ".", ".."})

#: Files among the time zones that name none: the machine's own, and one for "not set".
_NO_ZONES = frozenset({"localtime", "Factory"})

_ORGS = OrgRow.__table__
_USERS = UserRow.__table__
_ROLES = RoleRow.__table__
_DEVICES = DeviceRow.__table__
_COUNTERS = CounterRow.__table__
_VERSION = "directory_version"


@dataclass(frozen=True, slots=True)
class Device:
    """A paired tablet; ``public_key`` is SPKI (P-256), base64url, where it has a key."""

    id: str
    org_id: str
    name: str
    public_key: str | None
    revoked: bool


class World:
    """Organisation, staff, devices, channels and calendar as they were at ``version``."""

    def __init__(self) -> None:
        self.directory = Directory({}, {})
        self.devices: Mapping[str, Device] = {}
        self.channels: Mapping[str, tuple[PersonalChannel, ...]] = {}
        self.calendar = Calendar()
        self.version = -1

    def reload(self, conn: Connection) -> None:
        """Read everything anew. The version comes first: what changes meanwhile is read again."""
        version = directory_version(conn)
        directory = load_directory(conn)
        self.devices = {
            row.id: Device(row.id, row.org_id, row.name, row.public_key, row.revoked_at is not None)
            for row in conn.execute(select(_DEVICES))
        }
        self.channels = load_channels(conn)
        self.calendar.load(conn)
        self.directory = directory
        self.version = version


def load_directory(conn: Connection) -> Directory:
    """Everybody, every org and every tablet, also those who have left; and who is on duty."""
    orgs = {
        row.id: Org(row.id, row.name, row.parent, row.kind, row.timezone)
        for row in conn.execute(select(_ORGS))
    }
    held: dict[str, list[Role]] = {}
    for row in conn.execute(select(_ROLES).order_by(_ROLES.c.user_id, _ROLES.c.rank)):
        held.setdefault(row.user_id, []).append((row.role, row.org_id))
    columns = select(_USERS.c.id, _USERS.c.username, _USERS.c.name, _USERS.c.active)
    people = {
        row.id: Person(row.id, row.username, row.name, tuple(held.get(row.id, ())), row.active)
        for row in conn.execute(columns)
    }
    devices = {row.id: row.name for row in conn.execute(select(_DEVICES.c.id, _DEVICES.c.name))}
    return Directory(orgs, people, devices, load_duty(conn))


def directory_version(conn: Connection) -> int:
    """Counts the changes of the organisation and of the published playbooks."""
    found = select(_COUNTERS.c.value).where(_COUNTERS.c.name == _VERSION)
    return conn.execute(found).scalar() or 0


def bump_version(batch: Batch) -> None:
    """Tell every process that the organisation has changed."""
    next_number(batch.conn, _VERSION)


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


@dataclass(frozen=True, slots=True)
class NewUser:
    """A member of staff to be; the secrets are hashed already (passwords.py)."""

    username: str
    name: str
    password_hash: str | None
    pin_hash: str | None
    roles: tuple[Role, ...]


def create_user(batch: Batch, clock: Clock, actor: Actor, new: NewUser) -> str:
    """Add a member of staff with their roles; their id.

    Raises:
        Refused: ``username-taken``.
        Invalid: a username that cannot be one; a role that names no org.
    """
    if not USERNAME.match(new.username) or new.username in _NO_USERNAMES:
        raise Invalid(
            "username",
            "工号只能用字母、数字、点、横线和下划线。",
            "A username has letters, digits, dots, hyphens and underscores.",
        )
    _require_orgs(batch.conn, new.roles)
    row = {
        "id": clock.new_id(),
        "username": new.username,
        "name": new.name,
        "password_hash": new.password_hash,
        "pin_hash": new.pin_hash,
        "otp_secret": None,
        "active": True,
    }
    try:
        with batch.conn.begin_nested():
            batch.conn.execute(insert(_USERS), [row])
    except IntegrityError as error:
        raise Refused("username-taken", "这个工号已有人用。", "This username is taken.") from error
    _keep_roles(batch.conn, str(row["id"]), new.roles)
    bump_version(batch)
    who = {"user": row["id"], "username": Typed(new.username), "name": Typed(new.name)}
    append_log(batch, clock, "user.created", actor, who)
    for role in new.roles:
        _log_role(batch, clock, "role.granted", actor, str(row["id"]), role)
    return str(row["id"])


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes different: columns of the user's row, and all roles where they are given."""

    values: Mapping[str, Any]
    roles: tuple[Role, ...] | None = None


def change_user(batch: Batch, clock: Clock, actor: Actor, user_id: str, change: Change) -> None:
    """Change a member of staff.

    Raises:
        Refused: ``last-admin``: nobody would be left to keep the house.
        Invalid: a role names no org.
    """
    _require_orgs(batch.conn, change.roles or ())
    before = _roles_of(batch.conn, user_id)
    with batch.conn.begin_nested():
        _write_change(batch.conn, user_id, change)
    bump_version(batch)
    if change.values:
        append_log(batch, clock, "user.changed", actor, _told(user_id, change.values))
    if change.roles is not None:
        _log_difference(batch, clock, actor, user_id, before, change.roles)


def _write_change(conn: Connection, user_id: str, change: Change) -> None:
    admins = _has_head_admin(conn)
    if change.values:
        conn.execute(update(_USERS).where(_USERS.c.id == user_id).values(**change.values))
    if change.roles is not None:
        _keep_roles(conn, user_id, change.roles)
    if admins and not _has_head_admin(conn):
        raise Refused(
            "last-admin",
            "这是总行最后一位在用的系统管理员，不能停用或撤销。",
            "This is the last active administrator at the head office.",
        )


def grant_role(batch: Batch, clock: Clock, actor: Actor, user_id: str, role: Role) -> None:
    """One more role; nothing happens where it is held already."""
    held = _roles_of(batch.conn, user_id)
    if role not in held:
        change_user(batch, clock, actor, user_id, Change({}, (*held, role)))


def revoke_role(batch: Batch, clock: Clock, actor: Actor, user_id: str, role: Role) -> None:
    """One role less; nothing happens where it is not held."""
    held = _roles_of(batch.conn, user_id)
    if role in held:
        left = tuple(each for each in held if each != role)
        change_user(batch, clock, actor, user_id, Change({}, left))


def find_user(conn: Connection, username: str) -> tuple[Any, tuple[Role, ...]] | None:
    """A user's row and roles."""
    row = conn.execute(select(_USERS).where(_USERS.c.username == username)).first()
    return None if row is None else (row, _roles_of(conn, row.id))


def list_users(
    conn: Connection, orgs: set[str] | None, after: str, limit: int
) -> list[tuple[Any, tuple[Role, ...]]]:
    """Rows and roles by username, from behind ``after``: of these orgs, or everybody (None)."""
    found = select(_USERS).where(_USERS.c.username > after)
    if orgs is not None:
        there = select(_ROLES.c.user_id).where(_ROLES.c.org_id.in_(orgs))
        found = found.where(_USERS.c.id.in_(there))
    rows = conn.execute(found.order_by(_USERS.c.username).limit(limit)).all()
    return [(row, _roles_of(conn, row.id)) for row in rows]


def root_org(conn: Connection) -> str | None:
    """The head office: the org with nothing above it."""
    found = select(_ORGS.c.id).where(_ORGS.c.parent.is_(None)).order_by(_ORGS.c.id).limit(1)
    return conn.execute(found).scalar()


def _require_orgs(conn: Connection, roles: Iterable[Role]) -> None:
    named = {org for _, org in roles}
    known = set(conn.execute(select(_ORGS.c.id).where(_ORGS.c.id.in_(named))).scalars())
    for org in sorted(named - known):
        raise Invalid("roles.org", f"没有这个机构：{org}", f"There is no such org: {org}")


def _roles_of(conn: Connection, user_id: str) -> tuple[Role, ...]:
    found = select(_ROLES.c.role, _ROLES.c.org_id).where(_ROLES.c.user_id == user_id)
    return tuple((row.role, row.org_id) for row in conn.execute(found.order_by(_ROLES.c.rank)))


def _keep_roles(conn: Connection, user_id: str, roles: Iterable[Role]) -> None:
    conn.execute(delete(_ROLES).where(_ROLES.c.user_id == user_id))
    rows = [
        {"user_id": user_id, "role": role, "org_id": org, "rank": rank}
        for rank, (role, org) in enumerate(dict.fromkeys(roles))
    ]
    if rows:
        conn.execute(insert(_ROLES), rows)


def _has_head_admin(conn: Connection) -> bool:
    found = (
        select(_USERS.c.id)
        .join(_ROLES, _ROLES.c.user_id == _USERS.c.id)
        .join(_ORGS, _ORGS.c.id == _ROLES.c.org_id)
        .where(_USERS.c.active, _ROLES.c.role == "admin", _ORGS.c.parent.is_(None))
        .limit(1)
    )
    return conn.execute(found).first() is not None


def _told(user_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the log keeps of a change: never a secret, and the name only sealed."""
    data: dict[str, Any] = {"user": user_id, "changed": sorted(values)}
    if "name" in values:
        data["name"] = Typed(values["name"])
    if "active" in values:
        data["active"] = values["active"]
    return data


def _log_difference(
    batch: Batch,
    clock: Clock,
    actor: Actor,
    user_id: str,
    before: Iterable[Role],
    after: Iterable[Role],
) -> None:
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    for role in old:
        if role not in new:
            _log_role(batch, clock, "role.revoked", actor, user_id, role)
    for role in new:
        if role not in old:
            _log_role(batch, clock, "role.granted", actor, user_id, role)


def _log_role(
    batch: Batch, clock: Clock, kind: str, actor: Actor, user_id: str, role: Role
) -> None:
    append_log(batch, clock, kind, actor, {"user": user_id, "role": role[0], "org": role[1]})
