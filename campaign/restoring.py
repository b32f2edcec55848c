"""A backup's way back into the database's place: looked at first, and then all of it or nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from campaign import migrations, occupancy, sealed
from campaign.backup import (
    BESIDE,
    NOTED,
    Note,
    check,
    connect,
    count,
    database_file,
    keys_at_hand,
    marks,
    remove,
)
from campaign.config import Settings
from campaign.database import Database
from campaign.errors import Conflict, Malformed, Misconfigured
from campaign.keys import Keys, settle

MAGIC = b"SQLite format 3\0"
"""With this begins every SQLite database that is not empty."""


def restore(
    settings: Settings, file: Path, now: datetime, *, force: bool = False
) -> tuple[dict[str, int], Path | None]:
    """Put a backup in the database's place. Returns how many rows of what is COUNTED it holds, and where the database
    that was there is kept now, if there was one.

    All of it is looked at first, in a copy beside the database; the copy then takes the place at once. Whatever ends
    this earlier leaves the database as it was.

    Args:
        force: whether it may take the place of a database that holds anything.

    Raises:
        Conflict: the site is running, the database holds something, or the backup is of a newer release.
        Malformed: the file is no backup, or a damaged one.
        Misconfigured: the database is not SQLite, the backup's keys are not there, or the disk is full.
    """
    target = database_file(settings, "pg_restore")
    with occupancy.alone(settings.data_dir):
        if not force and _holds_anything(target):
            raise Conflict("The database in use holds something. With --force it is set aside, and kept.")
        keys = keys_at_hand(settings)
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = target.with_name(f"{target.name}.restoring")
        remove(copy)  # of a run that was killed
        try:
            try:
                _copy(file, copy, target)
                counts = _examine(file, copy, keys)
            except sqlite3.Error as error:
                raise Malformed(f"{file} cannot be restored: {error}.") from None
            with copy.open("rb") as written:
                os.fsync(written.fileno())
            aside = _set_aside(target, now)
            copy.replace(target)
            settle(target.parent)
        finally:
            remove(copy)
    return counts, aside


def _examine(file: Path, copy: Path, keys: Keys) -> dict[str, int]:
    """Make sure that a copy is a whole backup whose keys are at hand, and bring its tables up to date."""
    with closing(connect(copy)) as connection:
        check(connection)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup'").fetchone():
            raise Malformed(f"{file} is a database, but no backup that `campaign backup` has made.")
        note = Note(*connection.execute(f"SELECT {', '.join(NOTED)} FROM backup").fetchone())  # noqa: S608
        hash_mark, email_marks = marks(keys)
        if note.hash_mark != hash_mark:
            raise Misconfigured("CAMPAIGN_HASH_KEY is not the one that this backup was made with.")
        if not set(note.email_marks.split()) & set(email_marks.split()):
            raise Misconfigured("None of CAMPAIGN_EMAIL_KEYS is one that this backup was made with.")
        connection.execute("DROP TABLE backup")
        counts = count(connection)
    database = Database(f"sqlite:///{copy}")
    try:
        if not migrations.is_known(database):
            raise Conflict(f"This backup was made by a newer release, {note.program} with tables {note.revision}.")
        migrations.upgrade(database)
        closed = sealed.look(database, keys).closed
        if closed:
            raise Misconfigured(f"{closed} texts in this backup are opened by none of CAMPAIGN_EMAIL_KEYS.")
    finally:
        database.close()
    with closing(connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # folds the write-ahead log into the file
        check(connection)
    return counts


def _set_aside(target: Path, now: datetime) -> Path | None:
    """Give the old database a second name, so that it never is without one until the new one has its place."""
    if not target.exists():
        remove(target)  # a log without its database would be taken for the new one's
        return None
    aside = target.with_name(f"{target.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{target.suffix}")
    try:
        _look_at(target)
        with closing(connect(target)) as connection:
            # Its log goes into it, or would be taken for the new one's.
            if connection.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",):
                raise Conflict("The database in use is open in another program.")
    except sqlite3.OperationalError as error:
        raise Conflict(f"The database in use cannot be set aside: {error}.") from None
    except sqlite3.DatabaseError:  # damaged: it and its log stay together, for whoever can mend them
        for end in BESIDE:
            if (beside := Path(f"{target}{end}")).exists():
                beside.replace(f"{aside}{end}")
    os.link(target, aside)
    settle(target.parent)
    return aside


def _copy(file: Path, copy: Path, target: Path) -> None:
    model = (target if target.exists() else target.parent).stat()
    with file.open("rb") as source, os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        if model.st_uid != os.geteuid():  # root restores for the site's user
            os.fchown(out.fileno(), model.st_uid, model.st_gid)
        shutil.copyfileobj(source, out, 1024 * 1024)


def _holds_anything(target: Path) -> bool:
    if not target.exists():
        return False
    try:
        _look_at(target)
        with closing(connect(target)) as connection:
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                "AND name <> 'alembic_version'"
            ).fetchall()
            return any(connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for (name,) in tables)  # noqa: S608
    except sqlite3.Error:  # what cannot be read may be worth a lot
        return True


def _look_at(target: Path) -> None:
    """Refuse what is no database before SQLite opens it: it would throw its log away."""
    with target.open("rb") as file:
        if file.read(len(MAGIC)) not in (b"", MAGIC):
            raise sqlite3.DatabaseError("file is not a database")
