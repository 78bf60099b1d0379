"""How customer cards look in answers, and where their lists go on."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.api.answers import NoCursor, decode_cursor, encode_cursor
from backend.api.identity_schemas import org_json
from backend.customers.contacts import Contact, reasons_json
from backend.read_models import person
from escalation.customer import FREQUENT, ORDINARY, Customer, Mark
from escalation.marketing import RISK_NOTICE, Answer
from escalation.people import Directory
from escalation.timeline import stamp
from playbooks.model import Playbook

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def card_json(
    customer: Customer, directory: Directory, *, whole: bool, judged: bool
) -> dict[str, Any]:
    """The customer's first card.

    ``whole``: with what only its keepers see. ``judged``: with its tags (``sees_judgements``).
    """
    card = customer.cards[0]
    found = {
        "id": card.id,
        "org": org_json(card.org, directory),
        "name": card.name,
        "reference": card.reference,
        "tags": list(customer.tags) if judged else [],
        "care": list(customer.care),
        "risk_profile": card.risk_profile,
        "do_not_contact": any(each.do_not_contact for each in customer.cards),
        "call_back_after": _stamp(card.call_back_after),
        "revision": card.revision,
        "whole": whole,
    }
    if not whole:
        return found
    return {
        **found,
        "refusal": _mark(card.do_not_contact, directory),
        "mute_marketing": _mute(customer, directory),
        "contact_limit": _limit(customer),
        "made_by": person(directory, card.made_by),
        "made_at": stamp(card.made_at),
    }


def _mute(customer: Customer, directory: Directory) -> dict[str, Any]:
    card = customer.cards[0]
    by_hand = next((each.muted for each in customer.cards if each.muted), None)
    since = by_hand.at if by_hand else customer.frequent_since
    return {
        "on": since is not None,
        "because": "person" if by_hand else FREQUENT if since else None,
        "since": _stamp(since),
        "mark": _mark(by_hand or card.unmuted, directory),
    }


def _limit(customer: Customer) -> dict[str, Any]:
    holds, chosen = customer.allowed, customer.cards[0].limit
    usual = chosen or ORDINARY
    return {
        "count": holds.count,
        "per": holds.per,
        "lowered": holds.in_a_quarter < usual.in_a_quarter,
        "chosen": None if chosen is None else {"count": chosen.count, "per": chosen.per},
    }


def _mark(mark: Mark | None, directory: Directory) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {"by": person(directory, mark.by), "at": stamp(mark.at), "reason": mark.reason}


def matter_json(
    row: Mapping[Any, Any], directory: Directory, playbooks: Mapping[str, Playbook]
) -> dict[str, Any]:
    """An incident as the customer's history names it."""
    book = playbooks.get(row["type"])
    return {
        "id": row["id"],
        "number": row["number"],
        "type": row["type"],
        "title": None if book is None else book.title.as_json(),
        "severity": row["severity"],
        "status": row["status"],
        "branch": org_json(row["branch"], directory),
        "opened_at": stamp(row["opened_at"]),
        "closed_at": _stamp(row["closed_at"]),
        "root_cause": row["cause"],
        "money": row["money"],
    }


def contact_json(contact: Contact, directory: Directory) -> dict[str, Any]:
    """A contact that counts."""
    return {
        "id": contact.id,
        "channel": contact.channel,
        "at": stamp(contact.at),
        "by": person(directory, contact.by),
        "offer": contact.offer,
    }


def may_call_json(customer: str | None, said: Answer, offer: str | None) -> dict[str, Any]:
    """The answer to "may I call?"."""
    return {
        "customer": customer,
        "allowed": said.allowed,
        "reasons": reasons_json(said),
        "not_before": _stamp(said.not_before),
        "risk_notice": None if offer is None else RISK_NOTICE.as_json(),
    }


def newest_place(at: datetime, last_id: str) -> str:
    """Where a list of the newest goes on."""
    return encode_cursor([(at - _EPOCH) // _MILLISECOND, last_id])


def newest_after(cursor: str | None) -> tuple[datetime, str] | None:
    """The place that ``newest_place`` wrote. Raises NoCursor."""
    place = decode_cursor(cursor, (int, str))
    if place is None:
        return None
    try:
        return _EPOCH + place[0] * _MILLISECOND, place[1]
    except OverflowError as error:
        raise NoCursor from error


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)
