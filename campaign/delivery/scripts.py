"""What of a writer's text can be set in print, in which direction, and where a line may break.

typst sets what its embedded fonts have and says nothing of the rest: a character that none of them has becomes an
empty box, and one that is followed by a mark from another font vanishes (typst 0.15; now and then it panics). So what
can be set is decided here, before typst sees it, by a table of the characters in the fonts, which a test compares with
the fonts of the typst that is installed. Text is taken apart into clusters, a character and the marks on it: a cluster
can be set if one font has all of it and no font before that one has a part of it.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

COVERAGE = Path(__file__).with_name("coverage.json")

PLAIN = re.compile("[\n -~\xa0-\xac\xae-\u017f\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030\u20ac\u2122]*")
"""What nearly every letter consists of: all of it is in the first font, none of it is a mark."""

MOST_MARKS = 8
"""Marks on one character; Hebrew with vowels and accents has four. More would be drawn over the lines above."""

LONGEST_WORD = 38
"""Characters, none wider than the type is high, that fit a line for certain."""

PIECE = 12
"""Characters of a longer word after which it may break; also the widest of them, three times as wide, fit a line."""

_LINE_END = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028]")

_INVISIBLE = re.compile(
    "[\x00-\x09\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u202a-\u202e\u206a-\u206f"
    "\u2061-\u2064\u2066-\u2069\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What leaves no ink. Controls of direction could make a text read otherwise than it is, the others could hide in it.

Joiners, the marks that say on which side a point stands (U+200E, U+200F, U+061C) and the soft hyphen are kept: Persian,
Arabic and Hebrew need them.
"""

_KEPT_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u061c\u2060\n")
"""Characters that need no font."""

_JOINERS = "\u00ad\u200b-\u200f\u061c\u2060"

_IDLE = re.compile(f"(?<!\\S)[{_JOINERS}]+(?!\\S)|(?<=[{_JOINERS}]{{2}})[{_JOINERS}]+")
"""Joiners and marks of side with nothing beside them to act on, or more than two in a row: typst's time grows with the
square of their number, to eight seconds."""

_UNBROKEN = re.compile(f"[^ \n\u200b]{{{LONGEST_WORD + 1},}}")


def clean(text: str) -> str:
    """Text with nothing in it that no one sees: line ends are `\\n`, tabs are spaces, half a pair is U+FFFD."""
    text = _LINE_END.sub("\n", text.replace("\t", " ").replace("\u2029", "\n\n"))
    if PLAIN.fullmatch(text):
        return text
    text = _INVISIBLE.sub("", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    text = _IDLE.sub("", text)
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if _is_mark(character) else 0
        if marks and marks % (MOST_MARKS + 1) == 0:
            kept.append("\xa0")  # the rest of a pile of marks stands on spaces of its own
            marks = 1
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def missing(text: str) -> Iterator[str]:
    """The clusters of cleaned text that cannot be set, as they come."""
    if not PLAIN.fullmatch(text):
        yield from (cluster for cluster in _clusters(text) if not _can_be_set(cluster))


def printable(text: str) -> str:
    """Cleaned text as it is set: `[U+1F600]` for what cannot be, and places where a word longer than a line breaks."""
    if not PLAIN.fullmatch(text):
        text = "".join(cluster if _can_be_set(cluster) else f"{named(cluster)}\u200b" for cluster in _clusters(text))
    return _UNBROKEN.sub(_breakable, text)


def named(cluster: str) -> str:
    """What is printed in place of a cluster: its code points."""
    return f"[{' '.join(f'U+{ord(character):04X}' for character in cluster)}]"


class Widths(dict[str, int]):
    """Word → its width in thousandths of the type's size. One for many letters: they share most of their words."""

    def __missing__(self, word: str) -> int:
        self[word] = width = sum(map(_widths().__getitem__, word))
        return width


def lines(text: str, room: int, widths: Widths) -> float:
    """How many lines a printable text takes at most, where each has room for so many thousandths of the type's size.

    As a rule they are fewer: each is taken to end just before the longest of the words. Infinite where there is
    something else in the text than Latin letters and the usual signs.
    """
    if not PLAIN.fullmatch(text):
        return math.inf
    total = 0
    for line in text.split("\n"):
        words = [widths[word] for word in line.split(" ")]
        space = widths[" "]
        total += 1 + (sum(words) + len(words) * space) // (room - max(words) - space)
    return total


def is_rtl(paragraph: str) -> bool:
    """Whether a paragraph runs from right to left: its first letter does."""
    for character in paragraph:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def is_private(character: str) -> bool:
    """Whether Unicode leaves the character to private use: a font may draw anything in its place."""
    return unicodedata.category(character) == "Co"


def _breakable(word: re.Match[str]) -> str:
    pieces = [""]
    length = 0
    for cluster in _clusters(word[0]):
        if length == PIECE:
            pieces.append("")
            length = 0
        pieces[-1] += cluster
        length += 1
    return "\u200b".join(pieces)


def _clusters(text: str) -> Iterator[str]:
    cluster = ""
    for character in text:
        if cluster and _belongs(character, cluster):
            cluster += character
        else:
            if cluster:
                yield cluster
            cluster = character
    if cluster:
        yield cluster


def _belongs(character: str, cluster: str) -> bool:
    if _is_mark(character) or character == "\u200d" or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    if cluster[-1] == "\u200d":
        return unicodedata.category(character) == "So"  # a picture made of pictures
    return len(cluster) == 1 and _is_flag(character) and _is_flag(cluster)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _can_be_set(cluster: str) -> bool:
    points = {ord(character) for character in cluster if character not in _KEPT_UNSEEN}
    for font in _fonts():
        has = points & font
        if has:
            return has == points
    return not points


@cache
def _fonts() -> tuple[frozenset[int], ...]:
    """The code points of each font, in the order in which `letter.typ` names them."""
    covered: dict[str, list[tuple[int, int]]] = _coverage()["covered"]
    return tuple(
        frozenset(point for first, last in ranges for point in range(first, last + 1)) for ranges in covered.values()
    )


@cache
def _widths() -> dict[str, int]:
    found: dict[str, int] = _coverage()["widths"]
    return found


@cache
def _coverage() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(COVERAGE.read_bytes())
    return found
