"""`make soak`: a thousand schedules on every kind of database at hand; status 1 where one ends at a wrong number."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from campaign.database import Database
from campaign.migrations import upgrade
from tests.postgres import postgresql
from tests.soak.schedules import Schedule


def soak(name: str, database: Database, schedules: int) -> bool:
    """Run the schedules, say what came of them, and whether all ended at the exact number."""
    begun = time.monotonic()
    wrong, naive = [], 0
    for seed in range(schedules):
        outcome = Schedule(database, seed).run()
        naive += outcome.naive != outcome.exact
        if not outcome.holds:
            wrong.append(seed)
            print(f"{name}: WRONG with seed {seed}: {outcome.totals} instead of {outcome.exact}", flush=True)
    took = f"{time.monotonic() - begun:.0f} s"
    print(f"{name}: {schedules} schedules, {len(wrong)} wrong; the naive counter: {naive} wrong  ({took})", flush=True)
    return not wrong


def main(schedules: int) -> int:
    """Soak SQLite, and PostgreSQL where a server answers."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'soak.db'}")
        upgrade(database)
        right = soak("SQLite", database, schedules)
        database.close()
    with postgresql() as server:
        if server is None:
            print("PostgreSQL: no server answers on this machine")
        else:
            right &= soak("PostgreSQL", server, schedules)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 1000))
