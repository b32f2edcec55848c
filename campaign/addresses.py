"""A US postal address, parsed and checked once; afterwards it cannot be wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import us

from campaign.errors import Malformed

STREET_MAX = 100
CITY_MAX = 60

_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?", re.ASCII)

NO_MEMBER = {"FM": "Micronesia", "MH": "the Marshall Islands", "PW": "Palau", "UM": "Wake Island"}
"""Places with ZIP codes and no member of Congress."""

STATES: dict[str, str] = {state.abbr: state.name for state in [*us.states.STATES, us.states.DC, *us.states.TERRITORIES]}
"""Postal code → name of every state, the District, and every territory with a delegate."""


_WITH_ARTICLE = frozenset({"DC", "MP", "VI"})


def in_a_sentence(state: str) -> str:
    """A state's name as it stands in a sentence: "Maine", "the District of Columbia"."""
    return f"the {STATES[state]}" if state in _WITH_ARTICLE else STATES[state]


def parse_zip(text: str) -> str:
    """The five digits of a ZIP code, given with or without its last four.

    Raises:
        Malformed: it is not a ZIP code. Whether such a ZIP exists is not asked here.
    """
    match = _ZIP.fullmatch(text.strip())
    if not match:
        raise Malformed("A ZIP code has five digits, like 04101.", field="zip")
    return match[1]


def parse_state(text: str) -> str:
    """The postal code of a state, the District or a territory, from its code or its name.

    Raises:
        Malformed: there is no such state.
    """
    wanted = text.strip()
    if wanted.upper() in STATES:
        return wanted.upper()
    by_name = {name.casefold(): code for code, name in STATES.items()}
    if code := by_name.get(wanted.casefold()):
        return code
    raise Malformed("Choose a state or territory.", field="state")


MARKS_MAX = 30
"""Accents and the like on one letter: as many as Unicode's stream-safe text has (UAX #15). Much longer runs are no
writing, and take quadratic time to bring into one spelling."""


_FAR_FROM_LATIN = re.compile(rf"[\u0300-\U0010ffff]{{{MARKS_MAX + 1}}}")
"""A run without a character of the blocks below U+0300, in which no mark is."""


def is_overmarked(text: str) -> bool:
    """Whether more marks than `MARKS_MAX` stand on one letter."""
    if not _FAR_FROM_LATIN.search(text):  # as in every text in Latin letters
        return False
    run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character)[0] == "M" else 0
        if run > MARKS_MAX:
            return True
    return False


def parse_line(text: str, field: str, limit: int, empty: object) -> str:
    """One line of text: trimmed, inner space folded, without characters that cannot be printed.

    Args:
        empty: what to say of an empty one; put into words only then, which takes looking up in a catalog.

    Raises:
        Malformed: it is empty, longer than `limit` characters, or holds control characters, half a surrogate pair or
            endless marks on one letter.
    """
    line = " ".join(text.split())
    if all(unicodedata.category(character) in ("Cf", "Zs") for character in line):  # nothing that can be seen
        raise Malformed(str(empty), field=field)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in line) or is_overmarked(line):
        raise Malformed("This holds characters that cannot be printed. Please type it again.", field=field)
    if len(line) > limit:
        raise Malformed("This is longer than %(limit)s characters.", field=field, limit=limit)
    return line


@dataclass(frozen=True, slots=True)
class Address:
    """Where a supporter lives. Made by `parse`; used, and forgotten."""

    street: str
    city: str
    state: str
    zip: str

    @classmethod
    def parse(cls, street: str, city: str, state: str, zip_code: str) -> Address:
        """Check the four lines of an address.

        Raises:
            Malformed: one of them cannot be; `field` names it (`street`, `city`, `state`, `zip`).
        """
        return cls(
            street=parse_line(street, "street", STREET_MAX, "Enter your street address."),
            city=parse_line(city, "city", CITY_MAX, "Enter your town or city."),
            state=parse_state(state),
            zip=parse_zip(zip_code),
        )

    def __repr__(self) -> str:
        # An address must not reach a log through somebody's debug output.
        return f"Address({self.state})"

    @property
    def lines(self) -> tuple[str, str]:
        """The address as it stands under a letter."""
        return self.street, f"{self.city}, {self.state} {self.zip}"
