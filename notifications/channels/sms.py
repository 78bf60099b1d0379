"""Text messages by an HTTP gateway that the operator describes (``SmsGateway``).

A text shows on locked screens, so it is the neutral one; and Chinese only, to fit one or two
parts of 67 characters.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import orjson

from notifications.channels.answers import expect_success, json_object
from notifications.channels.channel import (
    Address,
    Answer,
    BadAddress,
    Message,
    Outside,
    Request,
    Undelivered,
)

MOST_CHARACTERS = 134
"""Two parts of a long text in UCS-2 (3GPP TS 23.040)."""
_MAINLAND = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_PLACE = re.compile(r"\{(phone|e164|text)\}")
_SHOWABLE = re.compile(r"[A-Za-z0-9_.-]{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """What the operator's file says of the gateway (docs/channels.md).

    ``url`` and ``body`` hold ``{phone}`` (as the gateway's country writes it), ``{e164}`` and
    ``{text}``. ``path`` leads to the value in a JSON answer that says whether it was taken:
    ``value`` is yes, one of ``never`` is no for ever, all others are no for now.
    """

    url: str = field(repr=False)
    method: Literal["GET", "POST", "PUT"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)
    statuses: tuple[int, ...] = (200, 201, 202)
    path: str | None = None
    value: str | None = None
    never: tuple[str, ...] = ()

    def request(self, phone: str, text: str) -> Request:
        """The request for one message; what goes in is escaped as its place wants it."""
        local = phone.removeprefix("+86")
        values = {"phone": local, "e164": phone if phone[0] == "+" else f"+86{phone}", "text": text}
        url = _filled(self.url, values, lambda value: quote(value, safe=""))
        body = _filled(self.body, values, _ESCAPES[self.form])
        return Request(self.method, url, body.encode(), self.headers)

    @property
    def form(self) -> str:
        """``json``, ``form``, ``xml`` or ``plain``, by the content type."""
        kind = next(
            (text for name, text in self.headers.items() if name.lower() == "content-type"), ""
        ).lower()
        if "json" in kind:
            return "json"
        if "x-www-form-urlencoded" in kind:
            return "form"
        return "xml" if "xml" in kind else "plain"


_ESCAPES: Mapping[str, Callable[[str], str]] = {
    "json": lambda value: orjson.dumps(value).decode()[1:-1],
    "form": quote_plus,
    "xml": escape,
    "plain": str,
}


@dataclass(frozen=True, slots=True)
class Sms:
    """``gateway``: None where the operator has described none."""

    gateway: SmsGateway | None

    def check(self, address: str, secret: str | None) -> None:
        """A mainland mobile number, or an international one."""
        if self.gateway is None:
            raise BadAddress(
                "本系统没有设置短信网关，请联系系统管理员。",
                "No SMS gateway is set up here; ask the administrator.",
            )
        mainland = _MAINLAND.fullmatch(address.removeprefix("+86"))
        if secret or not (mainland or _is_abroad(address)):
            raise BadAddress(
                "请填写 11 位手机号，或带国家代码的号码，例如 +85212345678。",
                "Give a mainland mobile number of 11 digits, or one such as +85212345678.",
            )

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """One text of one or two parts."""
        if self.gateway is None:
            raise Undelivered("没有设置短信网关", "no SMS gateway is set up", again=True)
        answer = outside.ask(self.gateway.request(to.address, words(message)))
        expect_success(answer, self.gateway.statuses)
        _expect_yes(self.gateway, answer)


def words(message: Message) -> str:
    """The neutral words and one link: the one that takes it up, where there is one."""
    link = message.acknowledge or message.link
    whole = message.neutral.zh if link is None else f"{message.neutral.zh} {link}"
    return whole if len(whole) <= MOST_CHARACTERS else message.neutral.zh


def _is_abroad(address: str) -> bool:
    return _E164.fullmatch(address) is not None and not address.startswith("+86")


def _filled(template: str, values: Mapping[str, str], escaped: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda found: escaped(values[found[1]]), template)


def _expect_yes(gateway: SmsGateway, answer: Answer) -> None:
    if gateway.path is None:
        return
    found: Any = json_object(answer)
    for name in gateway.path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    said = found if isinstance(found, str) else orjson.dumps(found).decode()
    if said == gateway.value:
        return
    shown = said if _SHOWABLE.fullmatch(said) else "?"
    again = said not in gateway.never
    raise Undelivered(f"短信网关拒绝，代码 {shown}", f"the gateway refused: {shown}", again=again)
