"""What every channel to the outside is: it hands one message over, or says why it could not.

A channel knows no database and no clock. How it reaches the world (``Outside``) is passed in, so
that one place decides which hosts may be called, and how long anybody waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from playbooks.model import Text


class Undelivered(Exception):
    """The other side did not take the message.

    ``detail`` says in a few plain words what happened, Chinese first: no address, no key, no
    token in it. ``again``: trying later makes sense; otherwise this address will never work as
    it is. ``after``: the seconds that the other side asks to wait before that.
    """

    def __init__(self, zh: str, en: str, *, again: bool, after: int | None = None) -> None:
        self.detail = f"{zh} / {en}"
        super().__init__(self.detail)
        self.again = again
        self.after = after


class BadAddress(ValueError):
    """A message to this address could never be sent; ``reason`` is for whoever typed it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody hears of it. ``secret`` signs what is sent, where the provider wants that.

    Neither shows when it is printed: what is printed ends up in a log.
    """

    kind: str
    address: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person, in their words already (notifications/words.py).

    ``neutral`` is for whatever shows on a locked screen or passes through strangers' servers.
    ``payload`` is for machines (webhook, push): the ids and what the contract's ``alert`` says.
    ``link``: where the incident opens. ``acknowledge``: a link that takes it up, once, for this
    person only; None where nobody is asked.
    """

    title: str
    text: str
    neutral: Text
    payload: Mapping[str, object]
    link: str | None = None
    acknowledge: str | None = None
    urgent: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a host. ``url`` and ``headers`` may hold a token: they stand in no log."""

    method: str
    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered. ``body``: at most 64 KiB of it; ``headers``: names in small letters."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Outside(Protocol):
    """The way out: time, randomness and connections, each passed in."""

    def now(self) -> datetime:
        """The wall clock, aware UTC: providers refuse a signature that is minutes off."""

    def random_bytes(self, count: int) -> bytes:
        """Unpredictable bytes."""

    def ask(self, request: Request) -> Answer:
        """One HTTP request to an allowed host; no redirects, ten seconds in all.

        Raises:
            Undelivered: no such host, a forbidden one, no connection, cut off, too slow.
        """

    def mail(self, recipient: str, content: bytes) -> None:
        """Hand a whole e-mail to the bank's mail server.

        Raises:
            Undelivered: no such mailbox, no connection, cut off, too slow.
        """


class Channel(Protocol):
    """One kind of way to a person."""

    def check(self, address: str, secret: str | None) -> None:
        """Look at an address before it is kept; nothing is sent.

        Raises:
            BadAddress: what is wrong with it, for whoever typed it.
        """

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """Hand it over; the provider has said yes when this returns.

        Raises:
            Undelivered: it did not, and whether it makes sense to try again.
        """
