"""The way out: what it calls, what it refuses, and how long it waits."""

import socket
import ssl
from pathlib import Path

import gevent
import gevent.ssl
import pytest

from backend.outgoing.outside import MOST_BYTES, WayOut
from notifications.channels.channel import Answer, Request, Undelivered
from notifications.channels.hosts import is_public
from tests.fakes import VirtualClock
from tests.fakes_providers.http_server import Asked, FakeServer, Reply
from tests.fakes_providers.trouble import IMPATIENT, NAME, PATIENT

FORBIDDEN = [
    "0.0.0.0",  # noqa: S104  (nobody listens there)
    "10.0.0.7",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.1.2.3",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.7",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "nonsense",
]
#: Other spellings of this machine, which a resolver understands.
SPELLINGS = [
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://[::ffff:7f00:1]/",
    "https://localhost/",
    "https://localhost./",
]


class Echo(FakeServer):
    def take(self, asked: Asked) -> Reply:
        self.taken.append(asked)
        return Reply(200, asked.body, {"X-Path": asked.path})


def _out(*hosts: str, seconds: float = PATIENT, tls: ssl.SSLContext | None = None) -> WayOut:
    return WayOut(VirtualClock(), hosts, None, seconds=seconds, tls=tls)


def _post(url: str, body: bytes = b"hello") -> Request:
    return Request("POST", url, body, {"Content-Type": "text/plain"})


def _fault(out: WayOut, url: str) -> Undelivered:
    with pytest.raises(Undelivered) as caught:
        out.ask(_post(url))
    return caught.value


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_inside_some_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"]
)
def test_an_address_on_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("url", SPELLINGS)
def test_no_spelling_of_this_machine_is_called(url: str) -> None:
    fault = _fault(_out(), url)
    assert not fault.again
    assert "forbidden private address" in fault.detail


