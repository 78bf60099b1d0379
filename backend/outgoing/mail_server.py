"""E-mail to the bank's own mail server (RFC 5321), on gevent's sockets."""

import smtplib
from dataclasses import dataclass, field
from typing import Any, Literal

from backend.outgoing.dialling import Dialler
from notifications.channels.channel import Undelivered

OVER_QUOTA = 552


@dataclass(frozen=True, slots=True)
class MailServer:
    """COUNTERBELL_SMTP_URL and COUNTERBELL_MAIL_FROM. ``tls``: none, after STARTTLS, at once."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    tls: Literal["none", "starttls", "implicit"]
    sender: str


def hand_over(server: MailServer, dialler: Dialler, recipient: str, content: bytes) -> None:
    """One mail to one mailbox; the server has taken it when this returns.

    Raises:
        Undelivered: it refused.
        OSError: the line was cut.
    """
    session = _Session(server, dialler)
    try:
        session.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            session.starttls(context=dialler.tls)
        if server.user is not None:
            session.login(server.user, server.password or "")
        session.sendmail(server.sender, [recipient], content)
        session.putcmd("quit")  # it has the mail: its good-bye changes nothing any more
    except smtplib.SMTPRecipientsRefused as error:
        code = error.recipients[recipient][0]
        raise _refused(code, again=code < 500 or code == OVER_QUOTA) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, again=True) from error
    except smtplib.SMTPException as error:
        raise Undelivered("邮件服务器中断", "the mail server broke off", again=True) from error
    finally:
        session.close()


class _Session(smtplib.SMTP):
    """Connected by our dialler. The host is the operator's choice: it may be a private one."""

    def __init__(self, server: MailServer, dialler: Dialler) -> None:
        self._server = server
        self._dialler = dialler
        # A name of our own spares a look-up that would stop everybody.
        try:
            super().__init__(server.host, server.port, server.sender.rpartition("@")[2])
        except BaseException:
            self.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:  # noqa: ARG002
        plain = self._dialler.dial(host, port, private=True)
        return self._dialler.secure(plain, host) if self._server.tls == "implicit" else plain


def _refused(code: int, *, again: bool) -> Undelivered:
    return Undelivered(f"邮件服务器回答 {code}", f"the mail server answered {code}", again=again)
