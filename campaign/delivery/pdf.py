"""Letters on paper: one tagged PDF, readable by screen readers (PDF/UA-1), set by typst inside this process.

What people wrote reaches typst as data, never as source; it reads no file, no font of the machine and no network.

typst keeps threads of its own from the first letter on, and a process forked after that would wait for them forever:
whoever starts processes starts them anew (spawn, subprocess), or forks before. Here `campaign.serve` starts its
children by subprocess and prints nothing itself, and Granian forks its worker before that one has loaded the site.
`render` refuses in a forked process, where it would hang.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, cast

import typst
from babel.dates import format_date

from campaign.delivery import scripts
from campaign.errors import Malformed

TEMPLATE = Path(__file__).with_name("letter.typ").read_bytes()

EMPTY = b'#set document(title: "-")\n'
"""A document that costs nothing."""

NOWHERE = os.devnull
"""Where typst looks for files and packages: it finds none below."""

FEW = 10
"""Letters of a document that may stay in typst's memory."""

MEMORY = 10
"""Documents after which typst forgets what it did for one."""

SIGN_OFF_LENGTH = 300
ASK_LENGTH = 450
SHORT_LINES = 12
"""What a sign-off and the paragraph before it have at most to be kept together: with the widest characters they still
fit a page, where a block that does not would be cut off."""

LINE = 40_000
"""Thousandths of 11.5 points, the width of a line; 700 less than there are, for kerning."""

LINES = 42
"""Lines of a page, of 44; the date and the room around it take more than one of them."""

GAP = 0.5
"""Lines that the room between two paragraphs is worth at most."""

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z]{2}))?")


@dataclass(frozen=True, slots=True, repr=False)  # nobody's words reach a log through debug output
class Sheet:
    """One letter on paper."""

    day: date
    """The date it bears."""
    to: tuple[str, ...]
    """Name and address of the office, a line each."""
    subject: str
    body: str
    """Plain text; blank lines part paragraphs, single line breaks are kept."""


def render(sheets: Sequence[Sheet], title: str, language: str = "en") -> bytes:
    """One PDF, US Letter, each letter from a new page; from a letter's second page on, pages have numbers.

    What no font has is printed as its code point, `[U+1F600]`; `unprintable` names it beforehand. The same letters give
    the same bytes.

    Args:
        sheets: one letter or more.
        title: the document's, for its window and for screen readers.
        language: of the letters, as in `en`, `es` or `pt-BR`.

    Raises:
        Malformed: there is no letter, no title, or no such language; or a text is such that typst fails over it.
    """
    name = " ".join(scripts.clean(title).split())
    known = _LANGUAGE.fullmatch(language)
    if not sheets:
        raise Malformed("There is no letter to print.", field="sheets")
    if not name:
        raise Malformed("The document needs a title.", field="title")
    if known is None:
        raise Malformed("This is no language’s code.", field="language")
    lang, region = known.groups()
    widths = scripts.Widths()
    data = {"title": name, "lang": lang, "region": region, "sheets": [_sheet(sheet, widths) for sheet in sheets]}
    document = _compile(data)
    if len(sheets) > FEW:
        _forget()
    return document


def unprintable(text: str) -> list[str]:
    """What of a text no font here has, each once, in the order in which it comes: characters with the marks on them.

    Latin, Cyrillic, Greek, Hebrew and Arabic letters can all be printed; emoji and Chinese cannot.
    """
    return list(dict.fromkeys(scripts.missing(scripts.clean(text))))


def volumes(sheets: Iterable[Sheet], title: str, size: int = 200, language: str = "en") -> Iterator[bytes]:
    """PDFs of at most `size` letters each, one after the other; the volume's number follows the title.

    Memory is that of one volume: 200 letters of a page take about 200 MB while they are set.

    Raises:
        Malformed: as `render`; no letters make no volume.
    """
    rest = iter(sheets)
    number = 0
    while volume := list(islice(rest, size)):
        number += 1
        yield render(volume, f"{title} {number}", language)


def _sheet(sheet: Sheet, widths: scripts.Widths) -> dict[str, Any]:
    parts = [part.strip("\n") for part in re.split(r"\n[ \n]*\n", scripts.clean(sheet.body)) if part.strip()]
    paragraphs = [_set(part) for part in parts]
    to = "\n".join(scripts.printable(_line(line)) for line in sheet.to)
    subject = _set(_line(sheet.subject))
    texts = [to, subject["text"], *(paragraph["text"] for paragraph in paragraphs)]
    close = paragraphs.pop() if paragraphs and _is_short(paragraphs[-1], SIGN_OFF_LENGTH) else None
    ask = paragraphs.pop() if close and paragraphs and _is_short(paragraphs[-1], ASK_LENGTH) else None
    return {
        "day": _day(sheet.day),
        "to": to,
        "subject": subject,
        "body": paragraphs,
        "ask": ask,
        "close": close,
        "numbered": not _fits_a_page(texts, widths),
    }


@lru_cache(maxsize=16)
def _day(day: date) -> str:
    return format_date(day, "long", locale="en_US")


def _fits_a_page(texts: list[str], widths: scripts.Widths) -> bool:
    """Whether a letter has one page for certain, and so needs no numbers: they take typst half as long again."""
    return sum(scripts.lines(text, LINE, widths) + GAP for text in texts) <= LINES


def _is_short(paragraph: dict[str, Any], length: int) -> bool:
    return len(paragraph["text"]) <= length and paragraph["text"].count("\n") < SHORT_LINES


def _line(text: str) -> str:
    return " ".join(scripts.clean(text).split())


def _set(paragraph: str) -> dict[str, Any]:
    return {"text": scripts.printable(paragraph), "rtl": scripts.is_rtl(paragraph)}


class _Press(threading.local):
    """The compiler of a thread: two threads that share one get "Already borrowed"."""

    compiler: typst.Compiler | None = None


_press = _Press()
_fonts = typst.Fonts(include_system_fonts=False)
_used_in: int | None = None
"""The process in which typst has its threads."""


def _compile(data: dict[str, Any], template: bytes = TEMPLATE) -> bytes:
    global _used_in
    if _used_in is None:
        _used_in = os.getpid()
    if _used_in != os.getpid():
        raise RuntimeError("typst was used before this process was forked, and would hang in it: start one by spawn")
    if _press.compiler is None:
        _press.compiler = typst.Compiler(
            TEMPLATE,
            root=NOWHERE,
            font_paths=_fonts,
            ignore_system_fonts=True,
            package_path=NOWHERE,
            package_cache_path=NOWHERE,
        )
    try:
        document = _press.compiler.compile(
            template, format="pdf", pdf_standards="ua-1", sys_inputs={"data": json.dumps(data)}
        )
    except BaseException as error:
        # A panic inside typst is no Exception. Whatever it was, the compiler is not used again. What the error says of
        # the text goes no further; of a panic, typst itself writes some bytes of it to standard error.
        _press.compiler = None
        if isinstance(error, typst.TypstError) or type(error).__name__ == "PanicException":
            raise Malformed("This text cannot be printed.", field="body") from None
        raise
    return cast(bytes, document)


def _forget() -> None:
    """Let typst drop what it remembers of a large document: it keeps the work of its last ten, 1.6 GB for volumes."""
    for number in range(MEMORY + 2):
        _compile({"number": number}, EMPTY)
