"""Customer cards, "may I call?", contacts that count, and their matters (A4, A9, S9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response
from sqlalchemy import Connection, RowMapping

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.customer_schemas import (
    SHORTEST_SEARCH,
    ContactBodySchema,
    ContactSchema,
    ContactsSchema,
    CustomerBodySchema,
    CustomerChangeSchema,
    CustomerQuerySchema,
    CustomerSchema,
    CustomersSchema,
    MattersSchema,
    MayCallByReferenceSchema,
    MayCallQuerySchema,
    MayCallSchema,
)
from backend.api.customer_views import (
    card_json,
    contact_json,
    matter_json,
    may_call_json,
    newest_after,
    newest_place,
)
from backend.api.paging import PageSchema
from backend.api.planning import reader, writer
from backend.api.problem_schemas import problems
from backend.callers import actor_of, current_caller, signed_in
from backend.customers.cards import (
    add_card,
    change_card,
    find_card,
    find_cards,
)
from backend.customers.contacts import Contact, ask, list_contacts, make_contact, told_to
from backend.customers.matters import claims_in, customer_with, customers_of, list_matters
from backend.problems import NotFound
from backend.sending import own_branch
from backend.services import services
from escalation.customer import Card, Customer, Limit
from escalation.customer_rights import (
    AT_THE_COUNTER,
    added_at,
    looked_up_at,
    marketed_at,
    may_change,
    seen_whole_at,
    sees_judgements,
)
from escalation.refusal import Forbidden, Invalid

blueprint = Blueprint("customers", __name__, description="Cards, and marketing's question.")

LOOKED_BACK = timedelta(days=1)
LOOKED_AHEAD = timedelta(days=366)
"""Between these the question "may I call then?" makes sense."""
_BY_HAND = frozenset({"tags", "risk_profile", "contact_limit"})


@blueprint.get("/customers")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(CustomerQuerySchema, location="query")
@blueprint.response(200, CustomersSchema)
def get_customers(query: Mapping[str, Any]) -> Response:
    """The newest first. Who may only look one customer up says whom: by name or by number."""
    _, directory = reader()
    parts, caller, limit = services(), current_caller(), query["limit"]
    orgs, whole = looked_up_at(caller, directory), seen_whole_at(caller, directory)
    if not orgs or ("tag" in query and not sees_judgements(caller)):
        raise Forbidden
    if not whole and "reference" not in query and len(query.get("q", "")) < SHORTEST_SEARCH:
        raise Invalid(
            "q",
            "请输入客户姓名（至少两个字）或完整的账号、保单号。",
            "Type the customer's name (two characters or more) or their whole number.",
        )
    if "org" in query:
        orgs &= directory.below(query["org"]) if query["org"] in directory.orgs else set()
    wanted = {**query, "after": newest_after(query.get("cursor"))}
    found = parts.reader.run(
        lambda conn: customers_of(conn, find_cards(conn, orgs, wanted), caller)
    )
    last = found[limit - 1].cards[0] if len(found) > limit else None
    following = None if last is None else newest_place(last.made_at, last.id)
    judged = sees_judgements(caller)
    items = [
        card_json(each, directory, whole=each.cards[0].org in whole, judged=judged)
        for each in found[:limit]
    ]
    return answer({"items": items, "next_cursor": following})


@blueprint.post("/customers")
@signed_in
@problems(400, 401, 403, 409, 413, 422, 507)
@blueprint.arguments(CustomerBodySchema)
@blueprint.response(201, CustomerSchema)
def make_customer(body: Mapping[str, Any]) -> Response:
    """A card. At the counter it has a name and a number; what judges needs a password session."""
    who, directory = writer() if _BY_HAND & body.keys() else reader()
    parts, caller = services(), current_caller()
    if not added_at(caller, directory):
        raise Forbidden
    org = body.get("org") or own_branch(parts, caller)
    if org not in directory.orgs or directory.orgs[org].kind != "branch":
        raise Invalid("org", "没有这个网点。", "There is no such branch.")
    if org not in added_at(caller, directory):
        raise Forbidden
    if not may_change(caller, org, _BY_HAND & body.keys(), directory, lifts=False):
        raise Forbidden
    card = Card(
        id=body.get("id") or parts.clock.new_id(),
        org=org,
        name=body["name"],
        reference=body.get("reference"),
        made_by=who.id,
        made_at=parts.clock.now(),
        tags=body.get("tags", ()),
        risk_profile=body.get("risk_profile"),
        limit=_limit(body.get("contact_limit")),
    )
    made = parts.writer.run(lambda batch: add_card(batch, parts.clock, actor_of(who), card))
    return _shown(made, 201)


@blueprint.get("/customers/may-call")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(MayCallByReferenceSchema, location="query")
@blueprint.response(200, MayCallSchema)
def may_call_reference(query: Mapping[str, Any]) -> Response:
    """May marketing contact the customer with this account or policy number?

    All their cards speak, whichever branch keeps them; whoever has no card has said nothing.
    """
    _, directory = reader()
    parts, caller = services(), current_caller()
    orgs = marketed_at(caller, directory)
    if not orgs:
        raise Forbidden
    customer = parts.reader.run(lambda conn: customer_with(conn, query["reference"], orgs, caller))
    said = ask(customer, query["channel"], _moment(query), directory, query.get("offer"))
    seen = next((card.id for card in customer.cards if card.org in orgs), None)
    return answer(may_call_json(seen, told_to(current_caller(), said), query.get("offer")))


@blueprint.get("/customers/<customer_id>")
@signed_in
@problems(401, 403, 404, 422)
@blueprint.response(200, CustomerSchema)
def get_customer(customer_id: str) -> Response:
    """One card; the whole of it for who keeps cards, sells or audits, and never on a tablet."""
    reader()
    return _shown(_find(customer_id))


@blueprint.patch("/customers/<customer_id>")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(CustomerChangeSchema)
@blueprint.response(200, CustomerSchema)
def change_customer(body: Mapping[str, Any], customer_id: str) -> Response:
    """Change the card as it was read; that somebody wants no marketing, compliance alone lifts.

    Nor does anybody else give who wants none another number: by it all branches know them.
    """
    change = {key: value for key, value in body.items() if key not in ("revision", "reason")}
    lifts = change.get("do_not_contact") is False
    by_hand = lifts or not change.keys() <= AT_THE_COUNTER
    who, directory = writer() if by_hand else reader()
    card = _find(customer_id)
    renumbered = "reference" in change and change["reference"] != card.reference
    refused = any(each.do_not_contact for each in _customer(card).cards)
    lifted = refused and (renumbered or (lifts and card.do_not_contact is not None))
    if not may_change(current_caller(), card.org, change, directory, lifts=lifted):
        raise Forbidden
    if "contact_limit" in change:
        change["contact_limit"] = _limit(change["contact_limit"])
    parts, reason = services(), body.get("reason", "")
    after = parts.writer.run(
        lambda batch: change_card(
            batch, parts.clock, actor_of(who), card.id, body["revision"], change, reason
        )
    )
    return _shown(after)


@blueprint.get("/customers/<customer_id>/matters")
@signed_in
@problems(401, 403, 404, 422)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, MattersSchema)
def get_matters(query: Mapping[str, Any], customer_id: str) -> Response:
    """The customer's incidents that the caller may see, the newest first (S9)."""
    _, directory = reader()
    parts, caller, limit = services(), current_caller(), query["limit"]
    card, after = _find(customer_id), newest_after(query.get("cursor"))
    cards = _customer(card).cards

    def read(conn: Connection) -> tuple[Sequence[RowMapping], tuple[str, ...]]:
        page = list_matters(conn, cards, caller, directory, after=after, limit=limit)
        return page, claims_in(list_matters(conn, cards, caller, directory))

    found, claims = parts.reader.run(read)
    items = [matter_json(each, directory, parts.shelf.current) for each in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else newest_place(last["opened_at"], last["id"])
    return answer(
        {
            "items": items,
            "repeat_claims": list(claims if sees_judgements(caller) else ()),
            "next_cursor": following,
        }
    )


@blueprint.get("/customers/<customer_id>/may-call")
@signed_in
@problems(401, 403, 404, 422)
@blueprint.arguments(MayCallQuerySchema, location="query")
@blueprint.response(200, MayCallSchema)
def may_call_customer(query: Mapping[str, Any], customer_id: str) -> Response:
    """May marketing contact this customer, and if not, why not and until when (A4)?

    With an ``offer`` also: does it fit their risk profile (A9)?
    """
    _, directory = reader()
    card = _find_for_marketing(customer_id)
    customer = _customer(card)
    said = ask(customer, query["channel"], _moment(query), directory, query.get("offer"))
    return answer(may_call_json(card.id, told_to(current_caller(), said), query.get("offer")))


@blueprint.get("/customers/<customer_id>/contacts")
@signed_in
@problems(401, 403, 404, 422)
@blueprint.arguments(PageSchema, location="query")
@blueprint.response(200, ContactsSchema)
def get_contacts(query: Mapping[str, Any], customer_id: str) -> Response:
    """Marketing contacts of this card, the newest first."""
    _, directory = reader()
    limit, after = query["limit"], newest_after(query.get("cursor"))
    card = _find(customer_id)
    if card.org not in seen_whole_at(current_caller(), directory):
        raise Forbidden
    found = services().reader.run(lambda conn: list_contacts(conn, card.id, after, limit))
    items = [contact_json(each, directory) for each in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else newest_place(last.at, last.id)
    return answer({"items": items, "next_cursor": following})


@blueprint.post("/customers/<customer_id>/contacts")
@signed_in
@problems(400, 401, 403, 404, 409, 413, 422, 507)
@blueprint.arguments(ContactBodySchema)
@blueprint.response(201, ContactSchema)
def contact_customer(body: Mapping[str, Any], customer_id: str) -> Response:
    """Claim a contact before it is made: it counts; 409 with reasons where it is not allowed."""
    who, directory = reader()
    parts, caller = services(), current_caller()
    card = _find_for_marketing(customer_id)
    contact = Contact(
        body.get("id") or parts.clock.new_id(),
        card.id,
        body["channel"],
        parts.clock.now(),
        who.id,
        body.get("offer"),
    )
    orgs = marketed_at(caller, directory)
    made = parts.writer.run(
        lambda batch: make_contact(
            batch,
            parts.clock,
            actor_of(who),
            caller,
            directory,
            contact,
            orgs,
        )
    )
    return answer(contact_json(made, directory), 201)


def _find(customer_id: str) -> Card:
    parts = services()
    orgs = looked_up_at(current_caller(), parts.world.directory)
    found = parts.reader.run(lambda conn: find_card(conn, customer_id, orgs))
    if found is None:
        raise NotFound
    return found


def _find_for_marketing(customer_id: str) -> Card:
    card = _find(customer_id)
    if card.org not in marketed_at(current_caller(), services().world.directory):
        raise Forbidden
    return card


def _customer(card: Card) -> Customer:
    caller = current_caller()
    (found,) = services().reader.run(lambda conn: customers_of(conn, [card], caller))
    return found


def _shown(card: Card, status: int = 200) -> Response:
    caller, directory = current_caller(), services().world.directory
    whole = card.org in seen_whole_at(caller, directory)
    return answer(
        card_json(_customer(card), directory, whole=whole, judged=sees_judgements(caller)), status
    )


def _limit(given: Mapping[str, Any] | None) -> Limit | None:
    return None if given is None else Limit(given["count"], given["per"])


def _moment(query: Mapping[str, Any]) -> datetime:
    now = services().clock.now()
    at: datetime = query.get("at", now)
    if not now - LOOKED_BACK <= at <= now + LOOKED_AHEAD:
        raise Invalid("at", "这个时间太早或太远。", "This is too long ago or too far ahead.")
    return at
