"""Marketing contacts: each counts, and none is made that the rules speak against (A4)."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, insert, or_, select

from backend.batch import Batch
from backend.clock import Clock
from backend.customers.cards import find_card
from backend.customers.matters import CONTACTS, customers_of
from backend.event_store import append_log, lock_log
from backend.problems import NotFound
from escalation.customer import FREQUENT, Customer, RiskProfile
from escalation.customer_rights import sees_judgements
from escalation.events import Actor
from escalation.marketing import WHY, Answer, may_call, unfit
from escalation.people import Directory
from escalation.refusal import Refused
from escalation.rights import Caller
from escalation.timeline import stamp

_COLUMNS = CONTACTS.c
_NAMES = ("id", "customer_id", "channel", "at", "by", "offer")


class Contact(NamedTuple):
    """One that was made. ``by``: a person's id; ``offer``: what was offered (see ``may_call``)."""

    id: str
    customer: str
    channel: str
    at: datetime
    by: str
    offer: RiskProfile | None = None


def ask(
    customer: Customer,
    channel: str,
    at: datetime,
    directory: Directory,
    offer: RiskProfile | None = None,
) -> Answer:
    """May the customer be contacted then? By the clocks of the branch of their first card."""
    if not customer.cards:
        return Answer(tuple(unfit(customer, offer)))
    zone = ZoneInfo(directory.orgs[customer.cards[0].org].timezone)
    return may_call(customer, channel, at, zone, offer)


def make_contact(
    batch: Batch,
    clock: Clock,
    actor: Actor,
    caller: Caller,
    directory: Directory,
    contact: Contact,
    orgs: set[str],
) -> Contact:
    """Count a contact before it is made; of two who ask at once for the last one, one gets it.

    Sent again by its id it is the one that there is.

    Raises:
        NotFound: no such card at these orgs.
        Refused: ``contact-not-allowed`` with ``reasons`` and ``not_before``;
            ``idempotency-conflict``.
    """
    lock_log(batch)
    card = find_card(batch.conn, contact.customer, orgs)
    if card is None:
        raise NotFound
    known = batch.conn.execute(select(CONTACTS).where(_COLUMNS.id == contact.id)).first()
    if known is not None:
        return _same(_contact(known), contact)
    (customer,) = customers_of(batch.conn, [card], caller)
    answer = ask(customer, contact.channel, contact.at, directory, contact.offer)
    if not answer.allowed:
        raise _not_allowed(told_to(caller, answer))
    row = {**contact._asdict(), "customer_id": contact.customer}
    del row["customer"]
    batch.conn.execute(insert(CONTACTS), [row])
    said = {"contact": contact.id, "customer": contact.customer, "channel": contact.channel}
    if contact.offer is not None:
        said["offer"] = contact.offer
    append_log(batch, clock, "customer.contacted", actor, said)
    return contact


def list_contacts(
    conn: Connection, card_id: str, after: tuple[datetime, str] | None, limit: int
) -> list[Contact]:
    """One more than ``limit``, the newest first."""
    wanted = select(CONTACTS).where(_COLUMNS.customer_id == card_id)
    if after is not None:
        at, last = after
        wanted = wanted.where(or_(_COLUMNS.at < at, and_(_COLUMNS.at == at, _COLUMNS.id < last)))
    order = wanted.order_by(_COLUMNS.at.desc(), _COLUMNS.id.desc()).limit(limit + 1)
    return [_contact(row) for row in conn.execute(order)]


def told_to(caller: Caller, answer: Answer) -> Answer:
    """The answer as the asker may read it: on a tablet the rule's mute is a mute like any other."""
    if sees_judgements(caller):
        return answer
    reasons = ("muted" if each == FREQUENT else each for each in answer.reasons)
    return answer._replace(reasons=tuple(dict.fromkeys(reasons)))


def reasons_json(answer: Answer) -> list[dict[str, object]]:
    """Why not, each by its key and in words."""
    return [{"key": each, "text": WHY[each].as_json()} for each in answer.reasons]


def _contact(row: object) -> Contact:
    found = row._mapping  # type: ignore[attr-defined]  # a row of CONTACTS
    return Contact(*(found[name] for name in _NAMES))


def _same(known: Contact, contact: Contact) -> Contact:
    if known._replace(at=contact.at) != contact:
        raise Refused(
            "idempotency-conflict",
            "这个编号已经用在别的联系记录上。",
            "This id belongs to another contact.",
        )
    return known


def _not_allowed(answer: Answer) -> Refused:
    until = None if answer.not_before is None else stamp(answer.not_before)
    return Refused(
        "contact-not-allowed",
        "".join(WHY[each].zh for each in answer.reasons),
        " ".join(WHY[each].en for each in answer.reasons),
        reasons=reasons_json(answer),
        not_before=until,
    )
