"""Apprise, brought in by a thread when somebody has such an address: it takes a third of a second.

At the start it would cost every server that time, on the hub every alert that is just going out.
"""

from collections.abc import Collection
from functools import cached_property
from importlib import import_module

import gevent

from notifications.channels.channel import Address, Channel, Message, Outside

MODULE = "notifications.channels.apprise_url"


class AppriseDoor:
    """As the channel behind it."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts

    def check(self, address: str, secret: str | None) -> None:
        """As ``AppriseUrl.check``."""
        self._channel.check(address, secret)

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """As ``AppriseUrl.send``."""
        self._channel.send(to, message, outside)

    @cached_property
    def _channel(self) -> Channel:
        module = gevent.get_hub().threadpool.apply(import_module, (MODULE,))
        channel: Channel = module.AppriseUrl(self._hosts)
        return channel
