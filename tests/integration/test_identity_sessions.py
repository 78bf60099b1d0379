"""Signing in and out: sessions, throttles, cookies. The same on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta

import gevent
import pytest

from backend.demo import PASSWORD
from backend.identity_tables import FailedSignInRow, SessionRow
from tests.identity_bank import BROWSER, Client, Process, TestClock, kind

Start = Callable[[], Process]


def test_a_password_opens_a_session_that_knows_who_it_is(bank: Process) -> None:
    answer = bank.client().login("office2")
    assert answer.status_code == 200
    user = answer.json["user"]
    assert user == {
        "id": bank.person("office2").id,
        "username": "office2",
        "name": "许文",
        "roles": [{"role": "office_staff", "org": {"id": "east", "name": "华东分行"}}],
    }
    assert answer.json["expires_at"] == "2026-11-22T14:00:00.000Z"
    assert "Set-Cookie" not in answer.headers
    assert bank.signs_in("office2").me.json == user


def test_nobody_learns_whether_the_name_or_the_password_was_wrong(bank: Process) -> None:
    wrong, unknown = bank.client().login("teller1", "no"), bank.client().login("ghost", "no")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert bank.client().me.status_code == 401


def test_a_token_is_kept_only_as_its_hash(bank: Process) -> None:
    token = bank.signs_in("teller1").token
    assert token is not None
    assert len(token) == 43
    assert token not in {row.token_hash for row in bank.rows(SessionRow)}


def test_sessions_outlive_the_process(bank: Process, restarted: Start) -> None:
    teller, tablet = bank.signs_in("teller1"), bank.pairs()
    again = restarted()
    for client, path in ((teller, "/auth/me"), (tablet, "/devices/me")):
        there = again.client()
        there.token = client.token
        assert there.get(path).status_code == 200


def test_sessions_end_in_their_time(bank: Process, clock: TestClock) -> None:
    tablet, person = bank.pairs(), bank.client()
    person.token = tablet.pin("teller1").json["access_token"]
    teller = bank.signs_in("teller1")
    clock.later(hours=8, seconds=-1)
    assert person.me.status_code == 200
    clock.later(seconds=1)
    assert person.me.status_code == 401
    assert teller.me.status_code == 200
    clock.later(hours=4)
    assert teller.me.status_code == 401
    clock.later(days=1000)
    assert tablet.get("/devices/me").status_code == 200


def test_signing_out_ends_the_session_everywhere(bank: Process, restarted: Start) -> None:
    teller = bank.signs_in("teller1")
    other = restarted()
    there = other.client()
    there.token = teller.token
    assert there.me.status_code == 200
    other.read(other.sessions.forget_unknown)
    assert there.me.status_code == 200
    assert teller.post("/auth/logout").status_code == 204
    assert teller.me.status_code == 401
    other.read(other.sessions.forget_unknown)
    assert there.me.status_code == 401


def test_ten_wrong_passwords_lock_a_name_at_one_address_only(
    bank: Process, clock: TestClock
) -> None:
    client = bank.client()
    tries = [client.login("teller1", "wrong").status_code for _ in range(10)]
    assert tries == [401] * 10
    locked = client.login("teller1")
    assert (locked.status_code, kind(locked)) == (429, "too-many-sign-ins")
    assert locked.headers["Retry-After"] == "600"
    assert client.login("teller1", address="10.0.0.2").status_code == 200
    assert client.login("teller2").status_code == 200
    clock.later(minutes=10)
    assert client.login("teller1").status_code == 200


def test_wrong_passwords_count_for_ten_minutes_and_until_a_right_one(
    bank: Process, clock: TestClock
) -> None:
    client = bank.client()
    for _ in range(2):
        for _ in range(9):
            client.login("teller1", "wrong")
        clock.later(minutes=10)
    for _ in range(9):
        client.login("teller1", "wrong")
    assert client.login("teller1").status_code == 200
    assert client.login("teller1", "wrong").status_code == 401
    assert client.login("teller1").status_code == 200


def test_many_wrong_tries_at_once_do_not_outrun_the_count(bank: Process) -> None:
    tries = [gevent.spawn(bank.client().login, "teller1", "wrong") for _ in range(16)]
    codes = sorted(each.get().status_code for each in gevent.wait(tries))
    assert codes == [401] * 10 + [429] * 6


def test_five_wrong_pins_lock_that_person_on_that_tablet(bank: Process, clock: TestClock) -> None:
    tablet, other = bank.pairs(), bank.pairs()
    assert [tablet.pin("teller1", "0000").status_code for _ in range(5)] == [401] * 5
    locked = tablet.pin("teller1")
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
    assert tablet.pin("teller2").status_code == 200
    assert other.pin("teller1").status_code == 200
    assert bank.client().login("teller1").status_code == 200
    clock.later(minutes=15)
    assert tablet.pin("teller1").status_code == 200


def test_wrong_pins_count_for_a_day(bank: Process, clock: TestClock) -> None:
    tablet = bank.pairs()
    for _ in range(4):
        tablet.pin("teller1", "0000")
        clock.later(hours=5)
    tablet.pin("teller1", "0000")
    assert tablet.pin("teller1").status_code == 429
    clock.later(hours=1)
    for _ in range(4):
        tablet.pin("teller1", "0000")
    clock.later(days=1)
    tablet.pin("teller1", "0000")
    assert tablet.pin("teller1").status_code == 200


def test_what_strangers_tried_is_swept_after_its_time(bank: Process, clock: TestClock) -> None:
    tablet = bank.pairs()
    tablet.pin("ghost", "0000")
    bank.client().login("ghost", "wrong")
    bank.client().post("/devices/pair", {"code": "AAAAAAAA"})
    bank.write(bank.sweep)
    assert len(bank.rows(FailedSignInRow)) == 3
    clock.later(minutes=11)
    bank.write(bank.sweep)
    assert [row.place for row in bank.rows(FailedSignInRow)] == [tablet.device_id]
    clock.later(days=1)
    bank.write(bank.sweep)
    assert bank.rows(FailedSignInRow) == []


def test_locks_outlive_the_process(bank: Process, restarted: Start) -> None:
    for _ in range(10):
        bank.client().login("teller1", "wrong")
    assert restarted().client().login("teller1").status_code == 429


def test_a_tablet_has_one_person_at_a_time(bank: Process) -> None:
    tablet, first, second = bank.pairs(), bank.client(), bank.client()
    first.token = tablet.pin("teller1").json["access_token"]
    assert first.me.json["device"]["org"]["id"] == "east-01"
    second.token = tablet.pin("teller2").json["access_token"]
    assert first.me.status_code == 401
    assert second.me.json["username"] == "teller2"
    assert second.post("/auth/logout").status_code == 204
    assert tablet.get("/devices/me").status_code == 200


def test_a_pin_is_for_a_paired_tablet_only(bank: Process) -> None:
    assert bank.client().pin("teller1").status_code == 401
    assert bank.signs_in("teller1").pin("teller1").status_code == 403


def test_a_tablet_alone_is_nobody(bank: Process) -> None:
    tablet = bank.pairs()
    assert tablet.me.status_code == 403
    assert tablet.get("/orgs").status_code == 403
    assert tablet.post("/auth/logout").status_code == 403
    assert bank.signs_in("teller1").get("/devices/me").status_code == 404


def test_a_browser_is_given_a_cookie_that_no_script_reads(bank: Process) -> None:
    answer = bank.client().login("teller1", headers=BROWSER)
    cookie = answer.headers["Set-Cookie"]
    for part in ("counterbell=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert "Secure" not in cookie
    secure = bank.client().post(
        "/auth/login",
        {"username": "teller1", "password": PASSWORD},
        headers=BROWSER,
        base_url="https://bank.example",
    )
    assert "Secure" in secure.headers["Set-Cookie"]


def test_a_write_by_cookie_needs_the_header_that_other_sites_cannot_send(bank: Process) -> None:
    browser = bank.client()
    browser.login("teller1", headers=BROWSER)
    assert browser.me.status_code == 200
    refused = browser.post("/auth/logout")
    assert (refused.status_code, kind(refused)) == (403, "csrf")
    assert browser.me.status_code == 200
    gone = browser.post("/auth/logout", headers=BROWSER)
    assert gone.status_code == 204
    assert "counterbell=;" in gone.headers["Set-Cookie"]
    assert browser.me.status_code == 401


def test_a_tablets_browser_stays_paired_whoever_comes_and_goes(bank: Process) -> None:
    browser = _paired_browser(bank)
    assert browser.me.status_code == 403
    assert browser.pin("teller1", headers=BROWSER).status_code == 200
    assert browser.me.json["device"]["id"]
    browser.post("/auth/logout", headers=BROWSER)
    assert browser.me.status_code == 403
    assert browser.get("/devices/me").status_code == 200


def test_a_password_on_a_tablet_is_still_a_session_on_that_tablet(bank: Process) -> None:
    browser = _paired_browser(bank)
    token = browser.login("manager1", headers=BROWSER).json["access_token"]
    elsewhere = bank.client()
    elsewhere.token = token
    device = elsewhere.me.json["device"]["id"]
    manager = bank.signs_in("manager1")
    assert manager.delete(f"/devices/{device}").status_code == 204
    assert elsewhere.me.status_code == 401
    assert browser.me.status_code == 401


def test_a_dead_cookie_of_a_person_leaves_the_tablet(bank: Process, clock: TestClock) -> None:
    browser = _paired_browser(bank)
    browser.pin("teller1", headers=BROWSER)
    clock.later(hours=9)
    assert browser.get("/devices/me").status_code == 200
    assert browser.me.status_code == 403


@pytest.mark.parametrize("token", ["", "x", "é" * 40, "A" * 5000])
def test_no_such_token(bank: Process, token: str) -> None:
    client = bank.client()
    client.token = token
    assert client.me.status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 60_000, 400),
        (b'{"username": NaN, "password": "x"}', 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"username": "a\\u0000", "password": "x"}', 422),
        (b'{"username": "a", "password": "\\ud800"}', 422),
        (b'{"username": "a", "password": "x", "more": 1}', 422),
        (b'{"username": "a", "password": "x", "otp": "12345"}', 422),
    ],
)
def test_what_is_no_sign_in_is_refused_with_a_reason(
    bank: Process, body: bytes, status: int
) -> None:
    answer = bank.client().flask.post(
        "/api/v1/auth/login", data=body, content_type="application/json"
    )
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_housekeeping_takes_only_what_is_over(bank: Process, clock: TestClock) -> None:
    bank.signs_in("teller1")
    bank.pairs()
    clock.later(hours=13)
    living = bank.signs_in("teller2")
    bank.write(bank.sweep)
    assert living.me.status_code == 200
    kept = [row.expires_at for row in bank.rows(SessionRow)]
    assert sorted(kept, key=str) == sorted([None, clock.now() + timedelta(hours=12)], key=str)


def _paired_browser(bank: Process) -> Client:
    browser = bank.client()
    code = bank.signs_in("manager1").pairing_code("east-01").json["code"]
    paired = browser.post("/devices/pair", {"code": code}, headers=BROWSER)
    assert paired.status_code == 201
    assert "counterbell_device=" in paired.headers["Set-Cookie"]
    return browser
