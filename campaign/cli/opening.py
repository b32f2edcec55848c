"""What several commands begin with."""

from __future__ import annotations

from campaign import config
from campaign.database import Database
from campaign.migrations import upgrade


def open_database(settings: config.Settings) -> Database:
    """The campaign's database, with its tables up to date."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    upgrade(database)
    return database
