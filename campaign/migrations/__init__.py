"""Numbered migrations, and the one call that brings a database up to date.

Those of one hundred only add: a release can work with tables that a later one of the same hundred has brought forward,
so that both run side by side while one takes the other's place, and the way back stays open. What an earlier release
could not work with begins the next hundred; then the site is stopped for it.

Alembic, which carries them out, is loaded only where there is one to carry out: most processes find none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from campaign.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent

REVISIONS = sorted(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*_*.py"))
"""This release's migrations, oldest first: each file's name begins with the number that is its revision. Looked at
once: later, the next release's files may stand there already."""


def configuration(database: Database) -> Config:
    """Alembic's configuration, made here: the project has no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["database"] = database
    return config


def upgrade(database: Database) -> None:
    """Bring the tables up to the newest migration; nothing happens where they are there already, or beyond it."""
    # Asked as one who writes: whoever migrates just now is waited for, and a file that cannot be written to is told.
    with database.engine.execution_options(campaign_writes=True).connect() as connection:
        if _serves(_revision(connection)):
            return
    from alembic import command

    command.upgrade(configuration(database), "head")


def is_current(database: Database) -> bool:
    """Whether the tables are those that this release was written for."""
    with database.engine.connect() as connection:
        return _revision(connection) == REVISIONS[-1]


def serves(database: Database) -> bool:
    """Whether this release can work with the tables: they are its own, or those of a later one that has only added."""
    with database.engine.connect() as connection:
        return _serves(_revision(connection))


def is_known(database: Database) -> bool:
    """Whether this release knows the way from these tables to its own; it does not from those of a newer one."""
    with database.engine.connect() as connection:
        return _revision(connection) in REVISIONS


def _serves(revision: str | None) -> bool:
    own = REVISIONS[-1]
    return revision is not None and revision >= own and hundred(revision) == hundred(own)


def hundred(revision: str) -> str:
    """What the numbers of migrations that go together have in common."""
    return revision[:-2]


def _revision(connection: Connection) -> str | None:
    """The migration that a database's tables come from, as Alembic has noted it; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision
