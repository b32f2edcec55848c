"""What `write` acknowledged is stored, whoever else writes and whatever happens next; what failed left nothing."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaign.config import ROOT, Settings
from campaign.database import Database, insert_once
from campaign.errors import Misconfigured
from campaign.models import Click, Message, Partner, Supporter

pytestmark = pytest.mark.sqlite

START = datetime.fromisoformat("2026-11-24T17:00+00:00")


def click(session: Session) -> int:
    row = Click(destination="relief", day=START.date(), created_at=START)
    session.add(row)
    session.flush()
    return row.id


def clicks(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Click)) or 0


def add_tally(session: Session) -> None:
    session.add(Partner(code="tally", name="0", origins=[], created_at=START))


def step(session: Session) -> None:
    """Read, add one, write: the unit that loses counts where two writers get in between each other."""
    row = session.get_one(Partner, "tally")
    row.name = str(int(row.name) + 1)


def tally(database: Database) -> int:
    with database.read() as session:
        return int(session.get_one(Partner, "tally").name)


def test_write_stores_and_returns_what_the_function_returns(database: Database) -> None:
    assert database.write(click) == 1
    assert clicks(database) == 1


@pytest.mark.parametrize("error", [ValueError("refused"), KeyboardInterrupt(), SystemExit()])
def test_nothing_is_stored_when_the_function_raises(database: Database, error: BaseException) -> None:
    def fail(session: Session) -> None:
        click(session)
        raise error

    with pytest.raises(type(error)):
        database.write(fail)
    assert clicks(database) == 0
    database.write(click)  # and the turn has been given back
    assert clicks(database) == 1


def test_sixteen_threads_lose_no_write(database: Database) -> None:
    database.write(add_tally)
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: database.write(step), range(400)))
    assert tally(database) == 400


def test_a_writer_that_reads_first_is_not_overtaken(database: Database, settings: Settings) -> None:
    database.write(add_tally)
    other = Database(settings.database_url)  # as another process has it: with a turn of its own
    overtaking = threading.Thread(target=lambda: other.write(step))

    def slow(session: Session) -> None:
        before = int(session.get_one(Partner, "tally").name)
        overtaking.start()
        overtaking.join(0.3)  # time enough to overtake, were it possible
        session.get_one(Partner, "tally").name = str(before + 1)

    database.write(slow)
    overtaking.join()
    other.close()
    assert tally(database) == 2


def _steps(url: str, start: multiprocessing.synchronize.Barrier, count: int) -> None:
    database = Database(url)
    start.wait(30)
    for _ in range(count):
        database.write(step)
    database.close()


def test_a_second_process_that_writes_at_the_same_time_loses_nothing_either(
    database: Database, settings: Settings
) -> None:
    database.write(add_tally)
    context = multiprocessing.get_context("forkserver")
    start = context.Barrier(2)
    other = context.Process(target=_steps, args=(settings.database_url, start, 200))
    other.start()
    start.wait(30)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: database.write(step), range(200)))
    other.join(60)
    assert other.exitcode == 0
    assert tally(database) == 400


WRITES_UNTIL_KILLED = """
import sys
from campaign.database import Database
from tests.test_database import click

database = Database(sys.argv[1])
while True:
    print(database.write(click), flush=True)
