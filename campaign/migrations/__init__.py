"""Numbered migrations, and the one call that brings a database up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from campaign.database import Database


def configuration(database: Database) -> Config:
    """Alembic's configuration, made here: the project has no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["database"] = database
    return config


def upgrade(database: Database) -> None:
    """Bring the tables up to the newest migration; nothing happens where they are there already."""
    command.upgrade(configuration(database), "head")


def is_current(database: Database) -> bool:
    """Whether the tables are those that this release was written for."""
    newest = ScriptDirectory.from_config(configuration(database)).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def is_known(database: Database) -> bool:
    """Whether this release knows the way from these tables to its own; it does not from those of a newer one."""
    with database.engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    known = ScriptDirectory.from_config(configuration(database)).walk_revisions()
    return revision in {script.revision for script in known}
