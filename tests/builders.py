"""The demo bank on paper: its staff, a clock that only the test moves, and what happens there.

It drives the pure rules alone (rights, decide, evolve, plan); no database. A scenario reads as
prose::

    bank = Bank()
    group = bank.raises("teller1", "group_visit")
    bank.later(60)
    assert group.alerted(level=2) == {"deputy1", "supervisor1"}
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import chinese_calendar

from escalation.commands import (
    Acknowledge,
    Close,
    Command,
    CompleteStep,
    Contain,
    DeadlinePassed,
    Open,
    RecordFacts,
)
from escalation.context import Context
from escalation.decide.dispatch import decide
from escalation.events import SYSTEM, Actor, Event, Occurred
from escalation.incident import Incident
from escalation.people import Directory, Org, Person
from escalation.rights import Caller, Standing, authorise, may_raise, sees
from escalation.texts import Seal, Typed
from notifications.notice import Plan
from notifications.plan import plan
from playbooks.load import load_library
from playbooks.model import Playbook

TIMEZONE = "Asia/Shanghai"
ORGS = (
    Org("hq", "总行", None, "hq", TIMEZONE),
    Org("east", "华东分行", "hq", "region", TIMEZONE),
    Org("east-01", "城东支行营业部", "east", "branch", TIMEZONE),
    Org("east-02", "滨河支行", "east", "branch", TIMEZONE),
    Org("west", "西部分行", "hq", "region", TIMEZONE),
    Org("west-01", "文昌支行", "west", "branch", TIMEZONE),
)
STAFF = (
    ("teller1", "teller", "east-01"),
    ("teller2", "teller", "east-01"),
    ("teller3", "teller", "east-02"),
    ("teller4", "teller", "west-01"),
    ("supervisor1", "counter_supervisor", "east-01"),
    ("lobby1", "lobby_manager", "east-01"),
    ("guard1", "guard", "east-01"),
    ("manager1", "branch_manager", "east-01"),
    ("deputy1", "deputy_manager", "east-01"),
    ("manager2", "branch_manager", "east-02"),
    ("office1", "office_staff", "east-01"),
    ("office2", "office_staff", "east"),
    ("complaint1", "complaint_officer", "east"),
    ("business1", "business_line", "east"),
    ("compliance1", "compliance_officer", "hq"),
    ("legal1", "legal_officer", "hq"),
    ("regional1", "regional_manager", "east"),
    ("hqduty1", "hq_duty", "hq"),
    ("auditor1", "auditor", "hq"),
    ("admin1", "admin", "hq"),
)
AT_EAST_01 = {
    "teller1",
    "teller2",
    "supervisor1",
    "lobby1",
    "guard1",
    "manager1",
    "deputy1",
    "office1",
}
EVERYBODY = tuple(name for name, _, _ in STAFF)
LIBRARY: Mapping[str, Playbook] = load_library().playbooks

#: A Wednesday, 10:00 in Shanghai, with no holiday near.
MORNING = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)

FORM = {
    "customer_name": Typed("王先生"),
    "contact": Typed("13800000000"),
    "demand": Typed("退还手续费"),
}
"""What the customer communication record form needs (R4)."""


class NotSeen(Exception):
    """The caller may not know of it: the API answers 404."""


def user_id(username: str) -> str:
    """Ids differ from usernames, so that a rule that mixes them up is found out."""
    return f"id-of-{username}"


def demo_directory(*more: Person) -> Directory:
    """Organisation and staff of contract, section 2, and perhaps somebody more."""
    people = [
        Person(user_id(name), name, name.title(), ((role, org),)) for name, role, org in STAFF
    ]
    return Directory(
        {org.id: org for org in ORGS}, {person.id: person for person in (*people, *more)}
    )


def person(username: str, *roles: tuple[str, str], active: bool = True) -> Person:
    """Somebody beyond the demo bank's staff."""
    return Person(user_id(username), username, username.title(), roles, active)


def typed(text: str = "说明") -> Typed:
    return Typed(text)


def names(user_ids: Iterable[str]) -> set[str]:
    return {each.removeprefix("id-of-") for each in user_ids}


