"""Whose matter an incident is, seen through what each reader may see (S9)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select

from backend.customers.cards import find_card, with_references
from backend.customers.tables import ContactRow
from backend.incident_list import visible
from backend.projections import INCIDENTS, MATTERS
from escalation.customer import Card, Customer, Matter, repeat_claims
from escalation.customer_rights import looked_up_at, sees_judgements
from escalation.incident import Incident
from escalation.people import Directory
from escalation.rights import Caller

CONTACTS = ContactRow.__table__
_COLUMNS = MATTERS.c
_JOINED = MATTERS.join(INCIDENTS, INCIDENTS.c.id == _COLUMNS.incident_id)


def customers_of(conn: Connection, cards: Sequence[Card], caller: Caller) -> list[Customer]:
    """Each card's customer: with their cards elsewhere, contacts, and the complaints that count.

    What is discreet is no complaint, and nobody learns by a count what is about themselves.
    """
    same: dict[str, list[Card]] = defaultdict(list)
    for each in with_references(conn, [card.reference for card in cards if card.reference]):
        same[each.same_as or ""].append(each)
    of = {
        card.id: (card, *(each for each in same[card.same_as or ""] if each.id != card.id))
        for card in cards
    }
    ids = {each.id for group in of.values() for each in group}
    contacts = _times(conn, select(CONTACTS.c.customer_id, CONTACTS.c.at), CONTACTS, ids)
    counting = (
        select(_COLUMNS.customer_id, _COLUMNS.opened_at)
        .select_from(_JOINED)
        .where(*_counts(caller))
    )
    complaints = _times(conn, counting, MATTERS, ids)
    return [
        Customer(
            of[card.id],
            tuple(at for each in of[card.id] for at in contacts[each.id]),
            tuple(at for each in of[card.id] for at in complaints[each.id]),
        )
        for card in cards
    ]


def customer_with(conn: Connection, reference: str, orgs: set[str], caller: Caller) -> Customer:
    """The customer of that reference; the card that one of ``orgs`` keeps stands first."""
    cards = sorted(with_references(conn, [reference]), key=lambda card: card.org not in orgs)
    found = customers_of(conn, cards[:1], caller)
    return found[0] if found else Customer(())


def list_matters(
    conn: Connection,
    cards: Iterable[Card],
    caller: Caller,
    directory: Directory,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int | None = None,
) -> Sequence[RowMapping]:
    """What the reader may see of these cards' matters, the newest first; one more than ``limit``.

    What was taken back was none, and a drill is none.
    """
    columns = INCIDENTS.c
    wanted = (
        select(*columns, _COLUMNS.cause, _COLUMNS.money)
        .select_from(_JOINED)
        .where(
            _COLUMNS.customer_id.in_(sorted(card.id for card in cards)),
            columns.drill.is_(False),
            columns.status != "cancelled",
            visible(caller, directory),
        )
    )
    if after is not None:
        at, last = after
        same_moment = (columns.opened_at == at) & (columns.id < last)
        wanted = wanted.where(or_(columns.opened_at < at, same_moment))
    order = wanted.order_by(columns.opened_at.desc(), columns.id.desc())
    return conn.execute(order if limit is None else order.limit(limit + 1)).mappings().all()


def claims_in(matters: Iterable[RowMapping]) -> tuple[str, ...]:
    """Repeat claims among matters that were listed."""
    return repeat_claims(
        [Matter(each["opened_at"], each["cause"], each["money"]) for each in matters]
    )


def shown_customer(
    conn: Connection, state: Incident, caller: Caller, directory: Directory
) -> dict[str, Any] | None:
    """The customer of an incident, as it shows them; None also for who may not look them up."""
    card = None
    if state.customer is not None:
        card = find_card(conn, state.customer, looked_up_at(caller, directory))
    if card is None:
        return None
    (customer,) = customers_of(conn, [card], caller)
    matters = list_matters(conn, customer.cards, caller, directory)
    judged = sees_judgements(caller)
    earlier = [each for each in matters if each["opened_at"] < state.opened_at]
    return {
        "id": card.id,
        "name": card.name,
        "tags": list(customer.tags) if judged else [],
        "care": list(customer.care),
        "risk_profile": card.risk_profile,
        "earlier": len(earlier),
        "repeat_claims": list(claims_in(matters)) if judged else [],
    }


def _times(
    conn: Connection, wanted: Any, table: Any, ids: set[str]
) -> Mapping[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    for customer, at in conn.execute(wanted.where(table.c.customer_id.in_(sorted(ids)))):
        found[customer].append(at)
    return found


def _counts(caller: Caller) -> list[Any]:
    columns = INCIDENTS.c
    username = "" if caller.person is None else caller.person.username
    return [
        columns.discreet.is_(False),
        columns.drill.is_(False),
        columns.status != "cancelled",
        or_(columns.subject.is_(None), columns.subject != username),
    ]
