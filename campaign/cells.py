"""What the totals count, and in which cells of theirs a row is counted.

A figure is a word: of letters `letters`, `quarantined`, `originality` (by its percentage as the kind) and `reached`
(letters of which at least one office heard); of deliveries the words of `delivery.SAID`; of pledges, by kind,
`waiting`, `confirmed`, `withdrawn` and `set_aside` (in quarantine); of clicks `handovers`, `prefetch`, `preview` and
`bot`; of gifts `gifts` and `cents`, and `unmatched` and `unmatched_cents` of those that belong to no hand-over.

Everything is counted in whole, and by day, state, partner, letter and link; for the whole campaign, and for each
partner once more. By seat are counted the letters that were written to it, those of which it has heard (`reached`), and
what was said of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from campaign.models import click, gift, message, pledge
from campaign.models.delivery import BITS

OF_LETTERS = {message.UNMEASURED: "letters", message.QUARANTINED: "quarantined"}
OF_PLEDGES = {
    pledge.WAITING: "waiting",
    pledge.CONFIRMED: "confirmed",
    pledge.WITHDRAWN: "withdrawn",
    pledge.QUARANTINED: "set_aside",
}
OF_CLICKS = {place: "handovers" if word == "person" else word for place, word in enumerate(click.ASKERS, 1)}
OF_GIFTS = {gift.MATCHED: ("gifts", "cents"), gift.UNMATCHED: ("unmatched", "unmatched_cents")}

IN_WHOLE = ("originality", "unmatched", "unmatched_cents")
"""Figures that are counted in whole only."""


class Cell(NamedTuple):
    """One cell of the totals, by the names of their columns."""

    by: str
    partner: str
    key: str
    figure: str
    kind: str


class Whence(NamedTuple):
    """By what a row is told apart."""

    day: date | None = None
    state: str | None = None
    partner: str | None = None
    letter: str | None = None
    source: str | None = None


class Amount(NamedTuple):
    """A figure, of rows that are told apart in the same way; with a seat, it is counted by that alone."""

    whence: Whence
    figure: str
    kind: str = ""
    seat: str = ""


Amounts = Counter[Amount]


def of_letter(counted: int) -> Iterator[tuple[str, str]]:
    """The figures, each with its kind, in which a message counts that counts as this."""
    if counted >= message.MEASURED:
        yield "letters", ""
        yield "originality", str(counted - message.MEASURED)
    elif counted:
        yield OF_LETTERS[counted], ""


def is_letter(counted: int) -> bool:
    """Whether a message that counts as this is a letter, of which deliveries count."""
    return counted not in (0, message.QUARANTINED)


def of_delivery(counted: int) -> list[str]:
    """What was said of a delivery that counts as this."""
    return [word for word, bit in BITS.items() if counted & bit]


def spread(amounts: Amounts) -> Counter[Cell]:
    """The amounts, each in all the cells in which it is counted."""
    found: Counter[Cell] = Counter()
    for amount, n in amounts.items():
        if n:
            for cell in _cells(amount):
                found[cell] += n
    return found


def _cells(amount: Amount) -> Iterator[Cell]:
    whence, figure, kind, seat = amount
    if seat:
        yield Cell("seat", "", seat, figure, kind)
        return
    keys = {
        "day": whence.day.isoformat() if whence.day else "",
        "state": whence.state or "",
        "letter": whence.letter or "",
        "source": whence.source or "",
    }
    for partner in {"", whence.partner or ""}:
        yield Cell("", partner, "", figure, kind)
        if figure not in IN_WHOLE:
            for by, key in keys.items():
                yield Cell(by, partner, key, figure, kind)
    if figure not in IN_WHOLE:
        yield Cell("partner", "", whence.partner or "", figure, kind)
