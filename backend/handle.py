"""THE write path: load, decide, append, project. Everything that changes an incident is here.

People, tablets coming back, receipts and the timer enter by the same door.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from sqlalchemy import select

from backend.batch import Batch, Loaded
from backend.clock import Clock
from backend.customers.cards import org_of
from backend.envelope import Envelope, Outcome
from backend.event_store import (
    append,
    events_so_far,
    find_command,
    keep_texts,
    look_up_commands,
    next_in_batch,
)
from backend.joining import find_to_join
from backend.known_commands import KnownCommands, conflict
from backend.presence import Presence
from backend.problems import NotFound
from backend.projections import OUTBOX, project
from backend.shelf import Shelf
from backend.states import States
from backend.surroundings import Surroundings
from backend.world import World
from escalation.commands import (
    AddPlaybook,
    Command,
    LinkCustomer,
    Open,
    Receive,
    Reclassify,
    ReportLate,
)
from escalation.context import Decision
from escalation.decide.dispatch import decide
from escalation.incident import Incident
from escalation.occurred import reconstruct
from escalation.refusal import Forbidden, Invalid, Refused
from escalation.rights import Caller, Standing, authorise, manages, may_raise, sees
from escalation.texts import Seal
from escalation.timeline import ZERO_HASH
from notifications.plan import plan

#: What a tablet did while it was away and what cannot act any more (contract, 3: ``late``).
TOO_LATE = frozenset({"step-done", "closed", "cancelled"})


class WritePath:
    """Carries out commands inside the writer's transaction."""

    def __init__(
        self,
        *,
        clock: Clock,
        world: World,
        shelf: Shelf,
        states: States,
        presence: Presence,
        fingerprint_key: bytes,
        pace: int,
    ) -> None:
        self._clock = clock
        self._world = world
        self._shelf = shelf
        self._states = states
        self.known = KnownCommands(fingerprint_key)
        self.surroundings = Surroundings(
            clock=clock, world=world, shelf=shelf, presence=presence, pace=pace
        )

    def look_up(self, batch: Batch, ids: Sequence[str]) -> None:
        """Before a batch decides: which of its commands and incidents are known already."""
        look_up_commands(batch, ids)
        self._states.look_up_aliases(batch, ids)
        batch.asked.update(ids)

    def handle(self, batch: Batch, envelope: Envelope) -> Outcome:
        """Carry out one command, once.

        Raises:
            Refused: a rule says no; nothing was collected.
            NotFound: the caller may not see it.
        """
        known = self._repeated(batch, envelope)
        if known is not None:
            return known
        if isinstance(envelope.command, Open):
            outcome = self._open(batch, envelope, envelope.command)
        else:
            outcome = self._change(batch, envelope)
        if envelope.remembered and outcome.kind != "repeated":
            self.known.remember(batch, envelope, outcome.state.id, outcome.kind)
        return outcome

    def receipt(self, batch: Batch, envelope: Envelope) -> Outcome:
        """A recipient's device has an alert, or its person has seen it."""
        command = envelope.command
        assert isinstance(command, Receive)  # noqa: S101  (the gateway makes no other)
        user_id = None if envelope.caller is None else envelope.caller.user_id
        found = select(OUTBOX.c.incident_id).where(
            OUTBOX.c.alert_id == command.alert_id, OUTBOX.c.user_id == user_id
        )
        incident_id = batch.conn.execute(found.limit(1)).scalar()
        if incident_id is None:
            raise Invalid("alert_id", "没有这条提醒。", "There is no such alert.")
        loaded = self._find(batch, envelope._replace(incident_id=incident_id))
        self._authorise(envelope, loaded.state)
        return self.carry_out(batch, envelope, loaded)

    def carry_out(
        self, batch: Batch, envelope: Envelope, loaded: Loaded | None, kind: str = "applied"
    ) -> Outcome:
        """Decide, and collect what follows. Rights have been asked before."""
        seal = Seal(self._clock.random_bytes)
        branch = loaded.state.branch if loaded else getattr(envelope.command, "branch", "")
        before = None if loaded is None else loaded.state
        quietly = self._discreet(envelope.command, before)
        context = self.surroundings.context(
            envelope, branch, seal, quietly=quietly, history=partial(events_so_far, batch)
        )
        decision = decide(before, envelope.command, context)
        after = decision.incident
        if decision.events:
            self._collect(batch, decision, before, loaded, seal)
        planned = plan(before, decision.events, after)
        alias = envelope.command.id if isinstance(envelope.command, Open) else ""
        return Outcome(kind, after, planned, tuple(decision.events), texts=seal.kept, alias=alias)

    def _discreet(self, command: Command, state: Incident | None) -> bool:
        """The incident is discreet, or becomes so by this command."""
        if isinstance(command, Open | Reclassify):
            book = self._shelf.current.get(command.type)
        elif isinstance(command, AddPlaybook):
            book = self._shelf.current.get(command.playbook)
        else:
            book = None
        return (state is not None and state.discreet) or (book is not None and book.discreet)

    def _repeated(self, batch: Batch, envelope: Envelope) -> Outcome | None:
        if not envelope.remembered or self.known.outcome(batch, envelope) is None:
            return None
        known = find_command(batch, envelope.command_id)
        loaded = None if known is None else self._states.for_writing(batch, known["chain"])
        if known is None or loaded is None:
            raise NotFound
        if self.known.is_same(known, envelope) and not self._may_know(envelope, loaded.state):
            raise NotFound
        reports = loaded.state.reports
        mine = [each.alias for each in reports if each.command_id == envelope.command_id]
        opened = reports[0].command_id == envelope.command_id
        return Outcome("repeated", loaded.state, opened=opened, alias="".join(mine[:1]))

    def _may_know(self, envelope: Envelope, state: Incident) -> bool:
        """Who may not see the incident any more learns nothing by sending something again.

        A raise always answers its reporter; the resource decides how much it shows.
        """
        if envelope.caller is None or isinstance(envelope.command, Open):
            return True
        return sees(envelope.caller, state, self._world.directory)

    def _change(self, batch: Batch, envelope: Envelope) -> Outcome:
        loaded = self._find(batch, envelope)
        if isinstance(envelope.command, LinkCustomer):
            command = replace(envelope.command, org=org_of(batch.conn, envelope.command.customer))
            envelope = envelope._replace(command=command)
        try:
            self._authorise(envelope, loaded.state)
            return self.carry_out(batch, envelope, loaded)
        except Refused as refusal:
            if envelope.keep_late and refusal.kind in TOO_LATE:
                return self._keep_late(batch, envelope, loaded, refusal)
            raise

    def _find(self, batch: Batch, envelope: Envelope) -> Loaded:
        found = self._by_any_id(batch, envelope.incident_id or "")
        if found is None:
            raise NotFound
        return found

    def _by_any_id(self, batch: Batch, any_id: str) -> Loaded | None:
        if any_id in batch.loaded:
            return batch.loaded[any_id]
        if any_id not in batch.aliases and any_id not in batch.asked:
            self._states.look_up_aliases(batch, [any_id])
        incident_id = batch.aliases.get(any_id)
        return None if incident_id is None else self._states.for_writing(batch, incident_id)

    def _authorise(self, envelope: Envelope, state: Incident) -> None:
        if envelope.caller is None:
            return
        directory = self._world.directory
        if not sees(envelope.caller, state, directory):
            raise NotFound
        now = self._clock.now()
        standing = Standing(
            envelope.caller,
            state,
            directory,
            now,
            reconstruct(envelope.claim, now).estimate,
        )
        authorise(standing, envelope.command)

    def _open(self, batch: Batch, envelope: Envelope, command: Open) -> Outcome:
        self._authorise_raise(envelope, command)
        own = self._by_any_id(batch, command.id)
        if own is not None and self._is_theirs_to_know(envelope, command, own.state):
            return self._raised_again(envelope, command, own.state)
        if own is not None:  # nobody learns of it, and no raise fails by it
            command = replace(command, id=self._clock.new_id())
            envelope = envelope._replace(command=command)
        at = reconstruct(envelope.claim, self._clock.now()).estimate
        found = None if command.terms else find_to_join(batch, self._states, command, at)
        if found is None:
            numbered = replace(command, number=self._number(batch, command.branch))
            return self.carry_out(batch, envelope._replace(command=numbered), None)
        outcome = self.carry_out(batch, envelope, found, kind="joined")
        batch.aliases[command.id] = outcome.state.id
        return outcome

    def _authorise_raise(self, envelope: Envelope, command: Open) -> None:
        directory = self._world.directory
        org = directory.orgs.get(command.branch)
        if org is None or org.kind != "branch":
            raise Invalid("branch", "没有这个网点。", "There is no such branch.")
        if command.type not in self._shelf.current:
            raise Invalid("type", "没有这个事件类型。", "There is no such incident type.")
        caller = envelope.caller
        if caller is None or not may_raise(caller, command.branch, directory):
            raise Forbidden("你不在这个网点，不能在这里上报。", "You may not raise at this branch.")
        is_manager = caller.person and manages(caller.person, command.branch, directory)
        if command.drill and not is_manager:
            raise Forbidden("演练由负责人发起。", "Drills are started by managers.")

    def _is_theirs_to_know(self, envelope: Envelope, command: Open, state: Incident) -> bool:
        """They see it, or they or their tablet have raised it by this id."""
        caller = envelope.caller or Caller(None)
        return sees(caller, state, self._world.directory) or any(
            report.alias == command.id
            and (
                (report.user is not None and report.user == caller.user_id)
                or (report.device is not None and report.device == caller.device_id)
            )
            for report in state.reports
        )

    def _raised_again(self, envelope: Envelope, command: Open, state: Incident) -> Outcome:
        """The same incident id under another command id: the same raise, sent anew."""
        caller = envelope.caller or Caller(None)
        mine = any(
            report.alias == command.id
            and (report.user, report.device) == (caller.user_id, caller.device_id)
            for report in state.reports
        )
        first_type = state.former[0].id if state.former else state.type
        if not mine or command.branch != state.branch or command.type != first_type:
            raise conflict()
        opened = state.reports[0].alias == command.id
        return Outcome("repeated", state, opened=opened, alias=command.id)

    def _number(self, batch: Batch, branch: str) -> str:
        minute = self._clock.now().replace(second=0, microsecond=0)
        month = _month(minute, self._world.directory.orgs[branch].timezone)
        return f"CB-{month}-{next_in_batch(batch, f'incident:{month}'):04d}"

    def _collect(
        self,
        batch: Batch,
        decision: Decision,
        before: Incident | None,
        loaded: Loaded | None,
        seal: Seal,
    ) -> None:
        after = decision.incident
        head_hash = append(
            batch, after.id, decision.events, ZERO_HASH if loaded is None else loaded.head_hash
        )
        keep_texts(batch, after.id, seal)
        batch.before.setdefault(after.id, before)
        batch.loaded[after.id] = Loaded(after, head_hash)
        batch.aliases[after.id] = after.id
        project(batch, before, after, head_hash)

    def _keep_late(
        self, batch: Batch, envelope: Envelope, loaded: Loaded, refusal: Refused
    ) -> Outcome:
        late = ReportLate(envelope.command.name, envelope.late_data or {}, refusal.kind)
        outcome = self.carry_out(batch, envelope._replace(command=late), loaded, kind="late")
        return outcome._replace(problem=refusal)


@lru_cache(maxsize=64)
def _month(minute: datetime, zone: str) -> str:
    """The month that an incident's number begins with, in its branch's zone."""
    return minute.astimezone(ZoneInfo(zone)).strftime("%y%m")
