"""The organisation as it is now: the snapshot that rules look at, and its version."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from backend.batch import Batch
from backend.duty.load import load_duty
from backend.event_store import next_number
from backend.identity_tables import DeviceRow, OrgRow, RoleRow, UserRow
from backend.outgoing.personal_channels import PersonalChannel, load_channels
from backend.tables import CounterRow
from backend.working_days import Calendar
from escalation.people import Directory, Org, Person

Role = tuple[str, str]
"""A role and the id of the org where it is held."""

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
