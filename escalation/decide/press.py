"""Words to the media, put on record by who spoke them: the office and nobody else (M5)."""

from escalation import events as ev
from escalation.context import Decision
from escalation.dealing_commands import RecordPressStatement
from escalation.decide.rooms import said_moment
from escalation.refusal import Refused
from escalation.timeline import stamp


def record_press_statement(decision: Decision, command: RecordPressStatement) -> None:
    """Who asked for which outlet, what was asked and what was said. Rights keep others out."""
    if not any(book.press for book in decision.incident.playbooks):
        raise Refused(
            "not-media",
            "对媒体的答复只在媒体来访里登记，先加上媒体来访预案。",
            "Words to the press belong to a media visit: add that playbook first.",
        )
    seal = decision.context.seal
    decision.add(
        ev.PRESS_STATEMENT_RECORDED,
        {
            "id": decision.context.new_id(),
            "at": stamp(said_moment(decision, command.at)),
            "outlet": seal(command.outlet),
            "who": seal(command.who),
            **seal.optional("press_card", command.press_card),
            "asked": seal(command.asked),
            "said": seal(command.said),
        },
    )
