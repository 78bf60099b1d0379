"""Customer cards: what is known of a customer, and who claims again (A4, A9, S9).

What is said of a customer holds for all cards with the same reference, however it is typed: one
customer may have a card at several branches.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal, NamedTuple, cast

from escalation.refusal import Invalid

TAGS = (
    *("high_sensitivity", "low_trust", "vulnerable"),
    *("official", "lawyer", "influential"),
)
"""What people put on a card (A4, P1)."""
FREQUENT = "frequent_complainant"
"""This tag is put on and taken off by the rule alone."""
CARE = {
    "no_marketing": frozenset({"high_sensitivity", "low_trust", FREQUENT}),
    "one_contact": frozenset(TAGS) - {"vulnerable"} | {FREQUENT},
    "take_time": frozenset({"vulnerable"}),
}
"""What to do, by the tags that ask for it: what a customer may read who stands before a tablet."""
LOWERING = frozenset({"high_sensitivity", "low_trust"})
RISK_PROFILES = ("conservative", "balanced", "aggressive")
RiskProfile = Literal["conservative", "balanced", "aggressive"]

FREQUENT_MATTERS = 3
FREQUENT_WITHIN = timedelta(days=90)
"""So many matters within such a time mute marketing by themselves."""
REPEAT_WITHIN = timedelta(days=365)
"""The same cause, or money, again within such a time is a repeat claim."""
PERIODS = {"month": timedelta(days=31), "quarter": timedelta(days=92)}
"""Any so many days in a row, not the calendar's: no two contacts around the end of a month."""
Period = Literal["month", "quarter"]
CALL_BACK_WITHIN = timedelta(days=92)
"""Nobody is called back later than this."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many contacts in any month, or in any quarter."""

    count: int
    per: Period

    @property
    def in_a_quarter(self) -> int:
        """For comparing: the fewer the stricter."""
        return self.count * (3 if self.per == "month" else 1)


ORDINARY = Limit(3, "month")
LOWERED = Limit(1, "quarter")


@dataclass(frozen=True, slots=True)
class Mark:
    """Who has decided it, when, and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a branch keeps about a customer. ``revision`` counts its changes.

    ``limit``: chosen by a person; the tags may ask for a stricter one. ``muted`` by a person;
    ``unmuted``: somebody has lifted the mute, whoever had set it. ``do_not_contact``: the
    customer wants no marketing, for ever.
    """

    id: str
    org: str
    name: str
    reference: str | None
    made_by: str
    made_at: datetime
    tags: tuple[str, ...] = ()
    risk_profile: RiskProfile | None = None
    limit: Limit | None = None
    muted: Mark | None = None
    unmuted: Mark | None = None
    do_not_contact: Mark | None = None
    call_back_after: datetime | None = None
    revision: int = 1

    @property
    def same_as(self) -> str | None:
        """Cards of one customer have the same; None: this one has no reference."""
        return None if self.reference is None else reference_key(self.reference)

    @property
    def allowed(self) -> Limit:
        """The stricter of what was chosen and what the tags ask for (A4)."""
        chosen = self.limit or ORDINARY
        if not LOWERING.intersection(self.tags):
            return chosen
        return min(chosen, LOWERED, key=lambda each: each.in_a_quarter)


class Matter(NamedTuple):
    """An incident of the customer's. ``money``: an amount was at stake."""

    opened_at: datetime
    cause: str | None
    money: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """The cards of one customer, the one that is looked at first, and what has been.

    ``complaints``: when their matters began, of those that count (see ``frequent_since``).
    """

    cards: tuple[Card, ...]
    contacts: tuple[datetime, ...] = ()
    complaints: tuple[datetime, ...] = ()

    @property
    def frequent_since(self) -> datetime | None:
        """Since when the rule mutes marketing for them; a lift makes the count begin anew."""
        lifted = max((card.unmuted.at for card in self.cards if card.unmuted), default=None)
        return frequent_since(self.complaints, lifted)

    @property
    def muted(self) -> bool:
        """By a person or by the rule."""
        return any(card.muted for card in self.cards) or self.frequent_since is not None

    @property
    def tags(self) -> tuple[str, ...]:
        """What people have put on the first card, and what the rule adds."""
        frequent = () if self.frequent_since is None else (FREQUENT,)
        return (*self.cards[0].tags, *frequent)

    @property
    def care(self) -> tuple[str, ...]:
        """What to do, in words that judge nobody (A4)."""
        asked = {each for each, tags in CARE.items() if tags.intersection(self.tags)}
        if self.muted or any(card.do_not_contact for card in self.cards):
            asked.add("no_marketing")
        return tuple(each for each in CARE if each in asked)

    @property
    def allowed(self) -> Limit:
        """The strictest of their cards'."""
        return min((card.allowed for card in self.cards), key=lambda each: each.in_a_quarter)


