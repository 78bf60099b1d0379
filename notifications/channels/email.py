"""E-mail by the bank's own mail server. The address is the mailbox."""

import hashlib
import re
from dataclasses import dataclass
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import orjson

from notifications.channels.channel import Address, BadAddress, Message, Outside
from notifications.channels.layout import links

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
_MAILBOX = re.compile(rf"({_LOCAL})@({_DOMAIN})", re.ASCII)
LONGEST = 254


@dataclass(frozen=True, slots=True)
class Email:
    """``sender`` is the mailbox that messages come from; None where no server is set."""

    sender: str | None

    def check(self, address: str, secret: str | None) -> None:
        """A mailbox, and a server to bring it there."""
        if self.sender is None:
            raise BadAddress(
                "本系统没有设置邮件服务器，请联系系统管理员。",
                "No mail server is set up here; ask the administrator.",
            )
        if not is_mailbox(address) or secret:
            raise BadAddress("这不是完整的邮箱地址。", "This is no complete e-mail address.")

    def send(self, to: Address, message: Message, outside: Outside) -> None:
        """One mail, the same ``Message-ID`` whenever the same notice is sent again."""
        outside.mail(to.address, compose(self.sender or "", to, message, outside).as_bytes())


def is_mailbox(text: str) -> bool:
    """Whether it is NAME@HOST, in the letters that every mail server takes."""
    return len(text) <= LONGEST and _MAILBOX.fullmatch(text) is not None


def compose(sender: str, to: Address, message: Message, outside: Outside) -> EmailMessage:
    """The mail, in UTF-8; headers as RFC 2047 has them."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Mailbox("柜铃 Counterbell", addr_spec=sender)
    mail["To"] = to.address
    mail["Subject"] = message.title.replace("\n", " ")
    mail["Date"] = format_datetime(outside.now())
    mail["Message-ID"] = f"<{_notice_id(to, message)}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.urgent:
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    lines = [message.text, "", *(f"{label}:\n{url}\n" for label, url in links(message))]
    mail.set_content("\n".join(lines), cte="base64")
    return mail


def _notice_id(to: Address, message: Message) -> str:
    what = orjson.dumps([to.address, message.payload], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(what).hexdigest()[:32]
