"""A message, the way out with a clock that stands still, and a certificate of our own."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backend.outgoing.outside import WayOut
from notifications.channels.channel import Message
from notifications.words import NEUTRAL
from tests.fakes import MORNING, VirtualClock
from tests.fakes_providers.trouble import NAME, PATIENT


@pytest.fixture
def outside() -> WayOut:
    return WayOut(VirtualClock(), ("127.0.0.1",), None, seconds=PATIENT)


@pytest.fixture
def message() -> Message:
    return Message(
        title="三人以上聚集 / Group of three or more",
        text="城东支行 · 03-11 10:00 · 第 1 级\n城东支行 · 03-11 10:00 · level 1",
        neutral=NEUTRAL,
        payload={
            "kind": "alert",
            "alert_id": "0195829c-0000-7000-8000-000000000001",
            "repeat": 0,
            "incident_id": "0195829c-0000-7000-8000-000000000002",
            "type": "group_visit",
            "title": {"zh": "三人以上聚集", "en": "Group of three or more"},
            "urgency": "immediate",
            "discreet": False,
            "drill": False,
        },
        link="https://bell.bank.example/phone/incidents/0195829c",
        acknowledge="https://bell.bank.example/a/AZWCnAAAcAC",
    )


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for ``NAME``."""
    at = tmp_path_factory.mktemp("tls") / "both.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MORNING - timedelta(days=3650))
        .not_valid_after(MORNING + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    at.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return at


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
