"""From a letter's alternatives and a supporter's own words to the finished text for one office.

Which alternative is taken depends on the form's seed and on the office's place among the supporter's alone: it is the
same before and after a look at it, differs from supporter to supporter, and differs among one supporter's offices as
far as there are alternatives.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from campaign.addresses import Address, in_a_sentence
from campaign.letters.bank import Bank, Letter
from campaign.letters.files import Passage
from campaign.letters.rules import PLACEHOLDER

SIGN_OFFS = ("Sincerely,", "Respectfully,", "With respect,", "Sincerely yours,")


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom one text goes."""

    chamber: str
    salutation: str
    place: int
    """Which of the supporter's offices it is, counted from 0."""
    standing: str = ""
    """`chair`, `ranking` or `member` of a committee with a say in the matter; empty where there is none."""
    committee: str = ""
    """What that committee is called."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a supporter chose, and their own words."""

    role: str
    reasons: tuple[str, ...]
    words: str
    name: str
    address: Address


@dataclass(frozen=True, slots=True)
class Draft:
    """The finished text for one office, still to be edited."""

    subject: str
    body: str


def assemble(bank: Bank, letter: Letter, addressee: Addressee, wish: Wish, seed: str) -> Draft:
    """The letter to one office: greeting, own words, the campaign's words, one ask, sign-off.

    What a supporter wrote is set in as it is: braces in it are braces.
    """

    def draw(count: int, name: str) -> int:
        return (_draw(count, seed, name) + addressee.place) % count

    def pick(group: tuple[Passage, ...], name: str) -> str:
        return group[draw(len(group), name)].text

    def say(group: tuple[Passage, ...], name: str) -> str:
        return fill(pick(group, name), bank, wish.address, addressee.committee)

    chosen = [reason.code for reason in letter.file.reasons if reason.code in wish.reasons]
    start = draw(len(chosen), "order") if chosen else 0
    ask = say(letter.asks[addressee.chamber], "ask")
    if addressee.standing:
        ask = f"{say(letter.committees[addressee.standing], 'committee')} {ask}"
    paragraphs = [
        f"{addressee.salutation},",
        wish.words,
        say(letter.openings[wish.role], "opening"),
        *(say(letter.reasons[code], code) for code in chosen[start:] + chosen[:start]),
        ask,
        sign_off(bank, wish, SIGN_OFFS[draw(len(SIGN_OFFS), "sign-off")]),
    ]
    return Draft(
        subject=say(letter.subjects, "subject"),
        body="\n\n".join(paragraph for paragraph in paragraphs if paragraph.strip()),
    )


def sign_off(bank: Bank, wish: Wish, closing: str) -> str:
    """Name and postal address, by which an office sees that a constituent writes; and who helped."""
    lines = [closing, wish.name, *wish.address.lines]
    if bank.campaign.organization:
        lines.append(f"(Prepared with the help of {bank.campaign.organization})")
    return "\n".join(lines)


def fill(text: str, bank: Bank, address: Address, committee: str = "") -> str:
    """A passage with its placeholders filled, in one pass: nothing that is filled in is looked at again."""
    words = {"city": address.city, "state": in_a_sentence(address.state), "committee": committee}

    def value(name: str) -> str:
        return bank.figure(name.removeprefix("fact:")) if name.startswith("fact:") else words[name]

    return PLACEHOLDER.sub(lambda match: value(match[1]), text)


def _draw(count: int, *names: str) -> int:
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return int.from_bytes(digest[:8]) % count
