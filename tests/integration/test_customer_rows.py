"""Cards, contacts and suggestions on SQLite and PostgreSQL: each once, whoever asks at once."""

from collections.abc import Callable
from typing import Any

import gevent
from sqlalchemy import true

from backend.customers.cards import add_card, change_card, find_card, find_cards
from backend.customers.contacts import Contact, list_contacts, make_contact
from backend.customers.suggestions import (
    add_suggestion,
    answer_suggestion,
    count_causes,
    find_suggestions,
    how_often,
)
from escalation.customer import Card, Limit
from escalation.events import SYSTEM
from escalation.refusal import Refused
from escalation.rights import Caller
from escalation.suggestion import Suggestion
from tests.identity_bank import Process, TestClock

HERE = {"west-01"}


def made(bank: Process, clock: TestClock, number: int = 1, **more: Any) -> Card:
    card = Card(
        f"card-{number}", "west-01", f"李建国{number}", f"62 {number}", "u", clock.now(), **more
    )
    return bank.write(lambda batch: add_card(batch, clock, SYSTEM, card))


def outcomes(works: list[Callable[[], Any]]) -> list[str]:
    """What comes of doing all of these at once: done, or why not."""

    def one(work: Callable[[], Any]) -> str:
        try:
            work()
        except Refused as refusal:
            return refusal.kind
        return "done"

    begun = [gevent.spawn(one, work) for work in works]
    gevent.joinall(begun, raise_error=True)
    return sorted(each.value or "" for each in begun)


def test_the_last_contact_goes_to_one_of_two_servers(
    start: Callable[[], Process], clock: TestClock, database: str
) -> None:
    servers = [start(), start()] if database.startswith("postgresql") else [start()] * 2
    card = made(servers[0], clock, limit=Limit(2, "month"))
    directory = servers[0].world.directory
    caller = Caller(directory.by_username["business1"])

    def contacts(nth: int) -> Callable[[], Any]:
        contact = Contact(f"contact-{nth}", card.id, "email", clock.now(), "u")
        return lambda: servers[nth % 2].write(
            lambda batch: make_contact(batch, clock, SYSTEM, caller, directory, contact, HERE)
        )

    found = outcomes([contacts(nth) for nth in range(6)])
    assert found == ["contact-not-allowed"] * 4 + ["done"] * 2
    kept = servers[0].read(lambda conn: list_contacts(conn, card.id, None, 10))
    assert len(kept) == 2


def test_of_two_changes_of_the_same_card_one_is_told_to_read_again(
    start: Callable[[], Process], clock: TestClock, database: str
) -> None:
    servers = [start(), start()] if database.startswith("postgresql") else [start()] * 2
    card = made(servers[0], clock)

    def changes(nth: int) -> Callable[[], Any]:
        change = {"tags": (("low_trust",), ("vulnerable",))[nth]}
        return lambda: servers[nth].write(
            lambda batch: change_card(batch, clock, SYSTEM, card.id, 1, change, "")
        )

    assert outcomes([changes(0), changes(1)]) == ["changed-meanwhile", "done"]
    after = servers[0].read(lambda conn: find_card(conn, card.id, HERE))
    assert after is not None
    assert after.revision == 2


def test_a_number_is_given_once_and_a_suggestion_answered_once(
    start: Callable[[], Process], clock: TestClock, database: str
) -> None:
    servers = [start(), start()] if database.startswith("postgresql") else [start()] * 2

    def adds(nth: int) -> Callable[[], Any]:
        card = Card(f"card-{nth}", "west-01", "王芳", "62", "u", clock.now())
        return lambda: servers[nth].write(lambda batch: add_card(batch, clock, SYSTEM, card))

    assert outcomes([adds(0), adds(1)]) == ["done", "reference-taken"]
    one = Suggestion("s", "east-01", None, "理财", "other", "分两行写", "u", clock.now())
    servers[0].write(lambda batch: add_suggestion(batch, clock, SYSTEM, one))

    def answers(nth: int) -> Callable[[], Any]:
        return lambda: servers[nth].write(
            lambda batch: answer_suggestion(batch, clock, SYSTEM, "s", "answered", "好")
        )

    assert outcomes([answers(0), answers(1)]) == ["answered-already", "done"]


def test_cards_are_found_by_name_number_and_tag_page_by_page(
    bank: Process, clock: TestClock
) -> None:
    first = made(bank, clock, 1, tags=("low_trust",))
    second = made(bank, clock, 2, tags=("high_sensitivity", "low_trust"), limit=Limit(1, "month"))
    clock.later(minutes=1)
    third = made(bank, clock, 3)

    def ids(**query: Any) -> list[str]:
        wanted = {"limit": 10, **query}
        return [each.id for each in bank.read(lambda conn: find_cards(conn, HERE, wanted))]

    assert ids() == [third.id, second.id, first.id]
    assert ids(q="建国2") == [second.id]
    assert ids(q="%") == []
    assert ids(reference="62 3") == [third.id]
    assert ids(reference="62") == []
    assert ids(tag="low_trust") == [second.id, first.id]
    assert ids(after=(third.made_at, third.id)) == [second.id, first.id]
    assert ids(after=(second.made_at, second.id)) == [first.id]
    assert bank.read(lambda conn: find_cards(conn, {"hq"}, {"limit": 10})) == []
    assert bank.read(lambda conn: find_card(conn, second.id, HERE)) == second


def test_causes_are_counted_by_branch_product_and_cause(bank: Process, clock: TestClock) -> None:
    kinds = [("east-01", "理财", "other")] * 2 + [("east-02", "理财", "other")]
    made = [
        Suggestion(f"s{nth}", org, None, product, cause, "改", "u", clock.now())
        for nth, (org, product, cause) in enumerate(kinds)
    ]
    for each in made:
        bank.write(lambda batch, each=each: add_suggestion(batch, clock, SYSTEM, each))  # type: ignore[misc]
    bank.write(lambda batch: answer_suggestion(batch, clock, SYSTEM, "s0", "declined", "不"))
    query = {"limit": 10, "skip": 0}
    found = bank.read(lambda conn: count_causes(conn, true(), query))
    assert [(row.org_id, row.times, row.open) for row in found] == [
        ("east-01", 2, 1),
        ("east-02", 1, 1),
    ]
    assert found[0].last_at == clock.now()
    times = bank.read(lambda conn: how_often(conn, true(), made))
    assert times == {kinds[0]: 2, kinds[2]: 1}
    page = bank.read(lambda conn: find_suggestions(conn, true(), {"limit": 1}))
    assert [each.id for each in page] == ["s2", "s1"]
