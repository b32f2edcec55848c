"""Gifts: what the operators of donation pages tell of them, and to which hand-over each belongs.

A gift is told by the id that went along with the hand-over, once or as often as one likes: the id makes it one gift.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from campaign import donations
from campaign.database import is_postgresql
from campaign.errors import Malformed
from campaign.keys import Keys
from campaign.models import Click
from campaign.models import Gift as GiftRow

if TYPE_CHECKING:
    import _csv

FIELDS = ("id", "amount", "date")
CURRENCY = "USD"
REFERENCE_MAX = 100
CENTS_MAX = 10_000_000_00
"""A gift beyond this is a mistyped one, and the column's end is near."""

BATCH = 500
"""Rows in one statement: databases allow so many values, and no more. A file is stored in as many at a time, too, since
with SQLite everybody else waits meanwhile; one that was broken off is begun anew without harm."""


@dataclass(frozen=True, slots=True)
class Gift:
    """One gift as it was told: the row in which it stood, its id, the amount in cents, and its day."""

    row: int
    reference: str
    cents: int
    day: date


@dataclass(frozen=True, slots=True)
class Note:
    """A row that somebody ought to look at, as `kind` says: `unmatched`, `conflict` or `bad`; the text is a msgid."""

    row: int
    kind: str
    text: str


@dataclass(slots=True)
class Outcome:
    """What became of the rows. Each is counted once."""

    given: int = 0
    """Marked a hand-over as given, just now."""
    known: int = 0
    """Said what we knew."""
    notes: list[Note] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Count other rows as well."""
        self.given += other.given
        self.known += other.known
        self.notes = sorted([*self.notes, *other.notes], key=lambda note: note.row)

    def counts(self) -> dict[str, int]:
        """How many rows were given, known, unmatched, in conflict and bad."""
        kinds = Counter(note.kind for note in self.notes)
        noted = {name: kinds[kind] for name, kind in (("unmatched", "unmatched"), ("conflicts", "conflict"))}
        return {"given": self.given, "known": self.known, **noted, "bad": kinds["bad"]}


def parse_amount(text: str) -> int:
    """An amount in dollars, in cents: `25`, `$25`, `25.5`, `1,234.50`. Nothing is rounded.

    Raises:
        Malformed: it is none, or one that no gift can have.
    """
    text = text.strip()
    if re.fullmatch(r"\(.*\d.*\)|\$?\s*[-−].*\d.*|.*\d\s*[-−]", text):
        raise Malformed("This is money paid back; only gifts are taken in.", field="amount")
    if not (match := re.fullmatch(r"\$?\s*([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]+))?", text)):
        raise Malformed("The amount must be one in dollars, like 25 or 1,234.50.", field="amount")
    whole, part = match[1].replace(",", ""), match[2] or ""
    if len(part) > 2:
        raise Malformed("The amount has parts of a cent.", field="amount")
    cents = int(whole) * 100 + int(part.ljust(2, "0"))
    if not 0 < cents <= CENTS_MAX:
        raise Malformed("The amount must be more than nothing and at most 10 million dollars.", field="amount")
    return cents


def parse_day(text: str, today: date) -> date:
    """A day: `2026-11-24` or, as in the United States, `11/24/2026`.

    Raises:
        Malformed: it is none, or has not come yet.
    """
    text = text.strip()
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    american = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text)
    try:
        if iso:
            day = date(int(iso[1]), int(iso[2]), int(iso[3]))
        elif american:
            day = date(int(american[3]), int(american[1]), int(american[2]))
        else:
            raise ValueError
    except ValueError:
        raise Malformed("The date must be one like 2026-11-24 or 11/24/2026.", field="date") from None
    if day > today + timedelta(days=1):  # somewhere it is tomorrow already
        raise Malformed("The date has not come yet.", field="date")
    return day


def parse_gift(row: int, values: dict[str, str], today: date) -> Gift:
    """One gift from the text of its fields.

    Raises:
        Malformed: one of them cannot be what it should be.
    """
    reference = values["id"].strip()
    if not reference:
        raise Malformed("There is no id.", field="id")
    if len(reference) > REFERENCE_MAX or not reference.isprintable():
        raise Malformed("The id has more than 100 characters, or some that nobody sees.", field="id")
    return Gift(row, reference, parse_amount(values["amount"]), parse_day(values["date"], today))


def read_file(data: bytes, today: date) -> tuple[list[Gift], list[Note]]:
    """The gifts in a CSV file, each with the number of its line, and what is wrong with the other rows.

    The first line names the columns, in any order and among others; commas or semicolons part them.

    Raises:
        Malformed: it is not UTF-8, or a column is missing.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("The file must be UTF-8.") from None
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True
    )
    rows = _rows(reader)
    _, header = next(rows, (1, []))
    names = [name.strip().lower() for name in header] if isinstance(header, list) else []
    if any(names.count(name) != 1 for name in FIELDS):
        raise Malformed("The first line must name each of the columns id, amount and date once.")
    gifts, notes = [], []
    for line, cells in rows:
        try:
            if isinstance(cells, csv.Error):
                raise Malformed("The quotes in this row do not match.")
            if len(cells) != len(names):  # a comma inside an amount without quotes would change it
                raise Malformed("This row has more or fewer cells than the first line.")
            gifts.append(parse_gift(line, dict(zip(names, cells, strict=True)), today))
        except Malformed as problem:
            notes.append(Note(line, "bad", problem.msgid))
    return gifts, notes


