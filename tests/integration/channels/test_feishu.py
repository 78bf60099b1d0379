"""Feishu bots, against a server that checks signature and time by the manual's example."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.outgoing.outside import WayOut
from notifications.channels.channel import Address, BadAddress, Message
from notifications.channels.feishu import Feishu, signature
from tests.fakes import MORNING
from tests.fakes_providers.robots import FakeFeishu
from tests.fakes_providers.trouble import (
    Trouble,
    any_trouble,
    expect_another_try,
    expect_discreet,
    refusal,
)

WAY = Feishu(("127.0.0.1",))


@pytest.fixture
def bot() -> Iterator[FakeFeishu]:
    with FakeFeishu() as fake:
        yield fake


def _to(bot: FakeFeishu) -> Address:
    return Address("feishu", bot.address, bot.secret)


def test_an_alert_arrives_with_its_links(
    bot: FakeFeishu, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(bot), message, outside)
    (post,) = bot.taken
    assert post["title"] == message.title
    assert [{"tag": "text", "text": "城东支行 · 03-11 10:00 · 第 1 级"}] in post["content"]
    assert [{"tag": "a", "text": "我来负责 / I'm in charge", "href": message.acknowledge}] in post[
        "content"
    ]
    assert [{"tag": "a", "text": "打开 / Open", "href": message.link}] in post["content"]


def test_a_message_of_any_length_fits(bot: FakeFeishu, message: Message, outside: WayOut) -> None:
    WAY.send(_to(bot), replace(message, text="长" * 30_000), outside)
    assert bot.taken[0]["content"][-1][0]["href"] == message.link


def test_the_signature_is_what_openssl_makes_of_the_manuals_text() -> None:
    assert signature("demo", datetime.fromtimestamp(1599360473, UTC)) == {
        "timestamp": "1599360473",
        "sign": "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=",
    }


@any_trouble
def test_trouble_on_the_way_is_tried_again(
    bot: FakeFeishu, message: Message, trouble: Trouble
) -> None:
    expect_another_try(WAY, _to(bot), message, bot, trouble)


@pytest.mark.parametrize(
    ("code", "again"), [(11232, True), (230020, True), (5, True), (19001, False), (19024, False)]
)
def test_a_refusal_inside_200_is_a_refusal(
    bot: FakeFeishu, message: Message, outside: WayOut, code: int, again: bool
) -> None:
    bot.refuse_with = code
    fault = refusal(WAY, _to(bot), message, outside)
    assert fault.again is again
    assert str(code) in fault.detail
    expect_discreet(fault, _to(bot))


@pytest.mark.parametrize("secret", [None, "another"])
def test_a_missing_or_wrong_secret_is_never_tried_again(
    bot: FakeFeishu, message: Message, outside: WayOut, secret: str | None
) -> None:
    fault = refusal(WAY, Address("feishu", bot.address, secret), message, outside)
    assert not fault.again
    assert "19021" in fault.detail


def test_a_clock_that_is_hours_off_is_found_out(
    bot: FakeFeishu, message: Message, outside: WayOut
) -> None:
    bot.now = MORNING + timedelta(hours=2)
    assert "19021" in refusal(WAY, _to(bot), message, outside).detail


@pytest.mark.parametrize(
    "address",
    [
        "https://open.feishu.cn/open-apis/bot/v2/hook/",
        "https://open.feishu.cn/open-apis/bot/hook/1",
        "https://feishu.example/open-apis/bot/v2/hook/1",
        "http://open.feishu.cn/open-apis/bot/v2/hook/1",
    ],
)
def test_what_is_no_bot_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        WAY.check(address, None)


def test_the_bots_of_feishu_and_lark_are_taken() -> None:
    WAY.check("https://open.feishu.cn/open-apis/bot/v2/hook/5a1f3c7e", "secret")
    WAY.check("https://open.larksuite.com/open-apis/bot/v2/hook/5a1f3c7e", None)
