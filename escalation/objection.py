"""What customers object to and what may be answered: used only when cleared by two (A3, A5)."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from escalation.clearance import Clearance, clear_again_by
from escalation.people import Directory
from escalation.rights import BRANCH_MANAGERS, REVIEWERS, UPPER_MANAGERS, Caller
from escalation.wording import refuse_forbidden
from playbooks.forbidden import faults_in_script

WRITERS = BRANCH_MANAGERS | UPPER_MANAGERS | REVIEWERS
STATUSES = ("draft", "cleared", "expired", "retired")
Status = Literal["draft", "cleared", "expired", "retired"]


@dataclass(frozen=True, slots=True)
class Words:
    """An objection and its answer, in both languages."""

    objection_zh: str
    objection_en: str
    answer_zh: str
    answer_en: str


@dataclass(frozen=True, slots=True)
class Objection:
    """One entry of the library. It holds for its org and all below.

    ``revision`` counts the changes of its words; a clearance is of the present words.
    """

    id: str
    org: str
    topic: str
    playbook: str | None
    incident: str | None
    words: Words
    revision: int
    made_by: str
    made_at: datetime
    compliance: Clearance | None = None
    legal: Clearance | None = None
    retired: bool = False

    @property
    def clear_again_by(self) -> datetime | None:
        """Until when both clearances hold; None while one is missing."""
        return clear_again_by(self)

    def status(self, now: datetime) -> Status:
        """Only what is ``cleared`` may be said to a customer."""
        until = self.clear_again_by
        if self.retired:
            return "retired"
        if until is None:
            return "draft"
        return "cleared" if now < until else "expired"


def check_wording(words: Words) -> None:
    """Refuse what an answer must not say, or not without a risk notice, with each place.

    What customers say is theirs: an objection may hold any word.

    Raises:
        Refused: ``forbidden-wording`` with ``places``.
    """
    refuse_forbidden(
        {name: getattr(words, name) for name in ("answer_zh", "answer_en")},
        "答复要改：有不能对客户说的话，或者缺风险提示。",
        "The answer says what nobody may say to a customer, or leaves out the risk.",
        find=faults_in_script,
    )


def writes_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs for which somebody writes entries: where they manage or review, and below."""
    found: set[str] = set()
    for role, org in () if caller.person is None else caller.person.roles:
        if role in WRITERS:
            found |= directory.below(org)
    return found


def drafts_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs of whose entries somebody sees those that are not cleared, too."""
    found = writes_at(caller, directory)
    for role, org in () if caller.person is None else caller.person.roles:
        if role == "auditor":
            found |= directory.below(org)
    return found


def inherited_by(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose cleared entries somebody uses: their own, those above, and below theirs."""
    found = drafts_at(caller, directory)
    for role, org in () if caller.person is None else caller.person.roles:
        if role != "admin":
            found |= set(directory.path(org))
    return found


WORD_FIELDS = tuple(each.name for each in fields(Words))
