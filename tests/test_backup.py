"""A backup is whole and tells no key, whatever else goes on; where it cannot be made there is none."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from campaign.backup import make
from campaign.config import ROOT, Settings
from campaign.database import Database
from campaign.errors import Conflict, Misconfigured
from campaign.keys import Keys
from tests.conftest import NOON
from tests.keeping import change, fill, rows
from tests.serving import COMMAND, campaign, environment, wait_until

pytestmark = pytest.mark.sqlite

WRITES_UNTIL_KILLED = """
import sys
from campaign.database import Database
from tests.test_database import click

database = Database(sys.argv[1])
while True:
    print(database.write(click), flush=True)
"""


def test_it_holds_every_row_and_is_for_its_owner_alone(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    fill(database, keys)
    assert make(settings, tmp_path / "copy.db", NOON) == {"messages": 3, "pledges": 3, "supporters": 3}
    assert rows(tmp_path / "copy.db") == rows(tmp_path / "lifeline.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []


def test_no_key_is_in_it(settings: Settings, database: Database, keys: Keys, tmp_path: Path) -> None:
    fill(database, keys)
    make(settings, tmp_path / "copy.db", NOON)
    content = (tmp_path / "copy.db").read_bytes()
    for path in (tmp_path / "keys").iterdir():
        assert path.read_bytes().strip() not in content


def test_what_was_destroyed_is_not_in_it(settings: Settings, database: Database, keys: Keys, tmp_path: Path) -> None:
    fill(database, keys, count=200)
    change(tmp_path / "lifeline.db", "UPDATE messages SET sealed = NULL")
    make(settings, tmp_path / "copy.db", NOON)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)


def test_beside_a_busy_writer_it_has_all_that_was_acknowledged_before(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    fill(database, keys, count=300)
    command = [sys.executable, "-c", WRITES_UNTIL_KILLED, settings.database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        try:
            for number in range(3):
                before = [int(writer.stdout.readline()) for _ in range(100)][-1]
                ended = campaign("backup", str(tmp_path / f"{number}.db"), env=environment(tmp_path))
                assert ended.returncode == 0, ended.stderr
                after = int(writer.stdout.readline())
                with closing(sqlite3.connect(tmp_path / f"{number}.db")) as copy:
                    (found,) = zip(*copy.execute("SELECT id FROM clicks ORDER BY id").fetchall(), strict=True)
                    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert list(found) == list(range(1, len(found) + 1)), "a hole"
                assert len(found) >= before
                assert after > before
        finally:
            writer.kill()


def test_a_file_that_is_there_is_overwritten_only_when_asked(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    file = tmp_path / "copy.db"
    make(settings, file, NOON)
    fill(database, keys)
    with pytest.raises(Conflict, match="is there already"):
        make(settings, file, NOON)
    assert rows(file)["messages"] == []
    make(settings, file, NOON, force=True)
    assert len(rows(file)["messages"]) == 3


def test_it_never_takes_the_place_of_the_database_itself(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    (tmp_path / "link.db").symlink_to("lifeline.db")
    for name in ("lifeline.db", "link.db"):
        with pytest.raises(Conflict):
            make(settings, tmp_path / name, NOON, force=True)
    database.write(lambda session: None)


def test_a_damaged_database_makes_no_backup(settings: Settings, database: Database, keys: Keys, tmp_path: Path) -> None:
    fill(database, keys, count=200)
    database.close()
    with (tmp_path / "lifeline.db").open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xff" * 40 * 4096)
    with pytest.raises(Misconfigured, match="there is none"):
        make(settings, tmp_path / "copy.db", NOON)
    assert list(tmp_path.glob("*copy.db*")) == []


def test_without_a_database_or_its_keys_nothing_is_made(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="There is no database"):
        make(settings, tmp_path / "copy.db", NOON)
    (tmp_path / "lifeline.db").touch()
    with pytest.raises(Misconfigured, match="There are no keys"):
        make(settings, tmp_path / "copy.db", NOON)
    assert [path.name for path in tmp_path.iterdir()] == ["lifeline.db"]


def test_another_database_is_told_what_serves_it(tmp_path: Path) -> None:
    env = environment(tmp_path, database_url="postgresql://lifeline:pa55word@127.0.0.1:9/lifeline")
    for command, instead in (("backup", "pg_dump"), ("restore", "pg_restore")):
        ended = campaign(command, str(tmp_path / "copy.db"), env=env)
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"campaign: This database is PostgreSQL: use {instead}")
        assert "pa55word" not in ended.stderr


def test_a_full_disk_is_one_line_and_leaves_the_backup_before(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    make(settings, tmp_path / "copy.db", NOON)
    before = (tmp_path / "copy.db").read_bytes()
    fill(database, keys, count=300)
    command = [
        "bash",
        "-c",
        'ulimit -f 200; exec "$@"',
        "bash",
        *COMMAND,
        "backup",
        "--force",
        str(tmp_path / "copy.db"),
    ]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("campaign: The backup cannot be made")
    assert ended.stderr.count("\n") == 1
    assert (tmp_path / "copy.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []


@pytest.mark.parametrize("delay", [0.0, pytest.param(0.03, marks=pytest.mark.soak)])
def test_a_backup_that_is_killed_leaves_the_one_before_and_the_next_one_works(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path, delay: float
) -> None:
    make(settings, tmp_path / "copy.db", NOON)
    before = (tmp_path / "copy.db").read_bytes()
    fill(database, keys, count=20)
    change(tmp_path / "lifeline.db", "UPDATE messages SET sealed = zeroblob(4000000)")
    unfinished = tmp_path / ".copy.db.unfinished"
    command = [*COMMAND, "backup", "--force", str(tmp_path / "copy.db")]
    with subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: process.poll() is not None or unfinished.exists(), "the backup to begin")
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert unfinished.exists()
    assert (tmp_path / "copy.db").read_bytes() == before
    assert make(settings, tmp_path / "copy.db", NOON, force=True)["messages"] == 20
    assert not unfinished.exists()


def test_the_database_is_backed_up_as_it_is_and_not_migrated(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    change(tmp_path / "lifeline.db", "UPDATE alembic_version SET version_num = '0004'")
    make(settings, tmp_path / "copy.db", NOON)
    assert rows(tmp_path / "copy.db")["alembic_version"] == [("0004",)]
    assert rows(tmp_path / "lifeline.db")["alembic_version"] == [("0004",)]


def test_two_that_write_the_same_file_do_not_meet(
    settings: Settings, database: Database, keys: Keys, tmp_path: Path
) -> None:
    handle = os.open(tmp_path / ".copy.db.unfinished", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(Conflict, match="is being written already"):
        make(settings, tmp_path / "copy.db", NOON)
    os.close(handle)
    make(settings, tmp_path / "copy.db", NOON)
