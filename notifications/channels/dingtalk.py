"""DingTalk (钉钉) custom robot, signed. The secret is the robot's ``SEC…``.

A refusal comes as 200 with an ``errcode``.
https://open.dingtalk.com/document/robots/custom-robot-access
"""

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import orjson

from notifications.channels.answers import expect_success, json_object, refusal
from notifications.channels.channel import Address, BadAddress, Message, Outside, Request
from notifications.channels.hosts import allowed_target
from notifications.channels.layout import fitting, links, markdown

HOST = "oapi.dingtalk.com"
PATH = "/robot/send?access_token="
MOST_BYTES = 20_000
#: Wrong token, signature, word or place of sending; a robot or group that is no more; a request
#: that it will not like better later. All others pass: -1 busy, 130101 and 410100 too fast.
NEVER = frozenset(
    {40035, 43004, 300001, 300005, 310000, 400013, 400101, 400102, 400105, 400106, 430101}
    | {430102, 430104}
)


@dataclass(frozen=True, slots=True)
class DingTalk:
    """``hosts``: what the operator has named, such as a proxy of the bank's own."""

    hosts: Collection[str]

    def check(self, address: str, secret: str | None) -> None:
        """A robot's webhook, and the secret where its security setting is the signature."""
        target = allowed_target(address, self.hosts)
        ours = target.host == HOST or target.is_among(self.hosts)
        if not ours or not target.path.startswith(PATH) or target.path == PATH:
            raise BadAddress(
                f"请粘贴钉钉机器人的完整地址：https://{HOST}{PATH}…",
                f"Paste the whole address of the DingTalk robot: https://{HOST}{PATH}…",
            )
        if secret is not None and not secret.startswith("SEC"):
            raise BadAddress(
                "加签密钥以 SEC 开头，在机器人的安全设置里。",
                "The signing secret begins with SEC; it stands in the robot's security settings.",
            )

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """One Markdown message, with links to open the incident and to take it up."""
        lines = [f"**{markdown(message.title)}**", *map(markdown, message.text.splitlines())]
        words = fitting("\n\n".join(lines), MOST_BYTES // 2)
        text = "\n\n".join([words, *(f"[{label}]({url})" for label, url in links(message))])
        content = {"title": message.title, "text": text}
        body = orjson.dumps({"msgtype": "markdown", "markdown": content})
        url = to.address
        if to.secret:
            url += "&" + signature(to.secret, outside.now())
        answer = outside.ask(Request("POST", url, body, {"Content-Type": "application/json"}))
        expect_success(answer)
        code = json_object(answer).get("errcode")
        if code != 0:
            raise refusal(code, NEVER)


def signature(secret: str, now: datetime) -> str:
    """``timestamp`` in milliseconds and ``sign``, for the query."""
    timestamp = round(now.timestamp() * 1000)
    signed = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return urlencode({"timestamp": timestamp, "sign": base64.b64encode(signed).decode()})
