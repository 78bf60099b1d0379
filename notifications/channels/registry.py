"""Every kind of channel, by its name: where a new one is entered."""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from notifications.channels.channel import BadAddress, Channel
from notifications.channels.dingtalk import DingTalk
from notifications.channels.email import Email
from notifications.channels.feishu import Feishu
from notifications.channels.ntfy import Ntfy
from notifications.channels.sms import Sms, SmsGateway
from notifications.channels.webhook import Webhook
from notifications.channels.webpush import WebPush
from notifications.channels.wecom import WeCom


@dataclass(frozen=True, slots=True)
class Setup:
    """What the operator chose. ``hosts``: private ones that may be called all the same.

    ``mail_sender`` and ``sms``: None where there is no such server. ``push_key`` and
    ``push_contact``: VAPID. ``apprise``: the channel for all other services' addresses.
    """

    hosts: tuple[str, ...]
    mail_sender: str | None
    sms: SmsGateway | None
    push_key: ec.EllipticCurvePrivateKey
    push_contact: str | None
    apprise: Channel


def channels(setup: Setup) -> Mapping[str, Channel]:
    """All kinds, in the order in which they are offered."""
    return {
        "wecom": WeCom(setup.hosts),
        "dingtalk": DingTalk(setup.hosts),
        "feishu": Feishu(setup.hosts),
        "sms": Sms(setup.sms),
        "email": Email(setup.mail_sender),
        "webpush": WebPush(setup.hosts, setup.push_key, setup.push_contact),
        "ntfy": Ntfy(setup.hosts),
        "webhook": Webhook(setup.hosts),
        "apprise": setup.apprise,
    }


def check_address(
    known: Mapping[str, Channel], kind: str, address: str, secret: str | None
) -> None:
    """Look at what somebody typed, before it is kept.

    Raises:
        BadAddress: what is wrong, in words for whoever typed it.
    """
    if kind not in known:
        raise BadAddress(f"没有“{kind}”这种通知方式。", f"There is no channel {kind!r}.")
    known[kind].check(address, secret)
