"""SMS gateways by a template, against one that answers 200 to everything."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import yaml

from backend.channel_settings import expect_callable, sms_gateway
from backend.outgoing.outside import WayOut
from backend.setting_error import SettingError
from notifications.channels.channel import Address, BadAddress, Message
from notifications.channels.sms import Sms, SmsGateway
from notifications.words import NEUTRAL
from playbooks.model import Text
from tests.fakes_providers.sms_gateway import FakeSmsGateway
from tests.fakes_providers.trouble import (
    Trouble,
    any_trouble,
    expect_another_try,
    expect_discreet,
    refusal,
)
from tests.house import ROOT

TO = Address("sms", "13800138000")
AWKWARD = 'say "yes" & \\no <b>100%+</b>\n柜铃'


@pytest.fixture
def fake() -> Iterator[FakeSmsGateway]:
    with FakeSmsGateway() as server:
        yield server


def _way(fake: FakeSmsGateway) -> Sms:
    return Sms(
        SmsGateway(
            url=f"{fake.origin}/v2/send",
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {fake.token}",
            },
            body='{"mobile": "{phone}", "content": "{text}"}',
            path="result.code",
            value="0",
            never=("4001",),
        )
    )


def test_a_text_is_neutral_chinese_and_short(
    fake: FakeSmsGateway, message: Message, outside: WayOut
) -> None:
    _way(fake).send(TO, message, outside)
    text = f"{NEUTRAL.zh} {message.acknowledge}"
    assert fake.taken == [{"mobile": "13800138000", "content": text}]
    assert len(text) <= 134


def test_a_link_that_is_too_long_is_left_out(
    fake: FakeSmsGateway, message: Message, outside: WayOut
) -> None:
    _way(fake).send(TO, replace(message, acknowledge="https://b.example/" + "a" * 150), outside)
    assert fake.taken[0]["content"] == NEUTRAL.zh


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"mobile": "{phone}", "content": "{text}"}', "application/json; charset=utf-8"),
        ("mobile={phone}&content={text}", "application/x-www-form-urlencoded"),
    ],
)
def test_whatever_is_said_arrives_as_it_was_said(
    fake: FakeSmsGateway, message: Message, outside: WayOut, body: str, kind: str
) -> None:
    known = _way(fake).gateway
    assert known is not None
    way = Sms(replace(known, body=body, headers={**known.headers, "Content-Type": kind}))
    said = replace(message, neutral=Text(AWKWARD, ""), link=None, acknowledge=None)
    way.send(TO, said, outside)
    assert fake.taken == [{"mobile": "13800138000", "content": AWKWARD}]


def test_a_gateway_may_want_everything_in_the_address_or_in_xml() -> None:
    get = SmsGateway("https://sms.example/s?to={e164}&text={text}", method="GET")
    asked = get.request("13800138000", AWKWARD)
    assert dict(parse_qsl(asked.url.partition("?")[2])) == {"to": "+8613800138000", "text": AWKWARD}
    assert asked.body == b""
    xml = SmsGateway(
        "https://sms.example/", headers={"content-type": "text/xml"}, body="<t>{text}</t>"
    )
    assert xml.request("+85212345678", "a<b&c {phone}").body == b"<t>a&lt;b&amp;c {phone}</t>"


@pytest.mark.parametrize(
    ("number", "local"),
    [
        ("13800138000", "13800138000"),
        ("+8613800138000", "13800138000"),
        ("+85212345678", "+85212345678"),
    ],
)
def test_a_number_is_written_as_its_country_wants_it(number: str, local: str) -> None:
    gateway = SmsGateway("https://sms.example/{phone}/{e164}/{text}")
    e164 = number if number.startswith("+") else f"+86{number}"
    path = f"https://sms.example/{local}/{e164}/x".replace("+", "%2B")
    assert gateway.request(number, "x").url == path


@any_trouble
def test_trouble_on_the_way_is_tried_again(
    fake: FakeSmsGateway, message: Message, trouble: Trouble
) -> None:
    expect_another_try(_way(fake), TO, message, fake, trouble)


@pytest.mark.parametrize(("code", "again"), [(1, True), (5003, True), (4001, False)])
def test_a_refusal_inside_200_is_a_refusal(
    fake: FakeSmsGateway, message: Message, outside: WayOut, code: int, again: bool
) -> None:
    fake.refuse_with = code
    fault = refusal(_way(fake), TO, message, outside)
    assert fault.again is again
    assert str(code) in fault.detail
    expect_discreet(fault, TO)


@pytest.mark.parametrize("mood", ["page", "huge"])
def test_a_yes_that_is_none_of_the_gateway_counts_for_nothing(
    fake: FakeSmsGateway, message: Message, outside: WayOut, mood: str
) -> None:
    fake.mood = mood
    assert refusal(_way(fake), TO, message, outside).again


@pytest.mark.parametrize(
    "number",
    [
        "1380013800",
        "12800138000",
        "+8612800138000",
        "13800138000 ",
        "+0",
        "110",
        "１３８００１３８０００",
    ],
)
def test_what_is_no_number_is_refused(fake: FakeSmsGateway, number: str) -> None:
    with pytest.raises(BadAddress):
        _way(fake).check(number, None)


def test_a_number_needs_a_gateway(fake: FakeSmsGateway, message: Message, outside: WayOut) -> None:
    _way(fake).check("13800138000", None)
    _way(fake).check("+85212345678", None)
    with pytest.raises(BadAddress):
        Sms(None).check("13800138000", None)
    assert refusal(Sms(None), TO, message, outside).again


def test_the_file_of_the_documentation_is_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "channels.md").read_text("utf-8")
    file = tmp_path / "sms.yaml"
    file.write_text(text.split("```yaml\n")[1].split("```")[0], "utf-8")
    gateway = sms_gateway(str(file))
    assert gateway is not None
    assert (gateway.statuses, gateway.path, gateway.value) == ((200,), "result.code", "0")
    assert gateway.never == ("4001", "4002")
    expect_callable(gateway, ())


GOOD = {"url": "https://sms.example/send", "body": "{phone} {text}"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": "http://sms.example/send"}, "https://"),
        ({"url": "https://10.0.0.7/send"}, "COUNTERBELL_CHANNEL_HOSTS"),
        ({"url": "sms.example"}, "no complete address"),
        ({"body": "{phone}"}, "must hold"),
        (
            {"body": '{"a": {text} {phone}}', "headers": {"Content-Type": "application/json"}},
            "no JSON",
        ),
        ({"method": "DELETE"}, "GET, POST, PUT"),
        ({"success": {"path": "code"}}, "go together"),
        ({"sucess": {}}, "Unknown field"),
        ({"url": None}, "null"),
    ],
)
def test_a_template_that_cannot_be_right_is_refused(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    file = tmp_path / "sms.yaml"
    file.write_text(yaml.safe_dump({**GOOD, **change}), "utf-8")
    with pytest.raises(SettingError) as caught:
        expect_callable(sms_gateway(str(file)), ())
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff", b"{", b"a: b: c", b"just words", b""])
def test_a_file_that_is_no_template_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "sms.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingError):
        sms_gateway(str(file))


def test_a_gateway_of_the_banks_own_is_named_by_the_operator(tmp_path: Path) -> None:
    file = tmp_path / "sms.json"
    file.write_text('{"url": "http://10.0.0.7:8080/{phone}/{text}", "method": "GET"}')
    expect_callable(sms_gateway(str(file)), ("10.0.0.7:8080",))
