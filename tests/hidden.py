"""A database that lacks a table for a while: every question about it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from campaign.database import Database


@contextmanager
def hidden(database: Database, table: str) -> Iterator[None]:
    """Hide a table from whoever asks meanwhile."""
    _rename(database, table, "hidden")
    try:
        yield
    finally:
        _rename(database, "hidden", table)


def _rename(database: Database, table: str, name: str) -> None:
    with database.engine.execution_options(campaign_writes=True).begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")
