"""A mail reaches the server as it was written, or what kept it from that is said, and never to whom it was to go."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaign import mail
from campaign.config import Settings
from campaign.errors import Malformed
from campaign.mail import Mail, Refused, compose, send
from tests.conftest import NOON
from tests.smtp import DRIP, DROP, HANG, Server, make_certificate, serve

LETTER = Mail("ana.reyes@example.org", "Your page", "Dear Ana,\nсподіваюсь.\n.\nFrom here on\n", "7.abc", NOON)

SECRETS = ("ana", "reyes", "example.org", "Your page", "сподіваюсь", "p@ss", "p%40ss", "lifeline")


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as stand_in:
        yield stand_in


def to(settings: Settings, server: Server, login: str = "", scheme: str = "smtp", query: str = "") -> Settings:
    url = f"{scheme}://{login}127.0.0.1:{server.port}{query}"
    return replace(settings, mail_url=url, public_url="https://act.example")


def refusal(settings: Settings, letter: Mail = LETTER) -> Refused:
    """Why a mail was refused; nothing that an error's text or traceback shows tells of the mail."""
    with pytest.raises(Refused) as caught:
        send(settings, letter)
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.reason
    said = "\n".join(line for line in shown.splitlines() if not line.startswith("  "))
    assert [secret for secret in SECRETS if secret in said] == []
    return caught.value


def read_text(message: Any) -> str:
    """The text with the line ends that it had before it was put on the wire."""
    text: str = message.get_content()
    return text.replace("\r\n", "\n")


def test_a_mail_arrives_as_it_was_written(settings: Settings, server: Server) -> None:
    send(to(settings, server), LETTER)
    (arrived,) = server.mails
    assert read_text(arrived) == LETTER.text
    assert {name: str(arrived[name]) for name in ("To", "From", "Subject", "Message-ID", "Auto-Submitted")} == {
        "To": "ana.reyes@example.org",
        "From": "campaign@act.example",
        "Subject": "Your page",
        "Message-ID": "<7.abc@act.example>",
        "Auto-Submitted": "auto-generated",
    }
    assert parsedate_to_datetime(arrived["Date"]) == NOON
    assert (arrived.get_content_type(), arrived.get_content_charset()) == ("text/plain", "utf-8")
    assert server.raw[0].isascii()
    assert server.lines[0] == "EHLO act.example"
    assert [line.split(" ")[1] for line in server.lines if line[:4] in ("MAIL", "RCPT")] == [
        "FROM:<campaign@act.example>",
        "TO:<ana.reyes@example.org>",
    ]


def test_a_mail_that_is_sent_twice_is_the_same_to_the_byte(settings: Settings, server: Server) -> None:
    for _ in range(2):
        send(to(settings, server), LETTER)
    assert server.raw[0] == server.raw[1]


def test_the_sender_can_be_named(settings: Settings, server: Server) -> None:
    send(to(settings, server, query="?from=letters%2Bact@riverside.example"), LETTER)
    assert server.mails[0]["From"] == "letters+act@riverside.example"


@pytest.mark.parametrize(
    ("public_url", "address"),
    [("http://127.0.0.1:8000", "campaign@[127.0.0.1]"), ("http://[::1]:8000", "campaign@[IPv6:::1]")],
)
def test_a_site_without_a_name_has_a_sender_all_the_same(settings: Settings, public_url: str, address: str) -> None:
    assert compose(replace(settings, public_url=public_url), LETTER)["From"] == address


