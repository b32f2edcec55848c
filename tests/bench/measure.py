"""Measuring: medians of many runs, beside a reference taken in the same run."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: what was measured, its figure and unit, and what it may be at most or must be at least."""

    what: str
    figure: float
    unit: str
    most: float | None = None
    beside: str = ""
    """The same as a ratio to something else of this run; it can be compared between machines."""
    least: float | None = None

    @property
    def kept(self) -> bool:
        return (self.most is None or self.figure <= self.most) and (self.least is None or self.figure >= self.least)

    def __str__(self) -> str:
        bounds = [f"at most {self.most:g}"] if self.most is not None else []
        bounds += [f"at least {self.least:g}"] if self.least is not None else []
        bound = f"  ({' and '.join(bounds)}: {'kept' if self.kept else 'MISSED'})" if bounds else ""
        return f"{self.what:<52}{self.figure:>10.3g} {self.unit:<3}{bound}{'  ' + self.beside if self.beside else ''}"


def median_seconds(run: Callable[[], object], *, repeats: int = 2000) -> float:
    """The median time of one call, after a few that are not counted."""
    for _ in range(20):
        run()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def reference_seconds() -> float:
    """A piece of work that is the same on every machine: hashing a mebibyte."""
    block = b"\0" * (1 << 20)
    return median_seconds(lambda: hashlib.sha256(block).digest(), repeats=50)
