"""A supporter is known by an email address: found again by its hash, readable with the campaign's key alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from campaign import consents, supporters
from campaign.config import Settings
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Supporter


def find_or_add(database: Database, keys: Keys, email: str, now: datetime, *, may_contact: bool = False) -> int:
    return database.write(
        lambda session: supporters.find_or_add(session, keys, email, may_contact=may_contact, now=now)
    )


def stored(database: Database) -> list[Supporter]:
    with database.read() as session:
        return list(session.scalars(select(Supporter)))


def agreed(database: Database) -> list[tuple[object, ...]]:
    with database.read() as session:
        return [
            (one.purpose, one.partner, one.asked_at, one.given_at, one.withdrawn_at) for one in consents.of(session, 1)
        ]


def test_one_address_is_one_supporter_however_it_is_written(database: Database, keys: Keys, now: datetime) -> None:
    ids = {
        find_or_add(database, keys, email, now) for email in ("Ana@example.org", "ana@example.org", "ANA@EXAMPLE.org")
    }
    assert len(ids) == 1
    assert find_or_add(database, keys, "ben@example.org", now) not in ids
    assert keys.unseal(stored(database)[0].sealed_email) == "Ana@example.org"


def test_one_address_given_many_times_at_once_is_one_supporter(database: Database, keys: Keys, now: datetime) -> None:
    with ThreadPoolExecutor(16) as threads:
        ids = set(threads.map(lambda _: find_or_add(database, keys, "ana@example.org", now), range(50)))
    assert len(ids) == len(stored(database)) == 1


def test_what_is_ticked_is_recorded_once_as_a_wish_and_not_taken_back_by_silence(
    database: Database, keys: Keys, now: datetime
) -> None:
    find_or_add(database, keys, "ana@example.org", now)
    assert agreed(database) == []
    later = now + timedelta(days=1)
    find_or_add(database, keys, "ana@example.org", later, may_contact=True)
    find_or_add(database, keys, "ana@example.org", later + timedelta(days=1), may_contact=True)
    find_or_add(database, keys, "ana@example.org", later + timedelta(days=2), may_contact=False)
    assert agreed(database) == [("contact", "", later, None, None)]


@pytest.mark.sqlite
def test_an_address_stands_nowhere_in_the_database_in_plain_text(
    database: Database, keys: Keys, settings: Settings, now: datetime
) -> None:
    find_or_add(database, keys, "ana.reyes@example.org", now, may_contact=True)
    files = {path.name: path.read_bytes() for path in settings.data_dir.glob("lifeline.db*")}
    assert files.keys() >= {"lifeline.db", "lifeline.db-wal"}
    assert all(b"ana.reyes" not in content and b"@example" not in content for content in files.values())
