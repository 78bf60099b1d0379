"""Whatever anybody does in whatever order, and however time goes by: what always holds."""

from contextlib import suppress
from datetime import timedelta

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from escalation import commands as c
from escalation import dealing_commands as d
from escalation.events import Event
from escalation.evolve import fold
from escalation.refusal import Refused
from escalation.texts import Typed
from escalation.timeline import canonical
from notifications.plan import plan
from tests.builders import EVERYBODY, FORM, LIBRARY, MORNING, Bank, NotSeen, typed

PEOPLE = st.sampled_from(EVERYBODY)
TYPES = st.sampled_from(sorted(LIBRARY))
STEPS = st.sampled_from(sorted({step.id for book in LIBRARY.values() for step in book.steps}))
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "head_count": st.integers(0, 9),
        "injury": st.sampled_from([True, False, None]),
        "danger_to_life": st.booleans(),
        "demand": st.just(Typed("退款")),
        "subject_staff": st.sampled_from([*EVERYBODY, None]),
    },
)
REASON = typed()
COMMANDS = st.one_of(
    st.builds(c.Acknowledge, st.sampled_from([None, 3, 10])),
    st.builds(c.Decline, st.sampled_from([None, REASON])),
    st.builds(c.CompleteStep, STEPS),
    st.builds(c.CompleteStep, STEPS, override_reason=st.just(REASON)),
    st.just(c.CompleteStep("fill_record_form", record=FORM)),
    st.builds(c.ClearStep, STEPS),
    st.builds(c.SkipStep, STEPS, st.just(REASON)),
    st.builds(c.ReopenStep, STEPS, st.just(REASON)),
    st.builds(c.RecordFacts, FACTS),
    st.builds(c.AddPlaybook, TYPES),
    st.builds(c.Reclassify, TYPES, st.just(REASON)),
    st.builds(c.HandOver, PEOPLE),
    st.just(c.AddNote(REASON)),
    st.just(c.Escalate(REASON)),
    st.just(c.Contain()),
    st.just(c.Close(REASON, "calmed")),
    st.just(c.Cancel(REASON)),
    st.just(c.Reopen(REASON)),
    st.just(c.ScheduleFollowUp()),
    st.just(c.RecordReview(REASON, REASON, REASON)),
    st.just(c.LinkCustomer("card", "east-01")),
    st.just(c.UnlinkCustomer()),
    st.builds(
        d.MakePromise,
        st.just(REASON),
        st.sampled_from([MORNING + timedelta(hours=hours) for hours in (1, 5, 50)]),
        st.sampled_from(["action", "money", "information"]),
    ),
    st.builds(d.NameRepresentative, st.just(REASON)),
    st.builds(d.LeadToRoom, st.just(REASON), st.just(REASON), st.sampled_from([None, 3])),
    st.just(d.RecordPressStatement(REASON, REASON, REASON, REASON)),
)
AFTER_THE_END = {
    "incident.joined",
    "incident.reopened",
    "facts.recorded",
    "note.added",
    "alert.informed",
    "alert.delivered",
    "alert.seen",
    "alert.failed",
    "clock.started",
    "clock.paused",
    "clock.warned",
    "clock.missed",
    "clock.met",
    "export.made",
    "follow_up.scheduled",
    "follow_up.due",
    "follow_up.done",
    "promise.due",
    "report.late",
    "review.recorded",
    "customer.linked",
    "customer.unlinked",
}


