"""One alert, whom it was for, and how far it got with each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Way(NamedTuple):
    """One of a recipient's channels to the outside, and what is known of it.

    ``failed_at``: it did not take the alert, and why (``detail``).
    """

    id: str
    kind: str
    failed_at: datetime | None = None
    detail: str = ""
    delivered_at: datetime | None = None
    seen_at: datetime | None = None


class Told(NamedTuple):
    """A recipient of an alert and what is known of them.

    ``left_out``: the incident turned out to be about them; nothing more goes to them.
    ``failed``: no way to them is left. ``delivered_at`` and ``seen_at`` are their socket's; what
    is known of their channels to the outside stands in ``ways``.
    """

    user: str
    role: str
    reachable: bool
    repeat: int = 0
    declined: bool = False
    failed: bool = False
    left_out: bool = False
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
    ways: tuple[Way, ...] = ()

    @property
    def out(self) -> bool:
        """Nothing can be expected from them for this alert."""
        return self.declined or self.failed or self.left_out or not self.reachable

    @property
    def waiting(self) -> bool:
        """They may still have to hear of it."""
        return (
            self.seen_at is None
            and not self.declined
            and not self.left_out
            and (not self.ways or all(way.seen_at is None for way in self.ways))
        )

    def way(self, channel: str) -> Way | None:
        """The channel to the outside of that id, if the alert went to it."""
        return next((way for way in self.ways if way.id == channel), None)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert for ever, however often it is repeated. ``level`` 0: told, not asked.

    ``sounded_at``: when its last repeat went out.
    """

    id: str
    level: int
    repeat: int
    reason: str
    urgency: str
    raised_at: datetime
    sounded_at: datetime
    told: Mapping[str, Told]
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    over: bool = False
    on_ladder: bool = False
