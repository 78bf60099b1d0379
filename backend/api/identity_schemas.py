"""Answers about people, orgs, devices and sessions (contract, section 3, Identity)."""

from typing import Any

from marshmallow import Schema, fields, validate

from escalation.people import Directory, Person


class OrgRefSchema(Schema):
    """An org, as other things name it."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class OrgSchema(OrgRefSchema):
    """A node of the organisation tree."""

    parent = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(("hq", "region", "branch")))
    timezone = fields.String(required=True)


class RoleSchema(Schema):
    """A role and where it is held."""

    role = fields.String(required=True)
    org = fields.Nested(OrgRefSchema, required=True)


class UserSchema(Schema):
    """A person with their roles."""

    id = fields.String(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)


class DeviceRefSchema(Schema):
    """The tablet that a session is on."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    org = fields.Nested(OrgRefSchema, required=True)


class MeSchema(UserSchema):
    """Who is signed in, and on which paired tablet, if on one."""

    device = fields.Nested(DeviceRefSchema)


class SignedInSchema(Schema):
    """A new session."""

    access_token = fields.String(required=True)
    expires_at = fields.DateTime(required=True)
    user = fields.Nested(UserSchema, required=True)


class PairingCodeSchema(Schema):
    """What is typed on the tablet, once, until then."""

    code = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


class PairedSchema(Schema):
    """The tablet's own token; it is never shown again."""

    device_id = fields.String(required=True)
    device_token = fields.String(required=True)


class DeviceSchema(DeviceRefSchema):
    """A paired tablet."""

    paired_at = fields.DateTime(required=True)
    has_key = fields.Boolean(required=True)


class StaffSchema(UserSchema):
    """A member of staff, for administrators."""

    active = fields.Boolean(required=True)
    has_pin = fields.Boolean(required=True)
    has_otp = fields.Boolean(required=True)


class OtpSchema(Schema):
    """What an authenticator app is given."""

    secret = fields.String(required=True)
    uri = fields.String(required=True)


class DevicesSchema(Schema):
    """A page of paired tablets."""

    items = fields.List(fields.Nested(DeviceSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class StaffPageSchema(Schema):
    """A page of staff."""

    items = fields.List(fields.Nested(StaffSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class OrgsSchema(Schema):
    """A page of orgs."""

    items = fields.List(fields.Nested(OrgSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


def org_json(org_id: str, directory: Directory) -> dict[str, str]:
    """An org as other things name it."""
    return {"id": org_id, "name": directory.orgs[org_id].name}


def user_json(person: Person, directory: Directory) -> dict[str, Any]:
    """A person with their roles."""
    roles = [{"role": role, "org": org_json(org, directory)} for role, org in person.roles]
    return {**person.as_json(), "roles": roles}
