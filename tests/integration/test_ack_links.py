"""The token of an acknowledging link: what it is bound to, and what is none."""

import base64
from datetime import timedelta

import pytest

from backend.clock import uuid7
from backend.outgoing.ack_links import LIFE, acknowledge_link, read_token
from tests.fakes import MORNING

SECRET = b"s" * 32
ALERT, USER, OTHER = uuid7(1), uuid7(2), uuid7(3)


def token(alert: str = ALERT, user: str = USER, secret: bytes = SECRET, later: int = 0) -> str:
    now = MORNING + timedelta(seconds=later)
    link = acknowledge_link("https://bank.example", secret, alert, user, now)
    assert link is not None
    assert link.startswith("https://bank.example/a/")
    return link.rpartition("/")[2]


def test_a_token_says_alert_person_and_its_end() -> None:
    read = read_token(SECRET, token())
    assert read is not None
    assert (read.alert_id, read.user_id) == (ALERT, USER)
    assert read.expires_at == MORNING + LIFE


def test_each_link_to_the_same_alert_and_person_is_the_same_command() -> None:
    first, later = read_token(SECRET, token()), read_token(SECRET, token(later=120))
    others = [read_token(SECRET, token(user=OTHER)), read_token(SECRET, token(alert=OTHER))]
    assert first is not None
    assert later is not None
    assert first.command_id == later.command_id
    assert first.command_id not in {each and each.command_id for each in others}


def test_without_a_public_address_there_is_no_link() -> None:
    assert acknowledge_link(None, SECRET, ALERT, USER, MORNING) is None


def test_no_bit_of_a_token_can_be_changed() -> None:
    whole = base64.urlsafe_b64decode(token() + "==")
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        assert read_token(SECRET, base64.urlsafe_b64encode(changed).decode().rstrip("=")) is None


@pytest.mark.parametrize("forged", ["", "a", "==", "ä", "a" * 70, "%00", "A" * 10_000, "…"])
def test_what_is_no_token_is_none(forged: str) -> None:
    assert read_token(SECRET, forged) is None


def test_a_token_of_another_house_is_none() -> None:
    assert read_token(SECRET, token(secret=b"t" * 32)) is None
