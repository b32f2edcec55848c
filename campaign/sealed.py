"""Every encrypted text that is stored, and its sealing anew after a key was added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaign.database import Database, changed
from campaign.errors import Misconfigured
from campaign.keys import Keys
from campaign.models import Mail, Message, Organizer, Partner, Supporter

COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    Message.sealed,
    Mail.sealed,
    Supporter.sealed_email,
    Partner.sealed_email,
    Organizer.sealed_factor,
)
"""All of them. A text in a column that is not here would be lost with the key that sealed it."""

Key = int | str
"""By which a row is known: its number, or its code."""

AT_ONCE = 100
"""Rows of one transaction: encrypting is done before it, so that nobody waits longer than for any other write."""


@dataclass(slots=True)
class Found:
    """What a walk over all sealed texts has found."""

    newest: int = 0
    """Texts that the newest key seals."""
    older: int = 0
    """Texts that another key at hand seals, at the moment of the walk."""
    closed: int = 0
    """Texts that no key at hand opens."""

    @property
    def texts(self) -> int:
        return self.newest + self.older + self.closed


def look(database: Database, keys: Keys) -> Found:
    """Which keys seal what is stored. Opens every text."""
    found = Found()
    for column in COLUMNS:
        for rows in _batches(database, column):
            _renewed(rows, keys, found)
    return found


def renew(database: Database, keys: Keys) -> Found:
    """Seal with the newest key whatever another one seals, while others read and write. Repeats are harmless."""
    found = Found()
    for column in COLUMNS:
        for rows in _batches(database, column):
            fresh = _renewed(rows, keys, found)
            if fresh:
                database.write(partial(_store, column=column, fresh=fresh))
    return found


def _batches(database: Database, column: InstrumentedAttribute[Any]) -> Iterator[list[tuple[Key, bytes]]]:
    """The texts of a column with their rows' keys; each batch read in a session of its own, which ends at once."""
    key = _key(column)
    every = select(key, column).where(column.is_not(None)).order_by(key).limit(AT_ONCE)
    wanted = every
    while True:
        with database.read() as session:
            rows = [(row[0], row[1]) for row in session.execute(wanted)]
        if not rows:
            return
        wanted = every.where(key > rows[-1][0])
        yield rows


def _key(column: InstrumentedAttribute[Any]) -> Any:
    """The column by which the rows of another are known."""
    return inspect(column.class_).primary_key[0]


def _renewed(rows: list[tuple[Key, bytes]], keys: Keys, found: Found) -> list[tuple[Key, bytes, bytes]]:
    """Key, text as it was, and text sealed anew, of the rows that an older key seals."""
    fresh = []
    for key, sealed in rows:
        try:
            renewed = keys.renewed(sealed)
        except Misconfigured:
            found.closed += 1
            continue
        if renewed is None:
            found.newest += 1
        else:
            found.older += 1
            fresh.append((key, sealed, renewed))
    return fresh


def _store(session: Session, column: InstrumentedAttribute[Any], fresh: list[tuple[Key, bytes, bytes]]) -> int:
    # Only where the text is still the one that was read: what was erased meanwhile must not come back.
    return sum(
        changed(
            session.execute(
                update(column.class_).where(_key(column) == key, column == sealed).values({column: renewed})
            )
        )
        for key, sealed, renewed in fresh
    )
