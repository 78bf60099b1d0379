"""Who really asks, and how, when a proxy of the bank's own stands in front.

What ``X-Forwarded-For`` and ``X-Forwarded-Proto`` say is believed only from those that
``COUNTERBELL_PROXIES`` names: anybody can write these headers.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from backend.config import Network

WSGIApplication = Callable[..., Iterable[bytes]]
Address = IPv4Address | IPv6Address


class BehindProxies:
    """Gives the app the client's own address and scheme instead of its proxy's."""

    def __init__(self, inner: WSGIApplication, proxies: tuple[Network, ...]) -> None:
        self._inner = inner
        self._proxies = proxies

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """As WSGI says."""
        self._see_through(environ)
        return self._inner(environ, start_response)

    def _see_through(self, environ: dict[str, Any]) -> None:
        """Each proxy adds whom it serves at the end: read backwards, as far as they are ours."""
        client = _address(environ.get("REMOTE_ADDR", ""))
        before = _list(environ.get("HTTP_X_FORWARDED_FOR"))
        passed = 0
        while client is not None and self._is_ours(client):
            passed += 1
            further = _address(before.pop()) if before else None
            if further is None:
                break
            client = further
        if not passed:
            return
        environ["REMOTE_ADDR"] = str(client)
        schemes = _list(environ.get("HTTP_X_FORWARDED_PROTO"))
        scheme = schemes[-min(passed, len(schemes))] if schemes else ""
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme

    def _is_ours(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)


def _list(field: str | None) -> list[str]:
    return [part.strip() for part in (field or "").split(",") if part.strip()]


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
