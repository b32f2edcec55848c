"""Measuring a letter's originality, and looking it over for what could endanger people."""

from __future__ import annotations

from collections.abc import Iterator

from campaign import discretion, drafts, originality
from campaign.addresses import Address
from campaign.config import ROOT
from campaign.letters import Addressee, load
from tests.bench.measure import Line, median_seconds

OWN = "My neighbor teaches at our school, and her students ask every week whether she may stay. "
HOSTILE = (
    *("1 ", "a ", "1", "a@", "A", "passport ", "12 a a a a ", "SSN ", "(1", "a."),
    *("A-", "x@a.", "12 a'a'a ", "alien ", "1-"),
    *("USCIS" + " " * 19_990, "A" + " " * 19_990, "A registration" + " " * 19_980, "P." + " " * 9_000 + "O."),
)
LENGTH = 20_000


def run() -> Iterator[Line]:
    """The findings."""
    bank = load(ROOT / "letters")
    home = Address("12 Congress Street", "Portland", "ME", "04101")
    offices = [Addressee("senate", "", 0, "member", "Senate Committee on the Judiciary")]
    supply = drafts.supply(bank, home, offices)
    letter = OWN * 12
    gathering = median_seconds(lambda: drafts.supply(bank, home, offices), repeats=50)
    measuring = median_seconds(lambda: originality.measure(letter, supply), repeats=200)
    yield Line("gathering what the bank can supply to one supporter", gathering * 1e3, "ms")
    yield Line("measuring a letter of 180 words", measuring * 1e3, "ms")
    yield Line("its numbers on a page, before base64", len(originality.pack(supply)) / 1e3, "kB")
    ordinary = _look_over(OWN)
    yield Line("looking over 20,000 characters", ordinary * 1e3, "ms")
    yield Line("the same, of a text made to be slow", max(map(_look_over, HOSTILE)) / ordinary, "×", 50)


def _look_over(piece: str) -> float:
    text = piece * (LENGTH // len(piece))
    return median_seconds(lambda: discretion.spots(text), repeats=5)
