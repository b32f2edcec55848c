"""Spots what could endanger or expose people, before a letter is kept or printed. The writer decides.

What is looked for, and how it is written:
- A-numbers and receipt numbers: U.S. Citizenship and Immigration Services, https://www.uscis.gov/glossary
- Social Security numbers: https://www.ssa.gov/employer/verifySSN.htm
- passports: two letters and six digits, a letter and seven or eight, or whatever follows the word
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["a_number", "receipt", "i94", "ssn", "passport", "email", "phone", "street"]

_DASH = r"\-\u2010-\u2015"
_GAP = rf"[ {_DASH}.]?"
_NINE = rf"\d(?:{_GAP}\d){{7,8}}(?!\w)"
"""Eight or nine digits, however they are grouped."""

_FILLER = r"(?:[ :#,]{0,2}(?:registration|number|num|no|card|file|is|was)\b\.?){0,5}[ :#]{0,3}"
"""What people write between the name of a number and the number."""

_OFFICES = "IOE|MSC|NBC|EAC|VSC|WAC|CSC|LIN|NSC|SRC|TSC|YSC|PSC"
"""The beginnings of receipt numbers; with any other three letters the digits follow at once."""

_ROADS = "street st avenue ave road rd boulevard blvd lane ln parkway pkwy highway hwy terrace turnpike crescent"
"""What makes an address however it is written."""

_PLACES = (
    "Drive Dr Court Ct Place Pl Square Sq Ter Circle Cir Trail Trl Way Broadway Alley Plaza Run Loop Pike Point Ridge "
    "Row Crossing Hill Cove Path Walk Bend Pass Hollow Glen Grove Heights Mews View"
)
"""What does so with capitals alone: "a ten minute drive" is no address."""

_NO_NAME = (
    "a across along and at below best blocks? by days? down each families first for from had has have her his hours? i "
    "in last miles? minutes? months? more my next of off on one or other our over past people per second since some "
    "that the their this to up volunteers? was we weeks? went were with workers? years?"
)
"""Words that stand in no street's name: "20 years on Main Street" is no address."""

_HOUSE = r"(?<![\w\-.,/$])\d{1,6}(?:-\d{1,4})?[A-Za-z]? {1,2}"
_NAME = rf"(?:(?!(?i:{'|'.join(_NO_NAME.split())})\b)[\w.'’]{{1,30}} {{1,2}})"
_CAPITAL = r"(?:[A-Z0-9][\w.'’]{0,29} {1,2})"
_FLAT = r"(?:\.?,? {0,2}(?i:#|apt\.?|apartment|unit|suite|ste\.?) {0,2}\w{1,8})?"

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("email", re.compile(r"(?<![\w.+'\-])[\w.+'\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+")),
    (
        "receipt",
        re.compile(rf"(?<!\w)(?:[A-Z]{{3}}|(?:{_OFFICES}){_GAP})\d(?:{_GAP}\d){{9}}(?!\w)", re.IGNORECASE),
    ),
    ("i94", re.compile(r"(?<!\w)\d{9}[A-Z]\d(?!\w)", re.IGNORECASE)),
    ("i94", re.compile(rf"(?<!\w)I{_GAP}94{_FILLER}(?P<it>\d{{11}})(?!\w)", re.IGNORECASE)),
    ("a_number", re.compile(rf"(?<!\w)A{_GAP}#?{_GAP}{_NINE}", re.IGNORECASE)),
    (
        "a_number",
        re.compile(rf"(?<!\w)(?:A{_GAP}(?:#|number|no\.?)|alien|USCIS){_FILLER}(?P<it>{_NINE})", re.IGNORECASE),
    ),
    ("ssn", re.compile(rf"(?<![\w{_DASH}.])\d{{3}}([ .{_DASH}])\d{{2}}\1\d{{4}}(?![\w{_DASH}])")),
    (
        "ssn",
        re.compile(
            rf"(?<!\w)(?:SSN|social(?: {{1,2}}security)?){_FILLER}(?P<it>\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{4}})(?!\w)",
            re.IGNORECASE,
        ),
    ),
    ("passport", re.compile(r"(?<!\w)(?:[A-Z]{2} ?\d{6,7}|[A-Z] ?\d{7,8})(?!\w)")),
    (
        "passport",
        re.compile(
            r"(?<!\w)passport\W{0,3}(?:\w{1,30}\W{1,3}){0,4}?(?P<it>(?=\w{0,12}\d{5})\w{6,12})(?!\w)", re.IGNORECASE
        ),
    ),
    (
        "phone",
        re.compile(
            rf"(?<![\w{_DASH}.])(?!\d{{4}}-\d\d-\d\d)(?:\+|00)?\(?\d(?:[ {_DASH}./()]{{0,3}}\d){{9,14}}(?![\w{_DASH}])"
        ),
    ),
    ("phone", re.compile(r"(?<![\w\-.])\d{3}-\d{4}(?![\w\-])")),
    ("street", re.compile(rf"{_HOUSE}{_NAME}{{1,4}}?(?i:{'|'.join(_ROADS.split())})\b(?: \d{{1,4}}(?!\w))?{_FLAT}")),
    ("street", re.compile(rf"{_HOUSE}{_CAPITAL}{{1,4}}?(?:{'|'.join(_PLACES.split())})\b{_FLAT}")),
    ("street", re.compile(rf"{_HOUSE}{_NAME}{{0,3}}?(?i:route|rte|highway|hwy) {{1,2}}\d{{1,4}}(?!\w)")),
    (
        "street",
        re.compile(
            r"(?<!\w)(?:P\.? ?O\.?|R\.?R\.? {1,2}\d{1,4}|H\.?C\.? {1,2}\d{1,4}),? {1,2}Box {1,2}\d{1,6}", re.IGNORECASE
        ),
    ),
)
"""In this order: what an earlier one has spotted, a later one does not name again.

Every repetition has a bound: a thousand blanks after a word must not be tried in a million ways. None reaches over the
end of a line but the passport's, whose number may stand below the word.
"""

