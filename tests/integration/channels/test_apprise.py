"""Other services by their Apprise URL; Gotify stands for them all."""

import re
from collections.abc import Iterator
from pathlib import Path
from sys import modules

import pytest

from backend.outgoing.apprise_door import AppriseDoor
from backend.outgoing.outside import WayOut
from notifications.channels.apprise_requests import Requests
from notifications.channels.apprise_url import BY_SCHEME, SERVICES
from notifications.channels.channel import Address, BadAddress, Message
from tests.fakes import VirtualClock
from tests.fakes_providers.ntfy_server import FakeGotify
from tests.fakes_providers.trouble import (
    PATIENT,
    Trouble,
    any_trouble,
    expect_another_try,
    refusal,
)

WAY = AppriseDoor(("127.0.0.1",))
#: Other ways out of a plugin than ``requests.post``.
FOREIGN = re.compile(
    r"^\s*(?:from|import) (?:socket|smtplib|subprocess|ssl|urllib3|http|aiohttp|importlib)\b"
    r"|^\s*from requests|^\s*import requests as|__import__",
    re.MULTILINE,
)


@pytest.fixture
def gotify() -> Iterator[FakeGotify]:
    with FakeGotify() as fake:
        yield fake


def _to(gotify: FakeGotify) -> Address:
    return Address("apprise", gotify.address)


def test_the_service_is_told_that_there_is_something(
    gotify: FakeGotify, message: Message, outside: WayOut
) -> None:
    WAY.send(_to(gotify), message, outside)
    (sent,) = gotify.taken
    assert sent["title"] == message.neutral.zh
    assert message.neutral.en in sent["message"]
    assert str(message.acknowledge) in sent["message"]


@any_trouble
def test_trouble_on_the_way_is_tried_again(
    gotify: FakeGotify, message: Message, trouble: Trouble
) -> None:
    expect_another_try(WAY, _to(gotify), message, gotify, trouble)


def test_a_wrong_key_is_never_tried_again(
    gotify: FakeGotify, message: Message, outside: WayOut
) -> None:
    wrong = Address("apprise", gotify.address.replace("AJ_", "BK_"))
    assert not refusal(WAY, wrong, message, outside).again


def test_a_plugin_calls_no_host_that_we_would_not(gotify: FakeGotify, message: Message) -> None:
    outside = WayOut(VirtualClock(), ("elsewhere.example",), None, seconds=PATIENT)
    assert not refusal(WAY, _to(gotify), message, outside).again
    assert gotify.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
        "wecom://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
        "dingtalk://SECd0f2a8@566cc69da782ec33e42541b0",
        "feishu://5a1f3c7e-0000-4000-8000-1234567890ab",
        "lark://5a1f3c7e-0000-4000-8000-1234567890ab",
        "file:///etc/passwd",
        "exec://rm",
        "syslog://",
        "dbus://",
        "gnome://",
        "windows://",
        "macosx://",
        "mailto://u:p@mail.example",
        "rsyslog://10.0.0.7",
        "mqtt://10.0.0.7/x",
        "json://10.0.0.7/x",
        "vapid://me@example.com/x?keyfile=/etc/passwd",
        "fcm://project@key/device?keyfile=/etc/passwd",
        "workflows://hooks.example/workflow/signature/?template=/etc/passwd",
        "workflows://hooks.example/workflow/signature/?image=no;template=/etc/passwd",
        "workflows://hooks.example/workflow/signature/#general?template=/etc/passwd",
        "workflows://hooks.example/workflow/signature/?Template%20=/etc/passwd",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js#?template=/etc/passwd",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?verify=no",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?Retry=5",
        "discord://",
        "gotify://10.0.0.7/AJ_jyaH9ovrEvXh",
        "gotifys://10.0.0.7/AJ_jyaH9ovrEvXh",
        "gotifys://localhost/AJ_jyaH9ovrEvXh",
        "gotify://[::1/AJ_jyaH9ovrEvXh",
        "workflows://[",
        "https://hooks.example/x",
        "",
    ],
)
def test_a_service_that_we_do_not_let_in_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        WAY.check(address, None)


@pytest.mark.parametrize(
    "address",
    [
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/12315544",
        "gotifys://gotify.bank.example/AJ_jyaH9ovrEvXh",
        "gotify://127.0.0.1:8080/AJ_jyaH9ovrEvXh",
        "barks://bark.example/aKey",
    ],
)
def test_a_service_on_the_list_is_taken(address: str) -> None:
    WAY.check(address, None)


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.__name__)
def test_a_plugin_on_the_list_speaks_http_by_us_and_reads_no_file(service: type) -> None:
    source = Path(str(modules[service.__module__].__file__)).read_text("utf-8")
    used = set(re.findall(r"requests\.(\w+)", source))
    assert used <= {name for name in dir(Requests) if not name.startswith("_")}
    assert not FOREIGN.search(source)


def test_each_service_has_a_name_of_its_own() -> None:
    assert set(BY_SCHEME.values()) == set(SERVICES)
    assert {"tgram", "slack", "discord", "workflows", "barks", "gotifys"} <= set(BY_SCHEME)
