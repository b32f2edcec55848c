"""The totals in tests: brought forward where a worker would."""

from __future__ import annotations

from campaign import counting
from campaign.database import Database


def bring_all(database: Database) -> None:
    """Bring the totals forward until they lack nothing."""
    while database.write(counting.bring_forward):
        pass
