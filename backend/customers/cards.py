"""Customer cards: found, made, changed; each change on the log's own chain, sealed if personal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, insert, or_, select, update

from backend.batch import Batch
from backend.clock import Clock
from backend.customers.tables import CustomerRow
from backend.db import contains_word
from backend.event_store import append_log, lock_log
from backend.problems import NotFound
from escalation.customer import Card, Mark, changed, limit_of, reference_key
from escalation.events import Actor
from escalation.refusal import Refused
from escalation.texts import Typed

CUSTOMERS = CustomerRow.__table__
_COLUMNS = CUSTOMERS.c
_MARKS = ("muted", "unmuted", "do_not_contact")


def find_cards(conn: Connection, orgs: set[str], query: Mapping[str, Any]) -> list[Card]:
    """One more than ``limit``, the newest first.

    Args:
        conn: a reading connection.
        orgs: whose cards the reader may find.
        query: ``q`` (a part of the name), ``reference`` (the whole of it), ``tag``, ``after``
            (a moment and an id), ``limit``.
    """
    wanted = select(CUSTOMERS).where(_COLUMNS.org_id.in_(sorted(orgs)))
    if "q" in query:
        wanted = wanted.where(contains_word(_COLUMNS.name, query["q"]))
    if "reference" in query:
        wanted = wanted.where(_COLUMNS.reference_key == reference_key(query["reference"]))
    if "tag" in query:
        wanted = wanted.where(_COLUMNS.tags.contains(f"|{query['tag']}|", autoescape=True))
    if query.get("after") is not None:
        at, last = query["after"]
        earlier = and_(_COLUMNS.made_at == at, _COLUMNS.id < last)
        wanted = wanted.where(or_(_COLUMNS.made_at < at, earlier))
    order = wanted.order_by(_COLUMNS.made_at.desc(), _COLUMNS.id.desc())
    return _read(conn, order.limit(query["limit"] + 1))


def find_card(conn: Connection, card_id: str, orgs: set[str]) -> Card | None:
    """The card of that id, where one of these orgs keeps it."""
    found = _read(conn, select(CUSTOMERS).where(_COLUMNS.id == card_id))
    return found[0] if found and found[0].org in orgs else None


def org_of(conn: Connection, card_id: str) -> str | None:
    """Which org keeps the card; None: there is none."""
    org: str | None = conn.execute(
        select(_COLUMNS.org_id).where(_COLUMNS.id == card_id)
    ).scalar_one_or_none()
    return org


def with_references(conn: Connection, references: Iterable[str]) -> list[Card]:
    """All cards of these references, whoever keeps them: each customer is one."""
    wanted = sorted(set(map(reference_key, references)))
    if not wanted:
        return []
    found = select(CUSTOMERS).where(_COLUMNS.reference_key.in_(wanted))
    return _read(conn, found.order_by(_COLUMNS.made_at, _COLUMNS.id))


def add_card(batch: Batch, clock: Clock, actor: Actor, card: Card) -> Card:
    """A new card, on record; sent again by the same person it is the one that there is.

    Raises:
        Refused: ``idempotency-conflict``, ``reference-taken``.
    """
    lock_log(batch)
    known = _read(batch.conn, select(CUSTOMERS).where(_COLUMNS.id == card.id))
    if known:
        if (known[0].made_by, known[0].org) != (card.made_by, card.org):
            raise Refused(
                "idempotency-conflict",
                "这个编号已经用在别的客户卡上。",
                "This id belongs to another card.",
            )
        return known[0]
    _check_reference(batch, card)
    batch.conn.execute(insert(CUSTOMERS), [_row(card)])
    _note(batch, clock, actor, "added", None, card)
    return card


def change_card(
    batch: Batch,
    clock: Clock,
    actor: Actor,
    card_id: str,
    revision: int,
    change: Mapping[str, Any],
    reason: str,
) -> Card:
    """Change what a card says, on record.

    Raises:
        NotFound: it is gone.
        Refused: ``changed-meanwhile``, ``reference-taken``.
        Invalid: a decision without a reason, or a call back at no time to come.
    """
    lock_log(batch)
    found = _read(batch.conn, select(CUSTOMERS).where(_COLUMNS.id == card_id))
    if not found:
        raise NotFound
    before = found[0]
    if before.revision != revision:
        raise Refused(
            "changed-meanwhile",
            "这张卡刚被别人改过，请看过新的再改。",
            "Somebody has changed it meanwhile; read it again first.",
        )
    after = changed(before, change, Mark(actor.id, clock.now(), reason))
    if after is before:
        return before
    if after.reference != before.reference:
        _check_reference(batch, after)
    batch.conn.execute(update(CUSTOMERS).where(_COLUMNS.id == card_id).values(**_row(after)))
    _note(batch, clock, actor, "changed", before, after)
    return after


def _check_reference(batch: Batch, card: Card) -> None:
    """Within an org a reference is one customer's."""
    same = select(_COLUMNS.id).where(
        _COLUMNS.reference_key == card.same_as, _COLUMNS.org_id == card.org, _COLUMNS.id != card.id
    )
    if card.reference is not None and batch.conn.execute(same).first() is not None:
        raise Refused(
            "reference-taken",
            "这个账号或保单号已经有客户卡了。",
            "There is a card with this account or policy number already.",
        )


