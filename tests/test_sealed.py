"""A new key takes over all that is stored, beside readers and writers; an old one goes only when nothing needs it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session

from campaign import confirming, factors, organizers, sealed
from campaign import keys as campaign_keys
from campaign.config import ROOT, Settings
from campaign.database import Database
from campaign.errors import Misconfigured
from campaign.keys import Keys
from campaign.models import Base, Mail, Message, Supporter
from tests.conftest import NOON
from tests.keeping import fill
from tests.serving import COMMAND, campaign, environment, serving, wait_until

pytestmark = pytest.mark.sqlite

SEALED = {f"{column.class_.__tablename__}.{column.key}" for column in sealed.COLUMNS}

FERNET = "gAAAAA"
"""So every sealed text begins: a version, and a time before the year 2106."""

WRITES_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from campaign import keys
from campaign.config import Settings
from campaign.database import Database
from tests.keeping import fill

settings = Settings(data_dir=Path(sys.argv[1]))
database, secrets = Database(f"sqlite:///{sys.argv[1]}/lifeline.db", settings.data_dir), keys.load(settings)
for number in range(1000, 100_000):
    fill(database, secrets, first=number, count=1)
    print(number, flush=True)
    time.sleep(0.01)
"""


def texts(database: Database, keys: Keys) -> list[str]:
    """Every text that is stored, opened."""
    found = []
    with database.read() as session:
        for column in sealed.COLUMNS:
            found += [keys.unseal(text) for text in session.scalars(select(column).where(column.is_not(None)))]
    return sorted(found)


def held(settings: Settings) -> list[str]:
    return campaign_keys.email_file(settings).read_text().split()


def test_no_column_of_sealed_texts_is_forgotten() -> None:
    binary = {str(column) for table in Base.metadata.tables.values() for column in table.columns
              if isinstance(column.type, LargeBinary)}  # fmt: skip
    assert binary == SEALED


def test_nothing_that_the_program_seals_is_stored_anywhere_else(database: Database, keys: Keys) -> None:
    fill(database, keys)
    database.write(lambda session: confirming.ask(session, keys, "writer0@example.org", confirm_mail, now=NOON))

    def set_up(session: Session) -> None:
        organizers.add(session, keys, "ora@example.org", role="admin", now=NOON)
        secret = factors.new_secret()
        factors.set_up(session, keys, 1, secret, pyotp.TOTP(secret).at(NOON), now=NOON)

    database.write(set_up)
    found = set()
    with database.read() as session:
        for table in Base.metadata.tables.values():
            for column in table.columns:
                stored = session.scalars(select(column).where(column.is_not(None)))
                if any(FERNET in str(value) for value in stored):
                    found.add(str(column))
    assert found == SEALED


def confirm_mail(token: str, kinds: Sequence[str], reminder: bool) -> tuple[str, str]:
    return "Confirm", f"{token} {kinds} {reminder}"


def test_all_is_sealed_with_the_new_key_and_reads_the_same(
    settings: Settings, any_database: Database, keys: Keys
) -> None:
    fill(any_database, keys, count=250)
    before = texts(any_database, keys)
    campaign_keys.add_email_key(settings)
    assert sealed.look(any_database, campaign_keys.load(settings)) == sealed.Found(older=1000)
    assert sealed.renew(any_database, campaign_keys.load(settings)) == sealed.Found(older=1000)
    newest = campaign_keys.load(replace(settings, email_keys=held(settings)[0]))
    assert texts(any_database, newest) == before
    assert sealed.renew(any_database, newest) == sealed.Found(newest=1000)


def test_what_is_erased_between_reading_and_storing_does_not_come_back(
    settings: Settings, database: Database, keys: Keys
) -> None:
    fill(database, keys)
    with database.read() as session:
        old = {row.id: row.sealed for row in session.scalars(select(Message))}
    fresh = [(number, text, keys.seal("anew")) for number, text in old.items() if text]

    def erase(session: object) -> None:
        session.get_one(Message, 2).sealed = None  # type: ignore[attr-defined]

    database.write(erase)
    assert database.write(lambda session: sealed._store(session, Message.sealed, fresh)) == 2
    with database.read() as session:
        assert session.get_one(Message, 2).sealed is None


def test_a_text_that_no_key_opens_stays_and_is_counted(database: Database, keys: Keys) -> None:
    fill(database, keys)
    foreign = Fernet(Fernet.generate_key()).encrypt(b"theirs")

    def spoil(session: object) -> None:
        session.get_one(Mail, 1).sealed = foreign  # type: ignore[attr-defined]

    database.write(spoil)
    assert sealed.renew(database, keys) == sealed.Found(newest=11, closed=1)
    with database.read() as session:
        assert session.get_one(Mail, 1).sealed == foreign


