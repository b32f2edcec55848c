"""Spots what could endanger or expose people, before a letter is kept or printed. The writer decides.

What is looked for, and how it is written:
- A-numbers and receipt numbers: U.S. Citizenship and Immigration Services, https://www.uscis.gov/glossary
- Social Security numbers: https://www.ssa.gov/employer/verifySSN.htm
- passports: two letters and six digits, a letter and seven or eight, or whatever follows the word
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Kind = Literal["a_number", "receipt", "ssn", "passport", "email", "phone", "street"]

_GAP = r"[\s\-\u2010-\u2015.]?"
_OFFICES = "IOE|MSC|NBC|EAC|VSC|WAC|CSC|LIN|NSC|SRC|TSC|YSC|PSC"
"""The beginnings of receipt numbers; with any other three letters the digits follow at once."""

_SUFFIX = (
    "street st avenue ave road rd boulevard blvd drive dr lane ln court ct place pl square sq terrace ter parkway pkwy "
    "highway hwy circle cir trail trl way broadway alley plaza"
)

_NO_NAME = (
    "on our the a we i in of my and at to for from years? days? months? people families miles went this that his her "
    "their"
)
"""Words that stand in no street's name: "20 years on Main Street" is no address."""

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("email", re.compile(r"(?<![\w.+'\-])[\w.+'\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+")),
    (
        "receipt",
        re.compile(
            rf"(?<!\w)(?:[A-Z]{{3}}|(?:{_OFFICES}){_GAP})\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{5}}(?!\w)", re.IGNORECASE
        ),
    ),
    (
        "a_number",
        re.compile(
            rf"(?<!\w)(?:A(?:lien)?{_GAP}(?:registration\s{{1,3}})?(?:number|no\.?|#)?\s{{0,3}}[:#]?{_GAP}"
            r"|USCIS\s{0,3}\#?\s{0,3}:?\s{0,3})"
            rf"\d{{2,3}}{_GAP}\d{{3}}{_GAP}\d{{3}}(?!\w)",
            re.IGNORECASE,
        ),
    ),
    ("ssn", re.compile(r"(?<![\w\-])\d{3}[\s\-\u2010-\u2015]\d{2}[\s\-\u2010-\u2015]\d{4}(?![\w\-])")),
    ("ssn", re.compile(r"(?:SSN|social\s{1,3}security)\D{0,20}?(\d{9})(?!\w)", re.IGNORECASE)),
    (
        "passport",
        re.compile(r"passport\W{0,3}(?:\w{1,30}\W{1,3}){0,4}?((?=\w{0,12}\d{5})\w{6,12})(?!\w)", re.IGNORECASE),
    ),
    ("passport", re.compile(r"(?<!\w)(?:[A-Z]{2}\s?\d{6,7}|[A-Z]\s?\d{7,8})(?!\w)")),
    (
        "phone",
        re.compile(r"(?<![\w\-.])(?!\d{4}-\d\d-\d\d)(?:\+|00)?\(?\d(?:[\s\-\u2010-\u2015./()]{0,2}\d){9,14}(?![\w\-])"),
    ),
    (
        "street",
        re.compile(
            r"(?<![\w\-])\d{1,6}(?:-\d+)?[A-Z]?\s{1,3}"
            rf"(?:(?!(?:{'|'.join(_NO_NAME.split())})\b)[\w.'’]{{1,30}}\s{{1,3}}){{1,4}}?"
            rf"(?:{'|'.join(_SUFFIX.split())})\b"
            r"(?:\.?,?\s{0,3}(?:#|apt\.?|apartment|unit|suite|ste\.?)\s{0,3}\w+)?",
            re.IGNORECASE,
        ),
    ),
    ("street", re.compile(r"(?<!\w)P\.?\s{0,3}O\.?\s{1,3}Box\s{1,3}\d+", re.IGNORECASE)),
)
"""In this order: what an earlier one has spotted, a later one does not name again.

Every repetition has a bound: a thousand blanks after a word must not be tried in a million ways.
"""


@dataclass(frozen=True, slots=True, repr=False)  # what was spotted must not reach a log
class Spot:
    """A passage that ought to be looked at."""

    kind: Kind
    start: int
    end: int
    text: str


def spots(text: str, own: Collection[str] = ()) -> list[Spot]:
    """Passages that could endanger or expose somebody, in order and apart.

    Args:
        text: what somebody wrote, at most some ten thousand characters.
        own: what is the writer's own to give, such as their street address; it is not spotted.
    """
    found: list[Spot] = []
    mine = {_plain(line) for line in own}
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            group = 1 if pattern.groups else 0
            start, end = match.span(group)
            taken = any(start < spot.end and spot.start < end for spot in found)
            if not taken and not _is_own(_plain(match[group]), mine):
                found.append(Spot(kind, start, end, match[group]))
    return sorted(found, key=lambda spot: spot.start)


def without(text: str, passage: str) -> str:
    """The text without a passage, wherever it stands, and without the gap it leaves."""
    kept = re.sub(rf"[ \t]*{re.escape(passage)}", "", text)
    return re.sub(r"^[ \t]+", "", kept, flags=re.MULTILINE)


def around(text: str, spot: Spot, width: int = 60) -> tuple[str, str]:
    """What stands before and after a passage, to the ends of words, for a warning to show it in its place."""
    before = text[max(0, spot.start - width) : spot.start]
    after = text[spot.end : spot.end + width]
    if spot.start > width:
        before = "… " + before.partition(" ")[2]
    if spot.end + width < len(text):
        after = after.rpartition(" ")[0] + " …"
    return " ".join(before.split("\n")), " ".join(after.split("\n"))


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _is_own(plain: str, mine: set[str]) -> bool:
    return any(line.startswith(plain) for line in mine)
