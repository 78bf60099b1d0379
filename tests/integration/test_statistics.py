"""Statistics are added up from prepared rows, by an index. SQLite and PostgreSQL."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.dialects import sqlite

from backend.api.statistics import months_of
from backend.batch import Batch
from backend.customer_repeats import came_after, loosen_later
from backend.customers.cards import add_card
from backend.figure_counts import Figures
from backend.figure_sums import (
    SUMS,
    calendar,
    loose_rows,
    month_of,
    put_sums_right,
    sum_up,
)
from backend.figures import FIGURES
from backend.projections import INCIDENTS
from backend.rebuild import rebuild
from backend.statistics import (
    GROUPS,
    Question,
    about,
    count_up,
    rows_of,
    sums_of,
    waiting_now,
    whole_months,
)
from escalation.commands import (
    Acknowledge,
    Cancel,
    LinkCustomer,
    MarkDrill,
    RecordFacts,
    UnlinkCustomer,
    UnmarkDrill,
)
from escalation.customer import Card
from escalation.drill import Terms
from escalation.events import SYSTEM
from escalation.oversight import counted_by
from escalation.rights import Caller, sees
from escalation.texts import Typed
from tests.identity_bank import Process
from tests.integration.exports_house import ExportsHouse

MARCH = datetime(2026, 3, 2, tzinfo=UTC)
ALL = frozenset({"east-01", "east-02", "west-01"})
TREE = {
    "hq": ALL,
    "east": frozenset({"east-01", "east-02"}),
    "west": frozenset({"west-01"}),
    **{branch: frozenset({branch}) for branch in ALL},
}
NOTHING: Mapping[str, Any] = {
    "type": "group_visit",
    "status": "closed",
    "drill": False,
    "discreet": False,
    "subject": None,
    "acknowledged_in": None,
    "contained_in": None,
    "kept": 0,
    "missed": 0,
    "reopened": 0,
    "cause": None,
    "outcome": "settled",
    "kind": None,
    "business_line": None,
    "customer": None,
}
_numbers = count(1)


def figure(branch: str, opened_at: datetime = MARCH, **more: Any) -> dict[str, Any]:
    return {
        **NOTHING,
        "branch": branch,
        "opened_at": opened_at,
        "incident_id": f"incident-{next(_numbers)}",
        **more,
    }


def waiting(branch: str, **more: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "id": f"waiting-{number}",
        "number": f"CB-2603-{number:04d}",
        "type": "help",
        "branch": branch,
        "status": "open",
        "severity": "high",
        "discreet": False,
        "drill": False,
        "opened_at": MARCH,
        "head_seq": 1,
        "head_hash": "0" * 64,
        **more,
    }


def asked(by: str = "branch", **more: Any) -> Question:
    months = ((MARCH - timedelta(days=1), "2026-03"), (MARCH + timedelta(days=30), "2026-04"))
    since, until = MARCH - timedelta(days=1), MARCH + timedelta(days=50)
    question = Question(
        *(since, until, ALL, ALL, "nobody", by),
        *(MARCH + timedelta(days=60), ZoneInfo("UTC"), TREE, months),
    )
    return replace(question, **more)


def keep(bank: Process, *rows: Mapping[str, Any]) -> None:
    def write(conn: Connection) -> None:
        for row in rows:
            conn.execute(insert(INCIDENTS if "id" in row else FIGURES).values(**row))

    bank.write(lambda batch: write(batch.conn))


def shown(bank: Process, question: Question) -> tuple[dict[str, Any], dict[str, Any]]:
    total, groups = bank.read(lambda conn: count_up(conn, question))
    return total.as_json(), {key: each.as_json() for key, each in groups.items()}


def test_times_clocks_causes_and_repeats_are_counted_by_every_grouping(bank: Process) -> None:
    late = "promises.benefit_late"
    keep(
        bank,
        figure("east-01", acknowledged_in=10_000, contained_in=60_000, kept=2, cause=late),
        figure("east-01", acknowledged_in=30_000, missed=1, cause=late, kind="fact"),
        figure("east-02", MARCH + timedelta(days=40), acknowledged_in=20_000, cause=late),
        figure("west-01", status="cancelled", outcome=None),
        waiting("west-01"),
        waiting("west-01", drill=True),
    )
    total, branches = shown(bank, asked())
    assert (total["incidents"], total["open"], total["cancelled"]) == (5, 1, 1)
    assert total["to_acknowledge"] == {"count": 3, "median": 20, "p90": 30}
    assert total["to_contain"] == {"count": 1, "median": 60, "p90": 60}
    assert total["clocks"] == {"kept": 2, "missed": 1}
    assert total["causes"] == [{"cause": late, "count": 3}]
    assert total["complaint_kinds"] == [{"kind": "fact", "count": 1}]
    assert total["repeats"] == 1
    assert branches["east-01"]["to_acknowledge"] == {"count": 2, "median": 20, "p90": 30}
    assert {key: each["repeats"] for key, each in branches.items()} == {
        "east-01": 1,
        "east-02": 0,
        "west-01": 0,
    }
    for by in GROUPS:
        total_by, groups = shown(bank, asked(by))
        assert total_by == total, by
        assert sum(each["incidents"] for each in groups.values()) == 5, by
    assert shown(bank, asked("month"))[1].keys() == {"2026-03", "2026-04"}
    assert shown(bank, asked("cause"))[1].keys() == {late, ""}


def test_only_the_period_the_branches_and_what_one_may_see_are_counted(bank: Process) -> None:
    keep(
        bank,
        figure("east-01"),
        figure("east-01", discreet=True),
        figure("east-02", subject="manager2"),
        figure("west-01", MARCH - timedelta(days=9)),
        waiting("west-01", discreet=True),
        waiting("west-01", subject="manager2"),
    )

    zone = calendar(bank.world.directory)

    def counted(**more: Any) -> int:
        whole = {"since": month_of(MARCH, zone).start, "zone": zone}
        number: int = shown(bank, asked(**{**whole, **more}))[0]["incidents"]
        return number

    for _ in ("from rows", "from sums"):
        assert counted() == 5
        assert counted(discreet=frozenset()) == 3
        assert counted(ordinary=frozenset({"east-01"}), discreet=frozenset({"west-01"})) == 2
        assert counted(without="manager2") == 3
        assert counted(since=MARCH + timedelta(days=1)) == 0
        sums_up(bank, 99)


def test_a_customers_repeat_is_at_the_same_branch_within_a_year_and_no_drill(
    bank: Process,
) -> None:
    earlier = MARCH - timedelta(days=300)
    cases: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("both", {}, {}),
        ("elsewhere", {"branch": "east-02"}, {}),
        ("long ago", {"opened_at": MARCH - timedelta(days=366)}, {}),
        ("at once", {"opened_at": MARCH}, {}),
        ("drill", {"drill": True}, {}),
        ("taken back", {"status": "cancelled"}, {}),
        ("taken back later", {}, {"status": "cancelled"}),
        ("discreet", {"discreet": True}, {}),
        ("discreet later", {}, {"discreet": True}),
        ("about the asker", {"subject": "manager2"}, {}),
    ]
    for customer, first, later in cases:
        place: dict[str, Any] = {"branch": "east-01", "opened_at": earlier, "customer": customer}
        keep(bank, figure(**{**place, **first}), figure("east-01", customer=customer, **later))
    zone = calendar(bank.world.directory)
    whole: dict[str, Any] = {"since": month_of(MARCH, zone).start, "zone": zone}
    for _ in ("from rows", "from sums"):
        assert shown(bank, asked(**whole))[0]["customer_repeats"] == 2
        mine = asked(**whole, without="manager2")
        assert shown(bank, mine)[0]["customer_repeats"] == 1
        sums_up(bank, 999)


def test_a_million_incidents_are_found_by_branch_and_time_and_the_open_ones_by_theirs(
    tmp_path: Path,
) -> None:
    house = ExportsHouse(tmp_path)
    question, search = asked(), "SEARCH figures USING"
    whole = whole_months(question)
    assert whole is not None
    by_key = "PRIMARY KEY (branch=? AND opened_at>? AND opened_at<?)"
    assert f"{search} {by_key}" in plan_of(house, rows_of(ALL, question.since, question.until, "u"))
    by_key = "PRIMARY KEY (org=? AND by=? AND discreet=? AND month>? AND month<?)"
    for discreet in (False, True):
        assert by_key in plan_of(house, sums_of(question, whole, discreet))
    assert plan_of(house, loose_rows()) == "SCAN figures USING INDEX ix_figures_loose"
    assert "INDEX ix_figures_subject (subject=?)" in plan_of(house, about("manager1"))
    came = plan_of(house, rows_of(ALL, question.since, question.until, "u"))
    assert "ix_figures_customer (customer=? AND opened_at>? AND opened_at<?)" in came
    assert "ix_figures_customer (customer=? AND opened_at>?" in plan_of(house, came_after("u"))
    looked_at = plan_of(house, waiting_now())
    assert "incidents USING INDEX ix_incidents_open" in looked_at
    assert "figures USING INDEX ix_figures_incident_id" in looked_at


_late, _terms = "promises.benefit_late", "information.unclear_terms"
_drawn_rows = st.fixed_dictionaries(
    {
        "branch": st.sampled_from(sorted(ALL)),
        "opened_at": st.integers(-300 * 24, 120 * 24).map(
            lambda hours: MARCH + timedelta(hours=hours)
        ),
        "type": st.sampled_from(["help", "group_visit"]),
        "status": st.sampled_from(["acknowledged", "closed", "cancelled"]),
        "drill": st.sampled_from([False, False, False, True]),
        "discreet": st.booleans(),
        "subject": st.sampled_from([None, None, "manager1"]),
        "acknowledged_in": st.none() | st.integers(0, 9_000_000),
        "contained_in": st.none() | st.integers(0, 9_000_000),
        "kept": st.integers(0, 2),
        "missed": st.integers(0, 2),
        "reopened": st.integers(0, 1),
        "cause": st.sampled_from([None, _late, _terms]),
        "outcome": st.sampled_from([None, "settled"]),
        "kind": st.sampled_from([None, "fact"]),
        "business_line": st.sampled_from([None, "理财"]),
        "customer": st.sampled_from([None, "card-1", "card-2"]),
    }
)
_moments = st.integers(-60, 200).map(lambda days: MARCH + timedelta(days=days))
_questions = st.fixed_dictionaries(
    {
        "ordinary": st.frozensets(st.sampled_from(sorted(ALL))),
        "discreet": st.frozensets(st.sampled_from(sorted(ALL))),
        "without": st.sampled_from(["manager1", "auditor1"]),
        "by": st.sampled_from(GROUPS),
        "now": _moments,
    }
)


def came_again_by_hand(
    row: dict[str, Any], rows: list[dict[str, Any]], without: str | None
) -> bool:
    """Whether the customer had been there within the year before."""
    if row["customer"] is None or row["status"] == "cancelled":
        return False
    same = ("branch", "customer", "discreet")
    return any(
        all(each[name] == row[name] for name in same)
        and row["opened_at"] - timedelta(days=365) <= each["opened_at"] < row["opened_at"]
        and not each["drill"]
        and each["status"] != "cancelled"
        and each["subject"] != without
        for each in rows
    )


def counted_one_by_one(rows: list[dict[str, Any]], question: Question) -> dict[str, Any]:
    """The answer as one would find it with a pencil: nothing prepared, nothing shared."""
    seen, groups = set(), dict[str, Figures]()
    for row in sorted(rows, key=lambda each: (each["opened_at"], each["incident_id"])):
        branches = question.discreet if row["discreet"] else question.ordinary
        if row["drill"] or row["branch"] not in branches or row["subject"] == question.without:
            continue
        local = row["opened_at"].astimezone(question.zone)
        same = (row["branch"], row["type"], row["cause"], row["discreet"], local.year, local.month)
        again = row["cause"] is not None and same in seen
        seen.add(same)
        if question.since <= row["opened_at"] < question.until:
            name = f"{local:%Y-%m}" if question.by == "month" else row[question.by] or ""
            came = {"customer_again": came_again_by_hand(row, rows, question.without)}
            groups.setdefault(name, Figures()).count(row | came, again=again)
    return {name: each.as_json() for name, each in groups.items()}


@given(
    rows=st.lists(_drawn_rows, max_size=12),
    changed=st.lists(st.tuples(st.integers(0, 11), _drawn_rows), max_size=4),
    period=st.tuples(_moments, _moments).filter(lambda both: both[0] != both[1]),
    asking=_questions,
    summed=st.integers(0, 8),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_and_rows_give_the_answer_that_one_by_one_gives(
    bank: Process,
    rows: list[dict[str, Any]],
    changed: list[tuple[int, dict[str, Any]]],
    period: tuple[datetime, datetime],
    asking: dict[str, Any],
    summed: int,
) -> None:
    rows = [{**row, "incident_id": f"i{at}"} for at, row in enumerate(rows)]
    since, until = sorted(period)
    directory = bank.world.directory
    zone = calendar(directory)
    # Nothing lies after now.
    now = max(asking.pop("now"), since, *(row["opened_at"] for row in rows))
    question = asked(since=since, until=until, zone=zone, now=now, **asking)
    question = replace(question, months=months_of(since, until, zone))

    def check(batch: Batch) -> None:
        conn = batch.conn
        conn.execute(delete(FIGURES))
        conn.execute(delete(SUMS))
        if rows:
            conn.execute(insert(FIGURES), rows)
        sum_up(conn, directory, summed)
        for at, new in changed:
            if at < len(rows):
                kept = {name: rows[at][name] for name in ("branch", "opened_at", "incident_id")}
                before, rows[at] = rows[at], {**new, **kept}
                same = FIGURES.c.incident_id == rows[at]["incident_id"]
                conn.execute(update(FIGURES).where(same).values(**rows[at], loose=True))
                loosen_later(batch, before, rows[at])
        right = counted_one_by_one(rows, question)
        for _ in range(2):
            total, groups = count_up(conn, question)
            assert {key: each.as_json() for key, each in groups.items()} == right
            assert total.incidents == sum(each["incidents"] for each in right.values())
            for name in ("repeats", "customer_repeats"):
                assert getattr(total, name) == sum(each[name] for each in right.values())
            sum_up(conn, directory, 99)
        assert put_sums_right(conn, directory) == []

    bank.write(check)


def sums_up(bank: Process, limit: int) -> None:
    bank.write(lambda batch: sum_up(batch.conn, bank.world.directory, limit))


def test_what_changes_after_it_was_summed_is_counted_as_it_is_now(tmp_path: Path) -> None:
    house = ExportsHouse(tmp_path)
    incident = house.opens("help", "teller1", "east-01")
    house.does("manager1", Acknowledge(), incident)
    moment = house.clock.now()
    until, zone = moment + timedelta(seconds=9), calendar(house.world.directory)
    question = asked(since=moment - timedelta(days=40), until=until, now=moment, zone=zone)

    def counted() -> tuple[int, int]:
        with house.engine.connect() as conn:
            total = count_up(conn, question)[0]
        with house.engine.begin() as conn:
            sum_up(conn, house.world.directory, 9)
        with house.engine.connect() as conn:
            assert count_up(conn, question)[0] == total
        return total.incidents, total.cancelled

    assert counted() == (1, 0)
    terms = Terms("d1", house.world.directory.by_username["regional1"].id)
    window = (moment - timedelta(hours=1), moment + timedelta(hours=1))
    mystery = MarkDrill(terms, "east-01", "help", *window, Typed("神秘来访"))
    house.does("regional1", mystery, incident)
    assert counted() == (0, 0)
    house.does("regional1", UnmarkDrill(Typed("是真的")), incident)
    assert counted() == (1, 0)
    house.does("manager1", Cancel(Typed("误报")), incident)
    assert counted() == (1, 1)


def test_who_came_again_is_counted_by_the_links_there_are_now(tmp_path: Path) -> None:
    house = ExportsHouse(tmp_path)
    directory, zone = house.world.directory, calendar(house.world.directory)
    card = Card("card", "east-01", "李建国", None, "u", house.clock.now())
    with house.engine.begin() as conn:
        batch = Batch(conn)
        add_card(batch, house.clock, SYSTEM, card)
        batch.rows.flush(conn)
    matters = []
    for days in (0, 200, 170, 400):  # the last one a year and more after the one before
        house.clock.move_to(house.clock.now() + timedelta(days=days))
        matters.append(house.opens("help", "teller1", "east-01"))
        house.does("manager1", Acknowledge(), matters[-1])
    since, now = house.clock.now() - timedelta(days=999), house.clock.now()
    question = asked(since=since, until=now + timedelta(seconds=9), now=now, zone=zone)

    def counted(**more: Any) -> int:
        with house.engine.connect() as conn:
            total = count_up(conn, replace(question, **more))[0]
        with house.engine.begin() as conn:
            sum_up(conn, directory, 99)
        with house.engine.connect() as conn:
            assert count_up(conn, replace(question, **more))[0] == total
        return total.customer_repeats

    first, second, third, last = matters
    house.does("manager1", LinkCustomer("card"), second)
    house.does("manager1", LinkCustomer("card"), last)
    assert counted() == 0
    house.does("manager1", LinkCustomer("card"), third)
    assert counted() == 1
    house.does("manager1", LinkCustomer("card"), first)
    assert counted() == 2
    house.does("manager1", RecordFacts({"subject_staff": "teller2"}), second)
    assert (counted(), counted(without="teller2")) == (2, 0)
    house.does("manager1", UnlinkCustomer(), second)
    assert counted() == 0
    house.does("manager1", LinkCustomer("card"), second)
    assert counted() == 2
    house.does("manager1", Cancel(Typed("误报")), second)
    assert counted() == 0
    assert rebuild(house.engine, house.shelf.of) == []


def test_sums_that_are_wrong_are_told_and_put_right(bank: Process) -> None:
    keep(bank, figure("east-01"), figure("west-01"))
    sums_up(bank, 99)
    spoilt = update(SUMS).where(SUMS.c.org == "east").values(data=b"{}")
    bank.write(lambda batch: batch.conn.execute(spoilt))

    def put_right() -> list[str]:
        return bank.write(lambda batch: put_sums_right(batch.conn, bank.world.directory))

    assert put_right() == ["east: the sums of 2026-02-28 were wrong"]
    assert put_right() == []


def plan_of(house: ExportsHouse, statement: Any) -> str:
    """How SQLite carries a statement out."""
    options = {"render_postcompile": True}
    words = statement.compile(dialect=sqlite.dialect(), compile_kwargs=options)
    values = [words.params[name] for name in words.positiontup or ()]
    numbers = [0 if isinstance(each, datetime) else each for each in values]
    with house.engine.connect() as conn:
        driver: Any = conn.connection.driver_connection
        plan = driver.execute(f"EXPLAIN QUERY PLAN {words}", numbers).fetchall()
    return "\n".join(line[3] for line in plan)


def test_nobody_counts_what_they_do_not_see(tmp_path: Path) -> None:
    house = ExportsHouse(tmp_path)
    for type_, who, branch in (
        ("media_covert", "teller1", "east-01"),
        ("group_visit", "teller1", "east-01"),
        ("media_covert", "teller4", "west-01"),
        ("help", "teller3", "east-02"),
    ):
        incident = house.opens(type_, who, branch)
        if type_ == "help":
            house.does(who, RecordFacts({"subject_staff": "manager2"}), incident)
        if branch == "east-01":
            house.does("manager1", Acknowledge(), incident)
    directory, counts = house.world.directory, {}
    with house.engine.connect() as conn:
        ids = list(conn.execute(text("SELECT id FROM incidents")).scalars())
        states = [loaded.state for each in ids if (loaded := house.states.read(conn, each))]
        for person in directory.people.values():
            caller = Caller(person)
            ordinary, discreet = counted_by(caller, directory)
            question = asked(
                ordinary=frozenset(ordinary & ALL),
                discreet=frozenset(discreet & ALL),
                without=person.username,
                since=house.clock.now() - timedelta(days=1),
                until=house.clock.now() + timedelta(days=1),
            )
            counted = count_up(conn, question)[0].incidents
            assert counted <= sum(sees(caller, each, directory) for each in states)
            counts[person.username] = counted
    assert counts["auditor1"] == counts["hqduty1"] == 4
    assert (counts["regional1"], counts["compliance1"]) == (3, 2)
    assert (counts["manager1"], counts["manager2"], counts["teller1"]) == (2, 0, 0)


@pytest.mark.parametrize("by", GROUPS)
def test_an_empty_house_has_figures_too(bank: Process, by: str) -> None:
    total, groups = shown(bank, asked(by))
    assert groups == {}
    assert total["to_contain"] == {"count": 0, "median": None, "p90": None}
