"""Behind a proxy: whose word about the client's address and scheme is believed."""

from collections.abc import Callable, Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from backend.proxies import BehindProxies
from tests.clients import Client
from tests.house import Host, House, Template

PROXIES = (ip_network("10.0.0.0/24"), ip_network("fd00::1"))
BROWSER = {"X-Counterbell": "1"}


def _seen(peer: str, **headers: str) -> tuple[str, str]:
    """Address and scheme as the app finds them."""
    found: dict[str, Any] = {}

    def app(environ: dict[str, Any], _: Callable[..., Any]) -> Iterable[bytes]:
        found.update(environ)
        return []

    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_X_FORWARDED_{name.upper()}": text for name, text in headers.items()}
    BehindProxies(app, PROXIES)(environ, lambda *_: None)
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"]


@pytest.mark.parametrize(
    ("peer", "headers", "seen"),
    [
        ("10.0.0.7", {"for": "192.0.2.1", "proto": "https"}, ("192.0.2.1", "https")),
        ("fd00::1", {"for": "2001:db8::5", "proto": "http"}, ("2001:db8::5", "http")),
        ("10.0.0.7", {}, ("10.0.0.7", "http")),
        # Somebody who is no proxy of ours says whatever they like.
        ("192.0.2.9", {"for": "192.0.2.1", "proto": "https"}, ("192.0.2.9", "http")),
        # The client has begun the list itself: the nearest stranger counts.
        (
            "10.0.0.7",
            {"for": "127.0.0.1,192.0.2.1", "proto": "https,http"},
            ("192.0.2.1", "http"),
        ),
        # Two proxies in a row, and what the outer one has seen.
        (
            "10.0.0.7",
            {"for": "192.0.2.1,10.0.0.8", "proto": "https,http"},
            ("192.0.2.1", "https"),
        ),
        ("10.0.0.7", {"for": "192.0.2.1,10.0.0.8", "proto": "https"}, ("192.0.2.1", "https")),
        ("10.0.0.7", {"for": "unknown", "proto": "gopher"}, ("10.0.0.7", "http")),
        ("10.0.0.7", {"for": "192.0.2.1, junk, 10.0.0.8"}, ("10.0.0.8", "http")),
        ("10.0.0.7", {"for": " , ", "proto": ","}, ("10.0.0.7", "http")),
    ],
)
def test_only_our_own_proxies_are_believed(
    peer: str, headers: dict[str, str], seen: tuple[str, str]
) -> None:
    assert _seen(peer, **headers) == seen


@pytest.mark.parametrize("proxies", ["127.0.0.0/8", "10.0.0.7"])
def test_sign_ins_count_by_the_clients_address_and_cookies_are_secure(
    host: Host, template: Template, tmp_path: Path, proxies: str
) -> None:
    believed = proxies.startswith("127.")
    house = House(
        host,
        template.copied_to(tmp_path / "data"),
        template.tokens,
        environ={"COUNTERBELL_PROXIES": proxies},
    )
    nobody = house.nobody()
    assert [_signs_in(nobody, "wrong", "192.0.2.1").status_code for _ in range(10)] == [401] * 10
    assert _signs_in(nobody, "demo-counterbell", "192.0.2.1").status_code == 429
    elsewhere = _signs_in(nobody, "demo-counterbell", "192.0.2.2")
    assert elsewhere.status_code == (200 if believed else 429)
    other = nobody.ask(
        "POST",
        "/auth/login",
        {"username": "teller2", "password": "demo-counterbell"},
        headers={**BROWSER, "X-Forwarded-Proto": "https"},
    )
    assert ("Secure" in other.headers["Set-Cookie"]) is believed
    assert ("Strict-Transport-Security" in other.headers) is believed
    house.close()


def _signs_in(client: Client, password: str, address: str) -> Any:
    body = {"username": "teller1", "password": password}
    return client.ask("POST", "/auth/login", body, headers={"X-Forwarded-For": address})
