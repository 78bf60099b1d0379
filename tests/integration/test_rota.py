"""Rota, absences and substitutes: who may plan what, and what is kept. SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from backend.duty.store import sweep
from backend.duty.tables import AbsenceRow, RotaRow, SubstituteRow
from backend.tables import EventRow
from tests.identity_bank import Answer, Process, TestClock, kind

#: The bank's clock stands at 10:00 on Sunday, 22 November 2026, in Shanghai.
WEEKLY = {
    "kind": "weekly",
    "org": "east-01",
    "role": "branch_manager",
    "user": "manager1",
    "weekday": 1,
    "from": "08:00",
    "to": "17:30",
}
DAY = {
    "kind": "day",
    "org": "east-01",
    "role": "teller",
    "user": "teller1",
    "date": "2026-11-23",
    "from": "22:00",
    "to": "06:00",
}
TAKE_OVER = {
    "kind": "override",
    "org": "east-01",
    "role": "branch_manager",
    "until": "2026-11-22T10:00:00.000Z",
}
AWAY = {"from": "2026-11-23T00:00:00.000Z", "to": "2026-11-25T00:00:00.000Z"}


def added(answer: Answer) -> Any:
    assert answer.status_code == 201, answer.json
    return answer.json


def listed(answer: Answer) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [each["id"] for each in answer.json["items"]]


def planned(bank: Process) -> set[str] | None:
    """What the rules know of; None where they are asked nothing."""
    duty = bank.world.directory.duty
    return None if duty is None else set(duty.entries)


def told(bank: Process, *kinds: str) -> list[dict[str, Any]]:
    return [each for each in bank.log() if each["type"] in kinds]


def test_a_manager_plans_changes_and_unplans_a_shift_and_each_is_on_record(bank: Process) -> None:
    manager = bank.signs_in("manager1")
    shift = added(manager.post("/rota", WEEKLY))
    assert shift == {
        "id": shift["id"],
        "kind": "weekly",
        "org": {"id": "east-01", "name": "城东支行营业部"},
        "role": "branch_manager",
        "user": bank.person("manager1").as_json(),
        "weekday": 1,
        "from": "08:00",
        "to": "17:30",
        "not_passed": [],
    }
    changed = manager.patch(f"/rota/{shift['id']}", {"weekday": 2, "to": "24:00"})
    assert changed.json == {**shift, "weekday": 2, "to": "24:00"}
    assert manager.get("/rota").json["items"] == [changed.json]
    assert manager.delete(f"/rota/{shift['id']}").status_code == 204
    assert manager.delete(f"/rota/{shift['id']}").status_code == 404
    assert listed(manager.get("/rota")) == []
    events = told(bank, "shift.added", "shift.changed", "shift.removed")
    assert [each["type"] for each in events] == ["shift.added", "shift.changed", "shift.removed"]
    assert events[1]["data"]["weekday"] == 2
    assert (events[1]["data"]["from_minute"], events[1]["data"]["to_minute"]) == (480, 1440)
    assert events[0]["data"]["user"] == events[0]["actor"]["id"] == bank.person("manager1").id
    assert bank.text(events[0]["data"]["name"]) == "周敏"


def test_what_is_planned_is_there_after_a_restart_and_in_another_process(
    bank: Process, restarted: Callable[[], Process]
) -> None:
    manager = bank.signs_in("manager1")
    ids = {
        added(manager.post("/rota", WEEKLY))["id"],
        added(manager.post("/rota", DAY))["id"],
        added(manager.post("/rota", TAKE_OVER))["id"],
        added(manager.post("/absences", AWAY))["id"],
        added(manager.post("/substitutes", {"substitute": "deputy1"}))["id"],
    }
    other = restarted()
    assert other.world.directory.duty == bank.world.directory.duty
    assert planned(other) == ids


def test_a_bank_where_nothing_is_planned_asks_nothing_of_a_rota(bank: Process) -> None:
    assert planned(bank) is None
    manager = bank.signs_in("manager1")
    shift = added(manager.post("/rota", WEEKLY))
    assert planned(bank) == {shift["id"]}
    manager.delete(f"/rota/{shift['id']}")
    assert planned(bank) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"org": "nowhere"}, "org"),
        ({"role": "king"}, "role"),
        ({"role": "auditor"}, "role"),
        ({"user": "nobody"}, "user"),
        ({"user": "deputy1"}, "user"),
        ({"user": None}, "user"),
        ({"weekday": 0}, "weekday"),
        ({"weekday": 8}, "weekday"),
        ({"weekday": True}, "weekday"),
        ({"from": "8:00"}, "from"),
        ({"from": "24:00"}, "from"),
        ({"to": "24:01"}, "to"),
        ({"to": "08:00"}, "to"),
        ({"to": "08:00\n"}, "to"),
        ({"date": "2026-11-23"}, "date"),
        ({"until": "2026-11-23T00:00:00Z"}, "until"),
        ({"kind": "yearly"}, "kind"),
        ({"kind": "day"}, "date"),
        ({"kind": "day", "weekday": ..., "date": "2026-11-31"}, "date"),
        ({"kind": "day", "weekday": ..., "date": "2026-11-20"}, "date"),
        ({"kind": "day", "weekday": ..., "date": "9999-12-31"}, "date"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_is_no_shift_is_refused_and_leaves_nothing_behind(
    bank: Process, change: dict[str, Any], field: str
) -> None:
    before = len(bank.rows(EventRow))
    body = {name: value for name, value in {**WEEKLY, **change}.items() if value is not ...}
    answer = bank.signs_in("manager1").post("/rota", body)
    assert answer.status_code == 422, answer.json
    assert field in {each["field"] for each in answer.json["errors"]}
    assert (len(bank.rows(RotaRow)), len(bank.rows(EventRow))) == (0, before)


def test_shifts_may_overlap_but_the_same_one_is_planned_once(bank: Process) -> None:
    manager = bank.signs_in("manager1")
    added(manager.post("/rota", WEEKLY))
    added(manager.post("/rota", {**WEEKLY, "from": "12:00"}))
    again = manager.post("/rota", WEEKLY)
    assert (again.status_code, kind(again)) == (409, "planned-already")
    assert len(bank.rows(RotaRow)) == 2


def test_who_plans_a_branch(bank: Process) -> None:
    for who in ("manager1", "deputy1", "regional1", "hqduty1", "admin1"):
        client = bank.signs_in(who)
        added_shift = added(client.post("/rota", WEEKLY))
        assert client.patch(f"/rota/{added_shift['id']}", {"to": "18:00"}).status_code == 200
        assert client.delete(f"/rota/{added_shift['id']}").status_code == 204
    shift = added(bank.signs_in("admin1").post("/rota", WEEKLY))
    for who in ("teller1", "supervisor1", "office1", "office2", "manager2", "auditor1", "legal1"):
        assert bank.signs_in(who).post("/rota", WEEKLY).status_code == 403, who
    for who, status in (("teller1", 403), ("auditor1", 403), ("manager2", 404), ("legal1", 404)):
        client = bank.signs_in(who)
        assert client.patch(f"/rota/{shift['id']}", {"to": "18:00"}).status_code == status
        assert client.delete(f"/rota/{shift['id']}").status_code == status


def test_who_reads_which_rota(bank: Process) -> None:
    admin = bank.signs_in("admin1")
    here = added(admin.post("/rota", WEEKLY))["id"]
    there = added(admin.post("/rota", {**WEEKLY, "org": "east-02", "user": "manager2"}))["id"]
    region = {**WEEKLY, "org": "east", "role": "regional_manager", "user": "regional1"}
    above = added(admin.post("/rota", region))["id"]
    for who, seen in (
        ("teller1", [here]),
        ("manager1", [here]),
        ("manager2", [there]),
        ("office2", [above]),
        ("regional1", [here, there, above]),
        ("auditor1", [here, there, above]),
        ("legal1", []),
        ("teller4", []),
    ):
        assert listed(bank.signs_in(who).get("/rota")) == seen, who
    region_ = bank.signs_in("regional1")
    assert listed(region_.get("/rota?org=east-02")) == [there]
    assert listed(region_.get("/rota?user=manager1")) == [here]
    assert listed(region_.get("/rota?role=regional_manager")) == [above]
    assert listed(region_.get("/rota?org=west")) == listed(region_.get("/rota?org=x")) == []
    first = region_.get("/rota?limit=2").json
    rest = region_.get(f"/rota?limit=2&cursor={first['next_cursor']}").json
    assert [each["id"] for each in (*first["items"], *rest["items"])] == [here, there, above]
    assert rest["next_cursor"] is None


def test_four_digits_plan_nothing(bank: Process) -> None:
    client = bank.client()
    client.token = bank.pairs().pin("manager1").json["access_token"]
    assert client.get("/rota").status_code == client.get("/absences").status_code == 200
    for path, body in (
        ("/rota", WEEKLY),
        ("/rota", TAKE_OVER),
        ("/absences", AWAY),
        ("/substitutes", {"substitute": "deputy1"}),
    ):
        assert client.post(path, body).status_code == 403


def test_who_may_hold_a_role_takes_it_over_and_gives_it_back(
    bank: Process, clock: TestClock
) -> None:
    deputy = bank.signs_in("deputy1")
    taken = added(deputy.post("/rota", TAKE_OVER))
    assert (taken["since"], taken["until"]) == ("2026-11-22T02:00:00.000Z", TAKE_OVER["until"])
    meant = bank.world.directory.resolve(["branch_manager"], "east-01", clock.now())
    assert [each.person.username for each in meant] == ["deputy1"]
    longer = deputy.patch(f"/rota/{taken['id']}", {"until": "2026-11-22T12:00:00.000Z"})
    assert longer.json["until"] == "2026-11-22T12:00:00.000Z"
    assert deputy.patch(f"/rota/{taken['id']}", {"from": "08:00"}).status_code == 422
    assert deputy.delete(f"/rota/{taken['id']}").status_code == 204
    meant = bank.world.directory.resolve(["branch_manager"], "east-01", clock.now())
    assert [each.person.username for each in meant] == ["manager1"]
    names = [each["type"] for each in bank.log()[-3:]]
    assert names == ["take_over.added", "take_over.changed", "take_over.removed"]


def test_nobody_takes_over_what_is_not_theirs_or_for_somebody_else_or_for_ever(
    bank: Process,
) -> None:
    assert bank.signs_in("teller1").post("/rota", TAKE_OVER).status_code == 403
    assert bank.signs_in("manager2").post("/rota", TAKE_OVER).status_code == 403
    teller = {**TAKE_OVER, "role": "teller"}
    added(bank.signs_in("teller1").post("/rota", teller))
    manager = bank.signs_in("manager1")
    assert manager.post("/rota", {**TAKE_OVER, "user": "deputy1"}).status_code == 422
    for until in ("2026-11-22T02:00:00Z", "2026-12-24T00:00:00Z", "soon", "0001-01-01T00:00:00Z"):
        assert manager.post("/rota", {**TAKE_OVER, "until": until}).status_code == 422


def test_everybody_writes_their_own_absence_and_a_manager_those_of_the_branch(
    bank: Process,
) -> None:
    own = added(bank.signs_in("teller1").post("/absences", AWAY))
    assert own == {"id": own["id"], "user": bank.person("teller1").as_json(), **AWAY}
    manager = bank.signs_in("manager1")
    staff = added(manager.post("/absences", {"user": "teller2", **AWAY}))["id"]
    assert listed(manager.get("/absences")) == [own["id"], staff]
    assert listed(bank.signs_in("guard1").get("/absences?user=teller2")) == [staff]
    assert listed(bank.signs_in("regional1").get("/absences?org=east-01")) == [own["id"], staff]
    assert listed(bank.signs_in("manager2").get("/absences")) == []
    teller = bank.signs_in("teller1")
    assert teller.post("/absences", {"user": "teller2", **AWAY}).status_code == 403
    assert teller.patch(f"/absences/{staff}", {"to": AWAY["to"]}).status_code == 403
    assert teller.delete(f"/absences/{staff}").status_code == 403
    assert bank.signs_in("manager2").delete(f"/absences/{staff}").status_code == 404
    later = {"to": "2026-11-26T00:00:00.000Z"}
    assert teller.patch(f"/absences/{own['id']}", later).json == {**own, **later}
    assert manager.delete(f"/absences/{own['id']}").status_code == 204
    assert [each["type"] for each in bank.log()[-4:]] == [
        "absence.added",
        "absence.added",
        "absence.changed",
        "absence.removed",
    ]


def test_leave_that_another_process_has_removed_meanwhile_is_not_changed(
    bank: Process, restarted: Callable[[], Process]
) -> None:
    manager = bank.signs_in("manager1")
    gone = added(manager.post("/absences", AWAY))["id"]
    behind = restarted()
    assert manager.delete(f"/absences/{gone}").status_code == 204
    later = {"to": "2026-11-26T00:00:00.000Z"}
    assert behind.signs_in("manager1").patch(f"/absences/{gone}", later).status_code == 404
    assert bank.rows(AbsenceRow) == []
    assert told(bank, "absence.changed") == []


def test_a_manager_plans_for_nobody_who_also_works_where_they_do_not(bank: Process) -> None:
    roles = [{"role": "office_staff", "org": "east-01"}, {"role": "office_staff", "org": "east"}]
    admin = bank.signs_in("admin1")
    assert admin.patch("/users/office1", {"roles": roles}).status_code == 200
    body = {"user": "office1", **AWAY}
    assert bank.signs_in("manager1").post("/absences", body).status_code == 403
    added(bank.signs_in("regional1").post("/absences", body))


@pytest.mark.parametrize(
    "change",
    [
        {"to": AWAY["from"]},
        {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"},
        {"from": "2026-11-23T00:00:00"},
        {"from": "tomorrow"},
        {"to": "9999-12-31T23:59:59Z"},
        {"from": "0001-01-01T00:00:00Z"},
        {"user": "nobody"},
        {"user": "manager2"},
        {"reason": "年假"},
    ],
)
def test_what_is_no_absence_is_refused(bank: Process, change: dict[str, Any]) -> None:
    answer = bank.signs_in("manager1").post("/absences", {**AWAY, **change})
    assert answer.status_code == 422
    assert bank.rows(AbsenceRow) == []


def test_a_substitute_stands_in_from_now_until_further_notice(
    bank: Process, clock: TestClock
) -> None:
    manager = bank.signs_in("manager1")
    entry = added(manager.post("/substitutes", {"substitute": "deputy1"}))
    assert entry == {
        "id": entry["id"],
        "user": bank.person("manager1").as_json(),
        "substitute": bank.person("deputy1").as_json(),
        "from": "2026-11-22T02:00:00.000Z",
        "to": None,
    }
    for who in ("manager1", "deputy1", "teller1"):
        assert listed(bank.signs_in(who).get("/substitutes?user=deputy1")) == [entry["id"]]
    until = manager.patch(f"/substitutes/{entry['id']}", {"to": AWAY["to"]})
    assert until.json == {**entry, "to": AWAY["to"]}
    other = manager.patch(f"/substitutes/{entry['id']}", {"substitute": "supervisor1", "to": None})
    assert other.json["substitute"]["username"] == "supervisor1"
    assert other.json["to"] is None
    added(manager.post("/absences", {**AWAY, "from": "2026-11-22T02:00:00Z"}))
    meant = bank.world.directory.resolve(["branch_manager"], "east-01", clock.now())
    assert [each.person.username for each in meant] == ["supervisor1"]
    assert manager.delete(f"/substitutes/{entry['id']}").status_code == 204
    assert bank.rows(SubstituteRow) == []


def test_a_substitute_from_elsewhere_sees_that_they_are_one(bank: Process) -> None:
    entry = added(bank.signs_in("manager1").post("/substitutes", {"substitute": "manager2"}))
    other = bank.signs_in("manager2")
    assert listed(other.get("/substitutes")) == [entry["id"]]
    assert other.delete(f"/substitutes/{entry['id']}").status_code == 404


def test_one_substitute_at_a_time_and_no_circle(bank: Process) -> None:
    manager, deputy = bank.signs_in("manager1"), bank.signs_in("deputy1")
    first = added(manager.post("/substitutes", {"substitute": "deputy1", **AWAY}))
    second = manager.post("/substitutes", {"substitute": "supervisor1"})
    assert (second.status_code, kind(second)) == (409, "substitute-overlap")
    circle = deputy.post("/substitutes", {"substitute": "manager1"})
    assert (circle.status_code, kind(circle)) == (409, "substitute-circle")
    added(deputy.post("/substitutes", {"substitute": "manager1", "from": AWAY["to"]}))
    longer = manager.patch(f"/substitutes/{first['id']}", {"to": None})
    assert (longer.status_code, kind(longer)) == (409, "substitute-circle")
    for name in ("manager1", "nobody", "auditor1", "admin1"):
        answer = manager.post("/substitutes", {"substitute": name, "from": AWAY["to"]})
        assert answer.status_code == 422, name


def test_who_has_left_is_no_substitute(bank: Process) -> None:
    bank.signs_in("admin1").patch("/users/deputy1", {"active": False})
    answer = bank.signs_in("manager1").post("/substitutes", {"substitute": "deputy1"})
    assert answer.status_code == 422


def test_colleagues_are_listed_for_who_works_there_or_plans_there(bank: Process) -> None:
    names = [
        each["username"]
        for each in bank.signs_in("teller3").get("/orgs/east-02/staff").json["items"]
    ]
    assert names == ["manager2", "teller3"]
    assert bank.signs_in("regional1").get("/orgs/east-02/staff").status_code == 200
    for org in ("east-01", "nowhere"):
        assert bank.signs_in("teller3").get(f"/orgs/{org}/staff").status_code == 404


def test_what_was_over_long_ago_is_swept(bank: Process, clock: TestClock) -> None:
    manager = bank.signs_in("manager1")
    weekly = added(manager.post("/rota", WEEKLY))["id"]
    open_end = added(manager.post("/substitutes", {"substitute": "deputy1"}))["id"]
    for path, body in (
        ("/rota", DAY),
        ("/rota", TAKE_OVER),
        ("/absences", AWAY),
        ("/substitutes", {"user": "teller1", "substitute": "teller2", **AWAY}),
    ):
        added(manager.post(path, body))
    for days in (29, 34):
        assert len(planned(bank) or ()) == 6
        bank.write(partial(sweep, now=clock.now() + timedelta(days=days)))
        bank.reader.run(bank.world.reload)
    assert planned(bank) == {weekly, open_end}


def test_nobody_plans_so_much_of_their_own_that_everybodys_changes_become_slow(
    bank: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.duty.store.MOST", 2)
    teller = bank.signs_in("teller1")
    first = added(teller.post("/absences", AWAY))
    added(teller.post("/absences", {**AWAY, "to": "2026-11-26T00:00:00.000Z"}))
    more = {**AWAY, "to": "2026-11-27T00:00:00.000Z"}
    refused = teller.post("/absences", more)
    assert (refused.status_code, kind(refused)) == (409, "too-many-planned")
    added(bank.signs_in("manager1").post("/absences", more))
    assert teller.delete(f"/absences/{first['id']}").status_code == 204
    added(teller.post("/absences", more))
