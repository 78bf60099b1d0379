"""THE write path: load, decide, append, project. Everything that changes an incident is here.

People, tablets coming back, receipts and the timer enter by the same door.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

from backend.batch import Batch, Loaded
from backend.clock import Clock
from backend.event_store import (
    append,
    append_log,
    find_command,
    keep_command,
    keep_texts,
    look_up_commands,
    next_in_batch,
)
from backend.organisation import World
from backend.presence import Presence
from backend.problems import NotFound
from backend.projections import INCIDENTS, OUTBOX, project
from backend.shelf import Shelf
from backend.states import States
from escalation import events as ev
from escalation.commands import AddNote, Command, DeadlinePassed, Open, Receive, ReportLate
from escalation.context import Context, Decision
from escalation.decide.dispatch import decide
from escalation.events import SYSTEM, Actor
from escalation.incident import Incident
from escalation.occurred import Claim, reconstruct
from escalation.refusal import Forbidden, Invalid, Refused
from escalation.rights import Caller, Standing, authorise, manages, may_raise, sees
from escalation.texts import Seal
from escalation.timeline import ZERO_HASH, canonical
from notifications.notice import Plan
from notifications.plan import plan

JOIN_WITHIN = timedelta(seconds=60)
"""Two raises of the same at the same branch within this are one incident (contract, 3)."""

_NEAR = (
    select(INCIDENTS.c.id)
    .where(
        INCIDENTS.c.branch == bindparam("branch"),
        INCIDENTS.c.type == bindparam("type"),
        INCIDENTS.c.drill == bindparam("drill"),
        INCIDENTS.c.status != "cancelled",
        INCIDENTS.c.opened_at >= bindparam("earliest"),
        INCIDENTS.c.opened_at <= bindparam("latest"),
    )
    .order_by(INCIDENTS.c.opened_at)
)

#: What a tablet did while it was away and what cannot act any more (contract, 3: ``late``).
TOO_LATE = frozenset({"step-done", "closed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command and its sending.

    ``content`` is what makes two sendings the same command: the command and its person as JSON,
    with texts in the clear; only a keyed fingerprint of it is kept. ``keep_late``: what comes
    too late to act is kept as ``report.late`` instead of being refused.
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command. ``kind``: applied, repeated, late, joined.

    ``texts`` are the typed texts that it sealed: salt and text by hash.
    """

    kind: str
    state: Incident
    plan: Plan = field(default_factory=Plan)
    changed: bool = False
    problem: Refused | None = None
    texts: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)


