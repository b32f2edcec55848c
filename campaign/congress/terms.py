"""Which Congress sits, and whose map of the districts answers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec

from campaign.config import EASTERN
from campaign.congress.tables import HOME
from campaign.errors import Misconfigured

FILE = "terms.toml"


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Congress, when it sits, and under which names the Census Bureau's geocoder keeps its map."""

    number: int
    since: datetime
    until: datetime
    vintage: str
    layer: str
    same_map: frozenset[str] = frozenset()
    """Postal codes of states known to keep the districts of the Congress before. The others count as redrawn."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    congress: tuple[Term, ...]


class Terms:
    """The Congresses that were written down."""

    def __init__(self, rows: tuple[Term, ...]) -> None:
        self.rows = rows

    @classmethod
    def load(cls, data_dir: Path, shipped: Path) -> Terms:
        """Read the operator's own `congress/terms.toml` in `data_dir`, or else the one that came with the project.

        Raises:
            Misconfigured: it cannot be read, or one of its entries cannot be; the message names the file.
        """
        own = data_dir / HOME / FILE
        path = own if own.exists() else shipped / FILE
        try:
            rows = msgspec.toml.decode(path.read_bytes(), type=_File).congress
        except (OSError, ValueError) as error:
            raise Misconfigured(f"Cannot read {path}: {error}") from None
        for row in rows:
            if row.since.tzinfo is None or row.until.tzinfo is None:
                raise Misconfigured(f"{path}, Congress {row.number}: say the zone of the times, as in -05:00.")
            last = row.until - timedelta(seconds=1)
            if not row.since < row.until or {congress_at(row.since), congress_at(last)} != {row.number}:
                raise Misconfigured(f"{path}, Congress {row.number}: it does not sit at that time.")
        if len({row.number for row in rows}) < len(rows):
            raise Misconfigured(f"{path}: a Congress stands there twice.")
        return cls(rows)

    def at(self, now: datetime) -> Term | None:
        """The row in force; None where none was written down."""
        return next((row for row in self.rows if row.since <= now < row.until), None)


COMMITTEES_FORMED = (2, 28)
"""Month and day of an odd year by which a new Congress has appointed its committees."""


def is_forming(day: date) -> bool:
    """Whether a new Congress may still be appointing its committees: lists of them may be empty, or the old ones."""
    return day.year % 2 == 1 and (1, 3) <= (day.month, day.day) <= COMMITTEES_FORMED


def same_congress(one: date, other: date) -> bool:
    """Whether the same Congress sits on two days, at the end of each."""
    first, second = (congress_at(datetime.combine(day, time(23), EASTERN)) for day in (one, other))
    return first == second


def congress_at(now: datetime) -> int:
    """The number of the Congress that sits: a new one at noon Eastern on January 3 of every odd year."""
    eastern = now.astimezone(EASTERN)
    year = eastern.year - (eastern.replace(tzinfo=None) < datetime(eastern.year, 1, 3, 12))  # noqa: DTZ001
    return (year - 1789) // 2 + 1