class AnyIncident(RuleBasedStateMachine):
    """One incident, all of the demo bank's people, and the clock."""

    @initialize(
        who=st.sampled_from([*EVERYBODY, "teller1", "teller2"]),
        type_=TYPES,
        branch=st.sampled_from(["east-01", "east-01", "west-01"]),
        facts=FACTS,
        away=st.sets(PEOPLE),
        pace=st.sampled_from([1, 1, 7, 60]),
    )
    def somebody_raises(self, who, type_, branch, facts, away, pace):
        self.bank = Bank(away=set(away), pace=pace)
        if branch == "west-01":
            who = "teller4"
        try:
            self.case = self.bank.raises(who, type_, branch, facts=facts)
        except NotSeen:
            self.case = self.bank.raises("teller1", type_, "east-01", facts=facts)
        self.checked = 0

    def tries(self, deed):
        """A refused command leaves nothing behind."""
        before, events = self.case.known, list(self.case.events)
        try:
            deed()
        except (Refused, NotSeen):
            assert self.case.known is before
            assert self.case.events == events
        self.check_new_events(before)

    def check_new_events(self, before):
        new = self.case.events[len(self.case.events) - (self.case.state.seq - before.seq) :]
        over, people = before.over, self.bank.directory.by_username
        subject = before.subject
        for event in new:
            if event.type == "incident.reopened":
                over = False
            assert not over or event.type in AFTER_THE_END, event.type
            if event.type in ("incident.closed", "incident.cancelled"):
                over = True
            if event.type == "facts.recorded":
                subject = event.data["facts"].get("subject_staff", subject)
            if "recipients" in event.data and subject is not None:
                users = {each["user"] for each in event.data["recipients"]}
                assert people[subject].id not in users
        assert plan(before, new, self.case.state) is not None

    @rule(who=PEOPLE, command=COMMANDS)
    def somebody_does_something(self, who, command):
        self.tries(lambda: self.case.does(who, command))

    @rule(who=st.sampled_from(["manager1", "deputy1", "hqduty1"]), command=COMMANDS)
    def a_manager_does_something(self, who, command):
        self.tries(lambda: self.case.does(who, command))

    @rule(who=PEOPLE, facts=FACTS)
    def somebody_taps_the_same(self, who, facts):
        self.tries(lambda: self.case.joined_by(who, facts=facts))

    @rule(which=st.integers(0, 20), receipt=st.sampled_from(["delivered", "seen"]))
    def a_receipt_comes(self, which, receipt):
        told = self.told()
        if told:
            alert, user = told[-1 - which % len(told)]
            who = user.removeprefix("id-of-")
            receive = c.Receive(receipt, alert.id, alert.told[user].repeat)
            self.tries(lambda: self.case.does(who, receive))

    @rule(which=st.integers(0, 20))
    def a_delivery_fails(self, which):
        told = self.told()
        if told:
            alert, user = told[-1 - which % len(told)]
            failed = c.DeliveryFailed(alert.id, alert.told[user].repeat, user, "sms")
            self.tries(lambda: self.case.decides(failed, self.bank.context(None)))

    def told(self):
        state = self.case.state
        alerts = [*state.alerts.values(), *state.informed.values()]
        return [(alert, user) for alert in alerts for user in alert.told]

    @rule(seconds=st.sampled_from([0.5, 1, 59, 60, 61, 130, 300, 1000, 3600, 20_000]))
    def time_goes_by(self, seconds):
        before = self.case.known
        self.bank.later(seconds / self.bank.pace)
        self.check_new_events(before)

    @rule()
    def time_goes_by_to_the_next_deadline(self):
        due = self.case.due()
        if due:
            before = self.case.known
            self.bank.later(max(0, min(due.values())))
            self.check_new_events(before)

    @rule(who=PEOPLE)
    def somebody_goes_away_or_comes_back(self, who):
        self.bank.away ^= {who}

    @rule(key=st.sampled_from(["ladder", "act_within", "quiet", "step:divert", "clock:call_back"]))
    def the_timer_is_wrong(self, key):
        """A deadline that is not due, or was overtaken, does nothing."""
        if all(seconds > 0 for name, seconds in self.case.due().items() if name == key):
            assert self.case.fires(key) == []

    @precondition(lambda self: hasattr(self, "case"))
    @invariant()
    def it_is_never_forgotten(self):
        state = self.case.state
        if not state.over:
            assert state.deadlines()
        for deadline in state.deadlines():
            assert deadline.due_at >= self.bank.now or deadline.key.startswith("step:")
        if state.status == "open":
            assert "ladder" in self.case.due()

    @precondition(lambda self: hasattr(self, "case"))
    @invariant()
    def its_numbers_have_no_gap(self):
        assert [event.seq for event in self.case.events] == list(
            range(1, len(self.case.events) + 1)
        )

    @precondition(lambda self: hasattr(self, "case"))
    @invariant()
    def its_end_is_quiet(self):
        state = self.case.state
        if state.over or state.status == "contained":
            assert state.climb.next_at is None
            assert state.act_by is None
        if state.over:
            assert not state.live_alerts()

    def teardown(self):
        with suppress(AttributeError):
            stored = [orjson.loads(canonical(event.body("0" * 64))) for event in self.case.events]
            again = fold([Event.from_body(body) for body in stored], self.bank.playbook_of)
            assert again == self.case.state
            return


AnyIncident.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True
)
TestAnyIncident = AnyIncident.TestCase
