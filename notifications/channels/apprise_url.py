"""Other services, by their Apprise URL (https://appriseit.com/services/).

Apprise is the translator only: what its plugins want to send goes out through ``Outside``, with
its rules for hosts and its time limit. Services are on the list below when their plugin speaks
nothing but HTTP and reads no file. The rest stays out: what runs programs, mails or shows
something on this machine; and WeCom, DingTalk, Feishu, which it signs wrongly and takes a refusal
of for a success (they have files of their own here).

Importing this takes a third of a second, so only backend/outgoing/apprise_door.py does, in a
thread, when somebody has such an address.
"""

import sys
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from apprise import NotifyType
from apprise.plugins import (
    bark,
    discord,
    google_chat,
    gotify,
    line,
    mattermost,
    nextcloud,
    pagerduty,
    pushbullet,
    pushover,
    rocketchat,
    signal_api,
    slack,
    telegram,
    threema,
    twilio,
    webexteams,
    whatsapp,
    workflows,
    zulip,
)

from notifications.channels.answers import expect_success
from notifications.channels.apprise_requests import REQUESTS, Call
from notifications.channels.channel import Address, BadAddress, Message, Outside, Undelivered
from notifications.channels.hosts import allowed_target
from notifications.channels.layout import links

SERVICES: tuple[type[Any], ...] = (
    bark.NotifyBark,
    discord.NotifyDiscord,
    google_chat.NotifyGoogleChat,
    gotify.NotifyGotify,
    line.NotifyLine,
    mattermost.NotifyMattermost,
    nextcloud.NotifyNextcloud,
    pagerduty.NotifyPagerDuty,
    pushbullet.NotifyPushBullet,
    pushover.NotifyPushover,
    rocketchat.NotifyRocketChat,
    signal_api.NotifySignalAPI,
    slack.NotifySlack,
    telegram.NotifyTelegram,
    threema.NotifyThreema,
    twilio.NotifyTwilio,
    webexteams.NotifyWebexTeams,
    whatsapp.NotifyWhatsApp,
    workflows.NotifyWorkflows,
    zulip.NotifyZulip,
)
#: What a query may not ask for: local files, blocking waits, unchecked certificates.
FORBIDDEN = frozenset(
    {"attach", "template", "keyfile", "pgp", "pgpkey", "cto", "rto", "retry", "wait", "verify"}
)


def _schemes(service: type[Any]) -> list[str]:
    found: list[str] = []
    for each in (service.protocol, service.secure_protocol):
        found += [each] if isinstance(each, str) else (each or ())
    return found


BY_SCHEME = {scheme: service for service in SERVICES for scheme in _schemes(service)}


for _service in SERVICES:
    sys.modules[_service.__module__].requests = REQUESTS  # type: ignore[attr-defined]  # a plugin's


@dataclass(frozen=True, slots=True)
class AppriseUrl:
    """``hosts``: what the operator has named, such as a server of the bank's own."""

    hosts: Collection[str]

    def check(self, address: str, secret: str | None) -> None:
        """A service that we know, with all that its plugin wants to know."""
        service = _plugin(address)
        if secret:
            raise BadAddress("密钥写在地址里。", "The keys stand in the address.")
        if any("{host}" in form for form in service.templates):  # else the service has its own
            scheme = "https" if service.secure else "http"
            port = f":{service.port}" if service.port else ""
            allowed_target(f"{scheme}://{service.host}{port}/", self.hosts)

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """The neutral words: most of these servers are strangers'."""
        try:
            service = _plugin(to.address)
        except BadAddress as error:
            raise Undelivered(error.reason.zh, error.reason.en, again=False) from error
        text = "\n".join(
            [message.neutral.en, *(f"{label}: {url}" for label, url in links(message))]
        )
        with Call(outside) as call:
            said_yes = service.notify(
                body=text, title=message.neutral.zh, notify_type=NotifyType.WARNING
            )
        if call.fault is not None:
            raise call.fault
        for answer in call.answers:
            expect_success(answer)
        if not said_yes or not call.answers:
            raise Undelivered("服务没有接受", "the service did not take it", again=True)


def _plugin(address: str) -> Any:
    scheme = address.partition("://")[0].lower()[:20]
    service = BY_SCHEME.get(scheme)
    if service is None:
        raise BadAddress(
            f"不支持 {scheme or '?'}:// 这种 Apprise 地址。",
            f"Apprise addresses that begin with {scheme or '?'}:// are not supported.",
        )
    try:
        parsed = service.parse_url(address)
        plugin = None if parsed is None else _made(service, parsed)
    except BadAddress:
        raise
    except (TypeError, ValueError):  # how plugins say that something is missing, or no host
        plugin = None
    if plugin is None:
        raise BadAddress("Apprise 地址不完整。", "The Apprise address is not complete.")
    plugin.throttle = _no_throttle
    return plugin


def _made(service: type[Any], parsed: dict[str, Any]) -> Any:
    # As Apprise reads the query, which no other parser does: a ; divides, a # before it is nothing.
    if refused := sorted(FORBIDDEN & parsed["qsd"].keys()):
        raise BadAddress(f"地址里不能有 {refused[0]}。", f"The address may not hold {refused[0]}.")
    return service(**parsed)


def _no_throttle(*_: object, **__: object) -> None:
    """A plugin's pause would stop everybody; how often we send is the delivery's business."""
