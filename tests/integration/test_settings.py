"""A wrong or contradictory setting stops the start: one clear line, exit 2 (contract, 1)."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend.config import from_environment
from tests.databases import Postgresql
from tests.fakes import MORNING
from tests.house import ROOT

pytestmark = pytest.mark.timeout(400)  # the first one waits for all the starts
WRONG = 2
SECRET = "s" * 32
AT_ONCE = 4
"""Starts at a time: each takes two seconds, nearly all of them for imports."""


@dataclass(frozen=True)
class Case:
    """Settings, and what the line must say. ``{at}`` is the folder with the broken things."""

    says: str
    environ: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


def _set(says: str, **environ: str) -> Case:
    return Case(says, {f"COUNTERBELL_{name}": text for name, text in environ.items()})


def _run(says: str, *options: str) -> Case:
    return Case(says, options=options)


PG = "postgresql+psycopg://u:hunter2@127.0.0.1"
CASES = {
    "port-superscript": _set("COUNTERBELL_PORT must be 0 to 65535", PORT="²"),
    "port-arabic": _set("COUNTERBELL_PORT must be 0 to 65535", PORT="٣"),
    "port-too-long": _set("COUNTERBELL_PORT must be 0 to 65535", PORT="9" * 5000),
    "option-too-high": _run("--port must be 0 to 65535", "--port", "70000"),
    "option-below": _run("--port must be 0 to 65535", "--port", "-1"),
    "option-no-number": _run("--port must be 0 to 65535", "--port", "http"),
    "port-in-use": _run("port {port} is in use", "--port", "{port}"),
    "readiness-at": _set("COUNTERBELL_READINESS_AT must be a time", READINESS_AT="7.30"),
    "speed-arabic": _set("COUNTERBELL_DEMO_SPEED must be 1 to", DEMO="1", DEMO_SPEED="٣"),
    "speed-without-demo": _set("COUNTERBELL_DEMO_SPEED is for the demo", DEMO_SPEED="3"),
    "demo-flag": _set("COUNTERBELL_DEMO must be 1", DEMO="yes"),
    "demo-with-secret": _set("COUNTERBELL_DEMO=1 has known", DEMO="1", SECRET_KEY=SECRET),
    "secret-too-short": _set("COUNTERBELL_SECRET_KEY must have", SECRET_KEY="short"),
    "redis-without-secret": _set(
        "COUNTERBELL_SECRET_KEY must be set",
        REDIS_URL="redis://127.0.0.1:1",
        DATABASE_URL=f"{PG}:1/x",
    ),
    "redis-without-server": _set(
        "COUNTERBELL_REDIS_URL is for several", REDIS_URL="redis://h:1", SECRET_KEY=SECRET
    ),
    "redis-other-scheme": _set("COUNTERBELL_REDIS_URL must begin", REDIS_URL="http://h"),
    "database-unreachable": _set(
        "COUNTERBELL_DATABASE_URL: the database cannot be used", DATABASE_URL=f"{PG}:1/x"
    ),
    "database-malformed": _set(
        "COUNTERBELL_DATABASE_URL must be postgresql+psycopg://", DATABASE_URL=f"{PG}:abc/x"
    ),
    "database-other-kind": _set("COUNTERBELL_DATABASE_URL must begin", DATABASE_URL="mysql://h/x"),
    "database-nowhere": _set(
        "COUNTERBELL_DATABASE_URL: the database cannot be used",
        DATABASE_URL="sqlite:///{at}/nowhere/x.db",
    ),
    "database-no-database": _run("COUNTERBELL_DATA: the database in", "--data", "{at}/torn"),
    "data-a-file": _set("COUNTERBELL_DATA is no directory to write in", DATA="{at}/file"),
    "option-data-below-a-file": _run("--data is no directory", "--data", "{at}/file/below"),
    "cert-alone": _run("--cert and --key go together", "--cert", "{at}/cert.pem"),
    "cert-missing": _run("--cert is not a file", "--cert", "{at}/none", "--key", "{at}/key.pem"),
    "cert-is-none": _run("--cert and --key must be", "--cert", "{at}/file", "--key", "{at}/file"),
    "key-is-none": _run(
        "--cert and --key must be", "--cert", "{at}/cert.pem", "--key", "{at}/file"
    ),
    "key-of-another": _run(
        "--cert and --key must be", "--cert", "{at}/cert.pem", "--key", "{at}/other.pem"
    ),
    "key-with-password": _run(
        "--cert and --key must be", "--cert", "{at}/cert.pem", "--key", "{at}/locked.pem"
    ),
    "origin-without-scheme": _set("COUNTERBELL_ORIGINS must be", ORIGINS="bank.example"),
    "origin-with-path": _set("COUNTERBELL_ORIGINS must be", ORIGINS="https://ok,https://b/app"),
    "proxies-a-name": _set("COUNTERBELL_PROXIES must be", PROXIES="10.0.0.7,proxy.bank.example"),
    "proxies-no-network": _set("COUNTERBELL_PROXIES must be", PROXIES="10.0.0.7/8"),
    "hosts-with-scheme": _set("COUNTERBELL_CHANNEL_HOSTS must be", CHANNEL_HOSTS="http://gw:80"),
    "hosts-port": _set("COUNTERBELL_CHANNEL_HOSTS must be", CHANNEL_HOSTS="gw,gw:70000"),
    "public-url-with-path": _set("COUNTERBELL_PUBLIC_URL must be", PUBLIC_URL="https://b/app/"),
    "mail-url-alone": _set("go together", SMTP_URL="smtps://u:hunter2@mail.example"),
    "mail-from-alone": _set("go together", MAIL_FROM="a@b.example"),
    "mail-from-no-mailbox": _set(
        "COUNTERBELL_MAIL_FROM must be", SMTP_URL="smtps://mail.example", MAIL_FROM="bell"
    ),
    "mail-other-scheme": _set(
        "COUNTERBELL_SMTP_URL must be", SMTP_URL="http://u:hunter2@h", MAIL_FROM="a@b.example"
    ),
    "mail-port": _set(
        "COUNTERBELL_SMTP_URL must be", SMTP_URL="smtp://u:hunter2@h:x", MAIL_FROM="a@b.example"
    ),
    "mail-other-query": _set(
        "COUNTERBELL_SMTP_URL must be", SMTP_URL="smtp://h?tls", MAIL_FROM="a@b.example"
    ),
    "mail-password-readable": _set(
        "add ?starttls", SMTP_URL="smtp://u:hunter2@mail.example", MAIL_FROM="a@b.example"
    ),
    "mail-password-chinese": _set(
        "take ASCII", SMTP_URL="smtps://u:hunter2柜@mail.example", MAIL_FROM="a@b.example"
    ),
    "sms-nowhere": _set("COUNTERBELL_SMS_TEMPLATE is not a file", SMS_TEMPLATE="{at}/none"),
    "sms-no-template": _set("COUNTERBELL_SMS_TEMPLATE: ", SMS_TEMPLATE="{at}/file"),
    "sms-private": _set("stands in COUNTERBELL_CHANNEL_HOSTS", SMS_TEMPLATE="{at}/sms.yaml"),
    "playbooks-nowhere": _set("COUNTERBELL_PLAYBOOKS is not a directory", PLAYBOOKS="{at}/none"),
    "playbooks-broken": _set(
        "more: run check-playbooks {at}/playbooks)", PLAYBOOKS="{at}/playbooks"
    ),
}


def _start(data: Path, case: Case) -> "subprocess.Popen[str]":
    kept = {key: text for key, text in os.environ.items() if not key.startswith("COUNTERBELL_")}
    return subprocess.Popen(
        [sys.executable, "-m", "backend", "serve", *case.options],
        cwd=ROOT,
        env={**kept, "COUNTERBELL_DATA": str(data), "PYTHONUTF8": "1", **case.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def _serving(data: Path, **environ: str) -> Iterator[str]:
    """A server that has begun; what it has said first."""
    process = _start(data, Case("", environ, ("--port", "0")))
    try:
        assert process.stdout is not None
        yield process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def _write_key(path: Path, password: bytes | None = None) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        lock = serialization.BestAvailableEncryption(password)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    )
    return key


def _write_certificate(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MORNING)
        .not_valid_after(MORNING + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates, keys, playbooks and files that settings may name."""
    at = tmp_path_factory.mktemp("broken")
    (at / "file").write_text("neither folder nor certificate")
    (at / "torn").mkdir()
    (at / "torn" / "counterbell.db").write_bytes(b"no database" * 1000)
    (at / "sms.yaml").write_text("{url: 'http://10.0.0.7/{phone}/{text}', method: GET}")
    (at / "playbooks").mkdir()
    (at / "playbooks" / "own.yaml").write_text("id: own\n")
    _write_certificate(at / "cert.pem", _write_key(at / "key.pem"))
    _write_key(at / "other.pem")
    _write_key(at / "locked.pem", b"secret")
    return at


