"""Two clearances, by two different people: what may be said to a customer needs both (A5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from escalation.people import Directory
from escalation.refusal import Refused
from escalation.rights import Caller, roles_for

CLEARERS = ("compliance_officer", "legal_officer")
GOOD_FOR = timedelta(days=92)
"""A quarter; then compliance and legal look at it again."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """By whom and when."""

    by: str
    at: datetime


class Cleared(Protocol):
    """What compliance and legal clear, of one org and for all below."""

    @property
    def org(self) -> str:
        """Where it holds."""

    @property
    def compliance(self) -> Clearance | None:
        """The word of compliance."""

    @property
    def legal(self) -> Clearance | None:
        """The word of legal."""


def clear_again_by(thing: Cleared) -> datetime | None:
    """Until when both clearances hold; None while one is missing."""
    if thing.compliance is None or thing.legal is None:
        return None
    return min(thing.compliance.at, thing.legal.at) + GOOD_FOR


def clearing_role(caller: Caller, thing: Cleared, directory: Directory) -> str | None:
    """As what the caller may clear it: compliance before legal, where both are open to them."""
    if caller.person is None:
        return None
    held = roles_for(caller.person, thing.org, directory)
    able = [role for role in CLEARERS if role in held]
    wanting = [role for role in able if _of(thing, role) is None]
    return next(iter(wanting or able), None)


def check_second(thing: Cleared, role: str, person: str) -> None:
    """Two different people clear it.

    Raises:
        Refused: ``second-person`` where they have cleared it in the other role.
    """
    other = _of(thing, next(each for each in CLEARERS if each != role))
    if other is not None and other.by == person:
        raise Refused(
            "second-person",
            "合规和法务要由两个人分别审核。",
            "Compliance and legal are two different people.",
        )


def _of(thing: Cleared, role: str) -> Clearance | None:
    return thing.compliance if role == "compliance_officer" else thing.legal
