"""ntfy, against a server with one protected topic."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.outgoing.outside import WayOut
from notifications.channels.channel import Address, BadAddress, Message
from notifications.channels.ntfy import Ntfy
from tests.fakes_providers.ntfy_server import FakeNtfy
from tests.fakes_providers.trouble import Trouble, any_trouble, expect_another_try, refusal

WAY = Ntfy(("127.0.0.1",))


@pytest.fixture
def server() -> Iterator[FakeNtfy]:
    with FakeNtfy() as fake:
        yield fake


def _to(server: FakeNtfy) -> Address:
    return Address("ntfy", server.address, server.token)


def test_a_strangers_server_is_told_nothing_but_that_there_is_something(
    server: FakeNtfy, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(server), message, outside)
    (sent,) = server.taken
    assert (sent["title"], sent["message"]) == (message.neutral.zh, message.neutral.en)
    assert sent["priority"] == 5
    assert [action["url"] for action in sent["actions"]] == [message.acknowledge, message.link]
    assert "三人".encode() not in server.asked[0].body


def test_what_is_not_urgent_makes_less_noise(
    server: FakeNtfy, message: Message, outside: WayOut
) -> None:
    told = replace(message, urgent=False, link=None, acknowledge=None)
    WAY.send(_to(server), told, outside)
    assert server.taken[0]["priority"] == 3
    assert "click" not in server.taken[0]


@any_trouble
def test_trouble_on_the_way_is_tried_again(
    server: FakeNtfy, message: Message, trouble: Trouble
) -> None:
    expect_another_try(WAY, _to(server), message, server, trouble)


@pytest.mark.parametrize("token", [None, "tk_wrong"])
def test_a_missing_or_wrong_token_is_never_tried_again(
    server: FakeNtfy, message: Message, outside: WayOut, token: str | None
) -> None:
    assert not refusal(WAY, Address("ntfy", server.address, token), message, outside).again


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("https://ntfy.sh", None),
        ("https://ntfy.sh/a/b", None),
        ("https://ntfy.sh/a?b=c", None),
        ("http://ntfy.sh/topic", None),
        ("https://ntfy.sh/topic", "令牌"),
        ("https://ntfy.sh/topic", "a\r\nX: b"),
    ],
)
def test_what_is_no_topic_is_refused(address: str, secret: str | None) -> None:
    with pytest.raises(BadAddress):
        WAY.check(address, secret)


def test_a_topic_is_taken() -> None:
    WAY.check("https://ntfy.sh/counter-7Hq2", "tk_1")
    WAY.check("http://127.0.0.1:2586/counter_1", None)
