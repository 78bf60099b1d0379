"""decide(state, command, context) -> events: the one entrance to all rules."""

from collections.abc import Callable, Mapping
from typing import Any

from escalation.commands import Command
from escalation.context import Context, Decision
from escalation.decide import (
    again,
    clocks,
    customers,
    drills,
    facts,
    follow_ups,
    life,
    people,
    press,
    promises,
    raising,
    receipts,
    reviews,
    rooms,
    statements,
    steps,
    timers,
)
from escalation.incident import Incident

_RULES: Mapping[str, Callable[[Decision, Any], None]] = {
    "open": raising.open_incident,
    "cancel": raising.cancel,
    "record-facts": facts.decide_facts,
    "add-playbook": facts.add_playbook,
    "reclassify": facts.reclassify,
    "complete-step": steps.complete_step,
    "clear-step": steps.clear_step,
    "skip-step": steps.skip_step,
    "reopen-step": steps.reopen_step,
    "acknowledge": people.acknowledge,
    "decline": people.decline,
    "hand-over": people.hand_over,
    "escalate": people.escalate,
    "receive": receipts.receive,
    "delivery-failed": receipts.delivery_failed,
    "pause-clock": clocks.pause_clock,
    "extend-clock": clocks.extend_clock,
    "resume-clock": clocks.resume_clock,
    "promise": promises.make_promise,
    "keep-promise": promises.keep_promise,
    "break-promise": promises.break_promise,
    "name-representative": rooms.name_representative,
    "withdraw-representative": rooms.withdraw_representative,
    "lead-to-room": rooms.lead_to_room,
    "leave-room": rooms.leave_room,
    "record-press-statement": press.record_press_statement,
    "draft-statement": statements.draft_statement,
    "issue-statement": statements.issue_statement,
    "schedule-follow-up": follow_ups.schedule,
    "finish-follow-up": follow_ups.finish,
    "record-review": reviews.record_review,
    "mark-drill": drills.mark_drill,
    "unmark-drill": drills.unmark_drill,
    "link-customer": customers.link_customer,
    "unlink-customer": customers.unlink_customer,
    "contain": life.contain,
    "close": life.close,
    "reopen": life.reopen,
    "add-note": life.add_note,
    "attach": life.attach,
    "export": life.record_export,
    "report-late": life.report_late,
    "deadline-passed": timers.deadline_passed,
    "alert-again": again.alert_again,
    "re-arm": timers.rearm,
}

#: What may still happen after the end: a second report, receipts, exports, clocks, the way back.
_AFTER_THE_END = frozenset(
    {
        "open",
        "reopen",
        "schedule-follow-up",
        "finish-follow-up",
        "record-review",
        "mark-drill",
        "unmark-drill",
        "link-customer",
        "unlink-customer",
        "draft-statement",
        "issue-statement",
        "keep-promise",
        "break-promise",
        "receive",
        "delivery-failed",
        "export",
        "report-late",
        "deadline-passed",
        "alert-again",
        "re-arm",
    }
)


def decide(state: Incident | None, command: Command, context: Context) -> Decision:
    """The events that ``command`` causes and the state after them; nothing is written.

    Raises:
        Refused: a rule says no; nothing has happened.
    """
    decision = Decision(context, state)
    if state is not None and command.name not in _AFTER_THE_END:
        life.check_not_over(decision)
    _RULES[command.name](decision, command)
    return decision
