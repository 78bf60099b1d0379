"""A notice: one person is to hear of one thing. Whatever carries it decides nothing."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["alert", "inform"]


class Notice(NamedTuple):
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


class Plan(NamedTuple):
    """What has to be sent after a command."""

    notices: tuple[Notice, ...] = ()
    over: tuple[AlertOver, ...] = ()
