"""The calls that are owed after an incident: made by the rules or by people, due, done (A1, A4)."""

from datetime import datetime, timedelta

from escalation import events as ev
from escalation.commands import Close, FinishFollowUp, ScheduleFollowUp
from escalation.context import Decision
from escalation.decide.alerting import holders, in_charge
from escalation.decide.owed import remind_of_owed
from escalation.follow_up import (
    CALL_BACK,
    CONTENT,
    FURTHEST,
    IN_THREE_DAYS,
    OUTCOMES,
    SATISFACTION,
    TELL,
    TRY_AGAIN,
    WITHIN_A_WEEK,
    FollowUp,
    Kind,
)
from escalation.refusal import Invalid, Refused
from escalation.timeline import stamp


def schedule_satisfaction(decision: Decision, command: Close) -> None:
    """Closed: where a playbook promises a call-back, or it was a complaint, one is owed (A1)."""
    state = decision.incident
    clock = state.clocks.get("call_back")
    promised = clock is not None and clock.met_at is None and not clock.paused
    complaint = command.complaint_kind or state.type.startswith("complaint_")
    if not promised and not complaint:
        return
    due_at = decision.context.now + state.lasting(WITHIN_A_WEEK)
    if promised and clock is not None:
        due_at = clock.due_at
    _owe(decision, SATISFACTION, due_at)


def schedule(decision: Decision, command: ScheduleFollowUp) -> None:
    """The moment was a bad one: the customer is called back, in three days if nobody says when."""
    state, now = decision.incident, decision.context.now
    if state.status == "cancelled":
        raise Refused("cancelled", "这件事已经撤销。", "This incident was cancelled.")
    due_at = command.due_at or now + state.lasting(IN_THREE_DAYS)
    if not now < due_at <= now + timedelta(seconds=FURTHEST):
        raise Invalid(
            "due_at",
            "回电时间要在现在之后、三个月之内。",
            "It must lie ahead, and at most three months.",
        )
    decision.add(
        ev.FOLLOW_UP_SCHEDULED,
        {
            "id": decision.context.new_id(),
            "kind": CALL_BACK,
            "due_at": stamp(due_at),
            **decision.context.seal.optional("note", command.note),
        },
    )


def finish(decision: Decision, command: FinishFollowUp) -> None:
    """The call was made, or tried: what the customer said. Nobody there: tried again."""
    followed = decision.incident.follow_ups.get(command.follow_up)
    if followed is None:
        raise Invalid("follow_up", "没有这条回访。", "There is no such follow-up.")
    if followed.status == "done":
        raise Refused("follow-up-done", "这条回访已经做完。", "This follow-up is done already.")
    if followed.status == "withdrawn":
        raise Refused(
            "follow-up-withdrawn",
            "这件事又重新打开了，办结后会另排回访。",
            "The incident was opened again; a new call follows its closing.",
        )
    _check(followed, command)
    decision.add(
        ev.FOLLOW_UP_DONE,
        {
            "id": followed.id,
            "kind": followed.kind,
            "outcome": command.outcome,
            "content": command.content,
            **decision.context.seal.optional("improve", command.improve),
        },
    )
    if command.outcome == "not_reached":
        now = decision.context.now
        _owe(decision, followed.kind, now + decision.incident.lasting(TRY_AGAIN))
    elif followed.kind == SATISFACTION:
        _keep_the_promise(decision)


def follow_up_due(decision: Decision, follow_up: str) -> None:
    """Soon due, due, still not done: who follows complaints up, then the next level."""
    owed = decision.incident.follow_ups[follow_up]
    stage = owed.stage + 1
    decision.follow(ev.FOLLOW_UP_DUE, {"id": follow_up, "kind": owed.kind, "stage": stage})
    told = [*in_charge(decision), *holders(decision, TELL)]
    remind_of_owed(decision, told, stage, "soon" if stage < 3 else "immediate", follow_up=follow_up)


def _owe(decision: Decision, kind: Kind, due_at: datetime) -> None:
    data = {"id": decision.context.new_id(), "kind": kind, "due_at": stamp(due_at)}
    decision.follow(ev.FOLLOW_UP_SCHEDULED, data)


def _keep_the_promise(decision: Decision) -> None:
    clock = decision.incident.clocks.get("call_back")
    if clock is not None and clock.met_at is None:
        met_at = stamp(decision.context.occurred.estimate)
        data = {"name": clock.name, "by": "follow_up", "met_at": met_at}
        decision.follow(ev.CLOCK_MET, data)


def _check(followed: FollowUp, command: FinishFollowUp) -> None:
    if command.outcome not in OUTCOMES:
        raise Invalid("outcome", "没有这个选项。", "There is no such choice.")
    if command.content is not None and command.content not in CONTENT:
        raise Invalid("content", "没有这个选项。", "There is no such choice.")
    if followed.kind == SATISFACTION and command.outcome == "reached" and command.content is None:
        raise Invalid(
            "content",
            "请问客户对处理结果满不满意。",
            "Ask whether the customer is content with the solution.",
        )
