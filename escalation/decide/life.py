"""From contained to closed, and back; notes, files and exports on the way."""

from escalation import events as ev
from escalation.clocks import pause, tick
from escalation.commands import (
    AddNote,
    Attach,
    Close,
    Contain,
    RecordExport,
    Reopen,
    ReportLate,
)
from escalation.context import Decision
from escalation.decide.drills import record_score
from escalation.decide.follow_ups import schedule_satisfaction
from escalation.decide.people import act_deadline
from escalation.refusal import Invalid, Refused
from escalation.timeline import stamp
from playbooks.gates import gate_open

OUTCOMES = ("calmed", "settled", "to_procedure", "withdrew", "police", "false_alarm", "other")
ROOT_CAUSES = (
    "information.unclear_terms",
    "information.misleading_returns",
    "communication.scripted",
    "communication.defensive",
    "promises.benefit_late",
    "promises.handover_broken",
    "privacy.contact_frequency",
    "privacy.data_use",
    "other",
)
COMPLAINT_KINDS = ("fact", "perception")


def contain(decision: Decision, command: Contain) -> None:
    """It is under control. Every containment step that could be done must be done."""
    state = decision.incident
    if state.status == "contained":
        return
    still_open = [
        step
        for _, step in state.steps()
        if step.containment
        and state.progress_of(step.id).state == "open"
        and (
            step.gate is None
            or gate_open(step.gate, state.facts, state.progress_of(step.id).cleared)
        )
    ]
    if still_open:
        raise Refused(
            "containment-open",
            "还有控场步骤没做：" + "、".join(step.title.zh for step in still_open) + "。",
            "Containment steps are open: " + "; ".join(step.title.en for step in still_open) + ".",
            steps=[step.id for step in still_open],
        )
    decision.add(ev.INCIDENT_CONTAINED, decision.context.seal.optional("summary", command.summary))
    tick(decision, "contained")


def close(decision: Decision, command: Close) -> None:
    """It is settled: what came of it, and why it happened (S7)."""
    state = decision.incident
    _check_names(command)
    if state.status != "contained":
        raise Refused("not-contained", "先确认已控场，再办结。", "It must be contained first.")
    if command.root_cause is None and any(book.needs_root_cause for book in state.playbooks):
        raise Refused("root-cause-missing", "要填根本原因。", "The root cause is needed.")
    decision.add(
        ev.INCIDENT_CLOSED,
        {
            "resolution": decision.context.seal(command.resolution),
            "outcome": command.outcome,
            "root_cause": command.root_cause,
            "complaint_kind": command.complaint_kind or state.facts.get("complaint_kind"),
        },
    )
    tick(decision, "closed")
    if state.drill:
        record_score(decision)
    else:
        schedule_satisfaction(decision, command)


def reopen(decision: Decision, command: Reopen) -> None:
    """It was not over. Back to acknowledged, with the same person in charge."""
    state = decision.incident
    if state.status == "cancelled":
        raise Refused("cancelled", "这件事已经撤销。", "This incident was cancelled.")
    if state.status != "closed":
        raise Refused("not-closed", "这件事还没办结。", "This incident is not closed.")
    act_by = act_deadline(state.having(status="acknowledged"), decision.context.now)
    decision.add(
        ev.INCIDENT_REOPENED,
        {
            "reason": decision.context.seal(command.reason),
            "act_by": None if act_by is None else stamp(act_by),
        },
    )
    pause(decision, "closed")


def add_note(decision: Decision, command: AddNote) -> None:
    """Something worth keeping, in somebody's own words."""
    decision.add(ev.NOTE_ADDED, {"text": decision.context.seal(command.text)})


def attach(decision: Decision, command: Attach) -> None:
    """A photo, a recording, a paper: its hash goes into the timeline."""
    decision.add(
        ev.ATTACHMENT_ADDED,
        {
            "attachment_id": command.attachment_id,
            "sha256": command.sha256,
            "media_type": command.media_type,
            "size": command.size,
            **decision.context.seal.optional("caption", command.caption),
        },
    )


def record_export(decision: Decision, command: RecordExport) -> None:
    """Who took the timeline out of the house, in which form and up to which event."""
    data = {"format": command.format, "lang": command.lang, "upto_seq": command.upto_seq}
    decision.add(ev.EXPORT_MADE, data)


def report_late(decision: Decision, command: ReportLate) -> None:
    """What a tablet did while it was away, and what came of it in the meantime."""
    decision.add(
        ev.REPORT_LATE,
        {
            "command": command.command,
            "because": command.because,
            "data": decision.context.seal.deeply(command.data),
        },
    )


def check_not_over(decision: Decision) -> None:
    """After the end nothing acts any more.

    Raises:
        Refused: ``closed`` or ``cancelled``.
    """
    status = decision.incident.status
    if status == "closed":
        raise Refused("closed", "这件事已经办结。", "This incident is closed.")
    if status == "cancelled":
        raise Refused("cancelled", "这件事已经撤销。", "This incident was cancelled.")


def _check_names(command: Close) -> None:
    for field, value, allowed in (
        ("outcome", command.outcome, OUTCOMES),
        ("root_cause", command.root_cause, ROOT_CAUSES),
        ("complaint_kind", command.complaint_kind, COMPLAINT_KINDS),
    ):
        if value is not None and value not in allowed:
            raise Invalid(field, "没有这个选项。", "There is no such choice.")
