"""Who looks at a house as a whole: statistics (A7), drills and the board (contract, section 8)."""

from escalation.people import Directory
from escalation.rights import BRANCH_MANAGERS, UPPER_MANAGERS, Caller

COUNTERS = frozenset(
    {"auditor", "complaint_officer", "compliance_officer", "legal_officer", "business_line"}
)
"""Roles that count what happens below them; managers count their own."""
_DISCREET = UPPER_MANAGERS | {"auditor", "complaint_officer"}


def counted_by(caller: Caller, directory: Directory) -> tuple[set[str], set[str]]:
    """The orgs whose ordinary, and whose discreet, incidents are in somebody's statistics.

    Nobody's statistics count what they may not see: never more than ``rights.scope``. On a
    counter's tablet nothing discreet counts (C4).
    """
    ordinary: set[str] = set()
    discreet: set[str] = set()
    person = caller.person
    for role, org in () if person is None else person.roles:
        if role in BRANCH_MANAGERS:
            ordinary.add(org)
            discreet.add(org)
        elif role in UPPER_MANAGERS or role in COUNTERS:
            below = directory.below(org)
            ordinary |= below
            discreet |= below if role in _DISCREET else set()
    return ordinary, discreet if caller.device_id is None else set()