class WritePath:
    """Carries out commands inside the writer's transaction."""

    def __init__(  # noqa: PLR0913  (what a decision needs, all passed in)
        self,
        *,
        clock: Clock,
        world: World,
        shelf: Shelf,
        states: States,
        presence: Presence,
        is_working_day: Callable[[date], bool],
        fingerprint_key: bytes,
        pace: int,
    ) -> None:
        self._clock = clock
        self._world = world
        self._shelf = shelf
        self._states = states
        self._presence = presence
        self._is_working_day = is_working_day
        self._fingerprint_key = fingerprint_key
        self._pace = pace

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
        fingerprint = self._fingerprint(envelope)
        known = self._repeated(batch, envelope, fingerprint)
        if known is not None:
            return known
        if isinstance(envelope.command, Open):
            return self._open(batch, envelope, envelope.command, fingerprint)
        loaded = self._find(batch, envelope)
        try:
            self._authorise(envelope, loaded.state)
            return self._carry_out(batch, envelope, loaded, fingerprint)
        except Refused as refusal:
            if envelope.keep_late and refusal.kind in TOO_LATE:
                return self._keep_late(batch, envelope, loaded, fingerprint, refusal)
            raise

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
        loaded = self._find(batch, replace(envelope, incident_id=incident_id))
        self._authorise(envelope, loaded.state)
        return self._carry_out(batch, envelope, loaded, b"", remember=False)

    def note(self, batch: Batch, envelope: Envelope, branch: str) -> str:
        """A branch note; on a covert visit's own device, an observation on it (C4).

        Both answer the same and look the same; the id is the note's.
        """
        fingerprint = self._fingerprint(envelope)
        known = find_command(batch, envelope.command_id)
        if known is not None:
            _check_same(known["fingerprint"], fingerprint)
            return str(known["outcome"])
        command = envelope.command
        assert isinstance(command, AddNote)  # noqa: S101  (the route makes no other)
        covert = self._covert_incident(batch, envelope, branch)
        if covert is not None:
            outcome = self._carry_out(batch, envelope, covert, b"", remember=False)
            note_id = outcome.state.id and self._last_event_id(batch, outcome.state)
            chain = outcome.state.id
        else:
            context = self._context(envelope, branch, Seal(self._clock.random_bytes))
            event = append_log(
                batch,
                self._clock,
                ev.NOTE_ADDED,
                context.actor,
                {"branch": branch, "text": command.text},
                occurred=context.occurred,
                command_id=envelope.command_id,
                device=envelope.device,
            )
            note_id, chain = event.id, "log"
        keep_command(
            batch,
            {
                "id": envelope.command_id,
                "chain": chain,
                "fingerprint": fingerprint,
                "outcome": note_id,
            },
        )
        return note_id

    def _fingerprint(self, envelope: Envelope) -> bytes:
        content = canonical(envelope.content)
        return hmac.digest(self._fingerprint_key, content, hashlib.sha256)

    def _repeated(self, batch: Batch, envelope: Envelope, fingerprint: bytes) -> Outcome | None:
        if envelope.caller is None:
            return None
        known = find_command(batch, envelope.command_id)
        if known is None:
            return None
        _check_same(known["fingerprint"], fingerprint)
        loaded = self._states.for_writing(batch, known["chain"])
        if loaded is None:
            raise NotFound
        return Outcome("repeated", loaded.state)

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

    def _open(self, batch: Batch, envelope: Envelope, command: Open, fingerprint: bytes) -> Outcome:
        self._authorise_raise(envelope, command)
        own = self._by_any_id(batch, command.id)
        if own is not None:
            return self._raised_again(envelope, command, own.state)
        found = self._to_join(batch, envelope, command)
        if found is not None:
            outcome = self._carry_out(batch, envelope, found, fingerprint)
            batch.aliases[command.id] = outcome.state.id
            return replace(outcome, kind="joined")
        numbered = replace(command, number=self._number(batch, command.branch))
        return self._carry_out(batch, replace(envelope, command=numbered), None, fingerprint)

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
            raise _conflict()
        return Outcome("repeated", state)

    def _to_join(self, batch: Batch, envelope: Envelope, command: Open) -> Loaded | None:
        if batch.on_postgresql:
            key = f"{command.branch}/{command.type}/{command.drill}"
            batch.conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))
        at = reconstruct(envelope.claim, self._clock.now()).estimate
        for loaded in batch.loaded.values():
            state = loaded.state
            same = (state.branch, state.type, state.drill)
            if (
                same == (command.branch, command.type, command.drill)
                and state.status != "cancelled"
                and abs(state.opened_at - at) <= JOIN_WITHIN
            ):
                return loaded
        near = {
            "branch": command.branch,
            "type": command.type,
            "drill": command.drill,
            "earliest": at - JOIN_WITHIN,
            "latest": at + JOIN_WITHIN,
        }
        for incident_id in batch.conn.execute(_NEAR, near).scalars().all():
            if incident_id not in batch.loaded:
                return self._states.for_writing(batch, incident_id)
        return None

    def _number(self, batch: Batch, branch: str) -> str:
        zone = ZoneInfo(self._world.directory.orgs[branch].timezone)
        month = self._clock.now().astimezone(zone).strftime("%y%m")
        return f"CB-{month}-{next_in_batch(batch, f'incident:{month}'):04d}"

    def _carry_out(
        self,
        batch: Batch,
        envelope: Envelope,
        loaded: Loaded | None,
        fingerprint: bytes,
        *,
        remember: bool = True,
        kind: str = "applied",
    ) -> Outcome:
        seal = Seal(self._clock.random_bytes)
        branch = loaded.state.branch if loaded else getattr(envelope.command, "branch", "")
        context = self._context(envelope, branch, seal)
        before = None if loaded is None else loaded.state
        decision = decide(before, envelope.command, context)
        after = decision.incident
        if decision.events:
            self._collect(batch, decision, before, loaded, seal)
        if remember and envelope.caller is not None:
            keep_command(
                batch,
                {
                    "id": envelope.command_id,
                    "chain": after.id,
                    "fingerprint": fingerprint,
                    "outcome": kind,
                },
            )
        planned = plan(before, decision.events, after)
        return Outcome(kind, after, planned, changed=bool(decision.events), texts=seal.kept)

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
        self,
        batch: Batch,
        envelope: Envelope,
        loaded: Loaded,
        fingerprint: bytes,
        refusal: Refused,
    ) -> Outcome:
        late = ReportLate(envelope.command.name, envelope.late_data or {}, refusal.kind)
        outcome = self._carry_out(
            batch, replace(envelope, command=late), loaded, fingerprint, kind="late"
        )
        return replace(outcome, problem=refusal)

    def _context(self, envelope: Envelope, branch: str, seal: Seal) -> Context:
        now = self._clock.now()
        caller = envelope.caller
        return Context(
            now=now,
            occurred=reconstruct(envelope.claim, now),
            actor=self._actor(caller, branch),
            person=None if caller is None else caller.person,
            device_id=None if caller is None else caller.device_id,
            directory=self._world.directory,
            playbooks=self._shelf.current,
            playbook_of=self._shelf.of,
            reachable=self._presence.reachable,
            new_id=self._clock.new_id,
            seal=seal,
            is_working_day=self._is_working_day,
            pace=self._pace,
            command_id=None if caller is None else envelope.command_id,
            device=envelope.device,
            device_fault=envelope.device_fault,
        )

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

    def _covert_incident(self, batch: Batch, envelope: Envelope, branch: str) -> Loaded | None:
        caller = envelope.caller
        if caller is None or caller.device_id is None:
            return None
        live = select(INCIDENTS.c.id).where(
            INCIDENTS.c.branch == branch,
            INCIDENTS.c.discreet.is_(True),
            INCIDENTS.c.status.in_(("open", "acknowledged")),
        )
        for incident_id in batch.conn.execute(
            live.order_by(INCIDENTS.c.opened_at.desc())
        ).scalars():
            loaded = self._states.for_writing(batch, incident_id)
            if loaded is not None and _observes(caller, loaded.state):
                return loaded
        return None

    @staticmethod
    def _last_event_id(batch: Batch, state: Incident) -> str:
        for rows in batch.rows.inserts.values():
            for row in reversed(rows):
                if row.get("chain") == state.id and row.get("seq") == state.seq:
                    return str(row["id"])
        raise LookupError(state.id)


def timer_envelope(incident_id: str, key: str, new_id: Callable[[], str]) -> Envelope:
    """The timer enters by the same door."""
    return Envelope(DeadlinePassed(key), None, new_id(), {}, incident_id=incident_id)


def _observes(caller: Caller, state: Incident) -> bool:
    """Notes of the reporter, on the device that it was raised from, belong to it."""
    return any(
        report.device == caller.device_id
        and (report.user is None or caller.user_id in (None, report.user))
        for report in state.reports
        if not report.withdrawn
    )


def _check_same(known: bytes, fingerprint: bytes) -> None:
    if not hmac.compare_digest(known, fingerprint):
        raise _conflict()


def _conflict() -> Refused:
    return Refused(
        "idempotency-conflict",
        "这个编号已用于另一条内容，没有重复保存。",
        "This id belongs to a command with other content; nothing was changed.",
    )
