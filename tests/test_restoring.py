"""A backup comes back as it was made; whatever is not right is refused, and then nothing has changed."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from cryptography.fernet import Fernet

from campaign import keys as campaign_keys
from campaign.backup import make
from campaign.config import ROOT, Settings
from campaign.database import Database
from campaign.errors import Conflict, Misconfigured, Problem
from campaign.keys import Keys
from campaign.migrations import configuration
from campaign.restoring import restore
from tests.conftest import NOON
from tests.keeping import change, fill, rows
from tests.serving import COMMAND, campaign, descendants, environment, runs, serving, wait_until

pytestmark = pytest.mark.sqlite


@pytest.fixture
def saved(settings: Settings, database: Database, keys: Keys, tmp_path: Path) -> Path:
    """A backup of three messages; the database has gone on since."""
    fill(database, keys)
    make(settings, tmp_path / "saved.db", NOON)
    fill(database, keys, first=3)
    database.close()
    return tmp_path / "saved.db"


def kept(folder: Path) -> dict[str, bytes]:
    """Every file of the data directory that matters."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "lock"}


def test_it_comes_back_byte_for_byte_and_the_old_one_is_kept(settings: Settings, saved: Path, tmp_path: Path) -> None:
    old = rows(tmp_path / "lifeline.db")
    counts, aside = restore(settings, saved, NOON, force=True)
    assert counts == {"messages": 3, "pledges": 3, "supporters": 3}
    assert rows(tmp_path / "lifeline.db") == rows(saved)
    assert aside == tmp_path / "lifeline-20261124T170000Z.db"
    assert rows(aside) == old
    assert sorted(kept(tmp_path)) == ["lifeline-20261124T170000Z.db", "lifeline.db", "saved.db"]
    with closing(sqlite3.connect(tmp_path / "lifeline.db")) as connection:
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup'").fetchall()


def test_a_new_machine_with_the_keys_has_it_all_and_serves(settings: Settings, saved: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    shutil.copytree(tmp_path / "keys", there / "keys")
    ended = campaign("restore", str(saved), env=environment(there))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "The database holds 3 messages, 3 pledges and 3 supporters.\n"
    with serving(there) as server:
        assert server.status("/") == 200
    assert rows(there / "lifeline.db")["supporters"] == rows(saved)["supporters"]


def test_a_log_that_was_not_folded_in_stays_with_the_old_one(settings: Settings, saved: Path, tmp_path: Path) -> None:
    database = Database(settings.database_url)
    fill(database, campaign_keys.load(settings), first=6)
    left = {end: (tmp_path / f"lifeline.db{end}").read_bytes() for end in ("", "-wal", "-shm")}
    database.close()
    for end, content in left.items():  # as a machine that lost its power leaves them
        (tmp_path / f"lifeline.db{end}").write_bytes(content)
    _, aside = restore(settings, saved, NOON, force=True)
    assert aside
    assert len(rows(aside)["messages"]) == 9
    assert len(rows(tmp_path / "lifeline.db")["messages"]) == 3


def _other_email_key(settings: Settings, saved: Path) -> Settings:
    return replace(settings, email_keys=Fernet.generate_key().decode())


def _other_hash_key(settings: Settings, saved: Path) -> Settings:
    return replace(settings, hash_key="k" * 32)


def _no_keys(settings: Settings, saved: Path) -> Settings:
    (settings.data_dir / "keys" / "email_keys").unlink()
    return settings


def _cut(settings: Settings, saved: Path) -> Settings:
    saved.write_bytes(saved.read_bytes()[:-5000])
    return settings


def _overwritten(settings: Settings, saved: Path) -> Settings:
    content = bytearray(saved.read_bytes())
    content[4096 * 2 : 4096 * 9] = b"\xa5" * 4096 * 7
    saved.write_bytes(content)
    return settings


def _empty(settings: Settings, saved: Path) -> Settings:
    saved.write_bytes(b"")
    return settings


def _text(settings: Settings, saved: Path) -> Settings:
    saved.write_text("This is not a database. " * 500)
    return settings


def _no_backup(settings: Settings, saved: Path) -> Settings:
    change(saved, "DROP TABLE backup")
    return settings


def _newer(settings: Settings, saved: Path) -> Settings:
    change(saved, "UPDATE alembic_version SET version_num = '9999'")
    change(saved, "UPDATE backup SET revision = '9999'")
    return settings


def _one_text_of_another_key(settings: Settings, saved: Path) -> Settings:
    foreign = Fernet(Fernet.generate_key()).encrypt(b"theirs").decode()
    change(saved, f"UPDATE messages SET sealed = CAST('{foreign}' AS BLOB) WHERE id = 2")  # noqa: S608
    return settings


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_other_email_key, "None of CAMPAIGN_EMAIL_KEYS is one"),
        (_other_hash_key, "CAMPAIGN_HASH_KEY is not the one"),
        (_no_keys, "There are no keys in .* Put them back first"),
        (_cut, "cannot be restored"),
        (_overwritten, "cannot be restored"),
        (_empty, "no backup that `campaign backup` has made"),
        (_text, "cannot be restored: file is not a database"),
        (_no_backup, "no backup that `campaign backup` has made"),
        (_newer, "made by a newer release, .* with tables 9999"),
        (_one_text_of_another_key, "1 texts in this backup are opened by none"),
    ],
)
def test_what_is_not_right_is_refused_and_nothing_has_changed(
    settings: Settings, saved: Path, tmp_path: Path, spoil: Callable[[Settings, Path], Settings], sentence: str
) -> None:
    settings = spoil(settings, saved)
    before = kept(tmp_path), kept(tmp_path / "keys")
    with pytest.raises(Problem, match=sentence):
        restore(settings, saved, NOON, force=True)
    assert (kept(tmp_path), kept(tmp_path / "keys")) == before