@pytest.mark.parametrize("address", ["10.0.0.7", "169.254.169.254", "::1", "fd00:ec2::254"])
def test_a_name_that_leads_inside_is_not_called(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = []

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        looked_up.append(host)
        public = (0, 0, 0, "", ("1.1.1.1", port))
        return [public, (0, 0, 0, "", (address, port))]

    monkeypatch.setattr("gevent.socket.getaddrinfo", look_up)
    fault = _fault(_out(), "https://rebinding.example/")
    assert not fault.again
    assert looked_up == ["rebinding.example"]


def test_a_name_is_looked_up_once_and_that_address_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def refuse(place: tuple[str, int], **_: object) -> None:
        called.append(place)
        raise ConnectionRefusedError

    addresses = iter([[(0, 0, 0, "", ("1.1.1.1", 443))]])
    monkeypatch.setattr("gevent.socket.getaddrinfo", lambda *_, **__: next(addresses))
    monkeypatch.setattr("gevent.socket.create_connection", refuse)
    assert _fault(_out(), "https://once.example/").again
    assert called == [("1.1.1.1", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://provider.example/",
        "ftp://provider.example/",
        "https://u:p@provider.example/",
        "",
        "/",
    ],
)
def test_only_https_without_a_password_is_called(url: str) -> None:
    assert not _fault(_out(), url).again


def test_a_host_that_the_operator_named_is_called_also_without_https() -> None:
    with Echo() as server:
        answer = _out("127.0.0.1").ask(_post(f"{server.origin}/a?b=%20c"))
        assert (answer.status, answer.body) == (200, b"hello")
        assert answer.headers["x-path"] == "/a?b=%20c"
        asked = server.taken[0]
        assert asked.headers["host"] == f"127.0.0.1:{server.port}"
        _out(f"127.0.0.1:{server.port}").ask(_post(f"{server.origin}/"))
        assert not _fault(_out("127.0.0.1:1"), f"{server.origin}/").again
        assert len(server.taken) == 2


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with Echo() as server:
        assert _out("127.0.0.1").ask(_post(f"{server.origin}/")).status == 200


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with Echo() as server:
        server.mood = "redirect"
        assert _out("127.0.0.1").ask(_post(f"{server.origin}/")).status == 302
        assert len(server.asked) == 1


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    with Echo() as server:
        server.mood = "huge"
        answer = _out("127.0.0.1").ask(_post(f"{server.origin}/"))
        assert len(answer.body) == MOST_BYTES


@pytest.mark.parametrize("mood", ["hang", "drip"])
def test_whoever_keeps_us_waiting_is_left_and_others_go_on_meanwhile(mood: str) -> None:
    with Echo() as slow, Echo() as quick:
        slow.mood = mood
        waiting = gevent.spawn(_fault, _out("127.0.0.1", seconds=IMPATIENT), f"{slow.origin}/")
        answer: Answer = _out("127.0.0.1").ask(_post(f"{quick.origin}/"))
        assert answer.status == 200
        fault = waiting.get(timeout=PATIENT)
        assert fault.again
        assert "no answer in time" in fault.detail


def test_whoever_floods_us_is_left_and_stops_nobody() -> None:
    with Echo() as wild, Echo() as quick:
        wild.mood = "flood"
        listening = gevent.spawn(_fault, _out("127.0.0.1"), f"{wild.origin}/")
        answer: Answer = _out("127.0.0.1").ask(_post(f"{quick.origin}/"))
        assert answer.status == 200
        assert listening.get(timeout=PATIENT).again


def test_a_look_up_that_hangs_is_left_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gevent.socket.getaddrinfo", lambda *_, **__: gevent.sleep(PATIENT))
    assert _fault(_out(seconds=IMPATIENT), "https://slow.example/").again


def test_somebody_elses_time_limit_is_not_taken_for_ours() -> None:
    with Echo() as server:
        server.mood = "hang"
        with pytest.raises(gevent.Timeout), gevent.Timeout(IMPATIENT):
            _out("127.0.0.1").ask(_post(f"{server.origin}/"))


def test_nobody_there_and_no_such_name_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        assert _fault(_out("127.0.0.1"), f"http://127.0.0.1:{port}/").again

    def no_such(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr("gevent.socket.getaddrinfo", no_such)
    assert _fault(_out(), "https://nowhere.example/").again


def test_what_is_no_http_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        asking = gevent.spawn(_fault, _out("127.0.0.1"), f"http://127.0.0.1:{port}/")
        gevent.get_hub().threadpool.apply(_answer_nonsense, (server,))
        assert asking.get(timeout=PATIENT).again


def _answer_nonsense(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


@pytest.mark.parametrize("header", ["a\r\nX-Evil: 1", "柜铃"])
def test_a_header_that_is_none_is_not_sent(header: str) -> None:
    with Echo() as server:
        request = Request("POST", f"{server.origin}/", b"", {"Authorization": header})
        with pytest.raises(Undelivered) as caught:
            _out("127.0.0.1").ask(request)
        assert not caught.value.again
        assert server.taken == []


def test_tls_is_for_the_name_and_verified(server_tls: ssl.SSLContext, certificate: Path) -> None:
    names: list[object] = []
    server_tls.sni_callback = lambda _, name, __: names.append(name)
    trusting: ssl.SSLContext = gevent.ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.load_verify_locations(certificate)
    with Echo(server_tls) as server:
        good = f"https://{NAME}:{server.port}/"
        assert _out(NAME, tls=trusting).ask(_post(good)).status == 200
        assert names == [NAME]
        assert "certificate" in _fault(_out(NAME), good).detail
        other_name = f"https://127.0.0.1:{server.port}/"
        assert "certificate" in _fault(_out("127.0.0.1", tls=trusting), other_name).detail
        assert len(server.taken) == 1


def test_who_speaks_no_tls_gets_nothing() -> None:
    with Echo() as server:
        fault = _fault(_out("127.0.0.1"), f"https://127.0.0.1:{server.port}/secret?token=1")
        assert fault.again
        assert "token" not in fault.detail
        assert server.taken == []


def test_time_and_randomness_are_the_houses_own() -> None:
    clock = VirtualClock()
    clock.wrong = 60  # a signature's time is compared with other people's clocks
    out = WayOut(clock, (), None)
    assert out.now() == clock.wall() != clock.now()
    assert len(out.random_bytes(5)) == 5
