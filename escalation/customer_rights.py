"""Who may look a customer up, see the whole card, change what on it, and ask for marketing.

Pure and deny by default. On a counter's tablet nobody sees a whole card: customers stand before it.
"""

from collections.abc import Iterable, Mapping

from escalation.people import Directory
from escalation.rights import BRANCH_MANAGERS, UPPER_MANAGERS, Caller

KEEPERS = BRANCH_MANAGERS | UPPER_MANAGERS | {"complaint_officer", "compliance_officer"}
"""Who works on complaints and answers for the branch: they keep the cards."""
READERS = KEEPERS | {"legal_officer", "business_line", "auditor"}
FLOOR = frozenset({"teller", "lobby_manager", "office_staff"})
"""They look one customer up while they handle a matter, and make a card where there is none."""
MARKETING = frozenset({"business_line"})
"""Whoever sells asks by this role: a marketing system has an account that holds it."""
LIFTERS = frozenset({"compliance_officer"})
"""Who refused marketing is asked again by nobody, unless compliance says so."""

_HEARS_IT = KEEPERS | FLOOR | MARKETING
_MAY_CHANGE: Mapping[str, frozenset[str]] = {
    "name": KEEPERS,
    "reference": KEEPERS,
    "tags": KEEPERS,
    "risk_profile": KEEPERS | MARKETING,
    "contact_limit": KEEPERS,
    "mute_marketing": KEEPERS,
    "do_not_contact": _HEARS_IT,
    "call_back_after": _HEARS_IT,
}
AT_THE_COUNTER = frozenset({"do_not_contact", "call_back_after"})
"""What a customer says there is written down there, whatever the session."""


def seen_whole_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose cards somebody sees with all that stands on them."""
    return set() if caller.device_id is not None else _reach(caller, directory, READERS)


def sees_judgements(caller: Caller) -> bool:
    """Tags and repeat claims judge a customer, who may read what stands on a counter's tablet."""
    return caller.device_id is None


def looked_up_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose customers somebody may look up, and link."""
    return _reach(caller, directory, READERS | FLOOR)


def added_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs for which somebody makes cards."""
    return _reach(caller, directory, KEEPERS | FLOOR)


def marketed_at(caller: Caller, directory: Directory) -> set[str]:
    """The orgs whose customers somebody contacts for marketing, or answers for who does."""
    return _reach(caller, directory, KEEPERS | MARKETING)


def may_change(
    caller: Caller, org: str, names: Iterable[str], directory: Directory, *, lifts: bool
) -> bool:
    """Whether somebody may change these parts of a card of ``org``.

    Args:
        caller: a person.
        org: that keeps the card.
        names: parts of a card, as the API calls them.
        directory: the house.
        lifts: a refusal of all marketing is to be taken back.
    """
    if lifts and org not in _reach(caller, directory, LIFTERS):
        return False
    return all(
        org in _reach(caller, directory, _MAY_CHANGE.get(name, frozenset())) for name in names
    )


def _reach(caller: Caller, directory: Directory, roles: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for role, org in () if caller.person is None else caller.person.roles:
        if role in roles:
            found |= {org} if role in BRANCH_MANAGERS else directory.below(org)
    return found
