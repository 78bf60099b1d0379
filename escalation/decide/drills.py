"""Drills (A6): a mystery visit is revealed, or was none; how it went is put on record.

Until its owner says so, everybody takes a mystery visit for real. Marking stops nothing that has
begun: no ladder stands still because somebody has marked the wrong incident. Where somebody is
hurt it is real, even if that is recorded after the marking.
"""

from escalation import events as ev
from escalation.commands import MarkDrill, UnmarkDrill
from escalation.context import Decision
from escalation.decide.alerting import tell_again
from escalation.drill import HARM, MARK_WITHIN, harm_in
from escalation.drill_score import score
from escalation.incident import Incident
from escalation.refusal import Refused

REVEALED, REAL = "drill", "no_drill"
"""Why people are told once more."""


def mark_drill(decision: Decision, command: MarkDrill) -> None:
    """This was the mystery visit: on record, told to all who know of it, and out of statistics.

    Raises:
        Refused: ``drill-already``, ``drill-over``, ``drill-does-not-fit``, ``real-harm``,
            ``several-reporters``.
    """
    state = decision.incident
    if state.drill:
        raise Refused("drill-already", "这件事已经标为演练。", "It is marked as a drill already.")
    if decision.context.now > command.ends + MARK_WITHIN:
        raise Refused("drill-over", "这次暗访早已结束。", "That mystery visit is long over.")
    _check_fits(state, command)
    _check_harmless(decision)
    if len(_reporters(state)) > 1 and not command.all_asked:
        raise Refused(
            "several-reporters",
            "不止一个人上报：先问清楚每个人遇到的都是暗访的人。",
            "Several people reported it: ask each whether they met the visitor and nobody else.",
        )
    reason = decision.context.seal(command.reason)
    decision.add(ev.DRILL_MARKED, {"terms": command.terms.as_json(), "reason": reason})
    tell_again(decision, REVEALED)
    if state.status == "closed":
        record_score(decision)


def unmark_drill(decision: Decision, command: UnmarkDrill) -> None:
    """It was no drill: it counts again, and everybody who knows of it is told.

    Raises:
        Refused: ``no-drill``: it is none, or was one from the beginning.
    """
    terms = decision.incident.terms
    if terms is None or terms.marked_at is None:
        raise Refused(
            "no-drill",
            "这件事没有标为演练。真出了事请另外上报。",
            "It was never marked as a drill. Raise what is real by itself.",
        )
    reason = decision.context.seal(command.reason)
    decision.add(ev.DRILL_UNMARKED, {"drill": terms.drill, "reason": reason})
    tell_again(decision, REAL)


def real_after_all(decision: Decision) -> None:
    """Somebody is hurt in what was marked as a mystery visit: it is real, whoever marked it."""
    state = decision.incident
    terms = state.terms
    if terms is None or terms.marked_at is None or not harm_in(state.facts):
        return
    decision.follow(ev.DRILL_UNMARKED, {"drill": terms.drill, "because": "harm"})
    tell_again(decision, REAL)


def record_score(decision: Decision) -> None:
    """How it went, by the rules and playbooks of this moment: later ones change no old score."""
    state, context = decision.incident, decision.context
    events = [*context.history(state.id), *decision.events]
    decision.follow(ev.DRILL_SCORED, score(events, context.playbook_of, context.now).as_json())


def _check_fits(state: Incident, command: MarkDrill) -> None:
    types = {book.id for book in (*state.playbooks, *state.former)}
    at_its_time = command.begins <= state.opened_at <= command.ends
    if state.branch != command.branch or command.type not in types or not at_its_time:
        raise Refused(
            "drill-does-not-fit",
            "网点、类型或时间与这次暗访对不上。",
            "Its branch, type or time is not that of the visit.",
        )


def _check_harmless(decision: Decision) -> None:
    """What was once recorded counts, though somebody has taken it back since."""
    recorded = [
        event.data["facts"]
        for event in decision.context.history(decision.incident.id)
        if event.type == ev.FACTS_RECORDED
    ]
    harm = [name for name in HARM if any(name in harm_in(facts) for facts in recorded)]
    if harm:
        raise Refused(
            "real-harm",
            "已记录有人受伤、有危险或损失重大，不能标为演练。",
            "Somebody hurt, in danger, or a major loss is on record: this is no drill.",
            facts=harm,
        )


def _reporters(state: Incident) -> set[tuple[str | None, str | None]]:
    return {(each.user, each.device) for each in state.reports if not each.withdrawn}