@pytest.mark.parametrize(
    ("answers", "reason", "permanent"),
    [
        (
            {"RCPT": "450 4.2.1 <ana.reyes@example.org> is busy"},
            "the server answered 450 4.2.1 to the recipient",
            False,
        ),
        ({"RCPT": "550 5.1.1 <ana.reyes@example.org> unknown"}, "the server answered 550 5.1.1 to the recipient", True),
        ({"RCPT": "550 ana.reyes@example.org unknown"}, "the server answered 550 to the recipient", True),
        ({"RCPT": "530 5.7.0 log in first"}, "the server answered 530 5.7.0 to the recipient", False),
        ({"RCPT": "421 4.3.2 closing"}, "the server answered 421 4.3.2 to the recipient", False),
        ({"DATA": "451 4.3.0 later"}, "the server answered 451 4.3.0 to the message", False),
        ({"DATA": "554 5.7.1 no"}, "the server answered 554 5.7.1 to the message", True),
        ({"END": "452 4.3.1 disk full"}, "the server answered 452 4.3.1 to the message", False),
        ({"END": "554 5.6.0 “Your page” is spam"}, "the server answered 554 5.6.0 to the message", True),
        ({"MAIL": "553 5.7.1 who are you"}, "the server answered 553 5.7.1 to sending", False),
        ({"GREETING": "554 5.7.1 not you"}, "the server answered 554 5.7.1 to connecting", False),
        ({"GREETING": "nonsense"}, "the server answered -1 to connecting", False),
        ({"GREETING": DROP}, "connecting failed (SMTPServerDisconnected)", False),
        ({"RCPT": DROP}, "sending failed (SMTPServerDisconnected)", False),
        ({"DATA": DROP}, "sending failed (SMTPServerDisconnected)", False),
        ({"END": DROP}, "sending failed (SMTPServerDisconnected)", False),
    ],
)
def test_what_a_server_refuses_is_for_now_or_for_good(
    settings: Settings, server: Server, answers: dict[str, str], reason: str, permanent: bool
) -> None:
    server.answers = answers
    refused = refusal(to(settings, server))
    assert (refused.reason, refused.permanent) == (reason, permanent)


@pytest.mark.parametrize("quit_answer", [DROP, "500 what?"])
def test_what_was_accepted_stays_accepted_however_the_connection_ends(
    settings: Settings, server: Server, quit_answer: str
) -> None:
    server.answers = {"QUIT": quit_answer}
    send(to(settings, server), LETTER)
    assert len(server.raw) == 1


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "RCPT", "END"])
@pytest.mark.parametrize("how", [HANG, DRIP])
def test_a_server_that_hangs_or_drips_is_given_up(
    settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch, verb: str, how: str
) -> None:
    monkeypatch.setattr(mail, "STEP_SECONDS", 0.3)
    monkeypatch.setattr(mail, "WHOLE_SECONDS", 0.6 if how == DRIP else 60)
    server.answers = {verb: how}
    began = time.monotonic()
    assert not refusal(to(settings, server)).permanent
    assert time.monotonic() - began < 5


def test_a_server_that_is_not_there_may_be_there_later(settings: Settings) -> None:
    refused = refusal(replace(settings, mail_url="smtp://127.0.0.1:9"))
    assert (refused.reason, refused.permanent) == ("connecting failed (ConnectionRefusedError)", False)


def test_an_address_beyond_ascii_takes_a_server_that_knows_such(settings: Settings, server: Server) -> None:
    letter = replace(LETTER, to="олена@münchen.example")
    send(to(settings, server), letter)
    assert "RCPT TO:<олена@münchen.example>" in server.lines
    assert any("SMTPUTF8" in line for line in server.lines)
    assert "To: олена@münchen.example\r\n".encode() in server.raw[0]
    server.offers = []
    refused = refusal(to(settings, server), letter)
    assert refused.permanent
    assert refused.reason == "the server cannot send to an address with letters beyond ASCII"
    send(to(settings, server), LETTER)  # others go
    assert len(server.raw) == 2


LOGIN = "lifeline:p%40ss%2Fword@"


