"""What the rules may look at when they decide: one ``Context`` for each command."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from backend.clock import Clock
from backend.envelope import Envelope
from backend.outgoing.personal_channels import counts_as_reachable, switched_on
from backend.presence import Presence
from backend.shelf import Shelf
from backend.world import World
from escalation.context import Context, no_history
from escalation.events import SYSTEM, Actor, Event
from escalation.occurred import reconstruct
from escalation.rights import Caller
from escalation.texts import Seal


class Surroundings:
    """The bank as it stands now: who is there, who can be reached, which playbooks are in force."""

    def __init__(
        self, *, clock: Clock, world: World, shelf: Shelf, presence: Presence, pace: int
    ) -> None:
        self._clock = clock
        self._world = world
        self._shelf = shelf
        self._presence = presence
        self._pace = pace

    def context(
        self,
        envelope: Envelope,
        branch: str,
        seal: Seal | None = None,
        *,
        quietly: bool = False,
        history: Callable[[str], Sequence[Event]] = no_history,
    ) -> Context:
        """What the rules may look at, at this moment; ``quietly``: for a discreet incident."""
        now = self._clock.now()
        caller = envelope.caller
        return Context(
            now=now,
            occurred=reconstruct(envelope.claim, now),
            actor=self._actor(caller, branch),
            person=None if caller is None else caller.person,
            device_id=None if caller is None else caller.device_id,
            directory=self._world.directory,
            playbooks=self._shelf.at(branch).playbooks,
            playbook_of=self._shelf.of,
            reachable=partial(self._reachable, now, quietly=quietly),
            connected=partial(self._presence.reachable, quietly=quietly),
            channels_of=self._channels_of,
            new_id=self._clock.new_id,
            seal=seal or Seal(self._clock.random_bytes),
            is_working_day=self._world.calendar.is_working_day,
            year_is_confirmed=self._world.calendar.year_is_confirmed,
            history=history,
            pace=self._pace,
            command_id=None if caller is None else envelope.command_id,
            device=envelope.device,
            device_fault=envelope.device_fault,
        )

    def _reachable(self, now: datetime, user_id: str, *, quietly: bool) -> bool:
        """A socket, or a way to the outside. What is discreet goes to their own devices too."""
        if self._presence.reachable(user_id, quietly=quietly):
            return True
        channels = self._world.channels.get(user_id)
        return channels is not None and counts_as_reachable(channels, now)

    def _channels_of(self, user_id: str) -> Sequence[tuple[str, str]]:
        channels = self._world.channels.get(user_id)
        return switched_on(channels) if channels else ()

    def _actor(self, caller: Caller | None, branch: str) -> Actor:
        if caller is None:
            return SYSTEM
        if caller.person is None:
            device = self._world.devices[caller.device_id or ""]
            return Actor("device", device.id, device.name, None, device.org_id)
        path = self._world.directory.path(branch)
        held = [(path.index(org), role, org) for role, org in caller.person.roles if org in path]
        _, role, org = min(held, default=(0, None, None), key=lambda each: each[0])
        return Actor("user", caller.person.id, caller.person.name, role, org)
