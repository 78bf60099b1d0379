"""Bodies about people, orgs, devices and sessions (contract, section 3, Identity)."""

from typing import Any

from marshmallow import fields, validate

from backend.api.command_schemas import Strict
from backend.api.fields import Flag, PlainText, at_most, words
from backend.devices import LONGEST_KEY, KeyFault, public_key
from backend.organisation import ORG_ID
from backend.passwords import LEAST_CHARACTERS
from backend.staff import USERNAME
from playbooks.values import ROLES

LONGEST_SECRET = 256
"""Characters of a password: more is nobody's, and hashing takes its time by length."""


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
