"""Settings of the channels to the outside: mail server and SMS gateway."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import orjson
import yaml
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.outgoing.mail_server import MailServer
from backend.setting_error import SettingError
from notifications.channels.channel import BadAddress
from notifications.channels.email import is_mailbox
from notifications.channels.hosts import allowed_target
from notifications.channels.sms import SmsGateway

SMTP_FORM = "smtp://USER:PASSWORD@HOST:587?starttls, smtps://USER:PASSWORD@HOST or smtp://HOST"
_PORTS = {"smtp": 25, "smtps": 465}
_LOCAL = ("localhost", "127.0.0.1", "::1")
_AWKWARD = '"\\\n&<>%+ 柜铃'
"""What a template must survive."""


class _Success(Schema):
    status = fields.List(fields.Integer(strict=True), load_default=[200, 201, 202])
    path = fields.String(validate=validate.Length(min=1))
    value = fields.Raw()


class _Gateway(Schema):
    """The file's shape. An unknown name is a fault: it is a misspelt one."""

    url = fields.String(required=True)
    method = fields.String(load_default="POST", validate=validate.OneOf(["GET", "POST", "PUT"]))
    headers = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    body = fields.String(load_default="")
    success = fields.Nested(_Success, load_default=dict)
    never = fields.List(fields.Raw(), load_default=list)

    @validates_schema
    def _has_places(self, data: dict[str, Any], **_: Any) -> None:
        everything = data["url"] + data["body"]
        if "{text}" not in everything or not ("{phone}" in everything or "{e164}" in everything):
            raise ValidationError("url or body must hold {phone} (or {e164}) and {text}")
        if ("path" in data["success"]) != ("value" in data["success"]):
            raise ValidationError("success.path and success.value go together")


def mail_server(url: str | None, sender: str | None) -> MailServer | None:
    """COUNTERBELL_SMTP_URL and COUNTERBELL_MAIL_FROM; None where neither is set.

    Raises:
        SettingError: one without the other, or one that cannot be used. No password in it.
    """
    if not url and not sender:
        return None
    if not url or not sender:
        raise SettingError("COUNTERBELL_SMTP_URL and COUNTERBELL_MAIL_FROM go together")
    if not is_mailbox(sender):
        raise SettingError(f"COUNTERBELL_MAIL_FROM must be a mailbox, not {sender!r}")
    wrong = SettingError(f"COUNTERBELL_SMTP_URL must be {SMTP_FORM}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None  # its text may hold the password
    starttls = parts.query == "starttls"
    if (
        parts.scheme not in _PORTS
        or not parts.hostname
        or parts.path not in ("", "/")
        or parts.fragment
        or port == 0
        or (parts.query and not (starttls and parts.scheme == "smtp"))
        or (parts.username is None) != (parts.password is None)
    ):
        raise wrong
    tls: Literal["none", "starttls", "implicit"] = "starttls" if starttls else "none"
    if parts.scheme == "smtps":
        tls = "implicit"
    if parts.username is not None and tls == "none" and parts.hostname not in _LOCAL:
        raise SettingError("COUNTERBELL_SMTP_URL would send the password readable: add ?starttls")
    user = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    if not f"{user}{password}".isascii():
        raise SettingError("COUNTERBELL_SMTP_URL: mail servers take ASCII in names and passwords")
    return MailServer(parts.hostname, port or _PORTS[parts.scheme], user, password, tls, sender)


def sms_gateway(file: str | None) -> SmsGateway | None:
    """COUNTERBELL_SMS_TEMPLATE: the file that describes the gateway; None where none is set.

    Raises:
        SettingError: the file cannot be read, or cannot be right. No token in it.
    """
    if not file:
        return None
    name = "COUNTERBELL_SMS_TEMPLATE"
    try:
        found = _Gateway().load(yaml.safe_load(Path(file).read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{name} is not a file that can be read: {file}") from error
    except yaml.YAMLError as error:
        raise SettingError(f"{name} is neither YAML nor JSON: {file}") from error
    except ValidationError as error:
        reason = orjson.dumps(error.messages).decode()
        raise SettingError(f"{name}: {file}: {reason}") from error
    success = found["success"] or {"status": [200, 201, 202]}
    gateway = SmsGateway(
        url=found["url"],
        method=found["method"],
        headers=found["headers"],
        body=found["body"],
        statuses=tuple(success["status"]),
        path=success.get("path"),
        value=_word(success["value"]) if "value" in success else None,
        never=tuple(map(_word, found["never"])),
    )
    _try_body(gateway, f"{name}: {file}")
    return gateway


def _word(value: object) -> str:
    """As it stands in a JSON answer, without quotation marks."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def expect_callable(gateway: SmsGateway | None, hosts: Collection[str]) -> None:
    """The gateway stands where channels may call.

    Raises:
        SettingError: it needs a name in COUNTERBELL_CHANNEL_HOSTS.
    """
    if gateway is None:
        return
    url = gateway.request("13800138000", _AWKWARD).url
    try:
        allowed_target(url, hosts)
    except BadAddress as error:
        raise SettingError(
            f"COUNTERBELL_SMS_TEMPLATE: url: {error.reason.en}"
            " (a gateway of your own stands in COUNTERBELL_CHANNEL_HOSTS)"
        ) from error


def _try_body(gateway: SmsGateway, name: str) -> None:
    if gateway.form != "json":
        return
    try:
        orjson.loads(gateway.request("13800138000", _AWKWARD).body)
    except orjson.JSONDecodeError as error:
        raise SettingError(
            f"{name}: body is no JSON; {{phone}} and {{text}} stand within quotation marks"
        ) from error
