"""Finished messages out by SMTP, or into a folder where no mail server is set."""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from campaign.config import Settings
from campaign.errors import Malformed, Problem

SECONDS = 10.0
"""For connecting, and for each answer."""

log = logging.getLogger(__name__)


class Refused(Problem):
    """A mail was not taken. Holds no part of it."""

    code = "mail_refused"
    status = 503

    def __init__(self, reason: str, *, permanent: bool) -> None:
        self.reason = reason
        self.permanent = permanent
        """Whether it is of no use to try again."""
        super().__init__("A mail was not taken: %(reason)s.", reason=reason)


@dataclass(frozen=True, slots=True, repr=False)  # no address and no text reaches a log through debug output
class Mail:
    """A mail that is ready to go."""

    id: str
    """Its Message-ID without the brackets: the same at every try."""
    to: str
    subject: str
    text: str
    date: datetime


def sender(settings: Settings) -> str:
    """From whom mail comes: `from` in CAMPAIGN_MAIL_URL, or `campaign` at the site's host."""
    asked = parse_qs(urlsplit(settings.mail_url or "").query).get("from")
    return asked[0] if asked else f"campaign@{urlsplit(settings.public_url).hostname}"


def compose(mail: Mail, sent_from: str) -> EmailMessage:
    """The mail as it travels.

    Raises:
        Malformed: a line break in an address or in the subject would begin another header.
    """
    if any(sign in line for line in (mail.to, mail.subject, mail.id, sent_from) for sign in "\r\n\0"):
        raise Malformed("A mail's address and subject are one line each.")
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sent_from, mail.to, mail.subject
    message["Date"] = format_datetime(mail.date)
    message["Message-ID"] = f"<{mail.id}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    return message


def send(settings: Settings, mail: Mail) -> None:
    """Hand a mail over.

    Raises:
        Refused: it was not taken.
    """
    try:
        message = compose(mail, sender(settings))
    except (Malformed, ValueError):  # ValueError: of the email package, for an address it cannot parse
        raise Refused("it cannot be written as a mail", permanent=True) from None
    if settings.mail_url is None:
        _write(settings.data_dir / "mail", mail.id, message)
        return
    reason, permanent = "the mail server did not answer in time, or broke off", False
    try:
        _hand_over(settings.mail_url, message)
    except smtplib.SMTPNotSupportedError:
        reason, permanent = "the mail server does not take such an address, or no TLS", not mail.to.isascii()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        reason, permanent = f"the address was refused ({code})", 500 <= code < 600
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        reason, permanent = f"the mail was refused ({error.smtp_code})", 500 <= error.smtp_code < 600
    except smtplib.SMTPAuthenticationError as error:
        reason = f"the mail server does not know the user or the password ({error.smtp_code})"
    except ssl.SSLError:
        reason = "the mail server's certificate is not to be trusted"
    except (OSError, smtplib.SMTPException):
        pass
    else:
        return
    # Raised out here, where no other error is being handled: those of smtplib hold the address.
    raise Refused(reason, permanent=permanent)


def _hand_over(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host, context = str(parts.hostname), ssl.create_default_context()
    own = str(message["From"]).rpartition("@")[2]  # said aloud; without it, this machine's name would be looked up
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, own, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 587, own, timeout=SECONDS)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and (server.has_extn("starttls") or parts.username):
            server.starttls(context=context)  # a password goes over no open line: without TLS this is refused
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message, to_addrs=[str(message["To"])])


def _write(folder: Path, name: str, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, fresh = tempfile.mkstemp(dir=folder)  # 0600 from its first moment
    with os.fdopen(handle, "wb") as file:
        file.write(message.as_bytes(policy=SMTPUTF8))
        file.flush()
        os.fsync(file.fileno())
    path = folder / f"{name}.eml"
    Path(fresh).replace(path)
    log.info("mail is not set up: written to a file", extra={"file": str(path)})
