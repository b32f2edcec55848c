"""From a letter and an office to a draft, and samples of what the campaign's own words alone would make."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from campaign import discretion, originality
from campaign.addresses import Address
from campaign.congress import Office, Roster
from campaign.congress.seats import SENATE_SEATS
from campaign.letters import REASONS_MAX, Addressee, Bank, Letter, Wish, assemble
from campaign.letters.assemble import fill


def addressee(office: Office, place: int) -> Addressee:
    """An office as a letter needs to know it; `place` counts the supporter's offices from 0."""
    committee = office.weightiest
    return Addressee(
        chamber=office.chamber,
        salutation=office.salutation or "",
        place=place,
        standing=committee.standing if committee else "",
        committee=committee.short_name if committee else "",
    )


def supply(bank: Bank, address: Address, addressees: Iterable[Addressee]) -> frozenset[int]:
    """What the letter bank can put into letters from this address to these offices, as `originality` compares it."""
    # A committee's sentence and the ask stand in one paragraph: where they meet is the campaign's as well.
    joined = (
        fill(f"{said.text} {ask.text}", bank, address, to.committee)
        for to in addressees
        if to.standing
        for letter in bank.letters.values()
        for said in letter.committees[to.standing]
        for ask in letter.asks[to.chamber]
    )
    plain, to_fill = _passages(bank)
    filled = originality.keys([*(fill(text, bank, address) for text in to_fill), *joined])
    return plain | filled - originality.keys([address.city])  # a long name of a town is no words of the campaign's


def own_paragraphs(body: str, address: Address, bank: Bank, to: Addressee) -> Iterator[str]:
    """The story at a letter's beginning: the paragraphs before the campaign's first that are wholly its writer's.

    What stands after the campaign's words may be a sign-off of any shape. A paragraph in which something could endanger
    somebody is passed over, since these are meant to be quoted.
    """
    everything = supply(bank, address, [to])
    start, end = originality.middle(body)
    for paragraph in body[start:end].split("\n\n"):
        measured = originality.measure(paragraph, everything)
        if measured.own < measured.sequences:
            return
        if measured.sequences and not discretion.spots(paragraph):
            yield paragraph


_last: tuple[Bank, frozenset[int], list[str]] | None = None


def _passages(bank: Bank) -> tuple[frozenset[int], list[str]]:
    """The keys of the passages without placeholders, and the passages with; worked out once for each bank."""
    global _last
    known = _last
    if known is None or known[0] is not bank:
        texts = bank.passages()
        to_fill = [text for text in texts if "{" in text]
        known = _last = bank, originality.keys(text for text in texts if "{" not in text), to_fill
    return known[1], known[2]


@dataclass(frozen=True, slots=True)
class Sample:
    """A finished message in which nobody has written a word of their own."""

    office: str
    subject: str
    body: str

    def to_json(self) -> dict[str, Any]:
        return {"subject": self.subject, "body": self.body, "office": self.office, "own_words": None}


def samples(bank: Bank, letter: Letter, roster: Roster, count: int, seed: str, on: date) -> Iterator[Sample]:
    """Messages as they come when nobody adds a word: supporters of all kinds, all over the country.

    The same seed gives the same messages. Name and street are blanks to be filled in; the town is one in which the
    office has a local office, since these are real ones.
    """
    chance = random.Random(seed)  # noqa: S311  (samples, no secrets)
    seats = sorted(seat for seat, office in roster.offices.items() if office.local_offices)
    codes = [reason.code for reason in letter.file.reasons]
    for number in range(count):
        office = roster.office(chance.choice(seats), on)
        wish = Wish(
            role=chance.choice(sorted(bank.roles)),
            reasons=tuple(chance.sample(codes, chance.randint(1, min(REASONS_MAX, len(codes))))),
            words="",
            name="[name]",
            address=Address("[street]", chance.choice(office.local_offices).city, office.seat[:2], "[ZIP code]"),
        )
        senators = SENATE_SEATS.get(office.seat[:2], ())
        place = senators.index(office.seat) if office.seat in senators else len(senators)
        draft = assemble(bank, letter, addressee(office, place), wish, f"{seed}-{number}")
        yield Sample(office.seat, draft.subject, draft.body)
