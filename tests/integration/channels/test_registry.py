"""All kinds together, as a server has them."""

from pathlib import Path

import pytest

from backend.config import from_environment
from backend.outgoing.ways import ways_of
from notifications.channels.channel import Address, BadAddress, Request
from notifications.channels.registry import check_address

SECRET = b"s" * 32


def test_every_kind_of_the_contract_is_there() -> None:
    ways = ways_of(from_environment({}), SECRET)
    assert set(ways) == {
        "wecom",
        "dingtalk",
        "feishu",
        "sms",
        "email",
        "webpush",
        "ntfy",
        "webhook",
        "apprise",
    }


def test_an_unknown_kind_and_a_bad_address_are_refused_in_both_languages() -> None:
    ways = ways_of(from_environment({}), SECRET)
    for kind, address in (("pigeon", "roof"), ("wecom", "roof"), ("apprise", "dbus://")):
        with pytest.raises(BadAddress) as caught:
            check_address(ways, kind, address, None)
        assert not caught.value.reason.zh.isascii()
        assert str(caught.value) == caught.value.reason.en


def test_mail_and_sms_are_there_when_the_operator_has_set_them_up(tmp_path: Path) -> None:
    file = tmp_path / "sms.yaml"
    file.write_text("{url: 'https://sms.example/{phone}/{text}', method: GET}")
    bank = from_environment(
        {
            "COUNTERBELL_SMTP_URL": "smtps://u:p%40ss@mail.bank.example",
            "COUNTERBELL_MAIL_FROM": "bell@bank.example",
            "COUNTERBELL_SMS_TEMPLATE": str(file),
        }
    )
    assert bank.mail_server is not None
    assert (bank.mail_server.port, bank.mail_server.password) == (465, "p@ss")
    ways = ways_of(bank, SECRET)
    check_address(ways, "email", "lina@bank.example", None)
    check_address(ways, "sms", "13800138000", None)
    nothing = ways_of(from_environment({}), SECRET)
    for kind, address in (("email", "lina@bank.example"), ("sms", "13800138000")):
        with pytest.raises(BadAddress):
            check_address(nothing, kind, address, None)


def test_nothing_secret_shows_when_it_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "sms.yaml"
    file.write_text("{url: 'https://sms.example/hidden1/{phone}/{text}', body: hidden2}")
    settings = from_environment(
        {
            "COUNTERBELL_SMTP_URL": "smtps://u:hidden3@mail.bank.example",
            "COUNTERBELL_MAIL_FROM": "bell@bank.example",
            "COUNTERBELL_SMS_TEMPLATE": str(file),
        }
    )
    headers = {"Authorization": "hidden4"}
    printed = (
        f"{settings.mail_server} {settings.sms} {Address('wecom', 'hidden5', 'hidden6')}"
        f" {Request('POST', 'hidden7', b'hidden8', headers)}"
    )
    assert "hidden" not in printed


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://relay.bank.example", 25, "none"),
        ("smtp://u:p@mail.bank.example:587?starttls", 587, "starttls"),
        ("smtp://u:p@127.0.0.1:2525", 2525, "none"),
        ("smtps://mail.bank.example/", 465, "implicit"),
    ],
)
def test_a_mail_server_is_read_as_it_was_meant(url: str, port: int, tls: str) -> None:
    settings = from_environment(
        {"COUNTERBELL_SMTP_URL": url, "COUNTERBELL_MAIL_FROM": "bell@bank.example"}
    )
    assert settings.mail_server is not None
    assert (settings.mail_server.port, settings.mail_server.tls) == (port, tls)