@dataclass
class Bank:
    """The demo bank. ``away`` cannot be reached by any channel.

    ``channels``: by username, the kinds of their channels to the outside; ``offline`` have no
    socket now.
    """

    now: datetime = MORNING
    directory: Directory = field(default_factory=demo_directory)
    playbooks: Mapping[str, Playbook] = field(default_factory=lambda: dict(LIBRARY))
    away: set[str] = field(default_factory=set)
    offline: set[str] = field(default_factory=set)
    channels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pace: int = 1
    confirmed_years: set[int] | None = None
    cases: "list[Case]" = field(default_factory=list)
    ids: int = 0

    def new_id(self) -> str:
        self.ids += 1
        return f"00000000-0000-7000-8000-{self.ids:012d}"

    def person(self, username: str) -> Person:
        return self.directory.by_username[username]

    def playbook_of(self, sha256: str) -> Playbook:
        return next(book for book in self.playbooks.values() if book.sha256 == sha256)

    def raises(
        self,
        who: str | None,
        type_: str,
        branch: str = "east-01",
        *,
        device: str | None = None,
        happened: datetime | None = None,
        **more: Any,
    ) -> "Case":
        """Somebody (or a paired device with nobody signed in) taps a tile."""
        caller = self.caller(who, device)
        if not may_raise(caller, branch, self.directory):
            raise NotSeen
        case = Case(self)
        command = Open(self.new_id(), type_, branch, number="CB-2603-0001", **more)
        case.decides(command, self.context(caller, happened=happened))
        self.cases.append(case)
        return case

    def caller(self, who: str | None, device: str | None = None) -> Caller:
        known = None if who is None else self.person(who)
        return Caller(known, device, None if device is None else "east-01")

    def context(
        self,
        caller: Caller | None,
        *,
        happened: datetime | None = None,
        device: Mapping[str, Any] | None = None,
    ) -> Context:
        """What a decision may look at, now; the timer has no caller."""
        occurred = Occurred.at_server(self.now)
        if happened is not None:
            occurred = Occurred(happened, happened, happened, "measured")
        return Context(
            now=self.now,
            occurred=occurred,
            actor=_actor(caller),
            person=None if caller is None else caller.person,
            device_id=None if caller is None else caller.device_id,
            directory=self.directory,
            playbooks=self.playbooks,
            playbook_of=self.playbook_of,
            reachable=lambda user: user not in {user_id(name) for name in self.away},
            connected=lambda user: user not in {user_id(name) for name in self.away | self.offline},
            channels_of=self.channels_of,
            new_id=self.new_id,
            seal=Seal(self.ids.to_bytes),
            is_working_day=is_working_day,
            year_is_confirmed=self.year_is_confirmed,
            history=lambda incident: next(
                each.events for each in self.cases if each.state.id == incident
            ),
            pace=self.pace,
            command_id=None if caller is None else self.new_id(),
            device=device,
        )

    def channels_of(self, user: str) -> list[tuple[str, str]]:
        """Ids and kinds of somebody's channels to the outside."""
        kinds = self.channels.get(user.removeprefix("id-of-"), ())
        return [(f"{kind}-of-{user}", kind) for kind in kinds]

    def year_is_confirmed(self, year: int) -> bool:
        return self.confirmed_years is None or year in self.confirmed_years

    def later(self, seconds: float) -> None:
        """Time goes by; what falls due is done at its moment, in order."""
        until = _whole_milliseconds(self.now + timedelta(seconds=seconds))
        for _ in range(10_000):
            due = [
                (deadline.due_at, deadline.key, at, case)
                for at, case in enumerate(self.cases)
                for deadline in case.state.deadlines()
                if deadline.due_at <= until
            ]
            if not due:
                self.now = until
                return
            due_at, key, _, case = min(due, key=lambda each: each[:3])
            self.now = max(self.now, _whole_milliseconds(due_at))
            case.fires(key)
        raise AssertionError("deadlines fire without end")

    def hires(self, newcomer: Person) -> None:
        self.directory = demo_directory(newcomer)


