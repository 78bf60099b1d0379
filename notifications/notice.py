"""A notice: one person is to hear of one thing. Channels carry it; they decide nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Kind = Literal["alert", "inform"]
DeliveryState = Literal["queued", "sent", "delivered", "seen", "failed", "unreachable"]


@dataclass(frozen=True, slots=True)
class Notice:
    """``(alert_id, repeat, user)`` identify it: however often it is sent, it is shown once."""

    kind: Kind
    incident_id: str
    alert_id: str
    repeat: int
    user: str
    role: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class AlertOver:
    """Whoever was asked can put it away: somebody took it up, or it has ended."""

    incident_id: str
    alert_id: str
    because: Literal["acknowledged", "contained", "cancelled", "closed"]
    by: str | None
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be sent after a command."""

    notices: tuple[Notice, ...] = ()
    over: tuple[AlertOver, ...] = ()


class Channel(Protocol):
    """A way to reach people. ``send`` returns when the message has left the house.

    Raises:
        NotSentError: it did not; the error says whether another try makes sense.
    """

    name: str

    def send(self, notice: Notice, message: Mapping[str, Any]) -> None:
        """Hand one message over."""


class NotSentError(Exception):
    """A message could not be handed over; ``again`` tells whether trying again makes sense."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again