"""


def test_a_process_that_is_killed_loses_nothing_it_has_acknowledged(database: Database, settings: Settings) -> None:
    command = [sys.executable, "-c", WRITES_UNTIL_KILLED, settings.database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(200)]
        writer.kill()
        # Whole lines alone: the last one may be cut off.
        acknowledged += [int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    with database.read() as session:
        stored = set(session.scalars(select(Click.id)))
    assert len(acknowledged) >= 200
    assert set(acknowledged) <= stored
    assert len(stored) <= len(acknowledged) + 2  # what was under way when it was killed
    database.write(click)


def test_a_reader_keeps_its_view_while_others_write(database: Database) -> None:
    with database.read() as session:
        before = session.scalar(select(func.count()).select_from(Click))
        database.write(click)
        assert session.scalar(select(func.count()).select_from(Click)) == before == 0
    assert clicks(database) == 1


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    seen: list[int] = []

    def slow(session: Session) -> None:
        click(session)
        reader = threading.Thread(target=lambda: seen.append(clicks(database)))
        reader.start()
        reader.join(30)

    database.write(slow)
    assert seen == [0]


def test_a_session_to_read_with_stores_nothing(database: Database) -> None:
    with database.read() as session:
        click(session)
    assert clicks(database) == 0


def test_of_two_who_insert_the_same_one_is_told_yes(any_database: Database) -> None:
    values: dict[str, Any] = {"code": "riverside", "name": "Riverside", "origins": [], "created_at": START}

    def add(_: int) -> str | None:
        return any_database.write(lambda session: insert_once(session, Partner, values, unique=("code",)))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(add, range(8))).count(None) == 7


def test_insert_once_forgives_no_other_constraint(database: Database) -> None:
    first = {"id": 1, "email_hash": "a", "sealed_email": b"", "created_at": START}
    assert database.write(lambda session: insert_once(session, Supporter, first, unique=("email_hash",)))
    for other in ({"email_hash": "b"}, {"id": 2, "email_hash": "b", "sealed_email": None}):
        values = first | other
        with pytest.raises(IntegrityError):
            database.write(partial(insert_once, model=Supporter, values=values, unique=("email_hash",)))


def test_a_row_cannot_refer_to_nothing(database: Database) -> None:
    def fail(session: Session) -> None:
        session.add(Click(destination="relief", partner="nobody", day=START.date(), created_at=START))

    with pytest.raises(IntegrityError):
        database.write(fail)


def test_an_error_of_the_database_does_not_tell_what_was_stored(database: Database) -> None:
    values: dict[str, Any] = {"code": None, "name": "12 Congress Street", "origins": [], "created_at": START}
    with pytest.raises(IntegrityError) as caught:
        database.write(lambda session: insert_once(session, Partner, values, unique=("code",)))
    assert "Congress" not in str(caught.value)


def test_sqlite_forces_each_commit_to_the_disk_and_overwrites_what_is_destroyed(database: Database) -> None:
    def pragma(name: str) -> Any:
        with database.engine.connect() as connection:
            return connection.execute(text(f"PRAGMA {name}")).scalar()

    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10_000}
    assert {name: pragma(name) for name in wanted} == wanted


def test_what_is_destroyed_is_gone_from_the_file(database: Database, settings: Settings) -> None:
    def add(session: Session) -> None:
        values = {"form_id": "f", "content_hash": "c", "letter": "l", "state": "ME", "day": START.date()}
        session.add(Message(**values, created_at=START, text_until=START, sealed=b"sealed words " * 2000))

    database.write(add)
    database.write(lambda session: session.execute(update(Message).values(sealed=None)))
    database.close()  # the last connection folds the write-ahead log into the file
    assert b"sealed words" not in (settings.data_dir / "lifeline.db").read_bytes()
    assert not (settings.data_dir / "lifeline.db-wal").exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lifeline.db",
        "oracle9://lifeline:pa55word@127.0.0.1/lifeline",
        "postgresql+nothing://lifeline:pa55word@127.0.0.1/lifeline",
        "postgresql://lifeline:pa55word@127.0.0.1:port/lifeline",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_an_address_that_cannot_serve_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(Misconfigured, match=r"^CAMPAIGN_DATABASE_URL ") as caught:
        Database(url)
    assert "pa55word" not in str(caught.value)


def test_the_folder_of_a_database_is_made_and_the_database_answers(settings: Settings) -> None:
    database = Database(f"sqlite:///{settings.data_dir / 'new' / 'folder' / 'lifeline.db'}")
    assert database.ready()
    database.close()