def _note(
    batch: Batch, clock: Clock, actor: Actor, what: str, before: Card | None, after: Card
) -> None:
    """What is different now; ids and choices in clear, what is personal sealed."""
    now, was = _said(after), {} if before is None else _said(before)
    data = {name: value for name, value in now.items() if before is None or value != was[name]}
    kept = {"customer": after.id, "org": after.org, "revision": after.revision}
    append_log(batch, clock, f"customer.{what}", actor, {**kept, **data})


def _said(card: Card) -> dict[str, Any]:
    def mark(of: Mark | None) -> dict[str, Any] | None:
        return None if of is None else {"by": of.by, "at": of.at, "reason": Typed(of.reason)}

    limit = card.limit
    return {
        "name": Typed(card.name),
        "reference": None if card.reference is None else Typed(card.reference),
        "tags": list(card.tags),
        "risk_profile": card.risk_profile,
        "contact_limit": None if limit is None else {"count": limit.count, "per": limit.per},
        **{name: mark(getattr(card, name)) for name in _MARKS},
        "call_back_after": card.call_back_after,
    }


def _read(conn: Connection, wanted: Select[Any]) -> list[Card]:
    return [_card(row) for row in conn.execute(wanted).mappings()]


def _card(row: Any) -> Card:
    def mark(name: str) -> Mark | None:
        by = row[f"{name}_by"]
        return None if by is None else Mark(by, row[f"{name}_at"], row[f"{name}_reason"])

    return Card(
        id=row["id"],
        org=row["org_id"],
        name=row["name"],
        reference=row["reference"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        tags=tuple(each for each in row["tags"].split("|") if each),
        risk_profile=row["risk_profile"],
        limit=limit_of(row["limit_count"], row["limit_per"]),
        muted=mark("muted"),
        unmuted=mark("unmuted"),
        do_not_contact=mark("do_not_contact"),
        call_back_after=row["call_back_after"],
        revision=row["revision"],
    )


def _row(card: Card) -> dict[str, Any]:
    marks: Sequence[tuple[str, Mark | None]] = [(name, getattr(card, name)) for name in _MARKS]
    return {
        "id": card.id,
        "org_id": card.org,
        "name": card.name,
        "reference": card.reference,
        "reference_key": card.same_as,
        "tags": "".join(f"|{each}" for each in card.tags) + ("|" if card.tags else ""),
        "risk_profile": card.risk_profile,
        "limit_count": None if card.limit is None else card.limit.count,
        "limit_per": None if card.limit is None else card.limit.per,
        **{
            f"{name}_{part}": None if mark is None else getattr(mark, part)
            for name, mark in marks
            for part in ("by", "at", "reason")
        },
        "call_back_after": card.call_back_after,
        "revision": card.revision,
        "made_by": card.made_by,
        "made_at": card.made_at,
    }