def _rows(reader: _csv.Reader) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each row that is not empty with the line in which it begins; in place of one that cannot be read, why."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def record_gifts(session: Session, keys: Keys, gifts: Sequence[Gift], now: datetime) -> Outcome:
    """Store gifts, each once, and mark the hand-overs they belong to.

    An id that is stored with another amount or day is a conflict and changes nothing. What belongs to no hand-over is
    stored without one. Of two who tell the same gift at once, one is told that it was known.
    """
    outcome = Outcome()
    known = {gift.reference: donations.parse_token(keys, gift.reference) for gift in gifts}
    # In one order everywhere: two who store the same ids at once then wait for each other, and not in a circle.
    rest = iter(sorted(gifts, key=lambda gift: (known[gift.reference] or gift.reference, gift.row)))
    while batch := list(islice(rest, BATCH)):
        named = [(known[gift.reference] or gift.reference, gift) for gift in batch]
        clicks = _clicks(session, [token for gift in batch if (token := known[gift.reference])])
        first: dict[str, Gift] = {}
        for reference, gift in named:
            first.setdefault(reference, gift)
        new = _insert(session, first, clicks, now)
        stored = _stored(session, list(first))
        for reference, gift in named:
            cents, day, matched = stored[reference]
            if (gift.cents, gift.day) != (cents, day):
                text = "This id is known with another amount or another day; that one stands."
                outcome.notes.append(Note(gift.row, "conflict", text))
            elif not matched:
                ours = known[gift.reference]
                text = "No hand-over has this id." if ours else "This id is none of ours."
                outcome.notes.append(Note(gift.row, "unmatched", text))
            elif reference in new and first[reference] is gift:
                outcome.given += 1
            else:
                outcome.known += 1
    outcome.notes.sort(key=lambda note: note.row)
    return outcome


def _clicks(session: Session, tokens: list[str]) -> dict[str | None, tuple[int, str]]:
    found = session.execute(select(Click.token, Click.id, Click.destination).where(Click.token.in_(tokens)))
    return {token: (number, destination) for token, number, destination in found}


def _insert(
    session: Session, gifts: dict[str, Gift], clicks: dict[str | None, tuple[int, str]], now: datetime
) -> set[str]:
    """Store what is not there yet; the unique id decides. Returns the ids that were stored just now."""
    rows = []
    for reference, gift in gifts.items():
        click, destination = clicks.get(reference, (None, None))
        told = {"reference": reference, "cents": gift.cents, "currency": CURRENCY, "day": gift.day, "imported_at": now}
        rows.append(told | {"click_id": click, "destination": destination})
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    statement = insert(GiftRow).on_conflict_do_nothing(index_elements=["reference"]).returning(GiftRow.reference)
    return set(session.scalars(statement, rows))


def _stored(session: Session, references: list[str]) -> dict[str, tuple[int, date, bool]]:
    columns = (GiftRow.reference, GiftRow.cents, GiftRow.day, GiftRow.click_id)
    found = session.execute(select(*columns).where(GiftRow.reference.in_(references)))
    return {reference: (cents, day, click is not None) for reference, cents, day, click in found}
