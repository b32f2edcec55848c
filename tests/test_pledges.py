"""One supporter's promise of one kind is one pledge, however often it is made."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from campaign import partners, pledges, supporters
from campaign.database import Database
from campaign.errors import NotFound
from campaign.keys import Keys
from campaign.models import Pledge
from campaign.pledges import Occasion, Person


@pytest.fixture
def occasion(now: datetime) -> Occasion:
    return Occasion(state="ME", day=now.date(), now=now, letter="restore-u4u")


@pytest.fixture
def ana(database: Database, keys: Keys, now: datetime) -> int:
    return database.write(
        lambda session: supporters.find_or_add(session, keys, "ana@example.org", may_contact=False, now=now)
    )


def make(database: Database, supporter: int, kinds: list[str], occasion: Occasion) -> list[str]:
    return database.write(lambda session: pledges.make(session, Person(supporter), kinds, occasion))


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
        ("visit", "NY"),
        ("share", "NY"),
    ]


def test_until_it_is_confirmed_whoever_comes_later_takes_its_place_and_then_nobody(
    database: Database, keys: Keys, ana: int, occasion: Occasion, now: datetime
) -> None:
    def promise(name: str, zip_code: str, state: str, after: timedelta = timedelta(), **signs: object) -> Pledge:
        person = Person.of(keys, ana, name, zip_code)
        later = dataclasses.replace(occasion, state=state, now=now + after, signs=signs)
        assert database.write(lambda session: pledges.make(session, person, ["call"], later)) == []
        (pledge,) = stored(database)
        return pledge

    stuffed = dataclasses.replace(occasion, state="WY", signs={"quarantined_at": now, "quarantined_for": "trap"})
    stranger = Person.of(keys, ana, "Stranger", "82001")
    assert database.write(lambda session: pledges.make(session, stranger, ["call"], stuffed)) == ["call"]
    clean = promise("Ana Reyes", "04101", "ME")
    assert (clean.state, clean.quarantined_at, clean.quarantined_for, clean.created_at) == ("ME", None, None, now)
    again = promise("Stranger", "82001", "WY", quarantined_at=now, quarantined_for="trap")
    assert (again.state, again.quarantined_at) == ("ME", None), "not with what looks stuffed"
    moved = promise("Ana Reyes", "10001", "NY", timedelta(hours=1))
    assert (moved.state, moved.created_at) == ("NY", now + timedelta(hours=1)), "it waits anew"
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE pledges SET confirmed_at = created_at")
    confirmed = promise("Ana Reyes", "04101", "ME", timedelta(hours=2))
    assert (confirmed.state, confirmed.confirmed_at) == ("NY", now + timedelta(hours=1))


def test_what_organizers_put_into_quarantine_stays_there(database: Database, ana: int, occasion: Occasion) -> None:
    make(database, ana, ["call"], occasion)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE pledges SET quarantined_at = created_at, quarantined_for = 'batch-7'")
    for withdrawn in ("NULL", "created_at"):
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE pledges SET withdrawn_at = {withdrawn}")  # noqa: S608
        make(database, ana, ["call"], dataclasses.replace(occasion, now=occasion.now + timedelta(hours=1)))
        (pledge,) = stored(database)
        assert (pledge.quarantined_for, pledge.quarantined_at is None, pledge.withdrawn_at) == ("batch-7", False, None)


def test_what_is_counted_keeps_its_state_and_partner_when_it_is_made_anew(
    database: Database, ana: int, occasion: Occasion
) -> None:
    make(database, ana, ["call"], occasion)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE pledges SET confirmed_at = created_at, withdrawn_at = created_at, counted = 1"
        )
    assert make(database, ana, ["call"], dataclasses.replace(occasion, state="NY")) == ["call"]
    (pledge,) = stored(database)
    assert (pledge.state, pledge.confirmed_at, pledge.withdrawn_at) == ("ME", None, None)


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


ANA, BEN, EVA = ("Ana Reyes", "04101"), ("Ben Reyes", "04101"), ("Eva Reyes", "04101")


@pytest.mark.parametrize(
    ("people", "slots"),
    [
        ([ANA, BEN], [1, 2]),
        ([ANA, ANA], [1]),
        ([ANA, ("ANA  réyes ", "04101"), ("Ana Reyes", "10001")], [1]),
        ([ANA, ("Ben Reyes", "10001")], [1]),
        ([ANA, BEN, EVA], [1, 2]),
        ([ANA, BEN, BEN, ANA], [1, 2]),
        ([ANA, ("Ben Reyes", "10001"), BEN], [1]),
    ],
    ids=[
        "two of a household",
        "once more",
        "one name, however it is written and wherever from",
        "another name from elsewhere",
        "a third of the household",
        "both once more",
        "elsewhere, in the place of the first, then at home",
    ],
)
def test_a_mailbox_pledges_twice_only_for_two_of_a_household(
    database: Database, keys: Keys, ana: int, occasion: Occasion, people: list[tuple[str, str]], slots: list[int]
) -> None:
    for name, zip_code in people:
        person = Person.of(keys, ana, name, zip_code)
        database.write(lambda session, person=person: pledges.make(session, person, ["call"], occasion))
    assert [pledge.slot for pledge in stored(database)] == slots


def test_ten_of_a_household_at_once_are_two(database: Database, keys: Keys, ana: int, occasion: Occasion) -> None:
    def promise(number: int) -> list[str]:
        person = Person.of(keys, ana, f"Person {number % 10}", "04101")
        return database.write(lambda session: pledges.make(session, person, ["call"], occasion))

    with ThreadPoolExecutor(16) as threads:
        made = list(threads.map(promise, range(60)))
    assert sum(map(len, made)) == 2
    assert sorted(pledge.slot for pledge in stored(database)) == [1, 2]


def test_neither_name_nor_zip_code_stands_in_the_table(
    database: Database, keys: Keys, ana: int, occasion: Occasion
) -> None:
    person = Person.of(keys, ana, "Ana Reyes", "04101")
    database.write(lambda session: pledges.make(session, person, ["call"], occasion))
    with database.engine.connect() as connection:
        rows = repr(connection.exec_driver_sql("SELECT * FROM pledges").all()).lower()
    assert "reyes" not in rows
    assert "04101" not in rows
    assert "reyes" not in repr(person).lower()


def test_a_pledge_is_done_once_and_the_first_time_is_kept(
    database: Database, ana: int, occasion: Occasion, now: datetime
) -> None:
    make(database, ana, ["call"], occasion)
    (pledge,) = stored(database)

    def say(done: bool, after: int) -> datetime | None:
        moment = now + timedelta(minutes=after)
        database.write(lambda session: pledges.fulfil(session, ana, pledge.id, done=done, now=moment))
        return stored(database)[0].fulfilled_at

    assert say(True, 1) == now + timedelta(minutes=1)
    assert say(True, 2) == now + timedelta(minutes=1)
    assert say(False, 3) is None
    database.write(lambda session: pledges.withdraw(session, ana, pledge.id, now=now))
    assert stored(database)[0].withdrawn_at == now
    with pytest.raises(NotFound):
        say(True, 4)
    with pytest.raises(NotFound):
        database.write(lambda session: pledges.withdraw(session, ana, pledge.id, now=now))
    with pytest.raises(NotFound):
        database.write(lambda session: pledges.withdraw(session, ana + 1, pledge.id, now=now))
