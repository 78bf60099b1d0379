"""Whether marketing may contact a customer, and with what (A4, A5, A9)."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from escalation.customer import FREQUENT, PERIODS, RISK_PROFILES, Customer, RiskProfile
from playbooks.model import Text

CHANNELS = ("phone", "sms", "visit", "wechat", "email", "mail")
DISTURBING = frozenset({"phone", "sms", "visit"})
"""These reach a customer at once: in the daytime only."""
DAYTIME = (time(8), time(20))
"""By the clocks of the branch that keeps the card."""
WHY = {
    "do_not_contact": Text(
        "客户明确表示不要营销联系，永久有效。",
        "The customer wants no marketing contact, for ever.",
    ),
    "muted": Text("已对这位客户静音营销。", "Marketing is muted for this customer."),
    "frequent_complainant": Text(
        "客户近期多次投诉，系统已自动静音营销。",
        "The customer has complained several times of late; marketing is muted by the rule.",
    ),
    "call_back_later": Text(
        "客户说现在不方便，请到约定时间再联系。",
        "The moment was a bad one; wait until the time that was agreed.",
    ),
    "limit_reached": Text(
        "这段时间的营销联系次数已经用完。", "All contacts of this period have been used."
    ),
    "unsuitable": Text(
        "产品风险高于客户的风险偏好，不能推荐。",
        "The product carries more risk than the customer's profile bears; do not offer it.",
    ),
    "no_risk_profile": Text(
        "客户还没有风险测评，不能推荐有风险的产品。",
        "The customer's risk profile is not known; offer nothing that carries risk.",
    ),
    "out_of_hours": Text(
        "只能在当地时间 08:00 到 20:00 打扰客户。",
        "Customers are disturbed from 08:00 to 20:00 only, by their branch's clocks.",
    ),
}
"""Each reason against a contact, in words."""
RISK_NOTICE = Text(
    "理财非存款，产品有风险，投资须谨慎。",
    "This is not a deposit. It carries risk; invest with care.",
)
"""What marketing says to whomever it offers a product (A5)."""


class Answer(NamedTuple):
    """To "may I call?". ``not_before``: when it may be asked again; None: now, or never."""

    reasons: tuple[str, ...] = ()
    not_before: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Nothing stands against it."""
        return not self.reasons


def may_call(
    customer: Customer,
    channel: str,
    at: datetime,
    zone: ZoneInfo,
    offer: RiskProfile | None = None,
) -> Answer:
    """Whether marketing may contact the customer then, and all that stands against it (A4, A9).

    Args:
        customer: who; without a card nothing stands against it.
        channel: one of ``CHANNELS``.
        at: when, aware.
        zone: of the branch that keeps the card.
        offer: the most cautious profile that what is to be offered suits.
    """
    forever = [
        reason
        for reason, stands in (
            ("do_not_contact", any(card.do_not_contact for card in customer.cards)),
            ("muted", any(card.muted for card in customer.cards)),
            (FREQUENT, customer.frequent_since is not None),
        )
        if stands
    ]
    forever += unfit(customer, offer)
    waits = dict(_waits(customer, at))
    opens = _opening(at, zone) if channel in DISTURBING else at
    if opens > at:
        waits["out_of_hours"] = opens
    reasons = (*forever, *waits)
    if forever or not waits:
        return Answer(reasons)
    until = max(waits.values())
    return Answer(reasons, _opening(until, zone) if channel in DISTURBING else until)


def unfit(customer: Customer, offer: RiskProfile | None) -> Iterable[str]:
    """Why it must not be offered to them (A9); ``offer`` as in ``may_call``.

    The most cautious of their cards speaks; what suits anybody needs no profile.
    """
    if offer is None or offer == RISK_PROFILES[0]:
        return
    known = [RISK_PROFILES.index(card.risk_profile) for card in customer.cards if card.risk_profile]
    if not known:
        yield "no_risk_profile"
    elif RISK_PROFILES.index(offer) > min(known):
        yield "unsuitable"


def _waits(customer: Customer, at: datetime) -> Iterable[tuple[str, datetime]]:
    later = max((card.call_back_after or at for card in customer.cards), default=at)
    if later > at:
        yield "call_back_later", later
    if customer.cards:
        limit = customer.allowed
        length = PERIODS[limit.per]
        recent = sorted(each for each in customer.contacts if each > at - length)
        if len(recent) >= limit.count:
            yield "limit_reached", recent[-limit.count] + length


def _opening(at: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of daytime that is not before ``at``."""
    opens, closes = DAYTIME
    local = at.astimezone(zone)
    if opens <= local.time() < closes:
        return at
    day = local.date() + timedelta(days=1 if local.time() >= closes else 0)
    return datetime.combine(day, opens, zone).astimezone(UTC)
