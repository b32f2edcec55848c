"""Letters to be brought to an office on paper: those whose writers agreed, with a cover sheet on top."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.delivery.pdf import Sheet
from campaign.keys import Keys
from campaign.models import Delivery, Message

QUOTES_MOST = 12
"""What a member of Congress, or who receives the visit, reads in a minute."""

QUOTE_LENGTH = 240
"""Characters of one quotation, cut at the end of a sentence where there is one."""

TOWNS_MOST = 30


@dataclass(frozen=True, slots=True, repr=False)  # nobody's words reach a log through debug output
class Brought:
    """One letter that may be brought, and what of it may be quoted."""

    day: date
    name: str
    street: str
    town: str
    state: str
    zip: str
    subject: str
    body: str
    may_quote: bool
    message: int = 0
    """Id of the message of which it is a part."""

    def names_the_writer(self, text: str) -> bool:
        """Whether a text tells who wrote the letter: by a part of the name, by the street, or by the ZIP code."""
        parts = [*re.findall(r"\w{2,}", self.name), self.street, self.zip]
        return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE) for part in parts)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters: those written to a member who still holds the seat, from a day on."""

    seat: str
    bioguide: str
    since: date
    now: datetime


def count(session: Session, wanted: Wanted) -> int:
    """How many letters there are."""
    found: int | None = session.scalar(_chosen(select(func.count()), wanted))
    return found or 0


def brought(session: Session, keys: Keys, wanted: Wanted, newest: int | None = None) -> Iterator[Brought]:
    """The letters, oldest first, of those who agreed and whose text is still kept.

    Args:
        newest: only so many of them, and the newest first.
    """
    rows = _chosen(select(Message.id, Message.day, Message.sealed, Message.may_quote), wanted).order_by(Message.id)
    if newest is not None:
        # Their ids first: to sort all letters of an office with their texts would take as much memory as they are.
        ids = _chosen(select(Message.id), wanted).order_by(Message.id.desc()).limit(newest)
        rows = rows.where(Message.id.in_(ids)).order_by(None).order_by(Message.id.desc())
    for message, day, sealed, may_quote in session.execute(rows.execution_options(yield_per=200)):
        kept = json.loads(keys.unseal(sealed))
        text = kept["texts"][wanted.seat]
        street, last = kept["address"]
        town, _, rest = last.rpartition(", ")
        state, _, zip_code = rest.partition(" ")
        subject, body = text["subject"], text["body"]
        yield Brought(day, kept["name"], street, town, state, zip_code, subject, body, may_quote, message)


def _chosen(statement: Any, wanted: Wanted) -> Any:
    return statement.join_from(Message, Delivery, Delivery.message_id == Message.id).where(
        Delivery.seat == wanted.seat,
        Delivery.bioguide == wanted.bioguide,
        Message.day >= wanted.since,
        *_standing(wanted.now),
    )


def _standing(now: datetime) -> tuple[Any, ...]:
    """The conditions of the messages that may be brought now."""
    return (
        Message.may_print,
        Message.quarantined_at.is_(None),
        Message.sealed.is_not(None),
        Message.text_until > now,
    )


def sheet(letter: Brought, to: tuple[str, ...]) -> Sheet:
    """A letter as it is printed in a pack."""
    return Sheet(letter.day, to, letter.subject, letter.body)


@dataclass(slots=True)
class Cover:
    """What the cover sheet says, gathered while the letters go by."""

    letters: int
    towns: Counter[str]
    quotes: list[tuple[str, str]]
    """A passage and its writer's town."""

    @classmethod
    def empty(cls) -> Cover:
        return cls(0, Counter(), [])

    def add(self, letter: Brought, own: Iterable[str] = ()) -> None:
        """Count a letter; `own` are its paragraphs that are its writer's own, and the first that may be is quoted."""
        self.letters += 1
        self.towns[letter.town] += 1
        if len(self.quotes) < QUOTES_MOST and (quoted := quotation(letter, own)):
            self.quotes.append((quoted, letter.town))

    def sheet(self, day: date, to: tuple[str, ...], subject: str) -> Sheet:
        """The page on top."""
        often = self.towns.most_common(TOWNS_MOST)
        towns = ", ".join(f"{town} ({n})" if n > 1 else town for town, n in often)
        more = len(self.towns) - len(often)
        parts = [
            f"Letters: {self.letters}. Every writer has agreed that their letter is brought to you on paper.",
            f"They write from: {towns}{f', and {more} more places' if more else ''}.",
        ]
        if self.quotes:
            parts.append("In their own words:")
            parts += [f"“{quote}”\n{town}" for quote, town in self.quotes]
        return Sheet(day, to, subject, "\n\n".join(parts))


def quotation(letter: Brought, own: Iterable[str]) -> str | None:
    """What may be quoted from a letter, shortened: the first of its writer's `own` paragraphs that does not tell who
    wrote it. None where they have not agreed, or there is none."""
    if not letter.may_quote:
        return None
    quoted = next((text for text in own if not letter.names_the_writer(text)), None)
    return _shorten(quoted) if quoted else None


def may_still_quote(session: Session, messages: Sequence[int], now: datetime) -> set[int]:
    """Of which of these messages it may be quoted now: whose writers have not taken it back, and no text is over."""
    stands = select(Message.id).where(Message.id.in_(messages), Message.may_quote, *_standing(now))
    return set(session.scalars(stands))


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= QUOTE_LENGTH:
        return line
    cut = line[:QUOTE_LENGTH]
    ends = [found.end() for found in re.finditer(r"[.!?](?=\s)", cut)]
    return cut[: ends[-1]] if ends else cut.rpartition(" ")[0] + " …"
