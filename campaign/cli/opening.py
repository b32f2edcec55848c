"""What several commands begin with."""

from __future__ import annotations

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
