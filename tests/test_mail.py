"""A mail reaches its server once and whole, or says in one word why not."""

from __future__ import annotations

import email
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign import mail
from campaign.config import Settings
from campaign.errors import Malformed
from campaign.mail import Mail, Refused, compose, send
from tests import smtp
from tests.smtp import Server

WHEN = datetime(2026, 11, 24, 12, tzinfo=UTC)
LETTER = Mail("7.abc@act.example", "ana.reyes@example.org", "Your page", "Here it is:\n\nhttps://act.example/x\n", WHEN)


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp.serve() as stand_in:
        yield stand_in


@pytest.fixture
def settings(server: Server, tmp_path: Path) -> Settings:
    return Settings(public_url="https://act.example", data_dir=tmp_path, mail_url=server.url)


def read(raw: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(raw, policy=default)  # type: ignore[return-value]


def text_of(raw: bytes) -> str:
    return str(read(raw).get_content()).replace("\r\n", "\n")


def test_a_mail_arrives_as_it_was_written(server: Server, settings: Settings) -> None:
    send(settings, LETTER)
    (raw,) = server.mails
    message = read(raw)
    assert message["From"] == "campaign@act.example"
    assert message["To"] == LETTER.to
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == "<7.abc@act.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Tue, 24 Nov 2026 12:00:00 +0000"
    assert text_of(raw) == LETTER.text
    assert server.to == ["rcpt TO:<ana.reyes@example.org>"]


def test_the_sender_can_be_set(server: Server, settings: Settings) -> None:
    changed = Settings(data_dir=settings.data_dir, mail_url=f"{server.url}?from=us@harbor.example")
    send(changed, LETTER)
    assert read(server.mails[0])["From"] == "us@harbor.example"


def test_without_a_server_mail_becomes_a_file_that_only_its_owner_reads(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(2):  # a repeat overwrites
        send(Settings(data_dir=tmp_path), LETTER)
    (file,) = (tmp_path / "mail").iterdir()
    assert (file.name, oct(file.stat().st_mode & 0o777)) == ("7.abc@act.example.eml", "0o600")
    assert oct(file.parent.stat().st_mode & 0o777) == "0o700"
    assert text_of(file.read_bytes()) == LETTER.text
    assert caplog.records[0].__dict__["file"] == str(file)
    assert "ana.reyes" not in caplog.text


@pytest.mark.parametrize(
    ("answers", "permanent"),
    [
        ({"RCPT": "550 no such user"}, True),
        ({"RCPT": "450 try later"}, False),
        ({".": "554 spam"}, True),
        ({".": "451 try later"}, False),
        ({"DATA": "503 no"}, True),
        ({"MAIL": "452 full"}, False),
        ({"": "554 not you"}, False),
        ({"EHLO": "drop"}, False),
        ({"RCPT": "drop"}, False),
        ({".": "drop"}, False),
        ({"": "drop"}, False),
        ({"RCPT": "nonsense"}, False),
    ],
    ids=str,
)
def test_a_refusal_says_whether_to_try_again_and_nothing_about_the_person(
    server: Server, settings: Settings, answers: dict[str, str], permanent: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers = answers
    with pytest.raises(Refused) as caught:
        send(settings, LETTER)
    assert caught.value.permanent is permanent
    assert_silent(caught.value)
    assert "ana.reyes" not in caplog.text
    server.answers = {}
    send(settings, LETTER)
    assert len(server.mails) == 1


def assert_silent(error: Refused) -> None:
    assert error.__cause__ is None
    assert error.__context__ is None
    told = f"{error} {error!r} {error.args} {error.reason} {error.values}"
    for secret in ("ana", "example.org", "Your page", "secret"):
        assert secret not in told


def test_a_server_that_hangs_is_left(server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.2)
    server.answers = {"RCPT": "hang"}
    with pytest.raises(Refused, match="in time"):
        send(settings, LETTER)


def test_a_server_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        send(Settings(data_dir=tmp_path, mail_url="smtp://127.0.0.1:9"), LETTER)
    assert not caught.value.permanent


def test_a_password_goes_over_no_open_line(server: Server, settings: Settings) -> None:
    server.extensions.append("AUTH PLAIN")
    url = server.url.replace("smtp://", "smtp://ana:secret@")
    with pytest.raises(Refused) as caught:
        send(Settings(data_dir=settings.data_dir, mail_url=url), LETTER)
    assert not caught.value.permanent
    assert_silent(caught.value)
    assert server.mails == []


def test_an_address_in_another_script_needs_a_server_that_takes_it(server: Server, settings: Settings) -> None:
    letter = Mail("8@x", "олена@приклад.укр", "Ваша сторінка", "Ось вона.\n", WHEN)
    send(settings, letter)
    assert read(server.mails[0])["To"] == letter.to
    server.extensions.remove("SMTPUTF8")
    with pytest.raises(Refused) as caught:
        send(settings, letter)
    assert caught.value.permanent


@pytest.mark.parametrize("field", ["to", "subject", "id"])
@pytest.mark.parametrize("text", ["a@b.org\r\nBcc: c@d.org", "x\ny", "x\ry", "x\0y"])
def test_no_text_begins_another_header(server: Server, settings: Settings, field: str, text: str) -> None:
    values = {"id": "7@x", "to": "a@b.org", "subject": "S", "text": "T", "date": WHEN, field: text}
    letter = Mail(**values)  # type: ignore[arg-type]
    with pytest.raises(Malformed):
        compose(letter, "us@act.example")
    with pytest.raises(Refused) as caught:
        send(settings, letter)
    assert caught.value.permanent
    assert server.mails == []


lines = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)


@given(subject=lines, text=st.lists(lines).map("\n".join))
def test_any_subject_and_text_come_back_as_they_were(subject: str, text: str) -> None:
    letter = Mail("7@x", "ana@example.org", subject, text, WHEN)
    raw = compose(letter, "us@act.example").as_bytes()
    back = read(raw)
    assert " ".join(str(back["Subject"]).split()) == " ".join(subject.split())
    assert text_of(raw).rstrip("\n") == text.rstrip("\n")


def test_a_mail_shows_nothing_in_debug_output() -> None:
    assert "ana" not in repr(LETTER)
