"""What makes the campaign's files fit to be used, each rule with the file and line it is broken in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaign.letters.bank import Bank, Campaign, Destination, Letter, LetterFile
from campaign.letters.files import Finding, Passage
from campaign.letters.tables import line_in

CHAMBERS = ("house", "senate")
STANDINGS = ("chair", "ranking", "member")

FEWEST = {"subjects": 3, "openings": 2, "reasons": 3, "asks": 2, "committees": 2}
"""How many alternatives each text needs, so that letters differ."""

QUESTIONS_MOST = 6
"""More than these is an interview."""

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
WORDS = frozenset({"city", "state"})
"""Placeholders without an argument; `{fact:…}` is the one with."""

_COUNTING = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundreds? thousands? millions? billions? "
    r"trillions? dozens? zero percent percentage per\scent half halves thirds? quarters? fifths? tenths? twice thrice "
    "doubled? tripled? (?:two|three|four|five|six|seven|eight|nine|ten|hundred)fold"
)
FIGURE = re.compile(rf"(?<!\w)(?<![A-Z]-)\d+(?:[.,]\d+)*|[¼-¾⅐-⅞]|[%‰$€£¥₴]|(?i:\b(?:{'|'.join(_COUNTING.split())})\b)")
"""A number in digits or in words, or what makes one of it.

"One" is an article more often than a number. A digit inside a name is a name: U4U, I-94.
"""

ON_PAGES = ("afghan-young", "filed-as-one", "u4u-border")
"""Facts whose figures the site's own pages name, whatever the letters say."""

_RESERVED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|invalid|test|localhost)", re.IGNORECASE)


def findings(bank: Bank, folder: Path, today: date) -> Iterator[Finding]:
    """Everything wrong with a bank whose files could all be read."""
    yield from _campaign(bank.campaign, folder / "campaign.toml")
    yield from _ledger(bank, folder / "facts.toml", today)
    if not bank.roles:
        yield Finding("error", folder / "roles.toml", 1, "there is no role here that a supporter could choose")
    if not 1 <= len(bank.questions) <= QUESTIONS_MOST:
        text = f"there are {len(bank.questions)} questions; a page asks at least one, and at most {QUESTIONS_MOST}"
        yield Finding("error", folder / "questions.toml", 1, text)
    for code, destination in bank.destinations.items():
        yield from _destination(code, destination, folder / "destinations.toml")
    for letter in bank.letters.values():
        yield from _letter_file(letter.file, folder / letter.slug / "letter.toml")
        yield from _texts(letter, bank, folder / letter.slug)


