"""One supporter's promise of one kind is one pledge, however often it is made."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from campaign import partners, pledges, supporters
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Pledge
from campaign.pledges import Occasion


@pytest.fixture
def occasion(now: datetime) -> Occasion:
    return Occasion(state="ME", day=now.date(), now=now, letter="restore-u4u")


@pytest.fixture
def ana(database: Database, keys: Keys, now: datetime) -> int:
    return database.write(
        lambda session: supporters.find_or_add(session, keys, "ana@example.org", may_contact=False, now=now)
    )


def make(database: Database, supporter: int, kinds: list[str], occasion: Occasion) -> list[str]:
    return database.write(lambda session: pledges.make(session, supporter, kinds, occasion))


def stored(database: Database) -> list[Pledge]:
    with database.read() as session:
        return list(session.scalars(select(Pledge).order_by(Pledge.id)))


def test_a_pledge_keeps_when_where_and_through_whom_it_was_made(
    database: Database, ana: int, occasion: Occasion, now: datetime
) -> None:
    database.write(lambda session: partners.add(session, "riverside", "Riverside", ["https://r.example"], now=now))
    assert make(database, ana, ["call"], dataclasses.replace(occasion, partner="riverside")) == ["call"]
    (pledge,) = stored(database)
    assert (pledge.supporter_id, pledge.kind, pledge.state, pledge.day) == (ana, "call", "ME", now.date())
    assert (pledge.letter, pledge.partner, pledge.created_at) == ("restore-u4u", "riverside", now)
    assert pledge.confirmed_at is None


def test_only_what_was_not_pledged_before_is_new(database: Database, ana: int, occasion: Occasion) -> None:
    assert make(database, ana, ["call", "visit", "call"], occasion) == ["call", "visit"]
    assert make(database, ana, ["visit", "share"], dataclasses.replace(occasion, state="NY")) == ["share"]
    assert [(pledge.kind, pledge.state) for pledge in stored(database)] == [
        ("call", "ME"),
        ("visit", "ME"),
        ("share", "NY"),
    ]


def test_another_supporter_may_promise_the_same(
    database: Database, keys: Keys, ana: int, occasion: Occasion, now: datetime
) -> None:
    ben = database.write(
        lambda session: supporters.find_or_add(session, keys, "ben@example.org", may_contact=False, now=now)
    )
    assert make(database, ana, ["call"], occasion) == make(database, ben, ["call"], occasion) == ["call"]
    assert len(stored(database)) == 2


def test_the_same_promise_made_many_times_at_once_is_one(database: Database, ana: int, occasion: Occasion) -> None:
    with ThreadPoolExecutor(16) as threads:
        made = list(threads.map(lambda _: make(database, ana, ["call"], occasion), range(50)))
    assert sorted(made) == [[]] * 49 + [["call"]]
    assert len(stored(database)) == 1


def test_no_kinds_are_no_pledges(database: Database, ana: int, occasion: Occasion) -> None:
    assert make(database, ana, [], occasion) == []
    assert stored(database) == []
