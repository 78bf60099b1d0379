"""A person's own ways to the outside: only theirs, nobody else's, and none of it in the log."""

import base64
import json
import sqlite3
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.clients import Client, new_id
from tests.house import House

MINE = "/users/me/channels"
PUSH = "/users/me/push-subscriptions"
HOOK = {"kind": "webhook", "address": "http://127.0.0.1:9/hook", "enabled": True}
TOPIC = {"kind": "ntfy", "address": "https://ntfy.example/zhou", "enabled": False}


def subscription(endpoint: str = "https://push.example/send/1") -> dict[str, Any]:
    """As a browser makes one."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {
        "endpoint": endpoint,
        "expirationTime": None,
        "keys": {"p256dh": _text(point), "auth": _text(b"a" * 16)},
    }


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@pytest.fixture
def manager(house: House) -> Client:
    return house.person("manager1")


def logged(house: House) -> list[dict[str, Any]]:
    """The events of the null chain that are about channels."""
    with sqlite3.connect(f"file:{house.data / 'counterbell.db'}?mode=ro", uri=True) as conn:
        rows = conn.execute("SELECT body FROM events WHERE type = 'channels.changed' ORDER BY seq")
        return [json.loads(body) for (body,) in rows]


def test_what_is_put_is_what_is_there_and_what_is_missing_is_gone(manager: Client) -> None:
    assert manager.get(MINE) == []
    first = manager.does("PUT", MINE, [HOOK, TOPIC])
    assert [(each["kind"], each["address"], each["enabled"]) for each in first] == [
        ("webhook", "http://127.0.0.1:9/hook", True),
        ("ntfy", "https://ntfy.example/zhou", False),
    ]
    assert manager.get(MINE) == first
    hook, topic = first
    kept = manager.does("PUT", MINE, {"items": [{**topic, "enabled": True}]})
    assert kept == [{**topic, "enabled": True}]
    assert hook["id"] not in json.dumps(manager.get(MINE))


def test_what_was_read_can_be_put_as_it_is(manager: Client) -> None:
    manager.does("PUT", MINE, [HOOK, TOPIC])
    manager.does("POST", PUSH, subscription())
    read = manager.get(MINE)
    assert manager.does("PUT", MINE, read) == read


def test_a_webhook_has_a_secret_that_stays_until_another_is_given(manager: Client) -> None:
    (hook,) = manager.does("PUT", MINE, [HOOK])
    assert len(hook["secret"]) == 64
    entry = {name: hook[name] for name in ("id", "kind", "address", "enabled")}
    assert manager.does("PUT", MINE, [entry])[0]["secret"] == hook["secret"]
    assert manager.does("PUT", MINE, [{**entry, "secret": "m" * 16}])[0]["secret"] == "m" * 16


def test_an_id_of_ones_own_making_is_kept_and_that_of_another_person_is_refused(
    house: House, manager: Client
) -> None:
    own = new_id()
    assert manager.does("PUT", MINE, [{**HOOK, "id": own}])[0]["id"] == own
    deputy = house.person("deputy1")
    answer = deputy.ask("PUT", MINE, [{**HOOK, "id": own}])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "0.id"
    assert deputy.get(MINE) == []
    assert manager.get(MINE)[0]["id"] == own


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": {}},
        {"items": [], "more": 1},
        "x",
        7,
        None,
        [7],
        [[]],
        [{}],
        [{**HOOK, "kind": "pigeon"}],
        [{**HOOK, "kind": "webpush"}],
        [{**HOOK, "secret": "short"}],
        [{**HOOK, "address": "http://10.0.0.1/hook"}],
        [{"kind": "wecom", "address": "https://elsewhere.example/"}],
        [{"kind": "email", "address": "zhou@bank.example"}],
        [{"kind": "sms", "address": "13800000000"}],
        [{**HOOK, "address": ""}],
        [{**HOOK, "address": 7}],
        [{**HOOK, "address": "a" * 2001}],
        [{**HOOK, "address": "a\0b"}],
        [{**HOOK, "enabled": "yes"}],
        [{**HOOK, "id": "x"}],
        [{**HOOK, "secret": 5}],
        [{**HOOK, "extra": 1}],
        [HOOK, HOOK],
        [{**TOPIC, "address": f"https://ntfy.example/{number}"} for number in range(21)],
    ],
)
def test_what_is_no_list_of_channels_changes_nothing(manager: Client, body: Any) -> None:
    (kept,) = manager.does("PUT", MINE, [HOOK])
    answer = manager.ask(
        "PUT", MINE, data=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert manager.get(MINE) == [kept]


def test_the_same_browser_again_is_refreshed_and_not_doubled(manager: Client) -> None:
    first = manager.does("POST", PUSH, subscription())
    assert manager.does("POST", PUSH, subscription()) == first
    (channel,) = manager.get(MINE)
    assert (channel["id"], channel["kind"], channel["enabled"]) == (first["id"], "webpush", True)
    assert channel["secret"] is None
    assert channel["proven_at"] is None


def test_a_browser_belongs_to_whoever_used_it_last(house: House, manager: Client) -> None:
    deputy = house.person("deputy1")
    manager.does("POST", PUSH, subscription())
    deputy.does("POST", PUSH, subscription())
    assert manager.get(MINE) == []
    assert len(deputy.get(MINE)) == 1
    manager.does("DELETE", PUSH, {"endpoint": subscription()["endpoint"]})
    assert len(deputy.get(MINE)) == 1
    deputy.does("DELETE", PUSH, {"endpoint": subscription()["endpoint"]})
    assert deputy.get(MINE) == []


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "https://10.0.0.1/1"},
        {"endpoint": "https://localhost/1"},
        {"endpoint": "https:///1"},
        {"endpoint": "https://a:b@push.example/1"},
        {"endpoint": "https://push.example:0/1"},
        {"endpoint": "https://push.example:99999/1"},
        {"endpoint": "https://[::1/1"},
        {"endpoint": "https://push.example/ü"},
        {"endpoint": 7},
        {"keys": {}},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": _text(b"\4" + b"\1" * 64), "auth": _text(b"a" * 16)}},
        {"keys": {**subscription()["keys"], "auth": _text(b"a" * 15)}},
        {"keys": {**subscription()["keys"], "auth": "ä"}},
        {"more": 1},
    ],
)
def test_what_no_browser_makes_is_no_subscription(manager: Client, change: Any) -> None:
    assert manager.ask("POST", PUSH, {**subscription(), **change}).status_code == 422
    assert manager.get(MINE) == []


def test_a_push_subscription_can_be_switched_off_and_not_bent(manager: Client) -> None:
    manager.does("POST", PUSH, subscription())
    (channel,) = manager.get(MINE)
    off = manager.does("PUT", MINE, [{**channel, "enabled": False}])
    assert off == [{**channel, "enabled": False}]
    bent = {**channel, "address": "https://elsewhere.example/1"}
    assert manager.ask("PUT", MINE, [bent]).status_code == 422


def test_nobody_sees_them_at_a_counter_and_no_tablet_is_pushed_to(house: House) -> None:
    tablet = house.tablet().with_pin("manager1")
    assert tablet.ask("GET", MINE).status_code == 403
    assert tablet.ask("PUT", MINE, []).status_code == 403
    assert tablet.ask("POST", PUSH, subscription()).status_code == 403


def test_the_log_names_kinds_and_neither_address_nor_secret(house: House, manager: Client) -> None:
    (hook,) = manager.does("PUT", MINE, [HOOK])
    assert manager.does("PUT", MINE, [hook]) == [hook]
    house.settle()
    (event,) = logged(house)
    assert event["actor"]["name"] == "周敏"
    assert event["data"] == {
        "user": manager.get("/auth/me")["id"],
        "channels": [{"id": hook["id"], "kind": "webhook", "enabled": True}],
    }


def test_they_outlive_a_restart_and_not_their_owner(house: House, manager: Client) -> None:
    manager.does("PUT", MINE, [HOOK])
    house.reopened()
    assert len(house.person("manager1").get(MINE)) == 1


def test_a_receipt_from_nowhere_proves_nothing(house: House, manager: Client) -> None:
    manager.does("POST", PUSH, subscription())
    stranger = house.nobody()
    body = {"endpoint": "https://push.example/send/2", "alert_id": new_id(), "repeat": 0}
    assert stranger.ask("POST", "/push/receipts", body).status_code == 404
    body["endpoint"] = subscription()["endpoint"]
    assert stranger.ask("POST", "/push/receipts", body).status_code == 422
    for test_id in ("", ".", "1.x", f"1773194400.{'0' * 32}", "é.é", "x" * 65):
        trial = {"endpoint": body["endpoint"], "test_id": test_id}
        assert stranger.ask("POST", "/push/receipts", trial).status_code == 422
    assert manager.get(MINE)[0]["proven_at"] is None


def test_the_push_key_is_one_that_browsers_take_and_stays(house: House, manager: Client) -> None:
    key = manager.get("/push/key")["key"]
    assert len(base64.urlsafe_b64decode(key + "=")) == 65
    house.reopened()
    assert house.person("manager1").get("/push/key")["key"] == key


def test_a_trial_says_in_the_readers_words_that_nobody_answered(manager: Client) -> None:
    (hook,) = manager.does("PUT", MINE, [HOOK])
    said = manager.does("POST", f"/channels/{hook['id']}/test")
    assert said["state"] == "failed"
    assert said["detail"].isascii()
    manager.lang = "zh"
    assert not manager.does("POST", f"/channels/{hook['id']}/test")["detail"].isascii()


def test_trials_are_for_the_owner_and_not_too_many_in_a_row(house: House, manager: Client) -> None:
    (hook,) = manager.does("PUT", MINE, [HOOK])
    path = f"/channels/{hook['id']}/test"
    assert house.person("deputy1").ask("POST", path).status_code == 404
    assert house.person("admin1").ask("POST", path).status_code == 404
    for _ in range(5):
        assert manager.ask("POST", path).status_code == 200
    refused = manager.ask("POST", path)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("busy")
    house.jump(10)
    assert manager.ask("POST", path).status_code == 200
