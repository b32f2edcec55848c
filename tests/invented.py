"""A small made-up campaign for tests that need many rows: made by `campaign demo`'s own hands."""

from __future__ import annotations

from datetime import date, datetime

from campaign import demonstration, inventing
from campaign.config import EASTERN
from campaign.congress.seats import SEATS
from campaign.database import Database
from campaign.inventing import Setting
from campaign.keys import Keys

LETTERS, KINDS, PAGES = ("protect-parole", "extend-status"), ("call", "visit", "share"), ("give", "relief")


def fill(database: Database, keys: Keys, supporters: int, *, seed: int = 1, last: date, days: int = 20) -> None:
    """So many supporters and all that is theirs, counted."""
    now = datetime.combine(last, datetime.min.time(), EASTERN)
    setting = Setting(LETTERS, KINDS, PAGES, dict.fromkeys(SEATS, "M000001"), EASTERN, last, days)
    people = list(inventing.invent(seed, setting, supporters))
    database.write(lambda session: demonstration.begin(session, seed, supporters, now))
    for first in range(0, supporters, demonstration.STEP):
        part = people[first : first + demonstration.STEP]
        database.write(lambda session: demonstration.store(session, keys, part, [None] * len(part), now))  # noqa: B023
