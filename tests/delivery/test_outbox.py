"""The queue of mail: nothing is lost, nothing is sent by two, nobody is flooded, and no text outlives its use."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from campaign.config import Settings
from campaign.database import Database
from campaign.delivery import outbox
from campaign.delivery.outbox import DAY, LEASE, PAUSES, Claimed
from campaign.keys import Keys
from campaign.models import Mail as Row

SECOND = timedelta(seconds=1)
EMAIL = "ana@example.org"


def put(database: Database, keys: Keys, now: datetime, kind: str = "page", email: str = EMAIL) -> bool:
    return database.write(lambda session: outbox.enqueue(session, keys, kind, email, "Your page", "Dear Ana", now=now))


def claim(database: Database, now: datetime, limit: int = 20) -> list[Claimed]:
    return database.write(lambda session: outbox.claim(session, now, limit))


def refuse(database: Database, mail_id: int, now: datetime, permanent: bool = False, reason: str = "busy") -> None:
    database.write(lambda session: outbox.refused(session, mail_id, reason, permanent, now))


def row(database: Database, mail_id: int = 1) -> Row:
    with database.read() as session:
        return session.get_one(Row, mail_id)


def waiting(database: Database, now: datetime) -> bool:
    with database.read() as session:
        return outbox.is_waiting(session, now)


def test_a_mail_is_stored_encrypted_and_comes_out_as_it_was(
    database: Database, keys: Keys, settings: Settings, now: datetime
) -> None:
    assert put(database, keys, now)
    assert b"Dear Ana" not in (row(database).sealed or b"")
    with sqlite3.connect(settings.data_dir / "lifeline.db") as connection:
        assert "ana" not in "\n".join(connection.iterdump()).casefold().replace("analyze", "")
    connection.close()
    (claimed,) = claim(database, now)
    mail = outbox.open_claimed(keys, claimed)
    assert (mail.to, mail.subject, mail.text, mail.written_at) == (EMAIL, "Your page", "Dear Ana", now)
    assert (claimed.id, claimed.kind) == (1, "page")
    assert "Ana" not in repr(claimed)


def test_an_address_gets_three_mails_of_a_kind_in_a_day_however_it_is_written(
    database: Database, keys: Keys, now: datetime
) -> None:
    moments = [now, now + SECOND, now + 2 * SECOND]
    assert [put(database, keys, moment) for moment in moments] == [True] * 3
    assert not put(database, keys, now + 3 * SECOND, email="Ana@Example.org")
    assert put(database, keys, now + 3 * SECOND, email="ben@example.org")
    assert put(database, keys, now + 3 * SECOND, kind="confirm")
    assert not put(database, keys, now + DAY - SECOND)
    assert put(database, keys, now + DAY)  # the first is no longer of this day
    assert not put(database, keys, now + DAY)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Row)) == 6


def test_the_limit_holds_within_one_transaction_and_among_many(database: Database, keys: Keys, now: datetime) -> None:
    def five(session: Session) -> list[bool]:
        return [outbox.enqueue(session, keys, "page", EMAIL, "s", "t", now=now) for _ in range(5)]

    assert database.write(five) == [True] * 3 + [False] * 2
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda _: put(database, keys, now, email="ben@example.org"), range(8)))
    assert sum(stored) == 3


def test_mails_are_taken_the_longest_due_first_and_none_before_its_time(
    database: Database, keys: Keys, now: datetime
) -> None:
    for number, wait in enumerate([2, 0, 1, 3]):
        put(database, keys, now + wait * SECOND, email=f"{number}@example.org")
    assert not waiting(database, now - SECOND)
    assert waiting(database, now)
    assert [claimed.id for claimed in claim(database, now + 2 * SECOND, limit=2)] == [2, 3]
    assert [claimed.id for claimed in claim(database, now + 2 * SECOND)] == [1]
    assert claim(database, now + 2 * SECOND) == []
    assert not waiting(database, now + 2 * SECOND)


def test_workers_at_once_never_take_the_same_mail(
    settings: Settings, database: Database, keys: Keys, now: datetime
) -> None:
    for number in range(40):
        put(database, keys, now, email=f"{number}@example.org")
    others = [Database(settings.database_url) for _ in range(4)]  # each with a lock of its own, as processes have
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: [c.id for c in claim(others[n % 4], now, limit=3)], range(20)))
    for other in others:
        other.close()
    assert sorted(mail_id for some in taken for mail_id in some) == list(range(1, 41))


def test_on_postgresql_rows_that_another_has_in_hand_are_passed_over(
    database: Database, keys: Keys, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    scalars = Session.scalars

    def listen(self: Session, statement: Any, *args: Any, **more: Any) -> Any:
        asked.append(str(statement.compile(dialect=dialect)))
        return scalars(self, statement, *args, **more)

    monkeypatch.setattr(Session, "scalars", listen)
    claim(database, now)
    assert [statement.rstrip().endswith("FOR UPDATE SKIP LOCKED") for statement in asked] == [True]


def test_a_worker_that_is_killed_leads_to_one_repeat_with_the_same_id(
    database: Database, keys: Keys, now: datetime
) -> None:
    put(database, keys, now)
    (first,) = claim(database, now)
    assert claim(database, now + LEASE - SECOND) == []
    (second,) = claim(database, now + LEASE)
    assert outbox.open_claimed(keys, first) == outbox.open_claimed(keys, second)
    database.write(lambda session: outbox.sent(session, second.id, now + LEASE))
    assert claim(database, now + timedelta(days=9)) == []


def test_ids_of_mails_cannot_be_guessed_and_are_used_once(database: Database, keys: Keys, now: datetime) -> None:
    for email in ("a@example.org", "b@example.org"):
        put(database, keys, now, email=email)
    database.write(lambda session: session.delete(session.get_one(Row, 2)))  # somebody has themselves erased
    put(database, keys, now, email="c@example.org")
    ids = [outbox.open_claimed(keys, claimed).message_id for claimed in claim(database, now)]
    assert [text.split(".")[0] for text in ids] == ["1", "3"]
    marks = [text.split(".")[1] for text in ids]
    assert (len(set(marks)), [len(mark) for mark in marks]) == (2, [32, 32])
    assert keys.fingerprint("mail", "1").startswith(marks[0])


def test_pauses_grow_until_a_mail_is_given_up_and_destroyed(database: Database, keys: Keys, now: datetime) -> None:
    put(database, keys, now)
    minutes = []
    for _ in PAUSES:
        (claimed,) = claim(database, now)
        refuse(database, claimed.id, now)
        due = row(database).due_at
        minutes.append((due - now) / timedelta(minutes=1))
        assert claim(database, due - SECOND) == []
        now = due
    assert minutes == [1, 5, 30, 120, 360, 720, 1440]
    (claimed,) = claim(database, now)
    refuse(database, claimed.id, now, reason="x" * 999)
    done = row(database)
    assert (done.sealed, done.failed_at, done.sent_at, done.tries, done.failure) == (None, now, None, 8, "x" * 200)
    assert claim(database, now + timedelta(days=9)) == []


def test_what_is_refused_for_good_is_given_up_at_once(database: Database, keys: Keys, now: datetime) -> None:
    put(database, keys, now)
    (claimed,) = claim(database, now)
    refuse(database, claimed.id, now, permanent=True, reason="unknown")
    done = row(database)
    assert (done.sealed, done.failed_at, done.failure, done.tries) == (None, now, "unknown", 1)
    assert not waiting(database, now + DAY)


def test_what_is_sent_is_destroyed_and_stays_sent(database: Database, keys: Keys, now: datetime) -> None:
    put(database, keys, now)
    (claimed,) = claim(database, now)
    refuse(database, claimed.id, now)
    (claimed,) = claim(database, now + PAUSES[0])
    database.write(lambda session: outbox.sent(session, claimed.id, now + PAUSES[0]))
    for permanent in (False, True):
        refuse(database, claimed.id, now + DAY, permanent)  # a slow worker whose lease was over
    done = row(database)
    assert (done.sealed, done.sent_at, done.failed_at, done.failure) == (None, now + PAUSES[0], None, None)
    refuse(database, 99, now)  # erased meanwhile
    database.write(lambda session: outbox.sent(session, 99, now))


def test_a_mail_at_which_every_worker_dies_is_given_up(database: Database, keys: Keys, now: datetime) -> None:
    put(database, keys, now)
    for number in range(len(PAUSES) + 1):
        assert len(claim(database, now + number * LEASE)) == 1
    now += timedelta(days=1)
    assert claim(database, now) == []
    done = row(database)
    assert (done.sealed, done.failed_at, done.failure) == (None, now, "the worker was interrupted")


def test_what_is_long_done_with_is_forgotten_and_nothing_that_waits(
    database: Database, keys: Keys, now: datetime
) -> None:
    for email in ("ana@example.org", "ben@example.org", "eva@example.org"):
        put(database, keys, now, email=email)
    first, second, _waits = claim(database, now)
    database.write(lambda session: outbox.sent(session, first.id, now))
    refuse(database, second.id, now, permanent=True)
    before = now + outbox.KEPT - timedelta(seconds=1)
    assert database.write(lambda session: outbox.forget(session, before)) == 0
    assert database.write(lambda session: outbox.forget(session, now + outbox.KEPT)) == 2
    assert row(database, 3).sealed
