"""The library's rows say the same as its rules, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import true

from backend.afterwards.objections import add_objection, find_objections
from escalation.clearance import GOOD_FOR, Clearance
from escalation.events import SYSTEM
from escalation.objection import STATUSES, Objection, Words
from tests.identity_bank import Process, TestClock

WORDS = Words("为什么亏了 50%？", "Why Did It Lose?", "我陪您看说明。", "Let us read the terms.")


def kept(bank: Process, clock: TestClock) -> list[Objection]:
    """Entries with every pair of clearances: none, fresh, a quarter old, older."""
    ages = (None, timedelta(0), GOOD_FOR - timedelta(seconds=1), GOOD_FOR, 2 * GOOD_FOR)
    clearances = [None if age is None else Clearance("u", clock.now() - age) for age in ages]
    made = [
        Objection(
            f"{number:03d}", "hq", "收益", None, None, WORDS, 1, "u", clock.now(), one, other, out
        )
        for number, (one, other, out) in enumerate(
            (one, other, out) for one in clearances for other in clearances for out in (False, True)
        )
    ]
    for entry in made:
        bank.write(lambda batch, entry=entry: add_objection(batch, clock, SYSTEM, entry))  # type: ignore[misc]
    return made


def test_each_status_finds_the_entries_that_have_it(bank: Process, clock: TestClock) -> None:
    made, now = kept(bank, clock), clock.now()
    for status in STATUSES:
        query = {"status": status, "limit": 200}
        found = bank.read(lambda conn, query=query: find_objections(conn, true(), query, now))  # type: ignore[misc]
        expected = [each for each in reversed(made) if each.status(now) == status]
        assert found == expected
        assert expected


def test_words_are_found_in_both_languages_and_signs_are_only_signs(
    bank: Process, clock: TestClock
) -> None:
    first = kept(bank, clock)[0]
    other = replace(first, id="zzz", words=replace(WORDS, objection_zh="排队", objection_en="Slow"))
    bank.write(lambda batch: add_objection(batch, clock, SYSTEM, other))

    def ids(word: str) -> set[str]:
        query = {"q": word, "limit": 200}
        found = bank.read(lambda conn: find_objections(conn, true(), query, clock.now()))
        return {each.id for each in found}

    assert ids("排队") == {"zzz"}
    assert ids("sLOW") == {"zzz"}
    assert "zzz" not in ids("50%")
    assert ids("5_%") == set()
    assert ids("收益") >= {"zzz", first.id}
