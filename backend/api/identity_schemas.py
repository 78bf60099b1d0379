"""Bodies and answers about people, orgs, devices and sessions (contract, section 3, Identity)."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from http import HTTPStatus
from typing import Any, TypeVar

from marshmallow import Schema, fields, validate

from backend.api.answers import decode_cursor
from backend.api.command_schemas import Strict
from backend.api.fields import Flag, PlainText, at_most, words
from backend.api.incident_schemas import BothSchema
from backend.devices import LONGEST_KEY, KeyFault, public_key
from backend.organisation import ORG_ID, USERNAME
from backend.passwords import LEAST_CHARACTERS
from escalation.people import Directory, Person
from playbooks.values import ROLES

View = TypeVar("View", bound=Callable[..., Any])
LONGEST_SECRET = 256
"""Characters of a password: more is nobody's, and hashing takes its time by length."""


class ProblemErrorSchema(Schema):
    """One place that is filled in wrongly."""

    field = fields.String(required=True)
    detail = fields.String(required=True)


class ForbiddenPlaceSchema(Schema):
    """Where forbidden wording stands, in characters from the field's beginning.

    In a playbook's content ``path`` is the way to the text; ``end`` is behind the last character.
    """

    field = fields.String(required=True)
    path = fields.List(fields.Raw(metadata={"type": ["string", "integer"]}))
    language = fields.String(validate=validate.OneOf(["zh", "en"]))
    start = fields.Integer(required=True)
    end = fields.Integer()
    length = fields.Integer(required=True)
    wording = fields.String(required=True)


class ProblemPersonSchema(Schema):
    """Who has done it already."""

    id = fields.String(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)


class ProblemReasonSchema(Schema):
    """One thing that stands against it."""

    key = fields.String(required=True)
    text = fields.Nested(BothSchema, required=True)


class ProblemSchema(Schema):
    """RFC 9457. Which step, and who has done it when, is said of a step that stands in the way."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemErrorSchema))
    places = fields.List(fields.Nested(ForbiddenPlaceSchema))
    step = fields.String()
    steps = fields.List(fields.String())
    done_at = fields.String()
    reasons = fields.List(fields.Nested(ProblemReasonSchema))
    not_before = fields.String(allow_none=True)
    done_by = fields.Nested(ProblemPersonSchema, allow_none=True)


def problems(*statuses: int) -> Callable[[View], View]:
    """Which errors a view may answer with, for the OpenAPI document."""

    def decorator(view: View) -> View:
        doc = deepcopy(vars(view).get("_apidoc", {}))
        responses = doc.setdefault("response", {}).setdefault("responses", {})
        for status in statuses:
            responses[status] = [
                {
                    "schema": ProblemSchema,
                    "description": HTTPStatus(status).phrase,
                    "content_type": "application/problem+json",
                }
            ]
        vars(view)["_apidoc"] = doc
        return view

    return decorator


class Username(PlainText):
    """Letters, digits, dot, hyphen, underscore."""

    def __init__(self, **more: Any) -> None:
        super().__init__(longest=64, **more)
        self.validators.append(validate.Regexp(USERNAME))


class OrgId(PlainText):
    """Small letters, digits, hyphen."""

    def __init__(self, **more: Any) -> None:
        super().__init__(longest=64, **more)
        self.validators.append(validate.Regexp(ORG_ID))


class Pin(PlainText):
    """4 to 12 digits."""

    def __init__(self, **more: Any) -> None:
        super().__init__(longest=12, shortest=4, **more)
        self.validators.append(validate.Regexp(r"[0-9]+\Z"))


class OtpCode(PlainText):
    """Six digits."""

    def __init__(self, **more: Any) -> None:
        super().__init__(longest=6, shortest=6, **more)
        self.validators.append(validate.Regexp(r"[0-9]{6}\Z"))


class PublicKey(PlainText):
    """An SPKI key on P-256: PEM, base64 or base64url; loaded as base64url."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> str:
        text = super()._deserialize(value, attr, data, **more)
        if len(text) > LONGEST_KEY:
            return text  # the validator of lengths says so
        try:
            return public_key(text)
        except KeyFault as fault:
            raise words("不是 P-256 公钥（SPKI）。", "Not an SPKI public key on P-256.") from fault


class PageSchema(Strict):
    """Where a list goes on, and how much of it."""

    cursor = PlainText(longest=500)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class LoginBodySchema(Strict):
    """Somebody and their password; the code where they use one."""

    username = PlainText(longest=64, required=True)
    password = PlainText(longest=LONGEST_SECRET, required=True)
    otp = OtpCode()


class PinBodySchema(Strict):
    """Somebody at a paired tablet."""

    username = PlainText(longest=64, required=True)
    pin = Pin(required=True)


class PairingCodeBodySchema(Strict):
    """Where the tablet will stand, and its name."""

    org = PlainText(longest=64, required=True)
    name = PlainText(longest=80, required=True)


class PairBodySchema(Strict):
    """The code from the manager, and the tablet's own key."""

    code = PlainText(longest=40, required=True)
    public_key = PublicKey(longest=LONGEST_KEY, allow_none=True)


class RoleBodySchema(Strict):
    """A role and the id of the org."""

    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    org = PlainText(longest=64, required=True)


class UserBodySchema(Strict):
    """A member of staff to be."""

    username = Username(required=True)
    name = PlainText(longest=80, required=True)
    password = PlainText(longest=LONGEST_SECRET, shortest=LEAST_CHARACTERS, required=True)
    pin = Pin(allow_none=True)
    roles = fields.List(
        fields.Nested(RoleBodySchema),
        required=True,
        validate=at_most(50),
    )


class UserChangeBodySchema(Strict):
    """What becomes different; ``pin: null`` takes the PIN away."""

    name = PlainText(longest=80)
    active = Flag()
    password = PlainText(longest=LONGEST_SECRET, shortest=LEAST_CHARACTERS)
    pin = Pin(allow_none=True)
    remove_otp = Flag()
    roles = fields.List(
        fields.Nested(RoleBodySchema),
        validate=at_most(50),
    )


class OrgBodySchema(Strict):
    """A region or branch to be; without a ``timezone`` it has its parent's."""

    id = OrgId(required=True)
    name = PlainText(longest=80, required=True)
    parent = PlainText(longest=64, required=True)
    kind = fields.String(load_default="branch", validate=validate.OneOf(("region", "branch")))
    timezone = PlainText(longest=64)


class OrgChangeBodySchema(Strict):
    """What becomes different."""

    name = PlainText(longest=80)


class OtpBodySchema(Strict):
    """A one-time code."""

    otp = OtpCode(required=True)


class PasswordBodySchema(Strict):
    """The own password, asked for again."""

    password = PlainText(longest=LONGEST_SECRET, required=True)


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


def page_start(page: Mapping[str, Any]) -> str:
    """The key behind which a page begins.

    Raises:
        Invalid: the cursor is none of ours.
    """
    place = decode_cursor(page.get("cursor"), (str,)) or [""]
    key: str = place[0]
    return key


def org_json(org_id: str, directory: Directory) -> dict[str, str]:
    """An org as other things name it."""
    return {"id": org_id, "name": directory.orgs[org_id].name}


def user_json(person: Person, directory: Directory) -> dict[str, Any]:
    """A person with their roles."""
    roles = [{"role": role, "org": org_json(org, directory)} for role, org in person.roles]
    return {**person.as_json(), "roles": roles}