def test_a_process_opens_at_once_what_a_newer_key_has_sealed_and_seals_with_it_a_second_later(
    settings: Settings, keys: Keys
) -> None:
    keys.ring.current()
    campaign_keys.add_email_key(settings)
    assert keys.unseal(campaign_keys.load(settings).seal("Portland")) == "Portland"
    newest = campaign_keys.load(replace(settings, email_keys=held(settings)[0]))
    assert newest.unseal(keys.seal("Bangor")) == "Bangor"


@pytest.mark.parametrize("content", [None, "", "no key"])
def test_a_key_file_that_is_spoilt_while_serving_changes_nothing(
    settings: Settings, keys: Keys, content: str | None
) -> None:
    sealed_text = keys.seal("Portland")
    path = campaign_keys.email_file(settings)
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    keys.ring.reread()
    assert keys.unseal(sealed_text) == "Portland"
    assert keys.unseal(keys.seal("Bangor")) == "Bangor"
    with pytest.raises(Misconfigured):
        keys.unseal(b"theirs")


def test_keys_are_rotated_while_another_process_writes_and_the_old_one_is_dropped_when_it_has_ended(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    fill(database, keys, count=100)
    env = environment(tmp_path)
    (old,) = held(settings)
    command = [sys.executable, "-c", WRITES_UNTIL_KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        ended = campaign("keys", "rotate", env=env)
        assert (ended.returncode, ended.stderr) == (0, "")
        refused = campaign("keys", "rotate", "--drop-old", env=env)
        assert refused.returncode == 1
        assert "Stop it first" in refused.stderr
        writer.kill()
    assert held(settings)[1:] == [old]
    assert stat.S_IMODE(campaign_keys.email_file(settings).stat().st_mode) == 0o600
    dropped = campaign("keys", "rotate", "--drop-old", env=env)
    assert (dropped.returncode, dropped.stderr) == (0, "")
    assert dropped.stdout.startswith("Older keys dropped: 1.")
    assert old not in held(settings)
    written = texts(database, campaign_keys.load(settings))
    assert len(written) >= 404
    assert len(written) % 4 == 0


def test_an_old_key_that_still_seals_something_is_not_dropped(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    fill(database, keys)
    campaign_keys.add_email_key(settings)
    refused = campaign("keys", "rotate", "--drop-old", env=environment(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr.startswith("campaign: Older keys seal 12 texts.")
    assert len(held(settings)) == 2


def test_a_site_goes_on_through_a_rotation(settings: Settings, database: Database, keys: Keys, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        fill(database, keys, count=1)  # its mail is sent by the worker, which started with the old key
        assert campaign("keys", "rotate", env=server.env).returncode == 0
        assert server.status("/") == 200
        fill(database, campaign_keys.load(settings), first=1, count=1)

        def sent() -> int:
            with database.read() as session:
                return len(session.scalars(select(Mail.id).where(Mail.sent_at.is_not(None))).all())

        wait_until(lambda: sent() == 2, "both mails")
    newest = campaign_keys.load(replace(settings, email_keys=held(settings)[0]))
    with database.read() as session:
        addresses = [newest.unseal(row) for row in session.scalars(select(Supporter.sealed_email))]
    assert sorted(addresses) == ["writer0@example.org", "writer1@example.org"]


def test_keys_of_the_environment_are_not_changed(settings: Settings, database: Database, tmp_path: Path) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    env = environment(tmp_path, email_keys=f"{new},{old}")
    fill(database, campaign_keys.load(replace(settings, email_keys=old)))
    refused = campaign("keys", "rotate", "--drop-old", env=env)
    assert "Older keys seal 12 texts" in refused.stderr
    ended = campaign("keys", "rotate", env=env)
    assert ended.stderr.startswith("The keys come from CAMPAIGN_EMAIL_KEYS")
    assert ended.stdout.startswith("12 texts are sealed anew. The newest key seals 12 of 12.")
    assert not campaign_keys.email_file(settings).exists()
    assert "take them out of CAMPAIGN_EMAIL_KEYS" in campaign("keys", "rotate", "--drop-old", env=env).stderr
    assert len(texts(database, campaign_keys.load(replace(settings, email_keys=new)))) == 12


@pytest.mark.soak
def test_a_rotation_that_is_killed_leaves_everything_readable(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    fill(database, keys, count=500)
    before = texts(database, keys)
    with subprocess.Popen(
        [*COMMAND, "keys", "rotate"], cwd=ROOT, env=environment(tmp_path), stdout=subprocess.DEVNULL
    ) as process:
        wait_until(lambda: 0 < sealed.look(database, campaign_keys.load(settings)).newest < 2000, "it to be on its way")
        os.kill(process.pid, signal.SIGKILL)
    assert texts(database, campaign_keys.load(settings)) == before
    assert campaign("keys", "rotate", env=environment(tmp_path)).returncode == 0
    assert campaign("keys", "rotate", "--drop-old", env=environment(tmp_path)).returncode == 0
    assert texts(database, campaign_keys.load(settings)) == before
