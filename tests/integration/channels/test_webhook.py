"""Webhooks, against a receiver that checks them with the verifier of docs/channels.md."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.outgoing.outside import WayOut
from notifications.channels.channel import Address, BadAddress, Message
from notifications.channels.webhook import Webhook, signature
from tests.fakes import MORNING
from tests.fakes_providers.trouble import Trouble, any_trouble, expect_another_try, refusal
from tests.fakes_providers.webhook_receiver import FakeReceiver, is_genuine
from tests.house import ROOT

WAY = Webhook(("127.0.0.1",))


@pytest.fixture
def receiver() -> Iterator[FakeReceiver]:
    with FakeReceiver() as fake:
        yield fake


def _to(receiver: FakeReceiver) -> Address:
    return Address("webhook", receiver.address, receiver.secret)


def test_an_alert_arrives_as_json(
    receiver: FakeReceiver, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(receiver), message, outside)
    links = {"link": message.link, "acknowledge": message.acknowledge}
    assert receiver.taken == [{**message.payload, **links}]
    assert receiver.asked[0].path == "/alerts?tenant=7"


def test_the_signature_is_what_openssl_makes_of_it() -> None:
    at = datetime.fromtimestamp(1700000000, UTC)
    made = signature("a secret that nobody guesses", b'{"kind":"test"}', at)
    assert made == (
        "t=1700000000,v1=7072d221e6ab5a6104fce056f64801324f6f95f500230f4b5c2b7b07c9d3fb90"
    )


def test_the_receiver_refuses_another_secret_and_what_is_old(
    receiver: FakeReceiver, message: Message, outside: WayOut
) -> None:
    forged = Address("webhook", receiver.address, "another secret altogether")
    assert not refusal(WAY, forged, message, outside).again
    receiver.now = MORNING + timedelta(seconds=301)
    assert not refusal(WAY, _to(receiver), message, outside).again
    assert receiver.taken == []


@pytest.mark.parametrize("header", ["", "t=1", "v1=00", "t=x,v1=00", "t=²,v1=00", "nonsense"])
def test_a_header_that_is_no_signature_is_not_believed(header: str) -> None:
    assert not is_genuine(header, b"{}", "secret", MORNING.timestamp())


def test_the_verifier_that_operators_copy_is_the_one_that_is_tested() -> None:
    assert inspect.getsource(is_genuine) in (ROOT / "docs" / "channels.md").read_text("utf-8")


def test_the_same_notice_sent_twice_is_taken_once(
    receiver: FakeReceiver, message: Message, outside: WayOut
) -> None:
    receiver.moods = ["cut"]
    refusal(WAY, _to(receiver), message, outside)
    WAY.send(_to(receiver), replace(message, acknowledge="https://b.example/a/2"), outside)
    assert len(receiver.asked) == 2
    assert len(receiver.taken) == 1
    again = replace(message, payload={**message.payload, "repeat": 1})
    WAY.send(_to(receiver), again, outside)
    assert [each["repeat"] for each in receiver.taken] == [0, 1]


@any_trouble
def test_trouble_on_the_way_is_tried_again(
    receiver: FakeReceiver, message: Message, trouble: Trouble
) -> None:
    expect_another_try(WAY, _to(receiver), message, receiver, trouble)


@pytest.mark.parametrize(
    ("status", "again"), [(400, False), (401, False), (404, False), (410, False), (408, True)]
)
def test_a_refusal_says_whether_it_passes(
    receiver: FakeReceiver, message: Message, outside: WayOut, status: int, again: bool
) -> None:
    receiver.mood = f"status-{status}"
    fault = refusal(WAY, _to(receiver), message, outside)
    assert fault.again is again
    assert str(status) in fault.detail


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("https://hooks.bank.example/x", None),
        ("https://hooks.bank.example/x", "short"),
        ("http://hooks.bank.example/x", "a secret of some length"),
        ("https://10.0.0.7/x", "a secret of some length"),
        ("https://[::1]/x", "a secret of some length"),
        ("https://2130706433/x", "a secret of some length"),
        ("https://0x7f.1/x", "a secret of some length"),
        ("https://localhost/x", "a secret of some length"),
        ("https://intranet/x", "a secret of some length"),
        ("https://169.254.169.254/latest", "a secret of some length"),
        ("https://u:p@hooks.bank.example/x", "a secret of some length"),
        ("ftp://hooks.bank.example/x", "a secret of some length"),
        ("https://hooks.bank.example:0/x", "a secret of some length"),
        ("https://hooks.bank.example:99999/x", "a secret of some length"),
        ("https://hooks bank.example/x", "a secret of some length"),
        ("https://hooks.bank.example/\r\nX: y", "a secret of some length"),
        ("https://银行.example/x", "a secret of some length"),
        ("https:///x", "a secret of some length"),
        ("", "a secret of some length"),
    ],
)
def test_an_address_that_must_not_be_called_is_refused(address: str, secret: str | None) -> None:
    with pytest.raises(BadAddress):
        WAY.check(address, secret)


def test_a_public_receiver_and_one_that_the_operator_named_are_taken() -> None:
    WAY.check("https://hooks.bank.example:8443/x?y=1", "a secret of some length")
    WAY.check("http://127.0.0.1:9000/x", "a secret of some length")
    with pytest.raises(BadAddress):
        Webhook(("127.0.0.1:9001",)).check("http://127.0.0.1:9000/x", "a secret of some length")
