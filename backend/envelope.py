"""What goes into the write path, and what comes out of it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from escalation.commands import Command, DeadlinePassed
from escalation.events import Event
from escalation.incident import Incident
from escalation.occurred import Claim
from escalation.refusal import Refused
from escalation.rights import Caller
from notifications.notice import Plan


class Envelope(NamedTuple):
    """A command and its sending.

    ``content`` is what makes two sendings the same command: the command and its person as JSON,
    with texts in the clear; only a keyed fingerprint of it is kept. ``keep_late``: what comes
    too late to act is kept as ``report.late`` instead of being refused. ``only_once``: remembered
    by its id although nobody in person sent it.
    """

    command: Command
    caller: Caller | None
    command_id: str
    content: Mapping[str, Any]
    incident_id: str | None = None
    claim: Claim | None = None
    device: Mapping[str, Any] | None = None
    device_fault: str | None = None
    late_data: Mapping[str, Any] | None = None
    keep_late: bool = False
    only_once: bool = False

    @property
    def remembered(self) -> bool:
        """Sending it again changes nothing; the timer's own words are not kept."""
        return self.caller is not None or self.only_once


class Outcome(NamedTuple):
    """What came of a command. ``kind``: applied, repeated, late, joined.

    ``alias``, of a raise: the id that its reporter knows, which need not be the incident's.
    ``texts`` are the typed texts that it sealed: salt and text by hash. ``opened``: a raise that
    is repeated had opened the incident, and is answered as it was then.
    """

    kind: str
    state: Incident
    plan: Plan = Plan()
    events: tuple[Event, ...] = ()
    problem: Refused | None = None
    texts: Mapping[str, tuple[bytes, str]] = MappingProxyType({})
    opened: bool = False
    alias: str = ""

    @property
    def changed(self) -> bool:
        """Something has happened."""
        return bool(self.events)


def timer_envelope(incident_id: str, key: str, new_id: Callable[[], str]) -> Envelope:
    """The timer enters by the same door."""
    return Envelope(DeadlinePassed(key), None, new_id(), {}, incident_id=incident_id)
