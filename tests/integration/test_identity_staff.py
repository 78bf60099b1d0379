"""Staff and who administers them; one-time codes; the tree. On SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pyotp
import pytest

from backend.batch import Batch
from backend.demo import ORGS, STAFF, create_admin, load_demo
from backend.identity_tables import OrgRow, UserRow
from backend.staff import grant_role, revoke_role
from backend.tables import EventRow
from escalation.events import SYSTEM
from escalation.refusal import Refused
from tests.identity_bank import Client, Process, TestClock, kind

NEW = {
    "username": "teller9",
    "name": "韩梅",
    "password": "a-long-password",
    "pin": "135790",
    "roles": [{"role": "teller", "org": "east-01"}],
}


def test_the_demo_bank_is_loaded_once(bank: Process, clock: TestClock) -> None:
    assert {org.id for org in bank.rows(OrgRow)} == {org.id for org in ORGS}
    assert len(bank.rows(UserRow)) == len(STAFF) == 20
    assert bank.write(lambda batch: load_demo(batch, clock)) is False
    assert bank.world.directory.path("west-01") == ("west-01", "west", "hq")
    here = bank.world.directory.staff_of("west-01", clock.now())
    assert [each.person.username for each in here] == ["teller4"]


def test_an_administrator_adds_somebody_who_can_work_at_once(bank: Process) -> None:
    answer = bank.signs_in("admin1").post("/users", NEW)
    assert answer.status_code == 201
    assert answer.json["roles"] == [
        {"role": "teller", "org": {"id": "east-01", "name": "城东支行营业部"}}
    ]
    assert (answer.json["active"], answer.json["has_pin"]) == (True, True)
    assert bank.signs_in("teller9", "a-long-password").me.status_code == 200
    assert bank.pairs().pin("teller9", "135790").status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"username": "teller1"}, 409),
        ({"username": "a b"}, 422),
        ({"username": "me"}, 422),
        ({"password": "too-short"}, 422),
        ({"pin": "123"}, 422),
        ({"pin": "12a4"}, 422),
        ({"name": ""}, 422),
        ({"roles": [{"role": "king", "org": "hq"}]}, 422),
        ({"roles": [{"role": "teller", "org": "nowhere"}]}, 422),
        ({"extra": 1}, 422),
    ],
)
def test_who_cannot_be_added_leaves_nothing_behind(
    bank: Process, change: dict[str, object], status: int
) -> None:
    before = len(bank.rows(UserRow)), len(bank.rows(EventRow))
    assert bank.signs_in("admin1").post("/users", {**NEW, **change}).status_code == status
    assert (len(bank.rows(UserRow)), len(bank.rows(EventRow))) == before


def test_only_administrators_see_and_change_staff(bank: Process) -> None:
    for username in ("teller1", "manager1", "auditor1", "hqduty1"):
        client = bank.signs_in(username)
        assert client.get("/users").status_code == 403
        assert client.post("/users", NEW).status_code == 403
        assert client.patch("/users/teller1", {"active": False}).status_code == 403


def test_four_digits_do_not_make_an_administrator(bank: Process) -> None:
    admin = bank.client()
    admin.token = bank.pairs().pin("admin1").json["access_token"]
    assert admin.me.status_code == 200
    assert admin.get("/users").status_code == 403
    assert admin.post("/users/me/otp").status_code == 403


def test_somebody_deactivated_is_out_at_once(bank: Process) -> None:
    teller, tablet, there = bank.signs_in("teller1"), bank.pairs(), bank.client()
    there.token = tablet.pin("teller1").json["access_token"]
    admin = bank.signs_in("admin1")
    answer = admin.patch("/users/teller1", {"active": False})
    assert (answer.status_code, answer.json["active"]) == (200, False)
    assert teller.me.status_code == there.me.status_code == 401
    assert bank.client().login("teller1").status_code == 401
    assert tablet.pin("teller1").status_code == 401
    assert admin.patch("/users/teller1", {"active": True}).status_code == 200
    assert bank.client().login("teller1").status_code == 200
    assert teller.me.status_code == 401


def test_a_new_password_ends_what_the_old_one_opened(bank: Process) -> None:
    teller, admin, other = bank.signs_in("teller1"), bank.signs_in("admin1"), None
    assert admin.patch("/users/teller1", {"password": "another-password"}).status_code == 200
    assert teller.me.status_code == 401
    assert bank.client().login("teller1").status_code == 401
    assert bank.client().login("teller1", "another-password").status_code == 200
    other = bank.signs_in("admin1")
    assert admin.patch("/users/admin1", {"password": "another-password"}).status_code == 200
    assert admin.me.status_code == 200
    assert other.me.status_code == 401


def test_a_new_pin_opens_a_locked_tablet(bank: Process) -> None:
    tablet = bank.pairs()
    for _ in range(5):
        tablet.pin("teller1", "0000")
    assert tablet.pin("teller1").status_code == 429
    bank.signs_in("admin1").patch("/users/teller1", {"pin": "112233"})
    assert tablet.pin("teller1", "112233").status_code == 200
    bank.signs_in("admin1").patch("/users/teller1", {"pin": None})
    assert tablet.pin("teller1", "112233").status_code == 401


def test_the_last_administrator_stays(bank: Process) -> None:
    admin = bank.signs_in("admin1")
    for change in ({"active": False}, {"roles": [{"role": "teller", "org": "hq"}]}):
        refused = admin.patch("/users/admin1", change)
        assert (refused.status_code, kind(refused)) == (409, "last-admin")
    assert admin.me.json["roles"][0]["role"] == "admin"
    second = {**NEW, "username": "admin2", "roles": [{"role": "admin", "org": "hq"}]}
    assert admin.post("/users", second).status_code == 201
    assert admin.patch("/users/admin1", {"active": False}).status_code == 200
    assert admin.me.status_code == 401


def test_an_administrator_of_a_part_keeps_to_it(bank: Process) -> None:
    regional = {**NEW, "username": "admin-east", "roles": [{"role": "admin", "org": "east"}]}
    assert bank.signs_in("admin1").post("/users", regional).status_code == 201
    admin = bank.signs_in("admin-east", "a-long-password")
    seen = {each["username"] for each in admin.get("/users?limit=200").json["items"]}
    assert {"teller1", "manager2", "regional1"} <= seen
    assert not {"teller4", "admin1", "hqduty1"} & seen
    assert admin.patch("/users/teller4", {"active": False}).status_code == 404
    assert admin.patch("/users/teller1", {"name": "林晓晓"}).status_code == 200
    for roles in ([{"role": "admin", "org": "hq"}], [{"role": "teller", "org": "west-01"}], []):
        assert admin.patch("/users/teller1", {"roles": roles}).status_code == 403
        assert admin.post("/users", {**NEW, "roles": roles}).status_code == 403
    assert admin.post("/users", NEW).status_code == 201


def test_nobody_by_that_name(bank: Process) -> None:
    admin = bank.signs_in("admin1")
    for username in ("nobody", "a%00b", "%ff", "%E6%9E%97"):
        assert admin.patch(f"/users/{username}", {"active": False}).status_code == 404


def test_the_log_names_people_only_under_seal(bank: Process) -> None:
    admin = bank.signs_in("admin1")
    admin.post("/users", NEW)
    admin.patch("/users/teller9", {"name": "韩梅梅", "roles": [{"role": "guard", "org": "hq"}]})
    events = bank.log()[-5:]
    assert [each["type"] for each in events] == [
        "user.created",
        "role.granted",
        "user.changed",
        "role.revoked",
        "role.granted",
    ]
    assert bank.text(events[0]["data"]["name"]) == "韩梅"
    assert bank.text(events[2]["data"]["name"]) == "韩梅梅"
    user = bank.person("teller9").id
    assert events[4]["data"] == {"user": user, "role": "guard", "org": "hq"}
    assert {each["actor"]["id"] for each in events} == {bank.person("admin1").id}
    assert [each["seq"] for each in bank.log()] == list(range(1, len(bank.log()) + 1))


def test_roles_come_and_go_one_by_one(bank: Process, clock: TestClock) -> None:
    user, role = bank.person("teller1").id, ("guard", "east-01")
    for change, held in ((grant_role, True), (grant_role, True), (revoke_role, False)):
        bank.write(partial(_call, change, clock, user, role))
        bank.read(bank.world.reload)
        assert (role in bank.person("teller1").roles) is held
    changes = [each["type"] for each in bank.log() if each["data"].get("role") == "guard"]
    assert changes[-2:] == ["role.granted", "role.revoked"]


def _call(change: Any, clock: TestClock, user: str, role: tuple[str, str], batch: Batch) -> None:
    change(batch, clock, SYSTEM, user, role)


def test_the_first_account_of_a_new_bank(empty: Process, clock: TestClock) -> None:
    def first(password: str) -> Callable[..., str]:
        return lambda batch: create_admin(batch, clock, "root", "彭程", password)

    with pytest.raises(Refused):
        empty.write(first("short"))
    assert empty.rows(UserRow) == []
    empty.write(first("a-long-password"))
    with pytest.raises(Refused):
        empty.write(first("a-long-password"))
    admin = empty.signs_in("root", "a-long-password")
    assert admin.me.json["roles"][0]["org"]["id"] == "hq"
    assert admin.get("/users").status_code == 200


def test_everybody_signed_in_sees_the_tree(bank: Process) -> None:
    teller = bank.signs_in("teller1")
    items, cursor = [], ""
    for _ in range(3):
        page = teller.get(f"/orgs?limit=2{cursor}").json
        items += page["items"]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert {each["id"]: each["parent"] for each in items} == {org.id: org.parent for org in ORGS}
    assert {each["timezone"] for each in items} == {"Asia/Shanghai"}


NEW_ORG = {"id": "east-03", "name": "城东新村支行", "parent": "east"}


def test_an_administrator_opens_a_branch_where_work_begins_at_once(bank: Process) -> None:
    admin = bank.signs_in("admin1")
    region = {"id": "north", "name": "城北分行", "parent": "hq", "kind": "region"}
    made = admin.post("/orgs", {**region, "timezone": "Asia/Urumqi"})
    assert (made.status_code, made.json) == (201, {**region, "timezone": "Asia/Urumqi"})
    branch = {"id": "north-01", "name": "城北营业部", "parent": "north"}
    made = admin.post("/orgs", branch)
    whole = {**branch, "kind": "branch", "timezone": "Asia/Urumqi"}
    assert (made.status_code, made.json) == (201, whole)
    assert whole in admin.get("/orgs?limit=200").json["items"]
    roles = [{"role": "teller", "org": "north-01"}]
    assert admin.post("/users", {**NEW, "roles": roles}).status_code == 201
    assert bank.pairs("north-01").pin("teller9", "135790").status_code == 200
    assert bank.world.directory.path("north-01") == ("north-01", "north", "hq")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"id": "east-01"}, 409),
        ({"id": "East-03"}, 422),
        ({"id": "east_03"}, 422),
        ({"id": "east-03\n"}, 422),
        ({"id": "²"}, 422),
        ({"id": ""}, 422),
        ({"id": "e" * 65}, 422),
        ({"name": ""}, 422),
        ({"parent": "nowhere"}, 422),
        ({"parent": None}, 422),
        ({"kind": "hq"}, 422),
        ({"timezone": "Asia/Nowhere"}, 422),
        ({"timezone": "../../etc/passwd"}, 422),
        ({"timezone": "localtime"}, 422),
        ({"timezone": "asia/shanghai"}, 422),
        ({"extra": 1}, 422),
    ],
)
def test_an_org_that_cannot_be_leaves_nothing_behind(
    bank: Process, change: dict[str, object], status: int
) -> None:
    before = len(bank.rows(OrgRow)), len(bank.rows(EventRow))
    assert bank.signs_in("admin1").post("/orgs", {**NEW_ORG, **change}).status_code == status
    assert (len(bank.rows(OrgRow)), len(bank.rows(EventRow))) == before


def test_an_org_gets_another_name(bank: Process) -> None:
    admin = bank.signs_in("admin1")
    renamed = admin.patch("/orgs/east-01", {"name": "城东支行"})
    assert (renamed.status_code, renamed.json["name"]) == (200, "城东支行")
    assert renamed.json in bank.signs_in("teller1").get("/orgs").json["items"]
    events = len(bank.log())
    assert admin.patch("/orgs/east-01", {}).json == renamed.json
    assert len(bank.log()) == events
    assert admin.patch("/orgs/nowhere", {"name": "无"}).status_code == 404
    for wrong in ({"name": ""}, {"name": None}, {"id": "east-09"}, {"parent": "west"}):
        assert admin.patch("/orgs/east-01", wrong).status_code == 422


def test_only_administrators_of_that_part_change_the_tree(bank: Process) -> None:
    for username in ("teller1", "manager1", "auditor1", "hqduty1"):
        client = bank.signs_in(username)
        assert client.post("/orgs", NEW_ORG).status_code == 403
        assert client.patch("/orgs/east-01", {"name": "无"}).status_code == 403
    regional = {**NEW, "username": "admin-east", "roles": [{"role": "admin", "org": "east"}]}
    assert bank.signs_in("admin1").post("/users", regional).status_code == 201
    admin = bank.signs_in("admin-east", "a-long-password")
    for parent in ("hq", "west", "west-01", "nowhere"):
        assert admin.post("/orgs", {**NEW_ORG, "parent": parent}).status_code == 403
    for org in ("hq", "west", "nowhere"):
        assert admin.patch(f"/orgs/{org}", {"name": "无"}).status_code == 403
    assert admin.post("/orgs", NEW_ORG).status_code == 201
    assert admin.patch("/orgs/east-03", {"name": "城东三部"}).status_code == 200
    four_digits = bank.client()
    four_digits.token = bank.pairs().pin("admin1").json["access_token"]
    assert four_digits.post("/orgs", {**NEW_ORG, "id": "east-04"}).status_code == 403


def test_the_log_keeps_what_happened_to_the_tree(bank: Process) -> None:
    admin = bank.signs_in("admin1")
    admin.post("/orgs", NEW_ORG)
    admin.patch("/orgs/east-03", {"name": "城东三部"})
    created, changed = bank.log()[-2:]
    assert (created["type"], changed["type"]) == ("org.created", "org.changed")
    assert bank.text(created["data"].pop("name")) == "城东新村支行"
    assert created["data"] == {
        "org": "east-03",
        "parent": "east",
        "kind": "branch",
        "timezone": "Asia/Shanghai",
    }
    assert bank.text(changed["data"].pop("name")) == "城东三部"
    assert changed["data"] == {"org": "east-03", "changed": ["name"]}
    assert {created["actor"]["id"], changed["actor"]["id"]} == {bank.person("admin1").id}


@pytest.mark.parametrize("path", ["/orgs", "/users", "/devices"])
@pytest.mark.parametrize("query", ["cursor=x", "cursor=WyJcdTAwMDAiXQ", "limit=0", "limit=201"])
def test_a_wrong_page_is_refused(bank: Process, path: str, query: str) -> None:
    assert bank.signs_in("admin1").get(f"{path}?{query}").status_code == 422


def _uses_codes(bank: Process, client: Client) -> pyotp.TOTP:
    answer = client.post("/users/me/otp")
    assert answer.status_code == 201
    assert answer.json["uri"].startswith("otpauth://totp/Counterbell:teller1?secret=")
    totp = pyotp.TOTP(answer.json["secret"])
    assert bank.client().login("teller1").status_code == 200
    assert client.put("/users/me/otp", {"otp": totp.at(bank.clock.now())}).status_code == 204
    return totp


def test_with_one_time_codes_a_password_alone_is_not_enough(
    bank: Process, clock: TestClock
) -> None:
    totp = _uses_codes(bank, bank.signs_in("teller1"))
    missing = bank.client().login("teller1")
    assert (missing.status_code, kind(missing)) == (401, "otp-required")
    assert bank.client().login("teller1", otp=totp.at(clock.now())).status_code == 401
    clock.later(seconds=30)
    code = totp.at(clock.now())
    assert bank.client().login("teller1", otp=code).status_code == 200
    assert bank.client().login("teller1", otp=code).status_code == 401
    clock.later(seconds=90)
    late, early, gone = (
        totp.at(clock.now() + timedelta(seconds=30 * step)) for step in (-1, 1, -2)
    )
    assert bank.client().login("teller1", otp=gone).status_code == 401
    assert bank.client().login("teller1", otp=late).status_code == 200
    assert bank.client().login("teller1", otp=early).status_code == 200
    assert bank.pairs().pin("teller1").status_code == 200


def test_wrong_codes_count_like_wrong_passwords(bank: Process) -> None:
    _uses_codes(bank, bank.signs_in("teller1"))
    for _ in range(10):
        assert bank.client().login("teller1", otp="000000").status_code == 401
    assert bank.client().login("teller1", otp="000000").status_code == 429


def test_a_secret_lies_in_the_database_encrypted(bank: Process) -> None:
    totp = _uses_codes(bank, bank.signs_in("teller1"))
    kept = next(row.otp_secret for row in bank.rows(UserRow) if row.username == "teller1")
    assert kept.startswith("active:")
    assert totp.secret not in kept


def test_one_time_codes_begin_and_end_in_order(bank: Process) -> None:
    teller = bank.signs_in("teller1")
    assert kind(teller.put("/users/me/otp", {"otp": "123456"})) == "otp-not-begun"
    _uses_codes(bank, teller)
    assert kind(teller.post("/users/me/otp")) == "otp-active"
    wrong = teller.delete("/users/me/otp", {"password": "wrong"})
    assert (wrong.status_code, kind(wrong)) == (403, "wrong-password")
    right = {"password": "demo-counterbell"}
    assert teller.delete("/users/me/otp", right).status_code == 204
    assert bank.client().login("teller1").status_code == 200


def test_an_administrator_helps_who_lost_the_phone(bank: Process) -> None:
    _uses_codes(bank, bank.signs_in("teller1"))
    admin = bank.signs_in("admin1")
    assert admin.patch("/users/teller1", {"name": "林晓"}).json["has_otp"] is True
    assert admin.patch("/users/teller1", {"remove_otp": True}).json["has_otp"] is False
    assert bank.client().login("teller1").status_code == 200


def test_every_route_wears_one_guard(bank: Process) -> None:
    views = bank.app.view_functions
    for rule in bank.app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and not rule.endpoint.startswith("api-docs"):
            guard = vars(views[rule.endpoint]).get("guard")
            assert guard in {"public", "signed_in", "person_or_device"}, rule.rule
    public = {name for name, view in views.items() if vars(view).get("guard") == "public"}
    assert public == {"auth.login", "devices.pair_device"}
