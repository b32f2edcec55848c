"""What several commands begin with, and `campaign migrate`, which does no more."""

from __future__ import annotations

import click

from campaign import config
from campaign.database import Database
from campaign.migrations import upgrade


def open_database(settings: config.Settings, *, hold: bool = True) -> Database:
    """The campaign's database, with its tables up to date.

    Args:
        hold: whether the data directory is shared with others at work; False for whoever has it alone.
    """
    database = Database(settings.database_url, settings.data_dir if hold else None)
    upgrade(database)
    return database


@click.command("migrate")
@click.pass_obj
def migrate_command(settings: config.Settings) -> None:
    """Bring the database's tables up to date. `serve` does so by itself."""
    open_database(settings).close()
