"""A backup: the whole SQLite database in one file, with a note of what it is.

It is made by VACUUM INTO: one consistent view, beside which others read and write. (The backup interface in steps
begins anew whenever another process writes: beside a busy writer it did not end. In one step it takes about as long,
and takes the free pages along.) No key is in it, only marks by which the right ones are known again.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from campaign import keys as campaign_keys
from campaign import occupancy
from campaign.config import Settings
from campaign.database import BUSY_SECONDS, Database
from campaign.errors import Conflict, Misconfigured
from campaign.keys import Keys, settle

COUNTED = ("messages", "pledges", "supporters")
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite may keep next to a database's file."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a backup says of itself: the one row of its table `backup`."""

    made_at: str
    program: str
    revision: str
    hash_mark: str
    email_marks: str
    """Marks of all keys that were at hand, newest first, with spaces between."""


NOTED = tuple(field.name for field in fields(Note))


def make(settings: Settings, file: Path, now: datetime, *, force: bool = False) -> dict[str, int]:
    """Write a backup, while others may be at work. Returns how many rows of what is COUNTED it holds.

    Args:
        file: where it goes; it is there whole, or not at all.
        force: whether it may take the place of a file that is there.

    Raises:
        Conflict: the file is there already, or is being written.
        Misconfigured: the database is not SQLite, is not there or is damaged, or the disk is full.
    """
    source = database_file(settings, "pg_dump")
    if not source.exists():
        raise Misconfigured(f"There is no database in {source}.")
    if file.exists() and (not force or not file.is_file() or file.samefile(source)):
        raise Conflict(f"{file} is there already.")
    keys = keys_at_hand(settings)
    with occupancy.share(settings.data_dir), _unfinished(file) as unfinished:
        try:
            with closing(connect(source)) as connection:
                connection.execute("VACUUM INTO ?", [str(unfinished)])
            with closing(connect(unfinished)) as copy:
                revision = str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
                hash_mark, email_marks = marks(keys)
                note = Note(now.isoformat(), version("lifeline"), revision, hash_mark, email_marks)
                copy.execute("PRAGMA journal_mode = OFF")  # should this fail, the whole file goes
                copy.execute(f"CREATE TABLE backup ({', '.join(NOTED)})")
                copy.execute("INSERT INTO backup VALUES (?, ?, ?, ?, ?)", astuple(note))
                check(copy)
                counts = count(copy)
        except sqlite3.Error as error:
            raise Misconfigured(f"The backup cannot be made, and there is none: {error}.") from None
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
        settle(file.parent)
    return counts


def keys_at_hand(settings: Settings) -> Keys:
    """The keys, none of them made anew: a new one would open nothing.

    Raises:
        Misconfigured: one is missing.
    """
    if not campaign_keys.are_there(settings):
        raise Misconfigured(f"There are no keys in {settings.data_dir / 'keys'}. Put them back first.")
    return campaign_keys.load(settings)


def marks(keys: Keys) -> tuple[str, str]:
    """By which the right keys are known again: the one that hashes, and with spaces between those that encrypt."""
    return keys.fingerprint("backup", "hash key"), " ".join(keys.ring.reread().marks)


def database_file(settings: Settings, instead: str) -> Path:
    """Where the SQLite database is.

    Raises:
        Misconfigured: it is none; the sentence names what serves `instead`.
    """
    # Asked before `Database` is: that one refuses a PostgreSQL whose driver is not installed here.
    if settings.database_url.startswith("postgres"):
        raise Misconfigured(f"This database is PostgreSQL: use {instead}, see “Backups” in the README.")
    return Path(str(Database(settings.database_url).url.database)).resolve()


def connect(path: Path) -> sqlite3.Connection:
    """A connection without transactions that nobody has begun, to a file that is there."""
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_SECONDS)


def check(connection: sqlite3.Connection) -> None:
    """Read the whole database.

    Raises:
        sqlite3.DatabaseError: it is damaged.
    """
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
        raise sqlite3.DatabaseError("it does not hold together")


def count(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows there are of what is COUNTED."""
    return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in COUNTED}  # noqa: S608


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """An empty file beside the one that is to be, 0600; taken over from a run that was killed, refused to a second."""
    path = (file.parent / f".{file.name}.unfinished").resolve()
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"{file} is being written already.") from None
        os.ftruncate(handle, 0)
        os.fchmod(handle, 0o600)
        try:
            yield path
        finally:
            remove(path)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a database's file, and what SQLite keeps beside it."""
    for end in ("", *BESIDE):
        Path(f"{path}{end}").unlink(missing_ok=True)
