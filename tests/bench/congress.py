"""Looking up a ZIP code, and loading the tables at the start of a process."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from campaign.config import EASTERN, Settings
from campaign.congress import Congress, Query
from tests.bench.measure import Line, median_seconds, reference_seconds

NOW = datetime(2026, 11, 24, 12, tzinfo=EASTERN)
NOWHERE = Path("nowhere")

LOADING = """
import json, resource, sys, time
from datetime import datetime
from pathlib import Path
import campaign.app  # what a process of the site has in memory anyway
from campaign.config import EASTERN, Settings
from campaign.congress import Congress
def resident():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * resource.getpagesize()
before, begun = resident(), time.perf_counter()
congress = Congress.load(Settings(data_dir=Path("nowhere")))
print(json.dumps([time.perf_counter() - begun, resident() - before]))
"""


def run() -> Iterator[Line]:
    """The findings."""
    congress = Congress.load(Settings(data_dir=NOWHERE))
    zips = itertools.cycle(list(congress.zips(NOW).listed))
    hashing = reference_seconds()
    seconds = median_seconds(lambda: congress.look_up(Query(next(zips)), NOW), repeats=30_000)
    yield Line("looking up a ZIP code", seconds * 1e6, "µs", 100, f"{seconds / hashing:.3f} of hashing a mebibyte")
    shown = median_seconds(lambda: json.dumps(congress.look_up(Query(next(zips)), NOW).to_json()), repeats=5000)
    yield Line("the same, and its answer as JSON", shown * 1e6, "µs", None, f"{shown / seconds:.1f} times the look-up")
    loads = [json.loads(_fresh()) for _ in range(5)]
    slowest, largest = (max(column) for column in zip(*loads, strict=True))
    yield Line("loading the tables, the slowest of 5 processes", slowest * 1e3, "ms", 300)
    yield Line("memory for them, the largest of 5 processes", largest / 1e6, "MB", 60)


def _fresh() -> str:
    return subprocess.run([sys.executable, "-c", LOADING], check=True, capture_output=True, text=True).stdout
