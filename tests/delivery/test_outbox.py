"""A mail that was asked for goes out once, or is given up; a worker that dies in the middle loses none."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import select

from campaign import mail
from campaign.database import Database
from campaign.delivery import outbox
from campaign.delivery.outbox import A_DAY, LEASE, PAUSES
from campaign.keys import Keys
from campaign.models import Mail


def ask(database: Database, keys: Keys, now: datetime, email: str = "ana@example.org", kind: str = "page") -> bool:
    return database.write(lambda session: outbox.enqueue(session, keys, kind, email, "Subject", "Text", now=now))


def claim(database: Database, keys: Keys, now: datetime) -> list[tuple[int, mail.Mail]]:
    return database.write(lambda session: outbox.claim(session, keys, "act.example", now=now))


def rows(database: Database) -> list[Mail]:
    with database.read() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_an_address_gets_so_many_of_a_kind_a_day_however_it_is_written(
    database: Database, keys: Keys, now: datetime
) -> None:
    written = ["ana@example.org", "ANA@example.org", "Ana@Example.org", "ana@example.org"]
    assert [ask(database, keys, now, email) for email in written] == [True] * A_DAY + [False]
    assert ask(database, keys, now, kind="other")
    assert ask(database, keys, now, "ben@example.org")
    assert not ask(database, keys, now + timedelta(hours=23, minutes=59))
    assert ask(database, keys, now + timedelta(days=1, seconds=1))


def test_a_mail_is_claimed_once_with_what_was_asked(database: Database, keys: Keys, now: datetime) -> None:
    ask(database, keys, now)
    assert claim(database, keys, now - timedelta(seconds=1)) == []
    ((mail_id, letter),) = claim(database, keys, now)
    assert (letter.to, letter.subject, letter.text, letter.date) == ("ana@example.org", "Subject", "Text", now)
    assert claim(database, keys, now) == []
    database.write(lambda session: outbox.sent(session, mail_id, now=now))
    assert claim(database, keys, now + timedelta(days=30)) == []
    (row,) = rows(database)
    assert (row.sent_at, row.sealed, row.due_at, row.tries) == (now, None, None, 1)


def test_a_worker_that_dies_costs_one_repeat_with_the_same_id(database: Database, keys: Keys, now: datetime) -> None:
    ask(database, keys, now)
    ask(database, keys, now, "ben@example.org")
    first = [letter.id for _, letter in claim(database, keys, now)]
    assert claim(database, keys, now + LEASE - timedelta(seconds=1)) == []
    assert [letter.id for _, letter in claim(database, keys, now + LEASE)] == first
    assert len(set(first)) == 2
    assert all(name.endswith("@act.example") and len(name) > 30 for name in first)


def test_two_workers_share_the_mails(database: Database, keys: Keys, now: datetime) -> None:
    for number in range(60):
        ask(database, keys, now, f"{number}@example.org")
    with ThreadPoolExecutor(2) as pool:
        claims = list(pool.map(lambda _: claim(database, keys, now), range(4)))
    ids = [mail_id for claimed in claims for mail_id, _ in claimed]
    assert len(ids) == len(set(ids)) == 60


def test_a_mail_that_is_not_taken_is_tried_for_days_and_then_given_up(
    database: Database, keys: Keys, now: datetime
) -> None:
    ask(database, keys, now)
    for pause in (*PAUSES, None):
        ((mail_id, _),) = claim(database, keys, now)
        database.write(
            lambda session, mail_id=mail_id, now=now: outbox.refused(
                session, mail_id, "is full", permanent=False, now=now
            )
        )
        if pause:
            assert claim(database, keys, now + pause - timedelta(seconds=1)) == []
            now += pause
    (row,) = rows(database)
    assert (row.sealed, row.due_at, row.failure, row.sent_at) == (None, None, "is full", None)
    assert claim(database, keys, now + timedelta(days=30)) == []


def test_what_can_never_be_taken_is_given_up_at_once(database: Database, keys: Keys, now: datetime) -> None:
    ask(database, keys, now)
    ((mail_id, _),) = claim(database, keys, now)
    database.write(lambda session: outbox.refused(session, mail_id, "no such user", permanent=True, now=now))
    (row,) = rows(database)
    assert (row.sealed, row.due_at) == (None, None)


def test_a_mail_whose_addressee_erased_everything_is_forgotten(database: Database, now: datetime) -> None:
    database.write(lambda session: outbox.sent(session, 99, now=now))
    database.write(lambda session: outbox.refused(session, 99, "x", permanent=False, now=now))


def test_address_and_text_are_nowhere_in_the_clear(database: Database, keys: Keys, now: datetime) -> None:
    ask(database, keys, now)
    (row,) = rows(database)
    assert row.sealed
    assert b"ana" not in row.sealed
    assert json.loads(keys.unseal(row.sealed))["to"] == "ana@example.org"