def reference_key(reference: str) -> str:
    """What an account or policy number is compared by: its letters and digits, however typed."""
    plain = unicodedata.normalize("NFKC", reference).casefold()
    return "".join(filter(str.isalnum, plain)) or plain


def frequent_since(complaints: Iterable[datetime], lifted: datetime | None) -> datetime | None:
    """When the third matter within ninety days came, after the last lift; None: it has not (A4)."""
    times = sorted(each for each in complaints if lifted is None or each > lifted)
    for first, last in zip(times, times[FREQUENT_MATTERS - 1 :], strict=False):
        if last - first <= FREQUENT_WITHIN:
            return last
    return None


def repeat_claims(matters: Sequence[Matter]) -> tuple[str, ...]:
    """Whether the same cause, or money, came again within a year (S9)."""
    by_cause: dict[str, list[datetime]] = {}
    for each in matters:
        if each.cause is not None and each.cause != "other":
            by_cause.setdefault(each.cause, []).append(each.opened_at)
    found = []
    if any(map(_again, by_cause.values())):
        found.append("same_cause")
    if _again([each.opened_at for each in matters if each.money]):
        found.append("money_again")
    return tuple(found)


def _again(times: Iterable[datetime]) -> bool:
    return any(later - earlier <= REPEAT_WITHIN for earlier, later in pairwise(sorted(times)))


def changed(card: Card, change: Mapping[str, Any], mark: Mark) -> Card:
    """The card with these parts changed, as the API calls them; the same card, where none is.

    Args:
        card: as it is.
        change: ``name``, ``reference``, ``tags``, ``risk_profile``, ``contact_limit`` (a limit),
            ``mute_marketing``, ``do_not_contact`` (true or false), ``call_back_after``.
        mark: who changes it, and why.

    Raises:
        Invalid: a decision without a reason, or a call back at no time to come.
    """
    _check(card, change, mark)
    parts = {name: change[name] for name in _AS_THEY_ARE if name in change}
    if "contact_limit" in change:
        parts["limit"] = change["contact_limit"]
    if change.get("mute_marketing") is True and card.muted is None:
        parts |= {"muted": mark, "unmuted": None}
    if change.get("mute_marketing") is False:
        parts |= {"muted": None, "unmuted": mark}
    if "do_not_contact" in change and change["do_not_contact"] != bool(card.do_not_contact):
        parts["do_not_contact"] = mark if change["do_not_contact"] else None
    after = replace(card, **parts)
    return card if after == card else replace(after, revision=card.revision + 1)


_AS_THEY_ARE = ("name", "reference", "tags", "risk_profile", "call_back_after")


def _check(card: Card, change: Mapping[str, Any], mark: Mark) -> None:
    if not mark.reason and ("mute_marketing" in change or "do_not_contact" in change):
        raise Invalid("reason", "请写明原因。", "Say why.")
    later = change.get("call_back_after")
    if later in (None, card.call_back_after):
        return
    if not mark.at < later <= mark.at + CALL_BACK_WITHIN:
        raise Invalid(
            "call_back_after",
            "回电时间要在现在之后、三个月之内。",
            "It must lie ahead, and at most three months.",
        )


def limit_of(count: int | None, per: str | None) -> Limit | None:
    """A chosen limit from its two halves, as they are kept."""
    return None if count is None or per is None else Limit(count, cast(Period, per))
