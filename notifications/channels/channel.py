"""What every channel to the outside is: it hands one message over, or says why it could not.

A channel knows no database and no clock. How it reaches the world (``Outside``) is passed in, so
that one place decides which hosts may be called, and how long anybody waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Undelivered(Exception):
    """The other side did not take the message.

    ``detail`` says in a few plain words what happened: no address, no key, no token in it.
    ``again``: trying later makes sense; otherwise this address will never work as it is.
    """

    def __init__(self, detail: str, *, again: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.again = again


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody hears of it. ``secret`` signs what is sent, where the provider wants that."""

    kind: str
    address: str
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person, in their words already (notifications/words.py).

    ``payload`` is for machines (webhook, push): the ids and what the contract's ``alert`` says.
    ``link``: where the incident opens. ``acknowledge``: a link that takes it up, once, for this
    person only; None where nobody is asked.
    """

    title: str
    text: str
    payload: Mapping[str, object]
    link: str | None = None
    acknowledge: str | None = None
    urgent: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered to a request. ``body``: at most the first 64 KiB."""

    status: int
    body: bytes


class Outside(Protocol):
    """The way out: time, randomness and requests, each passed in."""

    def now(self) -> datetime:
        """Aware UTC: providers refuse a signature that is minutes off."""

    def random_bytes(self, count: int) -> bytes:
        """Unpredictable bytes."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One HTTP POST to an allowed host; no redirects, ten seconds in all.

        Raises:
            Undelivered: no such host, a forbidden one, no connection, cut off, too slow.
        """


class Channel(Protocol):
    """One kind of way to a person."""

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """Hand it over; the provider has said yes when this returns.

        Raises:
            Undelivered: it did not, and whether it makes sense to try again.
        """