def _campaign(campaign: Campaign, file: Path) -> Iterator[Finding]:
    try:
        ZoneInfo(campaign.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: half a name, such as "America", is a folder
        yield Finding("error", file, line_in(file, "timezone"), f"there is no time zone {campaign.timezone!r}")
    for index, (before, after) in enumerate(pairwise(campaign.milestones), start=1):
        if after <= before:
            text = f"the milestones ascend, and {after} comes after {before}"
            yield Finding("error", file, line_in(file, "milestones", index), text)
    for name in ("organization", "contact"):
        if getattr(campaign, name) is None:
            yield Finding("warning", file, 1, f"{name!r} is not set; people cannot tell who runs this campaign")
    if campaign.ends is None:
        yield Finding("warning", file, 1, "'ends' is not set; people's addresses are kept until they erase them")


def _ledger(bank: Bank, file: Path, today: date) -> Iterator[Finding]:
    for name in ON_PAGES:
        if name not in bank.facts or not bank.figure(name):
            yield Finding("error", file, line_in(file, name, "figure"), f"the site's pages need a figure for {name!r}")
    for name, fact in bank.facts.items():
        if bank.figure(name) and fact.recheck <= today:
            line = line_in(file, name, "recheck")
            yield Finding("warning", file, line, f"{name!r} was to be looked up again by {fact.recheck}")


def _destination(code: str, destination: Destination, file: Path) -> Iterator[Finding]:
    def finding(level: str, text: str, *way: str) -> Finding:
        return Finding(level, file, line_in(file, code, *way), text)

    parts = urlsplit(destination.url)
    if _RESERVED.fullmatch(parts.hostname or ""):
        yield finding("warning", f"destination {code!r} is an example; set your own donation page", "url")
    there = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    for mark, value in destination.marks.items():
        way = ("utm", mark.removeprefix("utm_"))
        if mark in there:
            yield finding("error", f"the address has {mark!r} already; it would stand there twice", *way)
        if re.search(r"[{}]", value):
            yield finding("error", "a brace; nothing is filled in here", *way)
    name = destination.click_parameter
    if name in there | set(destination.marks):
        yield finding("error", f"the address has {name!r} already; it would stand there twice", "click_parameter")


def _letter_file(letter: LetterFile, file: Path) -> Iterator[Finding]:
    def error(text: str, *way: str | int) -> Finding:
        return Finding("error", file, line_in(file, *way), text)

    if letter.status == "ended" and not letter.outcome:
        yield error("an ended letter says in 'outcome' what happened", "status")
    # An outcome may hold figures: it is news, stands on the site alone, and goes into no letter.
    prose: list[tuple[str, tuple[str | int, ...]]] = [
        (getattr(letter, name), (name,)) for name in ("title", "summary", "about")
    ]
    prose += [(reason.label, ("reasons", index, "label")) for index, reason in enumerate(letter.reasons)]
    for text, way in prose:
        for figure in FIGURE.findall(text):
            yield error(f"{figure!r} is a figure; here there can be none", *way)
        if re.search(r"[{}]", text):
            yield error("a brace; placeholders are filled in the texts of a letter alone", *way)
    codes = [reason.code for reason in letter.reasons]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield error(f"reason {code!r} stands here a second time", "reasons", index)


def _texts(letter: Letter, bank: Bank, folder: Path) -> Iterator[Finding]:
    yield from _alternatives(letter.subjects, "subjects", folder / "subjects.txt")
    for kind, groups, wanted in (
        ("openings", letter.openings, list(bank.roles)),
        ("reasons", letter.reasons, [reason.code for reason in letter.file.reasons]),
        ("asks", letter.asks, list(CHAMBERS)),
        ("committees", letter.committees, list(STANDINGS)),
    ):
        for code in wanted:
            place = folder / kind / f"{code}.txt"
            if code in groups:
                yield from _alternatives(groups[code], kind, place)
            else:
                yield Finding("error", place, 1, f"this letter has no text for {code!r}")
        for code in sorted(set(groups) - set(wanted)):
            yield Finding("error", folder / kind / f"{code}.txt", 1, f"nothing asks for {code!r}; is it mistyped?")
    for passage in letter.passages():
        yield from _placeholders(passage, bank)
        yield from _characters(passage)


def _alternatives(group: tuple[Passage, ...], kind: str, file: Path) -> Iterator[Finding]:
    if len(group) < FEWEST[kind]:
        line = group[-1].line if group else 1
        text = f"too few alternatives: {len(group)} of {FEWEST[kind]}; they are parted by blank lines"
        yield Finding("error", file, line, text)
    said: dict[str, int] = {}
    for passage in group:
        first = said.setdefault(passage.text.casefold(), passage.line)
        if first != passage.line:
            yield Finding("error", file, passage.line, f"this says the same as line {first}")


def _placeholders(passage: Passage, bank: Bank) -> Iterator[Finding]:
    def error(text: str) -> Finding:
        return Finding("error", passage.file, passage.line, text)

    for name in PLACEHOLDER.findall(passage.text):
        kind, _, argument = name.partition(":")
        if kind == "fact" and argument in bank.facts:
            if not bank.figure(argument):
                yield error(f"the ledger has no figure for {argument!r}; it stays unsaid")
        elif kind == "fact":
            yield error(f"there is no fact {argument!r} in the ledger")
        elif name not in WORDS | ({"committee"} if passage.file.parent.name == "committees" else set()):
            yield error(f"unknown placeholder {{{name}}}")
    if re.search(r"[{}]", PLACEHOLDER.sub("", passage.text)):
        yield error("a brace without its partner")


def _characters(passage: Passage) -> Iterator[Finding]:
    for figure in FIGURE.findall(PLACEHOLDER.sub(" ", passage.text)):
        text = f"{figure!r} is a figure; take it from the ledger, as {{fact:…}}"
        yield Finding("error", passage.file, passage.line, text)
    for character in passage.text:
        if not character.isprintable():
            text = f"U+{ord(character):04X} is a character that nobody sees; type this over"
            yield Finding("error", passage.file, passage.line, text)