@pytest.fixture(scope="module")
def ended(
    broken: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Case, int, str, str]]]:
    """Every case, its exit code and what it said; they run side by side."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104  (as the server does)
        taken.listen()
        words = {"{at}": str(broken), "{port}": str(taken.getsockname()[1])}

        def filled(text: str) -> str:
            for word, value in words.items():
                text = text.replace(word, value)
            return text

        def run(name: str) -> tuple[Case, int, str, str]:
            given = CASES[name]
            environ = {key: filled(text) for key, text in given.environ.items()}
            case = Case(filled(given.says), environ, tuple(map(filled, given.options)))
            process = _start(tmp_path_factory.mktemp("data") / "data", case)
            try:
                said, fault = process.communicate(timeout=100)
            finally:
                process.kill()
            return case, process.returncode, said, fault

        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield dict(zip(CASES, pool.map(run, CASES), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_setting_is_one_clear_line(
    ended: dict[str, tuple[Case, int, str, str]], name: str
) -> None:
    case, code, said, fault = ended[name]
    assert (code, said) == (WRONG, ""), fault
    assert fault.startswith("counterbell: "), fault
    assert fault.count("\n") == 1, fault
    assert case.says in fault
    assert "hunter2" not in fault


@pytest.mark.parametrize(
    "environ",
    [
        {"COUNTERBELL_ORIGINS": "https://bank.example, http://10.0.0.1:8000,https://[::1]:8443"},
        {"COUNTERBELL_CHANNEL_HOSTS": "10.0.0.1, gw_1:8080,sms.bank.example,[fd00::1]:443"},
        {"COUNTERBELL_PROXIES": "10.0.0.7, 10.1.0.0/16,fd00::/8"},
        {"COUNTERBELL_PUBLIC_URL": "https://counterbell.bank.example:8443"},
        {"COUNTERBELL_PORT": "0"},
        {"COUNTERBELL_DEMO": "1", "COUNTERBELL_DEMO_SPEED": "60"},
        {"COUNTERBELL_DATABASE_URL": "postgresql+psycopg://u:p%40@db.example/bank?sslmode=require"},
        {"COUNTERBELL_DATABASE_URL": "postgresql+psycopg:///bank?host=/run/postgresql"},
    ],
)
def test_what_is_right_is_taken(environ: dict[str, str]) -> None:
    from_environment(environ)


def test_the_demo_reaches_its_own_machine_and_its_links_lead_there() -> None:
    demo = from_environment({"COUNTERBELL_DEMO": "1"}, port=8001)
    assert demo.channel_hosts == ("127.0.0.1",)
    assert demo.public_url == "http://localhost:8001"
    bank = from_environment({})
    assert (bank.channel_hosts, bank.public_url) == ((), None)


def test_what_lies_in_the_data_directory_is_for_the_server_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with _serving(data) as said:
        assert said.startswith("Counterbell")
        found = {path: path.stat().st_mode for path in (data, *data.rglob("*"))}
    assert data / "counterbell.db" in found
    wrong = {
        str(path): oct(mode)
        for path, mode in found.items()
        if stat.S_IMODE(mode) != (0o700 if stat.S_ISDIR(mode) else 0o600)
    }
    assert wrong == {}


def test_redis_that_does_not_answer_is_no_error(postgresql: str, tmp_path: Path) -> None:
    environ = {
        "COUNTERBELL_DATABASE_URL": Postgresql(postgresql).empty("settings"),
        "COUNTERBELL_REDIS_URL": "redis://127.0.0.1:1",
        "COUNTERBELL_SECRET_KEY": SECRET,
    }
    with _serving(tmp_path / "data", **environ) as said:
        assert said.startswith("Counterbell")
