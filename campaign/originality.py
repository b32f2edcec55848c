"""How much of a letter is its writer's own.

Measured in sequences of five words, in small letters and without punctuation, inside one paragraph, each counted once:
the share of those that do not occur in any text the letter bank can supply. Greeting and sign-off are left out:
everybody has them.

`static/meter.js` measures the same while somebody types. A sequence travels to it as a number, `key`.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LENGTH = 5
"""Words in a sequence."""

GOAL = 30
"""Percent of a letter that ought to be its writer's own: offices file letters that share seventy as one."""

_TOKEN = re.compile(r"[^\s\ufeff]+")
_BREAK = re.compile(r"\r?\n[ \t]*\r?\n\s*")
_GREETING = re.compile(r"Dear [^\n]{1,200}[,:]?")
_SIGN_OFF = re.compile(r"(?:\S+[ \t]+){0,3}\S+,[ \t]*\r?\n.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and where it stands."""

    plain: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A letter measured."""

    sequences: int
    own: int
    marks: tuple[tuple[int, int], ...]
    """From where to where the text is the campaign's, in characters, in order and apart."""

    @property
    def percent(self) -> int:
        """The writer's own share, rounded down; 100 where there is too little text to tell."""
        return 100 * self.own // self.sequences if self.sequences else 100


def pack(sequence_keys: Iterable[int]) -> bytes:
    """Keys as they travel to a page: four bytes each, the lowest first."""
    ordered = sorted(sequence_keys)
    return struct.pack(f"<{len(ordered)}I", *ordered)


def key(sequence: Iterable[str]) -> int:
    """A sequence as a number of 32 bits."""
    return zlib.crc32(" ".join(sequence).encode("utf-8", "surrogatepass"))


def keys(texts: Iterable[str]) -> frozenset[int]:
    """The sequences of some texts."""
    return frozenset(key(words) for text in texts for words in sequences(text))


def sequences(text: str) -> Iterator[tuple[str, ...]]:
    """The sequences of a text, paragraph by paragraph, repeats included."""
    for paragraph in _paragraphs(text):
        plain = [word.plain for word in paragraph]
        yield from zip(*(plain[start:] for start in range(LENGTH)), strict=False)


def middle(letter: str) -> tuple[int, int]:
    """From where to where a letter's text goes: without the greeting before it and the sign-off after it."""
    start, end = 0, len(letter.rstrip())
    breaks = list(_BREAK.finditer(letter, 0, end))
    if breaks and _GREETING.fullmatch(letter[: breaks[0].start()].strip()):
        start = breaks[0].end()
    if breaks and _SIGN_OFF.fullmatch(letter, breaks[-1].end(), end):
        end = max(start, breaks[-1].start())
    return start, end


def measure(letter: str, campaigns: frozenset[int]) -> Measure:
    """How much of a letter is the writer's own; `campaigns` are the keys of what the letter bank can supply.

    A sequence counts once: to say one sentence twenty times does not make a letter one's own.
    """
    start, end = middle(letter)
    counted: set[int] = set()
    marks: list[tuple[int, int]] = []
    for paragraph in _paragraphs(letter[start:end]):
        for at in range(len(paragraph) - LENGTH + 1):
            words = paragraph[at : at + LENGTH]
            number = key(word.plain for word in words)
            counted.add(number)
            if number not in campaigns:
                continue
            here = start + words[0].start, start + words[-1].end
            if marks and here[0] <= marks[-1][1]:
                marks[-1] = marks[-1][0], here[1]
            else:
                marks.append(here)
    return Measure(len(counted), len(counted - campaigns), tuple(marks))


def _paragraphs(text: str) -> Iterator[list[Word]]:
    start = 0
    for found in [*_BREAK.finditer(text), None]:
        end = found.start() if found else len(text)
        tokens = _TOKEN.finditer(text, start, end)
        yield [Word(plain, token.start(), token.end()) for token in tokens if (plain := _plain(token[0]))]
        start = found.end() if found else end


LONGEST = 200
"""Characters of a word that are looked at one by one."""


def _plain(token: str) -> str:
    """A word without the punctuation on it and in it; empty where there is nothing else."""
    if len(token) > LONGEST:  # no word, and endless marks would take quadratic time
        return token
    lowered = unicodedata.normalize("NFKC", token).lower()
    if lowered.isalnum():
        return lowered
    return "".join(sign for sign in lowered if sign.isalnum() or unicodedata.category(sign)[0] == "M")
