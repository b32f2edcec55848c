"""One mail out: by SMTP to the server that the operator names, or into a file where none is named.

Errors say what happened and never to whom: a server's own words often quote the address, so that only its codes are
taken over.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import re
import smtplib
import socket
import ssl
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from campaign.config import Settings
from campaign.errors import Malformed, Problem

log = logging.getLogger(__name__)

STEP_SECONDS = 10.0
"""How long the server may take for one step."""

WHOLE_SECONDS = 30.0
"""How long for all of them: a step's time begins anew with every byte that comes in."""

PORTS = {"smtp": 587, "smtps": 465}

_FOR_THE_OPERATOR = {530, 534, 535, 538}
"""Refusals that are about logging in, whatever they answer."""


@dataclass(frozen=True, slots=True, repr=False)  # nobody's address reaches a log through debug output
class Mail:
    """A mail, ready to be sent. Sent twice it is the same one, to the byte."""

    to: str
    subject: str
    text: str
    message_id: str
    """What stands before the @ in its Message-ID: letters, digits, dots and dashes."""
    written_at: datetime


class Refused(Problem):
    """The mail did not leave. Holds no part of it.

    Args:
        reason: what happened, in a few words.
        permanent: whether another try would be refused as well.
    """

    code = "refused"
    status = 503

    def __init__(self, reason: str, permanent: bool) -> None:
        self.reason = reason
        self.permanent = permanent
        super().__init__("The mail was not sent: %(reason)s.", reason=reason)


