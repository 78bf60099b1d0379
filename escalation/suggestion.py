"""Suggestions to the business side, and their answers (W4, A7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from escalation.people import BYSTANDERS, Directory
from escalation.refusal import Refused
from escalation.rights import BRANCH_MANAGERS, REVIEWERS, UPPER_MANAGERS, Caller

STATUSES = ("open", "answered", "declined")
Status = Literal["open", "answered", "declined"]
ANSWERERS = frozenset({"business_line"})


ASKED_AGAIN = timedelta(days=7)
"""Who is to answer hears again of what waits."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody at ``org`` asks of the business line there or above it."""

    id: str
    org: str
    incident: str | None
    product: str
    cause: str
    text: str
    made_by: str
    made_at: datetime
    status: Status = "open"
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


def check_open(suggestion: Suggestion) -> None:
    """It is answered once.

    Raises:
        Refused: ``answered-already``.
    """
    if suggestion.status != "open":
        raise Refused(
            "answered-already",
            "这条建议已经答复过了。",
            "This suggestion has been answered already.",
        )


def answerers(directory: Directory, org: str, subject: str | None, at: datetime) -> tuple[str, ...]:
    """Who is asked to answer: the business line there, without whom the incident is about."""
    about = directory.by_username.get(subject or "")
    without = [] if about is None else [about.id]
    found = directory.resolve(sorted(ANSWERERS), org, at, without=without)
    return tuple(each.person.id for each in found)


def suggests_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs for which somebody makes suggestions: where they work, and below."""
    return _reach(caller, directory, None)


def answers_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose suggestions somebody answers."""
    return _reach(caller, directory, ANSWERERS)


def suggestions_seen_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose suggestions somebody sees, besides their own."""
    roles = ANSWERERS | BRANCH_MANAGERS | UPPER_MANAGERS | REVIEWERS | {"auditor"}
    return _reach(caller, directory, roles)


def _reach(caller: Caller, directory: Directory, roles: frozenset[str] | None) -> set[str]:
    """``roles`` None: every role of those who act."""
    found: set[str] = set()
    for role, org in () if caller.person is None else caller.person.roles:
        if role not in BYSTANDERS if roles is None else role in roles:
            found |= {org} if role in BRANCH_MANAGERS else directory.below(org)
    return found
