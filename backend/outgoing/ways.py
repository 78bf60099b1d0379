"""All ways to the outside, as the operator has set them up."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.config import Settings
from backend.outgoing.apprise_door import AppriseDoor
from notifications.channels.channel import Channel
from notifications.channels.registry import Setup, channels
from notifications.channels.webpush import scalar_key


def push_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The VAPID key: of the house's secret, so the same in all processes and after a restart.

    Browsers subscribe to this very key: with another secret all must subscribe again.
    """
    return scalar_key(HKDF(SHA256(), 48, salt=None, info=b"counterbell web push").derive(secret))


def ways_of(settings: Settings, secret: bytes) -> Mapping[str, Channel]:
    """Every kind of channel, ready to send."""
    return channels(
        Setup(
            hosts=settings.channel_hosts,
            mail_sender=settings.mail_server.sender if settings.mail_server else None,
            sms=settings.sms,
            push_key=push_key(secret),
            push_contact=_contact(settings),
            apprise=AppriseDoor(settings.channel_hosts),
        )
    )


def _contact(settings: Settings) -> str | None:
    """Whom a push service may write to when we send too much (RFC 8292, 2.1)."""
    if settings.mail_server is not None:
        return f"mailto:{settings.mail_server.sender}"
    public = settings.public_url or ""
    return public if public.startswith("https://") else None
