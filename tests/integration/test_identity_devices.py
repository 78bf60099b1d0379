"""Paired tablets: codes, keys, who looks after them. The same on SQLite and PostgreSQL."""

from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from backend.devices import CODE_LENGTH, CODE_SIGNS
from backend.identity_tables import DeviceRow, PairingCodeRow
from tests.identity_bank import Process, TestClock, kind


def test_a_code_is_eight_signs_that_nobody_mistakes(bank: Process) -> None:
    answer = bank.signs_in("manager1").pairing_code("east-01")
    assert answer.status_code == 201
    assert answer.json["expires_at"] == "2026-11-22T02:10:00.000Z"
    code = answer.json["code"]
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_SIGNS)
    assert not set("01IO") & set(CODE_SIGNS)
    assert code not in {row.code_hash for row in bank.rows(PairingCodeRow)}


def test_a_code_pairs_one_tablet_once(bank: Process) -> None:
    code = bank.signs_in("manager1").pairing_code("east-01").json["code"]
    tablet = bank.client()
    spaced = f"{code[:4].lower()} - {code[4:]}"
    paired = tablet.post("/devices/pair", {"code": spaced})
    assert paired.status_code == 201
    tablet.token = paired.json["device_token"]
    assert tablet.get("/devices/me").json == {
        "id": paired.json["device_id"],
        "name": "3 号柜台",
        "org": {"id": "east-01", "name": "城东支行营业部"},
    }
    again = bank.client().post("/devices/pair", {"code": code})
    assert again.status_code == 422


def test_a_code_is_good_for_ten_minutes(bank: Process, clock: TestClock) -> None:
    code = bank.signs_in("manager1").pairing_code("east-01").json["code"]
    clock.later(minutes=10)
    assert bank.client().post("/devices/pair", {"code": code}).status_code == 422


def test_guessing_codes_is_slowed_down_by_address(bank: Process, clock: TestClock) -> None:
    code = bank.signs_in("manager1").pairing_code("east-01").json["code"]
    for _ in range(10):
        assert bank.client().post("/devices/pair", {"code": "WRONG"}).status_code == 422
    right = {"code": code}
    locked = bank.client().post("/devices/pair", right)
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "600")
    elsewhere = {"REMOTE_ADDR": "10.9.9.9"}
    found = bank.client().post("/devices/pair", right, environ_base=elsewhere)
    assert found.status_code == 201


def _spki(key: Any) -> tuple[bytes, str]:
    public = key.public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der = public.public_bytes(serialization.Encoding.DER, form)
    return der, public.public_bytes(serialization.Encoding.PEM, form).decode()


def test_a_tablets_key_is_kept_in_one_form(bank: Process) -> None:
    der, pem = _spki(ec.generate_private_key(ec.SECP256R1()))
    stored = urlsafe_b64encode(der).rstrip(b"=").decode()
    for given in (stored, b64encode(der).decode(), pem):
        tablet = bank.pairs(public_key=given)
        row = next(row for row in bank.rows(DeviceRow) if row.id == tablet.device_id)
        assert row.public_key == stored
        assert bank.world.devices[tablet.device_id].public_key == stored


@pytest.mark.parametrize("bad", ["", "not a key", "AAAA", "p384", "rsa", "x" * 2000, 5])
def test_a_wrong_key_is_refused_and_the_code_stays_good(bank: Process, bad: Any) -> None:
    made = {
        "p384": lambda: _spki(ec.generate_private_key(ec.SECP384R1()))[1],
        "rsa": lambda: _spki(rsa.generate_private_key(65537, 2048))[1],
    }
    key = made[bad]() if bad in made else bad
    code = bank.signs_in("manager1").pairing_code("east-01").json["code"]
    refused = bank.client().post("/devices/pair", {"code": code, "public_key": key})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "public_key"
    assert bank.client().post("/devices/pair", {"code": code}).status_code == 201


def test_a_branch_manager_pairs_for_the_own_branch_only(bank: Process) -> None:
    manager = bank.signs_in("manager1")
    assert manager.pairing_code("east-01").status_code == 201
    assert manager.pairing_code("east-02").status_code == 403
    assert manager.pairing_code("nowhere").status_code == 422
    assert bank.signs_in("admin1").pairing_code("west-01").status_code == 201
    for other in ("teller1", "deputy1", "regional1", "auditor1"):
        refused = bank.signs_in(other).pairing_code("east-01")
        assert (refused.status_code, kind(refused)) == (403, "forbidden")


def test_a_pin_makes_no_pairing_code(bank: Process) -> None:
    on_tablet = bank.client()
    on_tablet.token = bank.pairs().pin("manager1").json["access_token"]
    refused = on_tablet.pairing_code("east-01")
    assert (refused.status_code, kind(refused)) == (403, "forbidden")
    assert bank.signs_in("manager1").pairing_code("east-01").status_code == 201


def test_each_sees_and_ends_only_the_tablets_they_look_after(bank: Process) -> None:
    here, there = bank.pairs("east-01"), bank.pairs("east-02")
    manager, admin = bank.signs_in("manager1"), bank.signs_in("admin1")
    assert [each["id"] for each in manager.get("/devices").json["items"]] == [here.device_id]
    assert len(admin.get("/devices").json["items"]) == 2
    assert manager.delete(f"/devices/{there.device_id}").status_code == 404
    assert manager.delete("/devices/none").status_code == 404
    assert bank.signs_in("teller1").get("/devices").status_code == 403
    assert bank.signs_in("teller1").delete(f"/devices/{here.device_id}").status_code == 403
    assert there.get("/devices/me").status_code == 200


def test_ending_a_tablet_ends_everybody_on_it(bank: Process) -> None:
    tablet, person = bank.pairs(), bank.client()
    person.token = tablet.pin("teller1").json["access_token"]
    manager = bank.signs_in("manager1")
    assert manager.delete(f"/devices/{tablet.device_id}").status_code == 204
    assert tablet.get("/devices/me").status_code == 401
    assert person.me.status_code == 401
    assert manager.get("/devices").json["items"] == []
    assert manager.delete(f"/devices/{tablet.device_id}").status_code == 204


def test_a_list_of_tablets_goes_on_where_it_stopped(bank: Process) -> None:
    known = {bank.pairs().device_id for _ in range(3)}
    admin, found, cursor = bank.signs_in("admin1"), set[str](), ""
    for _ in range(2):
        page = admin.get(f"/devices?limit=2{cursor}").json
        found |= {each["id"] for each in page["items"]}
        cursor = f"&cursor={page['next_cursor']}"
    assert found == known
    assert page["next_cursor"] is None


def test_pairing_and_ending_stand_in_the_log(bank: Process) -> None:
    tablet = bank.pairs()
    bank.signs_in("manager1").delete(f"/devices/{tablet.device_id}")
    paired, revoked = bank.log()[-2:]
    assert (paired["type"], revoked["type"]) == ("device.paired", "device.revoked")
    assert bank.text(paired["data"]["name"]) == "3 号柜台"
    assert paired["data"]["paired_by"] == bank.person("admin1").id
    assert revoked["actor"]["id"] == bank.person("manager1").id