def test_a_database_that_holds_anything_is_not_replaced_unasked(
    settings: Settings, saved: Path, tmp_path: Path
) -> None:
    before = rows(tmp_path / "lifeline.db")
    with pytest.raises(Conflict, match="--force"):
        restore(settings, saved, NOON)
    assert rows(tmp_path / "lifeline.db") == before


def test_one_that_is_empty_gives_way(settings: Settings, saved: Path, migrated: Path, tmp_path: Path) -> None:
    shutil.copy(migrated, tmp_path / "lifeline.db")
    restore(settings, saved, NOON)
    assert rows(tmp_path / "lifeline.db") == rows(saved)


def test_one_that_is_damaged_is_set_aside_with_its_log(settings: Settings, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "lifeline.db").write_text("Damaged. " * 1000)
    (tmp_path / "lifeline.db-wal").write_text("A log.")
    with pytest.raises(Conflict, match="--force"):
        restore(settings, saved, NOON)
    _, aside = restore(settings, saved, NOON, force=True)
    assert aside
    assert aside.read_text().startswith("Damaged.")
    assert Path(f"{aside}-wal").read_text() == "A log."
    assert rows(tmp_path / "lifeline.db") == rows(saved)


def test_an_older_backup_is_migrated(settings: Settings, keys: Keys, tmp_path: Path) -> None:
    database = Database(settings.database_url)
    command.upgrade(configuration(database), "0003")
    database.close()
    make(settings, tmp_path / "saved.db", NOON)
    restore(settings, tmp_path / "saved.db", NOON)
    assert "mails" in rows(tmp_path / "lifeline.db")
    assert "mails" not in rows(tmp_path / "saved.db")


def test_a_running_site_is_not_touched_and_a_killed_one_is_not_in_the_way(saved: Path, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        refused = campaign("restore", "--force", str(saved), env=server.env)
        assert refused.returncode == 1
        assert refused.stderr.startswith("campaign: The site, its worker or another command is running")
        assert len(rows(tmp_path / "lifeline.db")["messages"]) == 6
        family = [server.process.pid, *descendants(server.process.pid)]
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        server.process.wait()
        wait_until(lambda: not any(runs(pid) for pid in family), "all of it to be gone")
        done = campaign("restore", "--force", str(saved), env=server.env)
        assert (done.returncode, done.stderr) == (0, "")
    assert len(rows(tmp_path / "lifeline.db")["messages"]) == 3


def test_a_worker_alone_is_in_the_way_too(saved: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "worker"], cwd=ROOT, env=environment(tmp_path), stderr=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stderr is not None
        assert "worker started" in worker.stderr.readline()
        assert "Stop it first" in campaign("restore", "--force", str(saved), env=environment(tmp_path)).stderr
        worker.kill()


@pytest.mark.parametrize(
    "delay", [0.2, 0.6, *(pytest.param(delay, marks=pytest.mark.soak) for delay in (0.0, 0.1, 0.4, 1.0))]
)
def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new_one(
    settings: Settings, saved: Path, tmp_path: Path, delay: float
) -> None:
    old, new = rows(tmp_path / "lifeline.db"), rows(saved)
    copy = tmp_path / "lifeline.db.restoring"
    with subprocess.Popen([*COMMAND, "restore", "--force", str(saved)], cwd=ROOT, env=environment(tmp_path)) as process:
        wait_until(lambda: process.poll() is not None or copy.exists(), "the restore to begin")
        time.sleep(delay)
        process.kill()
    assert rows(tmp_path / "lifeline.db") in ((old, new) if process.returncode else (new,))
    restore(settings, saved, NOON, force=True)
    assert rows(tmp_path / "lifeline.db") == new
    assert not list(tmp_path.glob("*restoring*"))


def test_a_full_disk_leaves_the_old_database(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    fill(database, keys, count=300)
    make(settings, tmp_path / "saved.db", NOON)
    database.close()
    before = kept(tmp_path)
    limited = ["bash", "-c", 'ulimit -f 200; exec "$@"', "bash", *COMMAND]
    ended = subprocess.run(
        [*limited, "restore", "--force", str(tmp_path / "saved.db")],
        cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith("campaign: ")
    assert ended.stderr.count("\n") == 1
    assert kept(tmp_path) == before


def test_keys_are_not_made_by_a_restore_that_misses_them(settings: Settings, saved: Path) -> None:
    shutil.rmtree(settings.data_dir / "keys")
    with pytest.raises(Misconfigured, match="Put them back first"):
        restore(settings, saved, NOON, force=True)
    assert not (settings.data_dir / "keys").exists()
