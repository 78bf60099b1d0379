"""The written statement (A8): drafted by one, changed by another, issued by one named person."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from escalation import events as ev
from escalation.context import Decision
from escalation.dealing_commands import DraftStatement, IssueStatement
from escalation.incident import Incident
from escalation.people import Directory
from escalation.refusal import Invalid, Refused
from escalation.statement import LANGS, Lang, Letter, document, fingerprint
from escalation.texts import Typed
from escalation.wording import refuse_forbidden


def draft_statement(decision: Decision, command: DraftStatement) -> None:
    """Keep the words so far; whoever writes next starts from them."""
    _check(decision, command)
    seal = decision.context.seal
    data = {
        "lang": command.lang,
        "text": seal(command.text),
        "contact": seal(command.contact),
    }
    decision.add(ev.STATEMENT_DRAFTED, data)


def issue_statement(decision: Decision, command: IssueStatement) -> None:
    """It is final: the document is made, and the hash of its bytes goes on record."""
    _check(decision, command)
    refuse_forbidden(
        {"text": command.text.text, "contact": command.contact.text},
        "书面说明里有不能对客户说的话。",
        "The statement says what nobody may say to a customer.",
    )
    context = decision.context
    head = letterhead(
        decision.incident, context.directory, context.now, command.lang, context.actor.name
    )
    paper = document(replace(head, text=command.text.text, contact=command.contact.text))
    seal = context.seal
    decision.add(
        ev.STATEMENT_ISSUED,
        {
            "id": context.new_id(),
            "lang": command.lang,
            "text": seal(command.text),
            "contact": seal(command.contact),
            "sha256": fingerprint(paper),
            "document": seal(Typed(paper)),
        },
    )


def letterhead(
    state: Incident, directory: Directory, now: datetime, lang: Lang, signed: str
) -> Letter:
    """What stands on the paper beside the words, if ``signed`` issued it ``now``."""
    orgs, path = directory.orgs, directory.path(state.branch)
    branch = orgs[state.branch]
    return Letter(
        lang=lang,
        bank=orgs[path[-1]].name,
        branch=branch.name,
        number=state.number,
        day=now.astimezone(ZoneInfo(branch.timezone)).date().isoformat(),
        text="",
        contact="",
        signed=signed,
        drill=state.drill,
    )


def _check(decision: Decision, command: DraftStatement | IssueStatement) -> None:
    """Raises Refused: it was cancelled, or somebody else has written on meanwhile."""
    state = decision.incident
    if state.status == "cancelled":
        raise Refused("cancelled", "这件事已经撤销。", "This incident was cancelled.")
    if command.lang not in LANGS:
        raise Invalid("lang", "没有这个选项。", "There is no such choice.")
    known = state.dealings.drafts.get(command.lang)
    if (0 if known is None else known.seq) != command.draft:
        raise Refused(
            "changed-meanwhile",
            "别人刚改过这份说明，先看一下新的再存。",
            "Somebody has changed it meanwhile. Look at the newest words first.",
        )
