"""DingTalk robots, against a server that checks signature and time by the manual's example."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.outgoing.outside import WayOut
from notifications.channels.channel import Address, BadAddress, Message
from notifications.channels.dingtalk import DingTalk, signature
from tests.fakes import MORNING
from tests.fakes_providers.robots import FakeDingTalk
from tests.fakes_providers.trouble import (
    Trouble,
    any_trouble,
    expect_another_try,
    expect_discreet,
    refusal,
)

WAY = DingTalk(("127.0.0.1",))


@pytest.fixture
def robot() -> Iterator[FakeDingTalk]:
    with FakeDingTalk() as fake:
        yield fake


def _to(robot: FakeDingTalk) -> Address:
    return Address("dingtalk", robot.address, robot.secret)


def test_an_alert_arrives_with_its_links(
    robot: FakeDingTalk, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(robot), message, outside)
    (sent,) = robot.taken
    assert sent["title"] == message.title
    assert f"[我来负责 / I'm in charge]({message.acknowledge})" in sent["text"]
    assert f"[打开 / Open]({message.link})" in sent["text"]


def test_a_name_with_signs_in_it_stays_a_name(
    robot: FakeDingTalk, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(robot), replace(message, text="[打开](https://evil.example) *支行*"), outside)
    assert r"\[打开\]\(https://evil.example\) \*支行\*" in robot.taken[0]["text"]


def test_a_message_of_any_length_fits(
    robot: FakeDingTalk, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(robot), replace(message, text="长" * 30_000), outside)
    assert str(message.acknowledge) in robot.taken[0]["text"]


def test_the_signature_is_what_openssl_makes_of_the_manuals_text() -> None:
    at = datetime.fromtimestamp(1577262236.757, UTC)
    assert signature("this is secret", at) == (
        "timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D"
    )


@any_trouble
def test_trouble_on_the_way_is_tried_again(
    robot: FakeDingTalk, message: Message, trouble: Trouble
) -> None:
    expect_another_try(WAY, _to(robot), message, robot, trouble)


@pytest.mark.parametrize(
    ("code", "again"),
    [(-1, True), (130101, True), (410100, True), (7, True), (300001, False), (400102, False)],
)
def test_a_refusal_inside_200_is_a_refusal(
    robot: FakeDingTalk, message: Message, outside: WayOut, code: int, again: bool
) -> None:
    robot.refuse_with = code
    fault = refusal(WAY, _to(robot), message, outside)
    assert fault.again is again
    assert str(code) in fault.detail
    expect_discreet(fault, _to(robot))


@pytest.mark.parametrize("secret", [None, "SECanother"])
def test_a_missing_or_wrong_secret_is_never_tried_again(
    robot: FakeDingTalk, message: Message, outside: WayOut, secret: str | None
) -> None:
    fault = refusal(WAY, Address("dingtalk", robot.address, secret), message, outside)
    assert not fault.again
    assert "310000" in fault.detail


def test_a_clock_that_is_hours_off_is_found_out(
    robot: FakeDingTalk, message: Message, outside: WayOut
) -> None:
    robot.now = MORNING + timedelta(hours=2)
    assert "310000" in refusal(WAY, _to(robot), message, outside).detail


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=", None),
        ("https://oapi.dingtalk.com/other?access_token=1", None),
        ("https://oapi.dingtalk.evil.example/robot/send?access_token=1", None),
        ("http://oapi.dingtalk.com/robot/send?access_token=1", None),
        ("https://oapi.dingtalk.com/robot/send?access_token=1", "my secret"),
    ],
)
def test_what_is_no_robot_is_refused(address: str, secret: str | None) -> None:
    with pytest.raises(BadAddress):
        WAY.check(address, secret)


def test_the_robot_of_the_manual_is_taken() -> None:
    WAY.check("https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec", "SECxxx")
    WAY.check("https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec", None)
