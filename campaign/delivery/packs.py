"""Letters to be brought to an office on paper: those whose writers agreed, with a cover sheet on top."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
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
    town: str
    state: str
    subject: str
    body: str
    may_quote: bool


def count(session: Session, seat: str, since: date, now: datetime) -> int:
    """How many letters there are for an office."""
    found: int | None = session.scalar(_chosen(select(func.count()), seat, since, now))
    return found or 0


def brought(session: Session, keys: Keys, seat: str, since: date, now: datetime) -> Iterator[Brought]:
    """The letters to one seat since a day, oldest first, of those who agreed and whose text is still kept."""
    columns = select(Message.day, Message.sealed, Message.may_quote).order_by(Message.id)
    for day, sealed, may_quote in session.execute(_chosen(columns, seat, since, now).execution_options(yield_per=200)):
        kept = json.loads(keys.unseal(sealed))
        text = kept["texts"][seat]
        town, _, rest = kept["address"][-1].rpartition(", ")
        yield Brought(day, town, rest[:2], text["subject"], text["body"], may_quote)


def _chosen(statement: Any, seat: str, since: date, now: datetime) -> Any:
    return statement.join_from(Message, Delivery, Delivery.message_id == Message.id).where(
        Delivery.seat == seat,
        Message.day >= since,
        Message.may_print,
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

    def add(self, letter: Brought, own: str) -> None:
        """Count a letter; `own` is the first paragraph that is its writer's own, empty if there is none."""
        self.letters += 1
        self.towns[letter.town] += 1
        if own and letter.may_quote and len(self.quotes) < QUOTES_MOST:
            self.quotes.append((_shorten(own), letter.town))

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


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= QUOTE_LENGTH:
        return line
    cut = line[:QUOTE_LENGTH]
    ends = [found.end() for found in re.finditer(r"[.!?](?=\s)", cut)]
    return cut[: ends[-1]] if ends else cut.rpartition(" ")[0] + " …"
