"""By what a person is reached now: the ways that make them reachable to a ladder."""

from datetime import datetime

from backend.outgoing.personal_channels import counts_as_reachable
from backend.presence import Presence
from backend.world import World
from escalation.readiness import Ways

SOCKET = "socket"


def ways_now(world: World, presence: Presence, now: datetime) -> Ways:
    """For each user: ``socket`` where they have one, and the kinds of channels that count."""
    channels = world.channels

    def ways(user_id: str, quietly: bool) -> tuple[str, ...]:
        outside = [
            each.kind for each in channels.get(user_id, ()) if counts_as_reachable((each,), now)
        ]
        here = [SOCKET] if presence.reachable(user_id, quietly=quietly) else []
        return tuple(dict.fromkeys((*here, *outside)))

    return ways
