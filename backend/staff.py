"""Members of staff and their roles: added, changed, found.

The changing functions run inside the writer's transaction. What is refused leaves nothing behind:
no event has been collected yet (batch.py), and rows stand in a savepoint.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.batch import Batch
from backend.clock import Clock
from backend.event_store import append_log
from backend.identity_tables import OrgRow, RoleRow, UserRow
from backend.world import Role, bump_version
from escalation.events import Actor
from escalation.refusal import Invalid, Refused
from escalation.texts import Typed

USERNAME = re.compile(r"[A-Za-z0-9._-]{1,64}\Z", re.ASCII)
#: Places in our own addresses, which no person may take.
_NO_USERNAMES = frozenset({"me", ".", ".."})

_ORGS = OrgRow.__table__
_USERS = UserRow.__table__
_ROLES = RoleRow.__table__


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
