"""Web push, against a push service with a browser behind it, and the examples of the RFCs."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from backend.outgoing.outside import WayOut
from backend.outgoing.ways import push_key
from notifications.channels.channel import Address, BadAddress, Message
from notifications.channels.webpush import (
    WebPush,
    application_server_key,
    browser_keys,
    encrypt,
)
from tests.fakes_providers.push_service import FakePushService, claims_of, padded, unpadded
from tests.fakes_providers.trouble import (
    Trouble,
    any_trouble,
    expect_another_try,
    expect_discreet,
    refusal,
)

KEY = push_key(b"s" * 32)
WAY = WebPush(("127.0.0.1",), KEY, "mailto:counterbell@bank.example")


@pytest.fixture
def service() -> Iterator[FakePushService]:
    with FakePushService(application_server_key(KEY)) as fake:
        yield fake


def _to(service: FakePushService) -> Address:
    return Address("webpush", service.address, service.secret)


def test_a_push_is_read_by_the_browser_alone_and_gives_nothing_away(
    service: FakePushService, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(service), message, outside)
    ((shown, headers),) = service.taken
    assert shown == {
        "kind": "alert",
        "alert_id": message.payload["alert_id"],
        "incident_id": message.payload["incident_id"],
        "repeat": 0,
        "urgency": "immediate",
        "drill": False,
        "title": message.neutral.as_json(),
        "link": message.link,
    }
    assert headers["urgency"] == "high"
    assert "group_visit" not in json.dumps(shown)


def test_a_repeat_takes_the_place_of_what_still_waits(
    service: FakePushService, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(service), message, outside)
    WAY.send(_to(service), replace(message, payload={**message.payload, "repeat": 1}), outside)
    WAY.send(_to(service), replace(message, payload={"kind": "test", "test_id": "1"}), outside)
    first, second, third = (headers["topic"] for _, headers in service.taken)
    assert first == second != third
    bodies = {asked.body for asked in service.asked}
    assert len(bodies) == 3


def test_the_encryption_is_the_rfcs() -> None:
    """RFC 8291, section 5 and appendix A."""
    own = ec.derive_private_key(
        int.from_bytes(padded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    browser = padded(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    sent = encrypt(
        b"When I grow up, I want to be a watermelon",
        (browser, padded("BTBZMqHH6r4Tts7J_aSIgg")),
        own,
        padded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert unpadded(sent) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN"
    )


def test_our_push_service_believes_the_token_of_the_rfc_and_no_other() -> None:
    """RFC 8292, section 2.4."""
    key = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
    token = (
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAi"
        "OjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HL"
        "GkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA"
    )
    assert claims_of(token, key) == {
        "aud": "https://push.example.net",
        "exp": 1453523768,
        "sub": "mailto:push@example.com",
    }
    assert claims_of(token, application_server_key(KEY)) is None


def test_the_key_stays_the_same_as_long_as_the_secret_does() -> None:
    assert application_server_key(push_key(b"s" * 32)) == application_server_key(KEY)
    assert application_server_key(push_key(b"t" * 32)) != application_server_key(KEY)
    assert len(padded(application_server_key(KEY))) == 65


@any_trouble
def test_trouble_on_the_way_is_tried_again(
    service: FakePushService, message: Message, trouble: Trouble
) -> None:
    expect_another_try(WAY, _to(service), message, service, trouble)


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_never_tried_again(
    service: FakePushService, message: Message, outside: WayOut, status: int
) -> None:
    service.gone = status
    fault = refusal(WAY, _to(service), message, outside)
    assert not fault.again
    expect_discreet(fault, _to(service))


def test_too_long_is_tried_again(
    service: FakePushService, message: Message, outside: WayOut
) -> None:
    long = replace(message, link="https://b.example/" + "a" * 5000)
    assert refusal(WAY, _to(service), long, outside).again


def test_another_servers_subscription_is_never_tried_again(
    service: FakePushService, message: Message, outside: WayOut
) -> None:
    service.subscribed_for = application_server_key(push_key(b"another"))
    assert not refusal(WAY, _to(service), message, outside).again


@pytest.mark.parametrize(
    "secret",
    [
        None,
        "",
        "no json",
        "[]",
        "{}",
        '{"p256dh": 1, "auth": 2}',
        '{"p256dh": "AAAA", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}',
        '{"p256dh": "ü", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}',
    ],
)
def test_keys_that_are_none_are_refused(
    service: FakePushService, message: Message, outside: WayOut, secret: str | None
) -> None:
    assert browser_keys(secret) is None
    with pytest.raises(BadAddress):
        WAY.check(service.address, secret)
    to = Address("webpush", service.address, secret)
    assert not refusal(WAY, to, message, outside).again


def test_a_browsers_subscription_is_taken(service: FakePushService) -> None:
    WAY.check("https://updates.push.services.mozilla.com/wpush/v2/gAAAAABl", service.secret)
    with pytest.raises(BadAddress):
        WAY.check("https://10.0.0.7/push", service.secret)
