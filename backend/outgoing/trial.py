"""Trying a channel: a message is really sent, now, and what came of it is told."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog

from backend.outgoing.personal_channels import PersonalChannel
from notifications.channels.channel import Address, Channel, Outside, Undelivered
from notifications.words import trial_message
from playbooks.model import Text

AT_ONCE = 5
"""Trials of one channel in a row; after that one every ``EACH`` seconds."""
EACH = 10.0
MOST_REMEMBERED = 1000
RECEIPT_WITHIN = timedelta(hours=1)
SENT = Text("已发出，请看看有没有收到。", "Sent. Look whether it has arrived.")

BROKEN = Text(
    "系统出错，已记录；请告诉系统管理员。", "A fault of ours, on record; tell the administrator."
)
_log = structlog.get_logger("trial")


class Trial(NamedTuple):
    """What came of it, in both languages."""

    sent: bool
    detail: Text


class Pace:
    """No trial is an alarm: somebody's robot is not to be flooded by a button."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._free_at: dict[str, float] = {}

    def admits(self, channel_id: str) -> bool:
        """Whether it may be tried now; it counts as tried then."""
        now = self._steady()
        if len(self._free_at) > MOST_REMEMBERED:
            self._free_at = {each: at for each, at in self._free_at.items() if at > now}
        free_at = max(self._free_at.get(channel_id, now), now)
        if free_at - now > (AT_ONCE - 1) * EACH:
            return False
        self._free_at[channel_id] = free_at + EACH
        return True


def try_out(
    way: Channel, channel: PersonalChannel, test_id: str, link: str | None, outside: Outside
) -> Trial:
    """Send a message that says what it is."""
    address = Address(channel.kind, channel.address, channel.secret)
    try:
        way.send(address, trial_message(test_id, link), outside)
    except Undelivered as error:
        zh, _, en = error.detail.partition(" / ")
        return Trial(sent=False, detail=Text(zh, en or zh))
    except Exception as error:  # noqa: BLE001  (a fault of ours is on record; they are told so)
        _log.exception("channel_broke", kind=channel.kind, error_type=type(error).__name__)
        return Trial(sent=False, detail=BROKEN)
    return Trial(sent=True, detail=SENT)


def new_test_id(secret: bytes, channel_id: str, now: datetime) -> str:
    """An id that nobody makes up: its receipt proves that a message has come through."""
    at = str(int(now.timestamp()))
    return f"{at}.{_mac(secret, channel_id, at)}"


def is_test_id(secret: bytes, channel_id: str, test_id: str, now: datetime) -> bool:
    """One of ours, for this channel, and not old."""
    at, _, mac = test_id.partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(secret, channel_id, at).encode()):
        return False
    return now - datetime.fromtimestamp(int(at), UTC) < RECEIPT_WITHIN


def _mac(secret: bytes, channel_id: str, at: str) -> str:
    key = hmac.digest(secret, b"trial message", "sha256")
    return hmac.digest(key, f"{channel_id}.{at}".encode(), "sha256").hex()[:32]
