"""WeCom group robots, against a server that keeps their published rules."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.outgoing.outside import WayOut
from notifications.channels.channel import Address, BadAddress, Message
from notifications.channels.wecom import WeCom
from tests.fakes_providers.robots import FakeWeCom
from tests.fakes_providers.trouble import (
    Trouble,
    any_trouble,
    expect_another_try,
    expect_discreet,
    refusal,
)

WAY = WeCom(("127.0.0.1",))


@pytest.fixture
def robot() -> Iterator[FakeWeCom]:
    with FakeWeCom() as fake:
        yield fake


def test_an_alert_arrives_with_its_links(
    robot: FakeWeCom, message: Message, outside: WayOut
) -> None:
    WAY.send(Address("wecom", robot.address), message, outside)
    (text,) = robot.taken
    lines = text.splitlines()
    assert lines[0] == "三人以上聚集 / Group of three or more"
    assert f"我来负责 / I'm in charge: {message.acknowledge}" in lines
    assert f"打开 / Open: {message.link}" in lines
    assert "城东支行 · 03-11 10:00 · 第 1 级" in lines


def test_a_long_text_loses_its_end_and_never_its_links(
    robot: FakeWeCom, message: Message, outside: WayOut
) -> None:
    WAY.send(Address("wecom", robot.address), replace(message, text="长" * 3000), outside)
    (text,) = robot.taken
    assert len(text.encode()) <= 2048
    assert text.endswith("长…")
    assert str(message.link) in text


@any_trouble
def test_trouble_on_the_way_is_tried_again(
    robot: FakeWeCom, message: Message, trouble: Trouble
) -> None:
    expect_another_try(WAY, Address("wecom", robot.address), message, robot, trouble)


@pytest.mark.parametrize("mood", ["page", "huge"])
def test_a_yes_that_is_none_of_wecom_counts_for_nothing(
    robot: FakeWeCom, message: Message, outside: WayOut, mood: str
) -> None:
    robot.mood = mood
    assert refusal(WAY, Address("wecom", robot.address), message, outside).again


@pytest.mark.parametrize(
    ("code", "again"),
    [(-1, True), (45009, True), (45033, True), (99999, True), (93000, False), (93008, False)],
)
def test_a_refusal_inside_200_is_a_refusal(
    robot: FakeWeCom, message: Message, outside: WayOut, code: int, again: bool
) -> None:
    robot.refuse_with = code
    to = Address("wecom", robot.address)
    fault = refusal(WAY, to, message, outside)
    assert fault.again is again
    assert str(code) in fault.detail
    expect_discreet(fault, to)


def test_a_wrong_key_is_never_tried_again(
    robot: FakeWeCom, message: Message, outside: WayOut
) -> None:
    assert not refusal(WAY, Address("wecom", robot.address + "0"), message, outside).again


@pytest.mark.parametrize(
    "address",
    [
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=",
        "https://qyapi.weixin.qq.com/cgi-bin/message/send?key=a",
        "https://qyapi.weixin.qq.com.attacker.example/cgi-bin/webhook/send?key=a",
        "https://me@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a",
        "wecom://key",
    ],
)
def test_an_address_that_is_no_robot_is_refused(address: str) -> None:
    with pytest.raises(BadAddress) as caught:
        WAY.check(address, None)
    assert caught.value.reason.zh
    assert caught.value.reason.en


def test_the_robot_of_the_manual_is_taken() -> None:
    WAY.check("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx", None)
    WAY.check("http://127.0.0.1:20200/cgi-bin/webhook/send?key=1", None)
