"""Feishu (飞书) and Lark custom bot, signed. A refusal comes as a ``code``, mostly with 200.

https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from notifications.channels.answers import expect_success, json_object, refusal
from notifications.channels.channel import Address, BadAddress, Message, Outside, Request
from notifications.channels.hosts import allowed_target
from notifications.channels.layout import fitting, links

HOSTS = ("open.feishu.cn", "open.larksuite.com")
PATH = "/open-apis/bot/v2/hook/"
MOST_BYTES = 20_000
"""Of the whole request; the bot's manual says 20 KB, older ones 30."""
#: Wrong hook or signature, a word or place of sending that is not allowed, a request that it
#: will not like better later. All others pass: 11232 and 230020 too many at once.
NEVER = frozenset({9499, 19001, 19002, 19021, 19022, 19024, 10003})


@dataclass(frozen=True, slots=True)
class Feishu:
    """``hosts``: what the operator has named, such as a proxy of the bank's own."""

    hosts: Collection[str]

    def check(self, address: str, secret: str | None) -> None:  # noqa: ARG002  (any text will do)
        """A bot's hook; the secret is there where its signature check is on."""
        target = allowed_target(address, self.hosts)
        ours = target.host in HOSTS or target.is_among(self.hosts)
        if not ours or not target.path.startswith(PATH) or target.path == PATH:
            raise BadAddress(
                f"请粘贴飞书机器人的完整地址：https://{HOSTS[0]}{PATH}…",
                f"Paste the whole address of the Feishu bot: https://{HOSTS[0]}{PATH}…",
            )

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """One rich text, with links to open the incident and to take it up."""
        text = fitting(message.text, MOST_BYTES // 2)
        lines: list[list[dict[str, str]]] = [
            [{"tag": "text", "text": line}] for line in text.splitlines()
        ]
        lines += [[{"tag": "a", "text": label, "href": url}] for label, url in links(message)]
        post = {"zh_cn": {"title": message.title, "content": lines}}
        content: dict[str, Any] = {"msg_type": "post", "content": {"post": post}}
        if to.secret:
            content.update(signature(to.secret, outside.now()))
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = outside.ask(Request("POST", to.address, orjson.dumps(content), headers))
        if answer.status != 400:  # its own refusals come with this one too
            expect_success(answer)
        code = json_object(answer).get("code")
        if code != 0:
            raise refusal(code, NEVER)


def signature(secret: str, now: datetime) -> dict[str, str]:
    """``timestamp`` in seconds and ``sign``: the text to sign is the key, of an empty message."""
    timestamp = str(int(now.timestamp()))
    signed = hmac.digest(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    return {"timestamp": timestamp, "sign": base64.b64encode(signed).decode()}
