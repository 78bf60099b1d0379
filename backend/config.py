"""Settings from the environment. A wrong or contradictory one stops the start."""

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from backend.channel_settings import expect_callable, mail_server, sms_gateway
from backend.outgoing.mail_server import MailServer
from backend.setting_error import SettingError
from notifications.channels.channel import BadAddress
from notifications.channels.hosts import target
from notifications.channels.sms import SmsGateway

Network = IPv4Network | IPv6Network

MAX_SPEED = 100_000
MAX_PORT = 65535
_HOST = r"(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?)(?::(?P<port>[0-9]{1,5}))?"
_CHANNEL_HOST = re.compile(_HOST, re.ASCII | re.IGNORECASE)
#: As browsers write it: they compare letter by letter.
_ORIGIN = re.compile(rf"https?://{_HOST}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator chose. Fields are named as the variables without ``COUNTERBELL_``.

    ``readiness_at`` is in minutes from midnight by each branch's clock.
    """

    data: Path
    port: int
    database_url: str
    redis_url: str | None
    secret_key: str | None
    origins: tuple[str, ...]
    proxies: tuple[Network, ...]
    channel_hosts: tuple[str, ...]
    public_url: str | None
    mail_server: MailServer | None
    sms: SmsGateway | None
    playbooks: Path | None
    demo: bool
    demo_speed: int
    ping_url: str | None
    canary_seconds: int
    readiness_at: int
    cert: Path | None = None
    key: Path | None = None

    @property
    def embedded(self) -> bool:
        """The database is the SQLite file in the data directory: one process owns it."""
        return self.database_url.startswith("sqlite")


def from_environment(
    environ: Mapping[str, str] = os.environ,
    *,
    data: str | None = None,
    port: int | str | None = None,
    cert: str | None = None,
    key: str | None = None,
) -> Settings:
    """Read and check all settings; the arguments (command line) come before the environment.

    Raises:
        SettingError: which setting is wrong, and what it should be.
    """
    directory = Path(data or environ.get("COUNTERBELL_DATA") or "var").absolute()
    settings = Settings(
        data=directory,
        port=_port(environ.get("COUNTERBELL_PORT")) if port is None else _option_port(str(port)),
        database_url=_database(environ.get("COUNTERBELL_DATABASE_URL"), directory),
        redis_url=_redis(environ.get("COUNTERBELL_REDIS_URL")),
        secret_key=_secret(environ.get("COUNTERBELL_SECRET_KEY")),
        origins=_origins(environ.get("COUNTERBELL_ORIGINS")),
        proxies=_proxies(environ.get("COUNTERBELL_PROXIES")),
        channel_hosts=_hosts(environ.get("COUNTERBELL_CHANNEL_HOSTS")),
        public_url=_public_url(environ.get("COUNTERBELL_PUBLIC_URL")),
        mail_server=mail_server(
            environ.get("COUNTERBELL_SMTP_URL"), environ.get("COUNTERBELL_MAIL_FROM")
        ),
        sms=sms_gateway(environ.get("COUNTERBELL_SMS_TEMPLATE")),
        playbooks=_directory(environ.get("COUNTERBELL_PLAYBOOKS")),
        demo=_flag(environ.get("COUNTERBELL_DEMO")),
        demo_speed=_speed(environ.get("COUNTERBELL_DEMO_SPEED")),
        ping_url=_ping_url(environ.get("COUNTERBELL_PING_URL")),
        canary_seconds=_canary(environ.get("COUNTERBELL_CANARY_SECONDS")),
        readiness_at=_minute(environ.get("COUNTERBELL_READINESS_AT") or "07:30"),
        cert=_file("--cert", cert),
        key=_file("--key", key),
    )
    _refuse_contradictions(settings, environ)
    if settings.demo:
        settings = _opened_for_the_demo(settings)
    expect_callable(settings.sms, settings.channel_hosts)
    return settings


def _opened_for_the_demo(settings: Settings) -> Settings:
    """On one machine everything works by itself: channels may reach it, and links lead to it."""
    scheme = "https" if settings.cert else "http"
    return replace(
        settings,
        channel_hosts=(*settings.channel_hosts, "127.0.0.1"),
        public_url=settings.public_url or f"{scheme}://localhost:{settings.port}",
    )


def _refuse_contradictions(settings: Settings, environ: Mapping[str, str]) -> None:
    if settings.demo and settings.secret_key:
        raise SettingError(
            "COUNTERBELL_DEMO=1 has known passwords and never goes with COUNTERBELL_SECRET_KEY;"
            " unset one of them"
        )
    if environ.get("COUNTERBELL_DEMO_SPEED") and not settings.demo:
        raise SettingError("COUNTERBELL_DEMO_SPEED is for the demo only; set COUNTERBELL_DEMO=1")
    if settings.redis_url and not settings.secret_key and not settings.demo:
        raise SettingError(
            "COUNTERBELL_SECRET_KEY must be set when COUNTERBELL_REDIS_URL is:"
            " all processes need the same one"
        )
    if settings.redis_url and settings.embedded:
        raise SettingError(
            "COUNTERBELL_REDIS_URL is for several processes, and those need"
            " COUNTERBELL_DATABASE_URL=postgresql+psycopg://..."
        )
    if (settings.cert is None) != (settings.key is None):
        raise SettingError("--cert and --key go together")
    if settings.cert and settings.key:
        _try_certificate(settings.cert, settings.key)


def _port(text: str | None) -> int:
    return _whole("COUNTERBELL_PORT", text, 0, MAX_PORT) if text else 8000


def _option_port(text: str) -> int:
    return _whole("--port", text, 0, MAX_PORT)


def _whole(name: str, text: str, low: int, high: int) -> int:
    digits = text.isascii() and text.isdigit() and len(text) <= 9
    if not digits or not low <= int(text) <= high:
        raise SettingError(f"{name} must be {low} to {high}, not {text!r}")
    return int(text)


def _database(text: str | None, directory: Path) -> str:
    if not text:
        return f"sqlite:///{directory / 'counterbell.db'}"
    if not text.startswith(("postgresql+psycopg://", "sqlite:///")):
        raise SettingError("COUNTERBELL_DATABASE_URL must begin with postgresql+psycopg://")
    try:
        make_url(text)
    except (ArgumentError, ValueError) as error:  # without its text: it may hold the password
        raise SettingError(
            "COUNTERBELL_DATABASE_URL must be postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME"
        ) from error
    return text


def _redis(text: str | None) -> str | None:
    if not text:
        return None
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise SettingError("COUNTERBELL_REDIS_URL must begin with redis://, rediss:// or unix://")
    return text


def _secret(text: str | None) -> str | None:
    if not text:
        return None
    if len(text) < 32:
        raise SettingError("COUNTERBELL_SECRET_KEY must have at least 32 characters")
    return text


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _origins(text: str | None) -> tuple[str, ...]:
    for word in _words(text):
        if not _is_place(_ORIGIN, word):
            raise SettingError(
                "COUNTERBELL_ORIGINS must be https://host or https://host:port in small letters,"
                f" with commas between, not {word!r}"
            )
    return _words(text)


def _proxies(text: str | None) -> tuple[Network, ...]:
    return tuple(map(_network, _words(text)))


def _network(word: str) -> Network:
    try:
        return ip_network(word)
    except ValueError as error:
        raise SettingError(
            "COUNTERBELL_PROXIES must be addresses or networks such as 10.0.0.7 or 10.1.0.0/16,"
            f" with commas between, not {word!r}"
        ) from error


def _hosts(text: str | None) -> tuple[str, ...]:
    for word in _words(text):
        if not _is_place(_CHANNEL_HOST, word):
            raise SettingError(
                "COUNTERBELL_CHANNEL_HOSTS must be host or host:port, with commas between,"
                f" not {word!r}"
            )
    return _words(text)


def _public_url(text: str | None) -> str | None:
    if not text:
        return None
    if not _is_place(_ORIGIN, text):
        raise SettingError(
            "COUNTERBELL_PUBLIC_URL must be https://host or https://host:port in small letters,"
            f" where people's phones reach this server, not {text!r}"
        )
    return text


def _is_place(form: re.Pattern[str], word: str) -> bool:
    found = form.fullmatch(word)
    return found is not None and 1 <= int(found["port"] or 1) <= MAX_PORT


def _ping_url(text: str | None) -> str | None:
    if not text:
        return None
    try:
        target(text)
    except BadAddress as error:  # without its text: whoever knows it can keep the monitor quiet
        raise SettingError(
            "COUNTERBELL_PING_URL must be https://host/path or http://host/path, without a password"
        ) from error
    return text


def _canary(text: str | None) -> int:
    return _whole("COUNTERBELL_CANARY_SECONDS", text, 1, 3600) if text else 300


def _try_certificate(cert: Path, key: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key, password=lambda: "")  # never asks at the terminal
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise SettingError(
            "--cert and --key must be a certificate and its own key without a password,"
            f" both PEM: {reason}"
        ) from error


def _directory(text: str | None) -> Path | None:
    if not text:
        return None
    path = Path(text)
    if not path.is_dir():
        raise SettingError(f"COUNTERBELL_PLAYBOOKS is not a directory: {text}")
    return path


def _file(option: str, text: str | None) -> Path | None:
    if not text:
        return None
    path = Path(text)
    if not path.is_file():
        raise SettingError(f"{option} is not a file: {text}")
    return path


def _flag(text: str | None) -> bool:
    if text not in (None, "", "0", "1"):
        raise SettingError(f"COUNTERBELL_DEMO must be 1 or unset, not {text!r}")
    return text == "1"


def _minute(text: str) -> int:
    """Minutes from midnight."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text, re.ASCII):
        raise SettingError(f"COUNTERBELL_READINESS_AT must be a time such as 07:30, not {text!r}")
    return int(text[:2]) * 60 + int(text[3:])


def _speed(text: str | None) -> int:
    return _whole("COUNTERBELL_DEMO_SPEED", text, 1, MAX_SPEED) if text else 1
