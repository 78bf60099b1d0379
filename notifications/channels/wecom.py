"""WeCom (企业微信) group robot. The address is the robot's webhook, whose key is the secret.

Text and not Markdown: who reads WeCom inside WeChat is shown no Markdown. A refusal comes as
200 with an ``errcode``. https://developer.work.weixin.qq.com/document/path/91770
"""

from collections.abc import Collection
from dataclasses import dataclass

import orjson

from notifications.channels.answers import expect_success, json_object, refusal
from notifications.channels.channel import Address, BadAddress, Message, Outside, Request
from notifications.channels.hosts import allowed_target
from notifications.channels.layout import fitting, lines_with_links

HOST = "qyapi.weixin.qq.com"
PATH = "/cgi-bin/webhook/send?key="
MOST_BYTES = 2048
#: Wrong key or a robot that was removed, switched off or sent away; a request that it will not
#: like better later. All others pass: -1 busy, 45009 and 45033 too many at once.
NEVER = frozenset({40001, 40008, 40014, 40058, 44004, 45002, 93000, 93004, 93008})


@dataclass(frozen=True, slots=True)
class WeCom:
    """``hosts``: what the operator has named, such as a proxy of the bank's own."""

    hosts: Collection[str]

    def check(self, address: str, secret: str | None) -> None:
        """A robot's webhook; it has no secret beside its key."""
        target = allowed_target(address, self.hosts)
        ours = target.host == HOST or target.is_among(self.hosts)
        if not ours or not target.path.startswith(PATH) or target.path == PATH or secret:
            raise BadAddress(
                f"请粘贴企业微信群机器人的完整地址：https://{HOST}{PATH}…",
                f"Paste the whole address of the WeCom robot: https://{HOST}{PATH}…",
            )

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """One text message."""
        content = fitting(lines_with_links(message), MOST_BYTES)
        body = orjson.dumps({"msgtype": "text", "text": {"content": content}})
        headers = {"Content-Type": "application/json"}
        answer = outside.ask(Request("POST", to.address, body, headers))
        expect_success(answer)
        code = json_object(answer).get("errcode")
        if code != 0:
            raise refusal(code, NEVER)
