"""The migrations make exactly the tables of the models, all of them or none, and keep what is in them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import func, insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from campaign import counting, migrations, recounting
from campaign.config import EASTERN, Settings
from campaign.database import Database
from campaign.models import Base, Click, Delivery, Message, Pledge, Supporter

pytestmark = pytest.mark.sqlite

NOON = datetime(2026, 11, 24, 12, tzinfo=EASTERN)

ANOTHER = """
'''One more migration.'''

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}


def upgrade() -> None:
    {what}
"""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    yield database
    database.close()


def tables(database: Database) -> dict[str, dict[str, Any]]:
    """Everything that SQLite tells of its tables, in an order that does not depend on how they were made."""
    found = inspect(database.engine)

    def column(about: Any) -> dict[str, Any]:
        return {**about, "type": repr(about["type"])}

    def index(about: Any) -> dict[str, Any]:
        return {**about, "dialect_options": {name: str(said) for name, said in about["dialect_options"].items()}}

    return {
        name: {
            "columns": [column(about) for about in found.get_columns(name)],
            "primary": found.get_pk_constraint(name),
            "foreign": sorted(found.get_foreign_keys(name), key=str),
            "unique": sorted(found.get_unique_constraints(name), key=str),
            "indexes": sorted(map(index, found.get_indexes(name)), key=str),
            "checks": sorted(found.get_check_constraints(name), key=str),
        }
        for name in found.get_table_names()
        if name != "alembic_version"
    }


def test_autogenerate_finds_nothing_left_to_do(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrated_tables_equal_the_models_down_to_the_names_of_constraints(database: Database, empty: Database) -> None:
    Base.metadata.create_all(empty.engine)
    assert len(tables(empty)) == len(Base.metadata.tables)
    assert tables(database) == tables(empty)


def test_downgrading_to_nothing_leaves_no_tables(database: Database) -> None:
    command.downgrade(migrations.configuration(database), "base")
    assert tables(database) == {}


def test_upgrading_twice_is_upgrading_once(database: Database) -> None:
    before = tables(database)
    migrations.upgrade(database)
    assert tables(database) == before


def test_a_database_is_current_after_the_last_migration_and_not_before(empty: Database) -> None:
    assert not migrations.is_current(empty)
    migrations.upgrade(empty)
    assert migrations.is_current(empty)
    command.downgrade(migrations.configuration(empty), "base")
    assert not migrations.is_current(empty)


def test_tables_of_a_newer_release_are_refused_and_stay_as_they_are(database: Database) -> None:
    before = tables(database)
    database.write(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '9999'")).close())
    assert not migrations.is_current(database)
    assert not migrations.is_known(database)
    with pytest.raises(CommandError, match="9999"):
        migrations.upgrade(database)
    assert tables(database) == before


def test_tables_of_a_later_release_serve_as_long_as_they_were_only_added_to(database: Database) -> None:
    assert migrations.serves(database)
    own = max(migrations.REVISIONS)
    for other, serve in ((f"{own[:2]}99", True), (f"{int(own[:2]) + 1:02}00", False), ("0001", False)):
        database.write(lambda session, other=other: session.execute(
            text("UPDATE alembic_version SET version_num = :other"), {"other": other}
        ).close())  # fmt: skip
        assert migrations.serves(database) == serve
        assert not migrations.is_current(database)
    database.write(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '0099'")).close())
    before = tables(database)
    migrations.upgrade(database)
    assert tables(database) == before


def test_a_migration_that_fails_half_way_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(op, "create_index", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        migrations.upgrade(empty)
    monkeypatch.undo()
    assert tables(empty) == {}
    migrations.upgrade(empty)
    assert migrations.is_current(empty)


def upgrade_with_another(database: Database, folder: Path, what: str) -> None:
    """Upgrade through all migrations of the campaign and one that does `what`."""
    config = migrations.configuration(database)
    head = ScriptDirectory.from_config(config).get_current_head()
    (folder / "9999.py").write_text(ANOTHER.format(head=head, what=what))
    config.set_main_option("version_locations", f"{Path(migrations.__file__).parent / 'versions'}:{folder}")
    command.upgrade(config, "head")


def test_of_several_migrations_none_is_kept_when_the_last_one_fails(empty: Database, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        upgrade_with_another(empty, tmp_path, "1 / 0")
    assert tables(empty) == {}


def test_altering_a_table_keeps_the_rows_that_refer_to_it(database: Database, tmp_path: Path) -> None:
    what = 'with op.batch_alter_table("messages") as batch: batch.alter_column("letter", type_=sa.String(80))'
    with rows_that_refer_to_a_message(database):
        upgrade_with_another(database, tmp_path, what)
    columns = inspect(database.engine).get_columns("messages")
    assert [str(about["type"]) for about in columns if about["name"] == "letter"] == ["VARCHAR(80)"]


def test_hand_overs_from_before_it_was_known_who_asked_are_persons_and_stay_counted(empty: Database) -> None:
    config = migrations.configuration(empty)
    command.upgrade(config, "0008")
    click = "INSERT INTO clicks (destination, day, created_at, counted) VALUES ('give', '2026-11-24', '2026-11-24', :n)"
    empty.write(lambda session: [session.execute(text(click), {"n": n < 2}).close() for n in range(3)])
    migrations.upgrade(empty)
    with empty.read() as session:
        assert session.scalars(select(Click.by)).all() == ["person"] * 3
    assert empty.write(counting.bring_forward) == 3
    with empty.read() as session:
        assert recounting.differences(session) == {}


@contextmanager
def rows_that_refer_to_a_message(database: Database) -> Iterator[None]:
    """A message with what hangs on it; afterwards all of it has to be there still."""
    with database.engine.execution_options(campaign_writes=True).begin() as connection:
        connection.execute(insert(Supporter).values(email_hash="e", sealed_email=b"", created_at=NOON))
        values = {"form_id": "f", "content_hash": "c", "letter": "l", "state": "ME", "text_until": NOON}
        values |= {"supporter_id": 1, "day": NOON.date(), "created_at": NOON}
        connection.execute(insert(Message).values(values))
        connection.execute(insert(Delivery).values(message_id=1, seat="ME-S1", bioguide="C000000"))
        pledge = {"supporter_id": 1, "message_id": 1, "kind": "call", "state": "ME", "day": NOON.date()}
        connection.execute(insert(Pledge).values(**pledge, created_at=NOON))
    yield
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 1
        assert session.scalars(select(Pledge.message_id)).all() == [1]
        assert session.scalars(select(Message.supporter_id)).all() == [1]


def test_foreign_keys_are_heeded_again_after_a_migration(database: Database) -> None:
    migrations.upgrade(database)
    for _ in range(2):  # the pool's connections, whichever comes first
        with pytest.raises(IntegrityError):
            database.write(
                lambda session: session.execute(
                    text("INSERT INTO deliveries (message_id, seat, bioguide) VALUES (99, 'ME-S1', 'C000000')")
                )
            )


def _migrate(url: str) -> bool:
    database = Database(url)
    try:
        migrations.upgrade(database)
        return migrations.is_current(database)
    finally:
        database.close()


def test_processes_that_migrate_a_new_database_at_once_all_succeed(settings: Settings) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert pool.map(_migrate, [settings.database_url] * 4, chunksize=1) == [True] * 4


def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    with rows_that_refer_to_a_message(database), database.read() as session:
        stored = session.scalars(select(Message.created_at)).one()
        assert stored == NOON
        assert stored.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="a moment needs a zone"), rows_that_refer_to_a_message(database):
        database.write(lambda session: session.execute(update(Delivery).values(sent_at=NOON.replace(tzinfo=None))))