@pytest.mark.parametrize("tls_first", [False, True])
@pytest.mark.parametrize("login", ["", LOGIN])
def test_with_tls_nothing_but_the_greeting_is_said_in_the_open(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls_first: bool, login: str
) -> None:
    certificate = make_certificate(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve(certificate, tls_first=tls_first) as server:
        send(to(settings, server, login, "smtps" if tls_first else "smtp"), LETTER)
    assert len(server.raw) == 1
    opened = [line for line, tls in zip(server.lines, server.over_tls, strict=True) if not tls]
    assert opened == ([] if tls_first else ["EHLO act.example", "STARTTLS"])
    assert any(line.startswith("AUTH") for line in server.lines) == bool(login)


@pytest.mark.parametrize("tls_first", [False, True])
@pytest.mark.parametrize("fault", ["nobody vouches for it", "it is another's"])
def test_a_certificate_that_is_not_valid_is_refused_before_anything_is_said(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls_first: bool, fault: str
) -> None:
    certificate = make_certificate(tmp_path / "server.pem", "127.0.0.1" if fault.startswith("nobody") else "127.0.0.2")
    if not fault.startswith("nobody"):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve(certificate, tls_first=tls_first) as server:
        refused = refusal(to(settings, server, LOGIN, "smtps" if tls_first else "smtp"))
    assert (refused.reason, refused.permanent) == ("the server's certificate is not valid for its name", False)
    assert [line for line in server.lines if line.split(" ")[0] not in ("EHLO", "STARTTLS")] == []


def test_a_password_is_not_sent_without_tls(settings: Settings, server: Server) -> None:
    refused = refusal(to(settings, server, LOGIN))
    assert (refused.reason, refused.permanent) == (
        "the server offers no STARTTLS, and a password is not sent without",
        False,
    )
    assert [line for line in server.lines if line.split(" ")[0] not in ("EHLO", "QUIT")] == []


def test_a_wrong_password_can_be_mended(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve(certificate) as server:
        refused = refusal(to(settings, server, "lifeline:wrong@"))
    assert (refused.reason, refused.permanent) == ("the server answered 535 5.7.8 to logging in", False)


def test_without_a_server_it_is_a_file_for_the_owner_alone(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    folder = settings.data_dir / "mail"
    folder.mkdir(mode=0o755)
    (folder / ".7.abc.eml.unfinished").write_text("what was left by a process that was killed")
    with caplog.at_level(logging.DEBUG):
        send(settings, LETTER)
        send(settings, LETTER)
    (path,) = folder.iterdir()
    assert path.name == "7.abc.eml"
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    written = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert (written["To"], read_text(written)) == (LETTER.to, LETTER.text)
    assert [(record.getMessage(), record.__dict__["file"]) for record in caplog.records] == [
        ("mail written", str(path))
    ] * 2
    assert not any(secret in repr(record.__dict__) for record in caplog.records for secret in SECRETS[:5])


def test_a_file_that_cannot_be_written_may_be_later(settings: Settings) -> None:
    (settings.data_dir / "mail").write_text("in the way")
    assert refusal(settings).reason == "the file could not be written (FileExistsError)"


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": f"Your page{break_}Bcc: eve@example.com"}
        for break_ in ("\n", "\r", "\r\n", "\n ", "\v", "\f", "\x1c", "\x85", "\u2028", "\0")
    ]
    + [{"to": to} for to in ("ana@example.org\nBcc: eve@example.com", "ana\r\n@example.org", "ana@example.org\0")]
    + [{"to": to} for to in ("", "ana", "@example.org", "ana@", "a@b, eve@example.com", "<ana@example.org>", "a b@c")]
    + [{"to": "ana@example.org> SIZE=1"}, {"subject": "=?utf-8?q?hidden?="}, {"text": "\ud800"}]
    + [{"message_id": name} for name in ("", "../7", "a/b", "7>\nBcc: eve@example.com", ".x", "é")],
)
def test_nothing_gets_into_the_headers_or_out_of_the_folder(settings: Settings, changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as caught:
        send(settings, replace(LETTER, **changed))
    assert caught.value.__context__ is None
    assert not (settings.data_dir / "mail").exists()


def test_a_mail_shows_nothing_when_printed() -> None:
    assert not any(secret in repr(LETTER) for secret in SECRETS)


one_line = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])).filter(lambda text: "=?" not in text)


@given(
    subject=one_line.map(lambda text: " ".join(text.split())),
    text=st.text(st.characters(exclude_categories=["Cs"])),
    to=st.from_regex(
        r"[a-z0-9](?:[a-z0-9+'._-]{0,60}[a-z0-9])?@[a-z0-9]{1,60}(?:\.[a-z0-9]{1,60}){0,3}", fullmatch=True
    ),
)
@example("Ваша сторінка " * 20, ".\n..\nFrom x\n", "ana@example.org")
@example("word " * 60 + "x" * 300, "x" * 3000 + "\n" + "й" * 3000, "a" * 64 + "@" + "b" * 63 + ".example.org")
def test_subject_and_text_and_address_survive_the_wire(subject: str, text: str, to: str) -> None:
    subject = " ".join(subject.split())
    try:
        message = compose(Settings(), Mail(to, subject, text, "7.abc", NOON))
    except Malformed:
        assert ".." in to or ".@" in to
        return
    raw = message.as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    read = message_from_bytes(raw, policy=policy.default)
    assert read["Subject"] == subject
    assert read["To"] == to
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert read_text(read).removesuffix("\n") == lines.removesuffix("\n")
    assert datetime.strptime(read["Date"], "%a, %d %b %Y %H:%M:%S %z") == NOON