_MARK = re.compile(r"[\d@]")

REACH = 200
"""Characters before a line in which what ends there may begin: more than the word passport and what may follow it."""

_SHORT = {
    **{"street": "st", "avenue": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "lane": "ln", "court": "ct"},
    **{"place": "pl", "square": "sq", "terrace": "ter", "parkway": "pkwy", "highway": "hwy", "circle": "cir"},
    **{"trail": "trl", "apartment": "apt", "suite": "ste", "north": "n", "south": "s", "east": "e", "west": "w"},
}


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
        own: what is the writer's own to give, such as their street address; neither it nor a part of it is spotted.
    """
    found: list[Spot] = []
    mine = [_tokens(line) for line in own]
    parts = list(_suspicious(text))
    for kind, pattern in _PATTERNS:
        group = "it" if "it" in pattern.groupindex else 0
        for match in (match for start, end in parts for match in pattern.finditer(text, start, end)):
            start, end = match.span(group)
            taken = any(start < spot.end and spot.start < end for spot in found)
            if not taken and not _is_part(_tokens(match[group]), mine):
                found.append(Spot(kind, start, end, match[group]))
    return sorted(found, key=lambda spot: spot.start)


def _suspicious(text: str) -> Iterator[tuple[int, int]]:
    """Where anything can be spotted: around the lines with a digit or an @, one of which is in all that is looked for.

    Most of a letter has neither, and to try all patterns on all of it is a fifth of the work of storing one.
    """
    begin = end = 0
    for mark in _MARK.finditer(text):
        if mark.start() < end:
            continue
        line = text.rfind("\n", 0, mark.start()) + 1
        if line - REACH > end:
            if end:
                yield begin, end
            begin = line - REACH
        stop = text.find("\n", mark.start())
        end = stop if stop >= 0 else len(text)
    if end:
        yield begin, end


def without(text: str, passage: str, own: Collection[str] = ()) -> str:
    """The text without a passage, wherever it was spotted, and without the gap it leaves."""
    for spot in reversed(spots(text, own)):
        if spot.text == passage:
            text = text[: spot.start].rstrip(" \t") + text[spot.end :]
    return re.sub(r"^[ \t]+", "", text, flags=re.MULTILINE)


def around(text: str, spot: Spot, width: int = 60) -> tuple[str, str]:
    """What stands before and after a passage, to the ends of words, for a warning to show it in its place."""
    before = text[max(0, spot.start - width) : spot.start]
    after = text[spot.end : spot.end + width]
    if spot.start > width:
        before = "… " + before.partition(" ")[2]
    if spot.end + width < len(text):
        after = after.rpartition(" ")[0] + " …"
    return " ".join(before.split("\n")), " ".join(after.split("\n"))


def _tokens(text: str) -> list[str]:
    """Words and numbers as they are compared: "12 Elm Street" is "12 elm st"."""
    return [_SHORT.get(token, token) for token in re.findall(r"\w+", text.casefold())]


def _is_part(tokens: list[str], lines: list[list[str]]) -> bool:
    width = len(tokens)
    return any(tokens == line[at : at + width] for line in lines for at in range(len(line) - width + 1))