def compose(settings: Settings, mail: Mail) -> EmailMessage:
    """The mail in its form for the wire: plain text, and of seven-bit characters but for an address that has others.

    Raises:
        Malformed: subject, address or id has a line break or another control character, or cannot be one.
    """
    for name, value in (("subject", mail.subject), ("email", mail.to)):
        # Beside CR and LF these are what some program or other takes for the end of a line.
        if any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in value):
            raise Malformed("Write this on one line, without control characters.", field=name)
    if "=?" in mail.subject:  # a reader would take it for encoded text
        raise Malformed("A subject cannot have “=?” in it.", field="subject")
    if not re.fullmatch(r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*", mail.message_id):
        raise Malformed("A message's id has letters, digits, dots and dashes.", field="message_id")
    message = EmailMessage(policy.SMTP)
    try:
        message["To"] = _address(mail.to)
        message.set_content(mail.text, cte="quoted-printable")
    except (ValueError, IndexError):
        message = None  # type: ignore[assignment]
    if message is None:  # raised out here: the error above holds the address
        raise Malformed("This address or text cannot be sent by mail.")
    message["From"] = _address(sender(settings))
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = f"<{mail.message_id}@{_domain(settings)}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def sender(settings: Settings) -> str:
    """The address in `From`."""
    named = parse_qs(urlsplit(settings.mail_url or "").query).get("from")
    return named[0] if named else f"campaign@{_domain(settings)}"


def send(settings: Settings, mail: Mail) -> None:
    """Hand a mail to the server, or write it to `DATA_DIR/mail`. When this returns, it has been accepted.

    Raises:
        Refused: it was not. After a connection that broke off at the very end it may have been all the same.
        Malformed: it cannot be a mail, see `compose`.
    """
    # Not left to smtplib, which would write “>From” where a line begins with “From”.
    raw = compose(settings, mail).as_bytes(policy=policy.SMTP if mail.to.isascii() else policy.SMTPUTF8)
    if settings.mail_url is None:
        refused = _write(settings.data_dir / "mail", f"{mail.message_id}.eml", raw)
    else:
        refused = _hand_over(urlsplit(settings.mail_url), _domain(settings), raw, sender(settings), mail.to)
    if refused:  # raised out here, where no error is being handled that would be kept in `__context__`
        raise refused


def forget_files(settings: Settings, before: datetime) -> int:
    """Delete the mails that were written to `DATA_DIR/mail` before a moment. Returns how many."""
    old = [file for file in (settings.data_dir / "mail").glob("*.eml") if file.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _hand_over(url: SplitResult, own_name: str, raw: bytes, sender: str, to: str) -> Refused | None:
    step = "connecting"
    try:
        with _connection(url, own_name) as smtp:
            if url.scheme == "smtp":
                smtp.ehlo_or_helo_if_needed()
                if smtp.has_extn("starttls"):
                    step = "STARTTLS"
                    smtp.starttls(context=ssl.create_default_context())
                elif url.username:
                    return Refused("the server offers no STARTTLS, and a password is not sent without", False)
            if url.username:
                step = "logging in"
                smtp.login(unquote(url.username), unquote(url.password or ""))
            step = "sending"
            smtp.ehlo_or_helo_if_needed()
            if not to.isascii() and not smtp.has_extn("smtputf8"):
                return Refused("the server cannot send to an address with letters beyond ASCII", True)
            smtp.sendmail(sender, [to], raw, () if to.isascii() else ("SMTPUTF8", "BODY=8BITMIME"))
    except smtplib.SMTPRecipientsRefused as error:
        ((code, words),) = error.recipients.values()
        return _answer(code, words, "the recipient", permanent=True)
    except smtplib.SMTPDataError as error:
        return _answer(error.smtp_code, error.smtp_error, "the message", permanent=True)
    except smtplib.SMTPResponseException as error:  # the operator can mend it: a password, or who may send
        return _answer(error.smtp_code, error.smtp_error, step, permanent=False)
    except ssl.SSLCertVerificationError:
        return Refused("the server's certificate is not valid for its name", False)
    except Exception as error:  # of a socket, a name that is not found, a server that is none
        return Refused(f"{step} failed ({type(error).__name__})", False)
    return None


@contextlib.contextmanager
def _connection(url: SplitResult, own_name: str) -> Iterator[smtplib.SMTP]:
    """A connection that is cut when the whole time is over. How it ends is no part of whether the mail was accepted."""
    host, port = str(url.hostname), url.port or PORTS[url.scheme]
    # Its own name is given: smtplib would ask the network for it, and tell it to the server.
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=own_name, timeout=STEP_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(local_hostname=own_name, timeout=STEP_SECONDS)
    smtp._host = host  # type: ignore[attr-defined]  # smtplib checks the certificate against it, and sets it late
    ended = threading.Event()
    threading.Thread(target=_cut, args=(smtp, ended), name="mail deadline", daemon=True).start()
    try:
        code, words = smtp.connect(host, port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        yield smtp
        with contextlib.suppress(Exception):
            smtp.quit()
    finally:
        ended.set()
        smtp.close()


def _cut(smtp: smtplib.SMTP, ended: threading.Event) -> None:
    wait = WHOLE_SECONDS
    while not ended.wait(wait):
        with contextlib.suppress(OSError, AttributeError):  # it is still being made, or is changed for one with TLS
            smtp.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
        wait = 0.05


def _answer(code: int, words: bytes | str, what: str, *, permanent: bool) -> Refused:
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    detail = re.match(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)", text)
    said = f"{code} {detail[0]}" if detail else str(code)
    lasting = permanent and 500 <= code <= 599 and code not in _FOR_THE_OPERATOR
    return Refused(f"the server answered {said} to {what}", lasting)


def _write(folder: Path, name: str, raw: bytes) -> Refused | None:
    path, unfinished = folder / name, folder / f".{name}.unfinished"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        # A name of its own, not a random one: what a process left that was killed here is overwritten.
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return Refused(f"the file could not be written ({type(error).__name__})", False)
    log.info("mail written", extra={"file": str(path)})
    return None


def _domain(settings: Settings) -> str:
    """The public host as mail writes it."""
    host = str(urlsplit(settings.public_url).hostname)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


def _address(text: str) -> Address:
    local, _, domain = text.rpartition("@")
    if not local or not domain or re.search(r'[\s<>(),:;"\\@]', local) or re.search(r'[\s<>(),;"\\@]', domain):
        raise ValueError("not an address")
    return Address(username=local, domain=domain)
