"""The geometry of the charts: values in, places on a drawing out. `templates/charts.html` draws them.

The charts are made here, and not by a library: those that draw SVG on a server bring styles and scripts of their own
inside it, which the site's policy forbids, and colors that know no dark mode.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_MOST = 92
"""So many bars can be told apart on a telephone; of a longer time each stands for a week."""

WIDTH, HEIGHT, GUTTER, FOOT = 720, 220, 52, 24
"""Of a chart of columns, in the drawing's own units; room for the labels at its left, and below."""

ROWS = (
    "AK .. .. .. .. .. .. .. .. .. ME",
    ".. .. .. .. .. .. .. .. .. VT NH",
    "WA ID MT ND MN WI MI .. NY MA RI",
    "OR NV WY SD IA IL IN OH PA NJ CT",
    "CA UT CO NE MO KY WV VA MD DE ..",
    ".. AZ NM KS AR TN NC SC DC .. ..",
    ".. .. .. OK LA MS AL GA .. .. ..",
    "HI .. .. TX .. .. .. .. FL .. ..",
    "GU MP AS .. .. .. .. .. .. PR VI",
)
"""Where each state, the District and each territory has its square: about where it lies, next to its neighbors."""

SIDE, GAP = 60, 4

SHADES = 4
"""Shades beside the one for nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it stands, which days it is of, and its value."""

    x: float
    y: float
    width: float
    height: float
    first: date
    last: date
    value: int


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns, with its lines across, each at a height and with its value, and its days below."""

    columns: Sequence[Column]
    lines: Sequence[tuple[float, int]]
    days: Sequence[tuple[float, date]]
    weekly: bool
    width: int = WIDTH
    height: int = HEIGHT
    gutter: int = GUTTER

    @property
    def floor(self) -> int:
        """Where the columns stand."""
        return self.height - FOOT


def step(most: int, lines: int = 4) -> int:
    """How far the lines across are apart: 1, 2 or 5, or ten times as much and so on, for about so many lines."""
    if most <= lines:
        return 1
    rough = most / lines
    unit = 10 ** math.floor(math.log10(rough))
    return int(next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough))


def by_time(values: Mapping[date, int], today: date) -> Columns | None:
    """Columns by day from the first that has a value until today, by week where there are many; None without any."""
    known = [day for day, n in values.items() if n]
    if not known:
        return None
    first, last = min(known), max(*known, today)
    weekly = (last - first).days >= DAYS_MOST
    if weekly:
        first -= timedelta(days=first.weekday())
    length = timedelta(days=7 if weekly else 1)
    spans = []
    while first <= last:
        spans.append((first, min(first + length - timedelta(days=1), last)))
        first += length
    sums = [
        sum(values.get(start + timedelta(days=n), 0) for n in range((end - start).days + 1)) for start, end in spans
    ]
    apart = step(max(sums))
    top = math.ceil(max(sums) / apart) * apart
    floor, room = HEIGHT - FOOT, (WIDTH - GUTTER) / max(len(spans), 14)  # a few days are no fat columns
    columns = [
        Column(
            x=round(GUTTER + room * place + room * 0.1, 2),
            y=round(floor - (floor - 10) * n / top, 2),
            width=round(room * 0.8, 2),
            height=round((floor - 10) * n / top, 2),
            first=start,
            last=end,
            value=n,
        )
        for place, ((start, end), n) in enumerate(zip(spans, sums, strict=True))
    ]
    lines = [(round(floor - (floor - 10) * n / top, 2), n) for n in range(0, top + 1, apart)]
    every = math.ceil(len(spans) / 6)
    days = [(round(GUTTER + room * (place + 0.5), 2), spans[place][0]) for place in range(0, len(spans), every)]
    return Columns(columns, lines, days, weekly)


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of the map."""

    state: str
    x: int
    y: int
    value: int
    shade: int
    """From 0 for nothing to `SHADES`."""


@dataclass(frozen=True, slots=True)
class TileMap:
    """The map, and from which value on each of its shades stands."""

    tiles: Sequence[Tile]
    steps: Sequence[int]
    width: int
    height: int
    side: int = SIDE


def tile_map(values: Mapping[str, int]) -> TileMap:
    """The map of states and territories. Shades go by the square root: few letters from a small state are seen, too."""
    most = max([0, *values.values()])
    tiles = []
    for row, line in enumerate(ROWS):
        for column, state in enumerate(line.split()):
            if state != "..":
                n = values.get(state, 0)
                tiles.append(Tile(state, column * (SIDE + GAP), row * (SIDE + GAP), n, shade(n, most)))
    steps = (
        sorted({math.floor(most * ((number - 1) / SHADES) ** 2) + 1 for number in range(1, SHADES + 1)}) if most else []
    )
    across = len(ROWS[0].split())
    return TileMap(tiles, steps, across * (SIDE + GAP) - GAP, len(ROWS) * (SIDE + GAP) - GAP)


def shade(n: int, most: int) -> int:
    """In which shade a value stands beside the largest."""
    return math.ceil(SHADES * math.sqrt(n / most)) if n and most else 0


def short(n: int) -> str:
    """A number in few characters, for a small square: 950, 1.2k, 34k, 2.1M."""
    for unit, sign in ((1_000_000, "M"), (1_000, "k")):
        if n >= unit * 0.9995:
            return f"{n / unit:.1f}".removesuffix(".0") + sign if n < 9.95 * unit else f"{round(n / unit)}{sign}"
    return str(n)
