"""ntfy (https://docs.ntfy.sh/publish/). The address is the topic's, the secret its access token.

A topic's server is often a stranger's: it is told nothing but that there is something to see.
"""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from notifications.channels.answers import expect_success
from notifications.channels.channel import Address, BadAddress, Message, Outside, Request
from notifications.channels.hosts import allowed_target
from notifications.channels.layout import links

URGENT, ORDINARY = 5, 3


@dataclass(frozen=True, slots=True)
class Ntfy:
    """``hosts``: what the operator has named, such as a server of the bank's own."""

    hosts: Collection[str]

    def check(self, address: str, secret: str | None) -> None:
        """``https://SERVER/TOPIC``."""
        path = allowed_target(address, self.hosts).path
        topic = path.removeprefix("/")
        if not topic or not all(each.isalnum() or each in "-_" for each in topic):
            raise BadAddress(
                "请填写主题的地址，例如 https://ntfy.sh/主题名。",
                "Give the topic's address, such as https://ntfy.sh/topic.",
            )
        if secret is not None and not (secret.isascii() and secret.isprintable()):
            raise BadAddress("访问令牌不正确。", "That is no access token.")

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """One message as JSON, which carries Chinese where headers could not."""
        parts = urlsplit(to.address)
        content: dict[str, object] = {
            "topic": parts.path.removeprefix("/"),
            "title": message.neutral.zh,
            "message": message.neutral.en,
            "priority": URGENT if message.urgent else ORDINARY,
        }
        if message.link is not None:
            content["click"] = message.link
        content["actions"] = [
            {"action": "view", "label": label, "url": url} for label, url in links(message)
        ]
        headers = {"Content-Type": "application/json"}
        if to.secret:
            headers["Authorization"] = f"Bearer {to.secret}"
        url = f"{parts.scheme}://{parts.netloc}/"
        expect_success(outside.ask(Request("POST", url, orjson.dumps(content), headers)))
