"""Which hosts a channel may call: public ones by HTTPS, and those that the operator has named."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from notifications.channels.channel import BadAddress

MOST_CHARACTERS = 2000
"""Longer addresses are no provider's."""
_PORTS = {"http": 80, "https": 443}
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII | re.IGNORECASE)
#: What a resolver may read as a number: 2130706433, 0x7f.1, 127.1 are all this machine.
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\.?", re.ASCII | re.IGNORECASE)
_NOT_PUBLIC = (
    IPv4Network("168.63.129.16/32"),  # Azure's host, which answers for the machine
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments; Oracle's metadata is there
    IPv6Network("64:ff9b:1::/48"),  # NAT64 into a private network
    IPv6Network("fec0::/10"),  # site-local, before fc00::/7
)
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of an address that a connection needs. ``path`` begins with a slash."""

    scheme: str
    host: str
    port: int
    path: str

    def is_among(self, hosts: Collection[str]) -> bool:
        """The operator has named this host, with this port or without any."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        named = {each.lower() for each in hosts}
        return host in named or f"{host}:{self.port}" in named


def target(url: str) -> Target:
    """Read an address.

    Raises:
        BadAddress: it is none that a channel could call.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _no_address() from None
    host = (parts.hostname or "").lower()
    if (
        parts.scheme not in _PORTS
        or len(url) > MOST_CHARACTERS
        or not url.isascii()
        or not url.isprintable()
        or " " in url
        or "\\" in url
        or "@" in parts.netloc
        or port == 0
        or not _is_host(host)
    ):
        raise _no_address()
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        parts.scheme, host.rstrip("."), port or _PORTS[parts.scheme], (parts.path or "/") + query
    )


def allowed_target(url: str, hosts: Collection[str]) -> Target:
    """Read an address that may be called, as far as one can say without looking its name up.

    Raises:
        BadAddress: plain HTTP, or a host inside the bank, that the operator has not named.
    """
    found = target(url)
    if found.is_among(hosts):
        return found
    if found.scheme != "https":
        raise BadAddress("地址须以 https:// 开头。", "The address must begin with https://.")
    if _NUMBER.fullmatch(found.host.rpartition(".")[2]) or ":" in found.host:
        forbidden = not is_public(found.host)
    else:
        forbidden = "." not in found.host or found.host.endswith((".localhost", ".local"))
    if forbidden:
        raise BadAddress(
            "不能使用内部网络的地址；确有需要请联系系统管理员。",
            "Addresses inside a private network are not allowed; ask the administrator.",
        )
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is somebody's on the open internet. No address at all is none."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(ip)
    if inner is not None:
        return is_public(str(inner))
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not any(ip in network for network in _NOT_PUBLIC if network.version == ip.version)
    )


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address only wraps, wherever the packets end up."""
    if isinstance(ip, IPv4Address):
        return None
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    teredo = ip.teredo
    return ip.ipv4_mapped or ip.sixtofour or (teredo[1] if teredo else None)


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            ip_address(host)
        except ValueError:
            return False
        return True
    return len(host) <= 253 and _NAME.fullmatch(host) is not None


def _no_address() -> BadAddress:
    return BadAddress(
        "这不是完整的网址，例如 https://example.com/…",
        "This is no complete address such as https://example.com/…",
    )
