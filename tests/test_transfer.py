"""A campaign is carried from SQLite to PostgreSQL whole, and checked, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update

from campaign import beats, clock, funnel, occupancy, publishing, recounting, transfer
from campaign.config import Settings
from campaign.database import Database
from campaign.errors import Conflict, Misconfigured
from campaign.funnel import Passage
from campaign.keys import Keys
from campaign.models import Base, Click, Gift, Message, Partner
from tests.invented import fill
from tests.postgres import empty
from tests.serving import campaign, environment

pytestmark = pytest.mark.sqlite


@pytest.fixture
def source(database: Database, settings: Settings, keys: Keys) -> Settings:
    """A campaign with something in as many tables as there are."""
    fill(database, keys, 40, last=date(2026, 11, 24))
    now = clock.wall()

    def more(session: Any) -> None:
        session.add(Partner(code="ünïcode", name="教会 🕊 & “Söhne”", origins=["https://a.example"], created_at=now))
        session.add(
            Gift(reference="g-1", destination="give", cents=2500, currency="USD", day=now.date(), imported_at=now)
        )
        beats.note(session, beats.WORKER, now + timedelta(microseconds=7))
        funnel.store(session, {Passage(now.date(), "protect-parole", "", "read"): 3})

    try:
        database.write(more)
    finally:
        database.close()
    return settings


@pytest.fixture
def target(postgresql_database: Database) -> Iterator[Database]:
    yield postgresql_database
    empty(postgresql_database)


def address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def test_all_rows_arrive_as_they_are(source: Settings, target: Database) -> None:
    here = Database(source.database_url)
    moved = transfer.move(source, address(target))
    assert everything(target) == everything(here)
    assert {one.table: one.rows for one in moved} == {name: len(rows) for name, rows in everything(here).items()}
    assert sum(bool(one.rows) for one in moved) >= 12, "tables with something in them"
    with here.read() as before, target.read() as after:
        assert publishing.public_counts(after) == publishing.public_counts(before)
    with target.read() as session:
        assert recounting.differences(session) == {}
    here.close()


def test_the_next_row_gets_a_number_of_its_own(source: Settings, target: Database) -> None:
    transfer.move(source, address(target))
    day = date(2026, 11, 25)
    target.write(lambda session: session.add(Click(destination="give", day=day, created_at=clock.wall())))
    with target.read() as session:
        newest = session.scalar(select(func.max(Click.id)))
        assert session.get_one(Click, newest).day == day


def test_one_that_holds_anything_is_left_as_it_is(source: Settings, target: Database) -> None:
    target.write(lambda session: beats.note(session, "worker", clock.wall()))
    with pytest.raises(Conflict, match="not empty: there are beats"):
        transfer.move(source, address(target))
    assert sum(map(len, everything(target).values())) == 1


def test_a_campaign_at_work_is_not_moved(source: Settings, target: Database) -> None:
    with occupancy.share(source.data_dir), pytest.raises(Conflict, match="Stop it first"):
        transfer.move(source, address(target))


def test_what_changes_on_the_way_is_noticed_and_nothing_stays(source: Settings, target: Database) -> None:
    changed = text("UPDATE messages SET letter = letter || '?' WHERE id = (SELECT min(id) FROM messages)")

    original = transfer._go_on_counting
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            transfer,
            "_go_on_counting",
            lambda there, table: (original(there, table), there.execute(changed) if table.name == "messages" else None),
        )
        with pytest.raises(Conflict, match="The messages have not arrived"):
            transfer.move(source, address(target))
    assert sum(map(len, everything(target).values())) == 0


def test_an_interruption_leaves_nothing(source: Settings, target: Database) -> None:
    def fail(*about: Any) -> None:
        if about[2].startswith("INSERT INTO pledges"):
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        made: list[Database] = []
        patch.setattr(transfer, "Database", lambda url: made.append(Database(url)) or _failing(made[-1], fail))
        with pytest.raises(KeyboardInterrupt):
            transfer.move(source, address(target))
    assert sum(map(len, everything(target).values())) == 0


def _failing(database: Database, fail: Any) -> Database:
    if not database.is_sqlite:
        event.listen(database.engine, "before_cursor_execute", fail)
    return database


def test_a_text_that_cannot_be_kept_there_is_told(source: Settings, target: Database) -> None:
    here = Database(source.database_url)
    here.write(lambda session: session.execute(update(Message).where(Message.id == 1).values(source="a\0b")).close())
    here.close()
    with pytest.raises(Misconfigured, match="holds a NUL"):
        transfer.move(source, address(target))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////tmp/other.db", "--to must be the address of a PostgreSQL database"),
        ("postgresql://lifeline:pa55word@127.0.0.1:9/lifeline", "does not answer, or refuses"),
        ("nonsense", "is not the address of a database"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(source: Settings, url: str, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence) as caught:
        transfer.move(source, url)
    assert "pa55word" not in str(caught.value)


def test_from_postgresql_nothing_is_moved(source: Settings, target: Database) -> None:
    with pytest.raises(Misconfigured, match="This database is PostgreSQL: use pg_dump"):
        transfer.move(replace(source, database_url=address(target)), address(target))


def test_the_command_says_what_it_has_done(source: Settings, target: Database) -> None:
    done = campaign("move", "--to", address(target), env=environment(source.data_dir))
    assert done.returncode == 0, done.stderr
    assert "rows have arrived, and are the same there." in done.stdout
    again = campaign("move", "--to", address(target), env=environment(source.data_dir))
    assert (again.returncode, "The target is not empty" in again.stderr) == (1, True)
