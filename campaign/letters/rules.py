"""What makes the campaign's files fit to be used, each rule with the file and line it is broken in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaign.letters.bank import Bank, Campaign, Letter
from campaign.letters.files import Finding, Passage, line_of, read

CHAMBERS = ("house", "senate")

FEWEST = {"subjects": 3, "openings": 2, "reasons": 3, "asks": 2}
"""How many alternatives each text needs, so that letters differ."""

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
WORDS = frozenset({"city", "state"})
"""Placeholders without an argument; `{fact:…}` is the one with."""

_COUNTING = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundreds? thousands? millions? billions? dozens? "
    "percent half halves thirds? quarters? twice"
)
FIGURE = re.compile(
    r"(?<![A-Za-z0-9])\d[\d,.]*|[%$€]|\b(?:" + "|".join(_COUNTING.split()) + r")\b",
    re.IGNORECASE,
)
"""A number in digits or in words. "One" is an article more often than a number, and a digit inside a name is a name."""

_RESERVED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|invalid|test|localhost)", re.IGNORECASE)


def findings(bank: Bank, folder: Path, today: date) -> Iterator[Finding]:
    """Everything wrong with a bank whose files could all be read."""
    yield from _campaign(bank.campaign, folder / "campaign.toml")
    yield from _ledger(bank, folder / "facts.toml", today)
    destinations = folder / "destinations.toml"
    for code, destination in bank.destinations.items():
        if _RESERVED.fullmatch(urlsplit(destination.url).hostname or ""):
            text = f"destination {code!r} is an example; set your own donation page"
            yield Finding("warning", destinations, line_of(read(destinations), code), text)
    for letter in bank.letters.values():
        yield from _letter(letter, bank, folder / letter.slug)


def _campaign(campaign: Campaign, file: Path) -> Iterator[Finding]:
    text = read(file)
    try:
        ZoneInfo(campaign.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding("error", file, line_of(text, "timezone"), f"there is no time zone {campaign.timezone!r}")
    for name in ("organization", "contact"):
        if getattr(campaign, name) is None:
            yield Finding("warning", file, 1, f"{name!r} is not set; people cannot tell who runs this campaign")


def _ledger(bank: Bank, file: Path, today: date) -> Iterator[Finding]:
    text = read(file)
    for name, fact in bank.facts.items():
        if fact.figure and fact.recheck <= today:
            yield Finding("warning", file, line_of(text, name), f"{name!r} was to be looked up again by {fact.recheck}")


def _letter(letter: Letter, bank: Bank, folder: Path) -> Iterator[Finding]:
    file = folder / "letter.toml"
    if letter.file.status == "ended" and not letter.file.outcome:
        yield Finding("error", file, 1, "an ended letter says in 'outcome' what happened")
    text = read(file)
    for prose in ("title", "summary", "about", "outcome"):
        line = line_of(text, prose)
        yield from _figures(Passage(getattr(letter.file, prose) or "", file, line))
    for reason in letter.file.reasons:
        line = text.count("\n", 0, max(0, text.find(reason.label))) + 1
        yield from _figures(Passage(reason.label, file, line))
    yield from _few(letter.subjects, "subjects", folder / "subjects.txt")
    for kind, groups, wanted in (
        ("openings", letter.openings, list(bank.roles)),
        ("reasons", letter.reasons, [reason.code for reason in letter.file.reasons]),
        ("asks", letter.asks, list(CHAMBERS)),
    ):
        for code in wanted:
            place = folder / kind / f"{code}.txt"
            if code in groups:
                yield from _few(groups[code], kind, place)
            else:
                yield Finding("error", place, 1, f"this letter has no text for {code!r}")
        for code in sorted(set(groups) - set(wanted)):
            yield Finding("error", folder / kind / f"{code}.txt", 1, f"nothing asks for {code!r}; is it mistyped?")
    for passage in letter.passages():
        yield from _placeholders(passage, bank)
        yield from _figures(passage)


def _few(group: tuple[Passage, ...], kind: str, file: Path) -> Iterator[Finding]:
    if len(group) < FEWEST[kind]:
        line = group[-1].line if group else 1
        text = f"{len(group)} alternatives here; {FEWEST[kind]} are needed, with blank lines between"
        yield Finding("error", file, line, text)


def _placeholders(passage: Passage, bank: Bank) -> Iterator[Finding]:
    def error(text: str) -> Finding:
        return Finding("error", passage.file, passage.line, text)

    for name in PLACEHOLDER.findall(passage.text):
        kind, _, argument = name.partition(":")
        if kind == "fact" and argument in bank.facts:
            if not bank.facts[argument].figure:
                yield error(f"the ledger has no figure for {argument!r}; it stays unsaid")
        elif kind == "fact":
            yield error(f"there is no fact {argument!r} in the ledger")
        elif name not in WORDS:
            yield error(f"unknown placeholder {{{name}}}")
    if re.search(r"[{}]", PLACEHOLDER.sub("", passage.text)):
        yield error("a brace without its partner")


def _figures(passage: Passage) -> Iterator[Finding]:
    for figure in FIGURE.findall(PLACEHOLDER.sub(" ", passage.text)):
        text = f"{figure!r} is a figure; take it from the ledger, as {{fact:…}}"
        yield Finding("error", passage.file, passage.line, text)
