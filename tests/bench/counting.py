"""Reading the public counts at 1,000 and at 1,000,000 pledges, and bringing them forward."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text

from campaign import batches, clock, counting, publishing, recounting, tasks
from campaign.batches import Filter
from campaign.database import Database
from campaign.migrations import upgrade
from campaign.models import pledge
from tests.bench.measure import Line, median_seconds

FEW, MANY = 1_000, 1_000_000
ROUNDS = 7

PARTNERS = """
INSERT INTO partners (code, name, origins, created_at)
VALUES ('a', 'A', '[]', '2026-11-24'), ('b', 'B', '[]', '2026-11-24'), ('c', 'C', '[]', '2026-11-24')
"""

PLEDGES = """
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)
INSERT INTO pledges (kind, state, partner, day, created_at, confirmed_at, counted)
SELECT 'kind-' || (n / 50 % 5), char(65 + n % 50 / 25, 65 + n % 25), nullif(char(97 + n / 250 % 4), 'd'),
  '2026-11-24', '2026-11-24', '2026-11-24', :counted
FROM numbers
"""
"""In 1,000 of them is each cell that there is, so that the two databases differ in nothing but their size."""


FROM_ONE_NETWORK = "UPDATE pledges SET network_hash = 'bot' WHERE id % 10 = 0 AND id <= :count * 10"


def run() -> Iterator[Line]:
    """The findings."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_filled(Path(folder) / f"{count}.db", count) for count in (FEW, MANY))
        times = {few: [0.0] * ROUNDS, many: [0.0] * ROUNDS}
        for turn in range(ROUNDS):  # by turns: what else the machine does slows both
            for database, found in times.items():
                found[turn] = median_seconds(lambda: _read(database), repeats=100)  # noqa: B023  (called at once)
        small, large = min(times[few]), min(times[many])
        yield Line(f"reading the public counts at {MANY:,} pledges", large * 1e3, "ms")
        yield Line(f"  the same, beside {FEW:,} pledges", large / small, "x", 1.3, f"{small * 1e3:.2f} ms")
        _add(many, 10 * counting.BATCH, counted=0)
        batches = [_seconds(lambda: many.write(counting.bring_forward)) for _ in range(10)]
        usual = f"usually {statistics.median(batches) * 1e3:.0f} ms"
        yield Line(f"counting {counting.BATCH:,} more, the slowest batch of 10", max(batches) * 1e3, "ms", 1000, usual)
        with many.read() as session:
            behind = median_seconds(lambda: counting.is_behind(session), repeats=100)
            comparing = _seconds(lambda: recounting.differences(session))
            assert recounting.differences(session) == {}
        yield Line("asking whether there is anything to count", behind * 1e3, "ms", 10)
        yield Line("comparing the totals with the rows, a read", comparing, "s")
        yield from _quarantine(many)
        few.close()
        many.close()


def _quarantine(database: Database) -> Iterator[Line]:
    """A tenth of the pledges into quarantine and out of the totals, while somebody reads."""
    wanted = Filter(network_hash="bot", noun="pledges")
    database.write(lambda session: session.execute(text(FROM_ONE_NETWORK), {"count": MANY // 10}).close())
    alone = median_seconds(lambda: _read(database), repeats=100)
    now = clock.wall()
    database.write(lambda session: batches.start(session, wanted, "invalidate", "measured", "nobody", now=now))
    readings: list[float] = []
    ended = threading.Event()

    def go_on_reading() -> None:
        while not ended.is_set():
            readings.append(_seconds(lambda: _read(database)))
            time.sleep(0.005)

    reader = threading.Thread(target=go_on_reading)
    reader.start()
    before, begun = _read(database), time.perf_counter()
    while tasks.run_batches(database) + tasks.count(database):
        pass
    took = time.perf_counter() - begun
    ended.set()
    reader.join()
    assert before - _read(database) == MANY // 10
    yield Line(f"{MANY // 10:,} pledges into quarantine, and the totals after them", took, "s", 10)
    told = f"{alone * 1e3:.2f} ms alone"
    yield Line("  reading the public counts meanwhile, median", statistics.median(readings) * 1e3, "ms", None, told)


def _filled(path: Path, count: int) -> Database:
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.write(lambda session: session.execute(text(PARTNERS)).close())
    _add(database, count, counted=pledge.CONFIRMED)
    database.write(recounting.compare)
    return database


def _add(database: Database, count: int, *, counted: int) -> None:
    database.write(lambda session: session.execute(text(PLEDGES), {"count": count, "counted": counted}).close())


def _read(database: Database) -> int:
    with database.read() as session:
        return publishing.public_counts(session).pledges or 0


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