@dataclass
class Case:
    """One incident: its state, its events, and what had to be sent."""

    bank: Bank
    known: Incident | None = None
    events: list[Event] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    @property
    def state(self) -> Incident:
        assert self.known is not None
        return self.known

    def does(
        self,
        who: str | None,
        command: Command,
        *,
        device: str | None = None,
        happened: datetime | None = None,
        signed: Mapping[str, Any] | None = None,
    ) -> list[str]:
        """Somebody gives a command, if they may; the types of the events that come of it."""
        caller = self.bank.caller(who, device)
        if not sees(caller, self.state, self.bank.directory):
            raise NotSeen
        standing = Standing(
            caller, self.state, self.bank.directory, self.bank.now, happened or self.bank.now
        )
        authorise(standing, command)
        context = self.bank.context(caller, happened=happened, device=signed)
        return self.decides(command, context)

    def decides(self, command: Command, context: Context) -> list[str]:
        """The command is carried out with no question of rights."""
        decision = decide(self.known, command, context)
        if decision.events:
            self.plans.append(plan(self.known, decision.events, decision.incident))
        self.known = decision.incident
        self.events.extend(decision.events)
        return [event.type for event in decision.events]

    def joined_by(self, who: str | None, *, device: str | None = None, **more: Any) -> list[str]:
        """A second tap of the same; the write path has found that it joins this one."""
        command = Open(self.bank.new_id(), self.state.type, self.state.branch, **more)
        return self.decides(command, self.bank.context(self.bank.caller(who, device)))

    def fires(self, key: str) -> list[str]:
        """The timer says that ``key`` is due; the deadline is gone then, or further away."""
        before = {each.key: each.due_at for each in self.state.deadlines()}
        types = self.decides(DeadlinePassed(key), self.bank.context(None))
        after = {each.key: each.due_at for each in self.state.deadlines()}
        if key in before and before[key] <= self.bank.now and key in after:
            assert after[key] > before[key], f"{key} stays due"
        return types

    def acknowledged_by(self, who: str, eta: int | None = None) -> list[str]:
        return self.does(who, Acknowledge(eta))

    def ticked_by(self, who: str, step: str, **record: Any) -> list[str]:
        return self.does(who, CompleteStep(step, record=record))

    def records(self, who: str, **facts: Any) -> list[str]:
        return self.does(who, RecordFacts(facts))

    def contained_by(self, who: str) -> list[str]:
        """Every containment step is ticked, then it is contained."""
        for _, step in self.state.steps():
            if step.containment and self.state.progress_of(step.id).state == "open":
                self.ticked_by(who, step.id)
        return self.does(who, Contain())

    def closed_by(self, who: str) -> list[str]:
        if self.state.status != "contained":
            self.contained_by(who)
        return self.does(who, Close(typed(), "calmed"))

    def alerted(self, level: int | None = None) -> set[str]:
        """Usernames of those alerted at all, or by that level of the ladder."""
        return names(
            user
            for alert in self.state.alerts.values()
            if level is None or (alert.on_ladder and alert.level == level)
            for user in alert.told
        )

    def informed(self) -> set[str]:
        return names(user for each in self.state.informed.values() for user in each.told)

    def rung(self) -> list[tuple[int, int, str]]:
        """Each sounding of the ladder: whole seconds from the opening, level, reason."""
        return [
            (self.seconds(event), event.data["level"], event.data["reason"])
            for event in self.of("alert.raised")
            if "ladder" in event.data
        ]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.type == kind]

    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def seconds(self, event: Event) -> int:
        """Whole seconds from the opening to the event's record."""
        return round((event.recorded_at - self.state.opened_recorded_at).total_seconds())

    def due(self) -> dict[str, float]:
        """Seconds from now until each deadline."""
        return {
            each.key: (each.due_at - self.bank.now).total_seconds()
            for each in self.state.deadlines()
        }


def is_working_day(day: date) -> bool:
    """Mainland China's, with its swapped weekends."""
    if day.year > 2026:  # not announced yet
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


def playbook(type_: str, **change: Any) -> Playbook:
    """A library playbook with something else in it, under a hash of its own."""
    digest = hashlib.sha256(repr((type_, change)).encode()).hexdigest()
    return replace(LIBRARY[type_], sha256=digest, **change)


def bank_with(*books: Playbook, **more: Any) -> Bank:
    """The demo bank with playbooks of its own instead of the library's of the same id."""
    return Bank(playbooks={**LIBRARY, **{book.id: book for book in books}}, **more)


def _whole_milliseconds(moment: datetime) -> datetime:
    """The next moment that the server's clock can show (backend/clock.py)."""
    return moment + timedelta(microseconds=-moment.microsecond % 1000)


def _actor(caller: Caller | None) -> Actor:
    if caller is None:
        return SYSTEM
    if caller.person is None:
        return Actor("device", caller.device_id or "", "柜台平板")
    role, org = caller.person.roles[0]
    return Actor("user", caller.person.id, caller.person.name, role, org)
