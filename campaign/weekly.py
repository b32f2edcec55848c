"""The figures of a week as plain text, for a terminal or a mail. All of them are from `reports`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from campaign import reports
from campaign.reports import Row

WIDTH = 72
"""Characters of a line: what every mail program shows without breaking it."""

LABEL = 32
"""Of these, for the words at the left; three numbers stand beside them."""

MOST = 10
"""Lines of the longest tables."""

LABELS = {
    "letters": "Letters written",
    "reached": "  of these, reached an office",
    "opened": "Forms opened",
    "sent": "Sent by form",
    "printed": "Printed",
    "called": "Called",
    "visited": "Taken to the office",
    "replied": "The office replied",
    "handovers": "Handed on to a donation page",
    "gifts": "Gifts",
}


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, or as many as were asked for, and as many before them."""

    first: date
    last: date

    @classmethod
    def before(cls, today: date) -> Week:
        """The seven full days before a day."""
        return cls(today - timedelta(days=7), today - timedelta(days=1))

    @property
    def earlier(self) -> Week:
        """As many days before."""
        length = self.last - self.first + timedelta(days=1)
        return Week(self.first - length, self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.first:%b} {self.first.day} – {self.last:%b} {self.last.day}, {self.last.year}"


def report(session: Session, name: str, week: Week, kinds: Mapping[str, str], todo: Iterable[str]) -> str:
    """The report of a week.

    Args:
        name: the campaign's.
        kinds: the kinds of pledge, by code, in words.
        todo: what needs doing, a sentence each.
    """
    now, then = (reports.span(session, one.first, one.last) for one in (week, week.earlier))
    (total,) = reports.table(session)
    parts = [
        [f"{name}: {week}", "=" * WIDTH],
        [_line("", "this week", "before", "in all"), *_figures(now, then, total)],
        _pledges(session, now, then, kinds),
        _way(session),
        _table("By partner, in all", reports.table(session, "partner"), "on the campaign's own site"),
        _table("By state, in all", reports.table(session, "state"), "not known"),
        _congress(session),
        ["What needs doing", *(line for sentence in todo for line in _wrapped(sentence))],
    ]
    return "\n\n".join("\n".join(part) for part in parts if len(part) > 1) + "\n"


def _wrapped(sentence: str) -> list[str]:
    """A sentence as an entry of a list."""
    return textwrap.wrap(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False)


def _line(label: str, *cells: object) -> str:
    texts = [f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells]
    told = textwrap.shorten(label, LABEL, placeholder=" …") if len(label) > LABEL else label
    return f"{told:<{LABEL + 1}}" + "".join(f"{text:>13}" for text in texts)


def _figures(now: Row, then: Row, total: Row) -> Iterator[str]:
    for figure, label in LABELS.items():
        yield _line(label, *(getattr(row, figure) for row in (now, then, total)))
    yield _line("Given, in dollars", *(f"{row.cents / 100:,.2f}" for row in (now, then, total)))


def _pledges(session: Session, now: Row, then: Row, kinds: Mapping[str, str]) -> list[str]:
    """By kind; each line has the confirmed ones and, in brackets, all that were made and not withdrawn."""
    (total,) = reports.table(session)
    lines = ["Pledges confirmed (and made)"]
    for code in sorted(total.pledged):
        cells = [f"{row.confirmed.get(code, 0):,} ({row.pledged.get(code, 0):,})" for row in (now, then, total)]
        lines.append(_line(kinds.get(code, code), *cells))
    return lines


def _way(session: Session) -> list[str]:
    words = {
        "looked_up": "Looked up their offices (visits)",
        "read": "Read finished letters (visits)",
        "written": "Finished letters",
        "reached": "Reached an office",
    }
    lines = ["From the first look-up to an office, in all"]
    lines += [_line(words[stage.name], stage.n) for stage in reports.funnel(session)]
    share = reports.originality(session)
    return lines if share is None else [*lines, _line("Own words, percent, the median", share)]


def _table(title: str, rows: list[Row], none: str) -> list[str]:
    rows = sorted((row for row in rows if row.letters), key=lambda row: (-row.letters, str(row.key)))
    lines = [_line(str(row.key or none), row.letters) for row in rows[:MOST]]
    more = len(rows) - len(lines)
    return [title, *lines, *([f"and {more} more"] if more else [])]


def _congress(session: Session) -> list[str]:
    """How many seats have heard from somebody: of these a letter was sent, printed, called or brought."""
    heard = [row for row in reports.table(session, "seat") if row.reached]
    return ["Congress", _line("Seats that have heard, of 541", len(heard))] if heard else []
