"""What needs doing is found where it really is so, and nowhere else."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from campaign import beats, clock, demonstration, factors, organizers, tasks, upkeep
from campaign.cli import cli
from campaign.config import ROOT, Settings
from campaign.congress import Roster
from campaign.congress.tables import TABLES
from campaign.database import Database
from campaign.delivery import outbox
from campaign.keys import Keys
from campaign.letters import Bank, loading
from campaign.models import Batch, Mail
from campaign.upkeep import Situation

Look = Callable[..., list[tuple[str, str]]]


@pytest.fixture(scope="module")
def roster() -> Roster:
    return Roster.load(TABLES)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return loading.load(ROOT / "letters")


@pytest.fixture
def look(settings: Settings, database: Database, roster: Roster, bank: Bank, now: datetime) -> Look:
    """What is found of a subject, with its urgency and the beginning of its sentence."""

    def look(about: str, *, after: timedelta = timedelta(), today: date | None = None, **more: Any) -> Any:
        own = dataclasses.replace(settings, **{"mail_url": "smtp://mail.example.org", "today": None, **more})
        of = Situation(own, bank, roster, now + after, today or roster.as_of)
        with database.read() as session:
            found = upkeep.findings(session, of)
        urgencies = [upkeep.URGENCIES.index(finding.urgency) for finding in found]
        assert urgencies == sorted(urgencies)
        assert all(finding.sentence % finding.values for finding in found)
        return [(finding.urgency, finding.sentence[:24]) for finding in found if finding.about == about]

    return look


def test_a_worker_is_seen_while_it_is_there(database: Database, look: Look, now: datetime) -> None:
    assert look("worker") == [("now", "The worker has never bee")]
    database.write(lambda session: beats.note(session, beats.WORKER, now))
    assert look("worker") == [("fine", "The worker is at work.")]
    assert look("worker", after=upkeep.WORKER_GONE + timedelta(seconds=1)) == [("now", "The worker was last seen")]
    tasks.beat(database)
    with database.read() as session:
        seen = beats.last(session, beats.WORKER)
    assert seen is not None
    assert clock.wall() - seen < timedelta(minutes=1)


def test_a_batch_that_does_not_end_is_told(database: Database, look: Look, now: datetime) -> None:
    batch = Batch(action="invalidate", filter={}, reason="r", organizer="o", created_at=now)
    database.write(lambda session: session.add(batch))
    assert not [one for one in look("worker") if one[1].startswith("A batch")]
    assert ("soon", "A batch for the quaranti") in look("worker", after=upkeep.BATCH_LATE)


def test_mail_that_waits_or_was_given_up_is_told(database: Database, keys: Keys, look: Look, now: datetime) -> None:
    assert look("mail") == [("fine", "Mail leaves, and none wa")]
    assert look("mail", mail_url=None) == [("soon", "Mail is not set up: it i")]
    database.write(lambda s: outbox.enqueue(s, keys, "confirm", "ana@example.org", "s", "t", now=now))
    assert look("mail", after=upkeep.MAIL_LATE - timedelta(seconds=1)) == [("fine", "Mail leaves, and none wa")]
    assert look("mail", after=upkeep.MAIL_LATE) == [("now", "A mail has waited to be ")]
    database.write(lambda session: outbox.refused(session, 1, "unknown", permanent=True, now=now))
    assert look("mail", after=timedelta(days=1)) == [("soon", "%(n)s mails were given u")]
    assert look("mail", after=upkeep.MAILS_OF) == [("fine", "Mail leaves, and none wa")]
    with database.read() as session:
        assert session.get_one(Mail, 1).failed_at is not None


@pytest.mark.sqlite
def test_a_backup_grows_old(database: Database, settings: Settings, keys: Keys, look: Look, now: datetime) -> None:
    assert look("backup", after=timedelta(days=99)) == [], "there is nothing to lose yet"
    assert look("backup", database_url="postgresql://x/y") == []
    database.write(lambda session: beats.note(session, beats.BACKUP, now))
    ages = [(upkeep.BACKUP_SOON, "fine"), (upkeep.BACKUP_SOON * 2, "soon"), (upkeep.BACKUP_NOW * 2, "now")]
    assert [look("backup", after=age)[0][0] for age, _ in ages] == [urgency for _, urgency in ages]
    environ = {"CAMPAIGN_DATA_DIR": str(settings.data_dir)}
    database.write(lambda session: beats.note(session, beats.BACKUP, now - timedelta(days=9)))
    done = CliRunner().invoke(cli, ["backup", str(settings.data_dir / "copy.db")], env=environ)
    assert done.exit_code == 0, done.output
    with database.read() as session:
        last = beats.last(session, beats.BACKUP)
    assert last is not None
    assert clock.wall() - last < timedelta(minutes=1)


@pytest.mark.parametrize(("free", "urgency"), [(10**12, None), (10**9, "soon"), (10**6, "now")])
def test_a_full_disk_is_told(look: Look, monkeypatch: pytest.MonkeyPatch, free: int, urgency: str | None) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: type("Usage", (), {"free": free}))
    assert [one[0] for one in look("disk")] == ([urgency] if urgency else [])


def test_what_the_site_is_told(database: Database, look: Look, now: datetime, bank: Bank) -> None:
    assert look("site") == []
    assert look("site", public_url="http://localhost:8000") == []
    assert look("site", public_url="https://act.example") == []
    assert look("site", public_url="http://act.example") == [("now", "The site is reached with")]
    assert look("site", today=None) == []
    database.write(lambda session: demonstration.begin(session, 1, 1, now))
    assert look("site") == [("soon", "This is a demonstration.")]


ENDS = [(15, []), (14, ["The campaign’s last day i"]), (-1, ["The campaign’s last day w"])]


@pytest.mark.parametrize(("left", "said"), ENDS)
def test_the_campaigns_end_comes_near(
    settings: Settings, database: Database, roster: Roster, bank: Bank, now: datetime, left: int, said: list[str]
) -> None:
    campaign = msgspec.structs.replace(bank.campaign, ends=roster.as_of + timedelta(days=left))
    near = msgspec.structs.replace(bank, campaign=campaign)
    of = Situation(dataclasses.replace(settings, today=None), near, roster, now, roster.as_of)
    with database.read() as session:
        found = [one.sentence[:25] for one in upkeep.findings(session, of) if one.about == "site"]
    assert found == said


def test_admins_without_a_second_factor_are_told_on_the_network_alone(
    database: Database, keys: Keys, look: Look, now: datetime
) -> None:
    for name in ("ana", "ben"):
        database.write(lambda s, name=name: organizers.add(s, keys, f"{name}@example.org", role="admin", now=now))
    assert look("accounts") == []
    assert look("accounts", public_url="https://act.example") == [("soon", "%(n)s admins have no sec")]

    def set_up(session: Session) -> None:
        for number in (1, 2):
            secret = factors.new_secret()
            code = pyotp.TOTP(secret).at(now)
            factors.set_up(session, keys, number, secret, code, now=now)

    database.write(set_up)
    assert look("accounts", public_url="https://act.example") == []


def test_an_old_roster_is_told(look: Look, roster: Roster) -> None:
    assert look("congress") == [("fine", "The list of members of C")]
    assert look("congress", today=roster.as_of + timedelta(days=61))[0][0] == "soon"


def test_what_is_wrong_with_the_letters_is_told_with_file_and_line(
    settings: Settings, database: Database, look: Look, tmp_path: Path
) -> None:
    assert all(urgency == "soon" for urgency, _ in look("letters")), "nobody’s own settings stand there"
    folder = shutil.copytree(ROOT / "letters", tmp_path / "letters")
    letter = folder / "protect-parole" / "letter.toml"
    letter.write_text(letter.read_text() + "\nnonsense = 1\n")
    assert look("letters", letters_dir=folder)[0][0] == "now"


@pytest.mark.sqlite
def test_the_command_says_it_and_ends_with_1_where_it_is_urgent(settings: Settings, database: Database) -> None:
    environ = {"CAMPAIGN_DATA_DIR": str(settings.data_dir), "CAMPAIGN_MAIL_URL": "smtp://mail.example.org"}
    result = CliRunner().invoke(cli, ["check"], env=environ)
    assert result.exit_code == 1
    assert result.output.startswith("now   The worker has never been seen")
    assert "The figures hold everything" not in result.output
    tasks.beat(database)
    result = CliRunner().invoke(cli, ["check", "--all"], env=environ)
    assert result.exit_code == 0
    assert "fine  The worker is at work." in result.output
