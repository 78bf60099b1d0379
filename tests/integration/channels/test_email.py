"""E-mail, against a mail server that wants TLS and a password."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import gevent.ssl
import pytest

from backend.outgoing.mail_server import MailServer
from backend.outgoing.outside import WayOut
from notifications.channels.channel import Address, BadAddress, Message
from notifications.channels.email import Email
from tests.fakes import VirtualClock
from tests.fakes_providers.mail_server import PASSWORD, USER, FakeMailServer
from tests.fakes_providers.trouble import IMPATIENT, NAME, PATIENT, expect_discreet, refusal

SENDER = "counterbell@bank.example"
WAY = Email(SENDER)
TO = Address("email", "lina@bank.example")


@pytest.fixture
def server(server_tls: ssl.SSLContext) -> Iterator[FakeMailServer]:
    with FakeMailServer(server_tls) as fake:
        yield fake


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    context: ssl.SSLContext = gevent.ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificate)
    return context


def _plain(fake: FakeMailServer) -> MailServer:
    return MailServer(NAME, fake.port, None, None, "none", SENDER)


def _out(server: MailServer, tls: ssl.SSLContext, seconds: float = PATIENT) -> WayOut:
    return WayOut(VirtualClock(), (), server, seconds=seconds, tls=tls)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_mail_arrives_by_tls_and_signed_in(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, message: Message, at_once: bool
) -> None:
    with FakeMailServer(server_tls, at_once=at_once) as fake:
        how: Literal["implicit", "starttls"] = "implicit" if at_once else "starttls"
        server = MailServer(NAME, fake.port, USER, PASSWORD, how, SENDER)
        WAY.send(TO, message, _out(server, trusting))
        (mail,) = fake.taken
    assert (mail.secure, mail.user) == (True, USER)
    assert (mail.sender, mail.recipient) == (SENDER, TO.address)
    assert mail.raw.isascii()


def test_subject_and_text_are_read_as_they_were_written(
    server: FakeMailServer, trusting: ssl.SSLContext, message: Message
) -> None:
    WAY.send(TO, message, _out(_plain(server), trusting))
    mail = server.taken[0].message
    assert mail["Subject"] == message.title
    assert mail["From"].addresses[0].display_name == "柜铃 Counterbell"
    assert mail["To"] == TO.address
    assert mail["Date"].datetime == VirtualClock().now()
    assert mail["Auto-Submitted"] == "auto-generated"
    lines = mail.get_content().splitlines()
    assert lines[0] == "城东支行 · 03-11 10:00 · 第 1 级"
    assert message.link in lines
    assert message.acknowledge in lines


def test_the_same_notice_sent_twice_is_one_mail_to_a_mail_program(
    server: FakeMailServer, trusting: ssl.SSLContext, message: Message
) -> None:
    server.moods = ["cut"]
    out = _out(_plain(server), trusting)
    assert refusal(WAY, TO, message, out).again
    WAY.send(TO, message, out)
    WAY.send(TO, replace(message, payload={**message.payload, "repeat": 1}), out)
    first, second, third = (mail.message["Message-ID"] for mail in server.taken)
    assert first == second
    assert second != third
    assert first.endswith("@bank.example>")


@pytest.mark.parametrize(
    ("mood", "seconds"),
    [
        ("hang", IMPATIENT),
        ("drip", IMPATIENT),
        ("late", IMPATIENT),
        ("busy", PATIENT),
        ("full", PATIENT),
        ("status-450", PATIENT),
        ("status-552", PATIENT),
    ],
)
def test_trouble_on_the_way_is_tried_again(
    server: FakeMailServer, trusting: ssl.SSLContext, message: Message, mood: str, seconds: float
) -> None:
    server.moods = [mood]
    fault = refusal(WAY, TO, message, _out(_plain(server), trusting, seconds))
    assert fault.again
    expect_discreet(fault, TO)
    WAY.send(TO, message, _out(_plain(server), trusting))
    assert server.taken


@pytest.mark.parametrize("status", [501, 550, 551, 553])
def test_a_mailbox_that_is_none_is_never_tried_again(
    server: FakeMailServer, trusting: ssl.SSLContext, message: Message, status: int
) -> None:
    server.mood = f"status-{status}"
    fault = refusal(WAY, TO, message, _out(_plain(server), trusting))
    assert not fault.again
    assert str(status) in fault.detail


def test_a_server_that_says_no_good_bye_has_the_mail_all_the_same(
    server: FakeMailServer, trusting: ssl.SSLContext, message: Message
) -> None:
    server.mood = "no-goodbye"
    WAY.send(TO, message, _out(_plain(server), trusting))
    assert len(server.taken) == 1


def test_a_wrong_password_tells_no_password(
    server: FakeMailServer, trusting: ssl.SSLContext, message: Message
) -> None:
    settings = MailServer(NAME, server.port, USER, "wrong-one", "starttls", SENDER)
    fault = refusal(WAY, TO, message, _out(settings, trusting))
    assert fault.again  # it is the operator's to mend, and no fault of the address
    assert "535" in fault.detail
    assert "wrong-one" not in fault.detail


def test_a_server_with_a_strangers_certificate_gets_no_password(
    server: FakeMailServer, message: Message
) -> None:
    settings = MailServer(NAME, server.port, USER, PASSWORD, "starttls", SENDER)
    stranger: ssl.SSLContext = gevent.ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert refusal(WAY, TO, message, _out(settings, stranger)).again
    assert server.taken == []


def test_a_server_that_offers_no_tls_gets_no_password(
    trusting: ssl.SSLContext, message: Message
) -> None:
    with FakeMailServer() as fake:
        settings = MailServer(NAME, fake.port, USER, PASSWORD, "starttls", SENDER)
        assert refusal(WAY, TO, message, _out(settings, trusting)).again
        assert fake.taken == []


def test_without_a_mail_server_the_channel_says_so(message: Message) -> None:
    out = WayOut(VirtualClock(), (), None)
    assert refusal(WAY, TO, message, out).again
    with pytest.raises(BadAddress):
        Email(None).check(TO.address, None)


@pytest.mark.parametrize(
    "address",
    [
        "lina",
        "lina@",
        "@bank.example",
        "lina@bank",
        "a b@bank.example",
        "lina@bank.example\r\nX: y",
        "Li Na <lina@bank.example>",
        "lina@bank..example",
        "李@bank.example",
        "a@b.example,c@d.ex",
    ],
)
def test_what_is_no_mailbox_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        WAY.check(address, None)


def test_a_mailbox_is_taken() -> None:
    WAY.check("li.na+alerts@east-01.bank.example", None)
