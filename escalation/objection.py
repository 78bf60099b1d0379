"""What customers object to and what may be answered: used only when cleared by two (A3, A5)."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

from escalation.people import Directory
from escalation.refusal import Refused
from escalation.rights import BRANCH_MANAGERS, REVIEWERS, UPPER_MANAGERS, Caller, roles_for
from playbooks.forbidden import forbidden_in

CLEARERS = ("compliance_officer", "legal_officer")
GOOD_FOR = timedelta(days=92)
"""A quarter; then compliance and legal look at it again."""
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
class Clearance:
    """By whom and when."""

    by: str
    at: datetime


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
        if self.compliance is None or self.legal is None:
            return None
        return min(self.compliance.at, self.legal.at) + GOOD_FOR

    def status(self, now: datetime) -> Status:
        """Only what is ``cleared`` may be said to a customer."""
        until = self.clear_again_by
        if self.retired:
            return "retired"
        if until is None:
            return "draft"
        return "cleared" if now < until else "expired"


def check_wording(words: Words) -> None:
    """Refuse forbidden wording in an answer, with each place.

    What customers say is theirs: an objection may hold any word.

    Raises:
        Refused: ``forbidden-wording`` with ``places``.
    """
    places = [
        {"field": name, "start": each.start, "length": each.length, "wording": each.wording}
        for name in ("answer_zh", "answer_en")
        for each in forbidden_in(getattr(words, name))
    ]
    if places:
        raise Refused(
            "forbidden-wording",
            "答复里有不能对客户说的话。",
            "The answer says what nobody may say to a customer.",
            places=places,
            errors=[
                {
                    "field": str(each["field"]),
                    "zh": f"不能说“{each['wording']}”。",
                    "en": f"“{each['wording']}” must not be said.",
                }
                for each in places
            ],
        )


def clearing_role(caller: Caller, objection: Objection, directory: Directory) -> str | None:
    """As what the caller may clear it: compliance before legal, where both are open to them."""
    if caller.person is None:
        return None
    held = roles_for(caller.person, objection.org, directory)
    able = [role for role in CLEARERS if role in held]
    wanting = [role for role in able if _of(objection, role) is None]
    return next(iter(wanting or able), None)


def check_second(objection: Objection, role: str, person: str) -> None:
    """Two different people clear it.

    Raises:
        Refused: ``second-person`` where they have cleared it in the other role.
    """
    other = _of(objection, next(each for each in CLEARERS if each != role))
    if other is not None and other.by == person:
        raise Refused(
            "second-person",
            "合规和法务要由两个人分别审核。",
            "Compliance and legal are two different people.",
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


def _of(objection: Objection, role: str) -> Clearance | None:
    return objection.compliance if role == "compliance_officer" else objection.legal


WORD_FIELDS = tuple(each.name for each in fields(Words))
