"""The project's own letters: fit to be used, short beside the supporter's words, and not all alike."""

from __future__ import annotations

import itertools
import random
import re
import statistics
from datetime import date

import pytest

from campaign.addresses import Address
from campaign.config import ROOT
from campaign.congress.roster import Roster
from campaign.congress.tables import TABLES
from campaign.letters import Addressee, Letter, Wish, assemble, check, load
from campaign.letters.assemble import fill
from campaign.letters.files import Passage
from campaign.letters.rules import CHAMBERS, STANDINGS

BANK = load(ROOT / "letters")
SLUGS = sorted(BANK.letters)

LONGEST = Address("1 Main Street", "Rancho Santa Margarita", "MP", "00001")
"""No town and no state makes a letter longer."""

MOST_WORDS = 150
"""The campaign's own words in a letter of three reasons: the supporter's ought to be the larger part."""

COMMITTEES = {place for office in Roster.load(TABLES).offices.values() for place in office.committees}

SAMPLES = 300


def choices(letter: Letter) -> list[tuple[str, ...]]:
    """Each reason alone, and every three together."""
    codes = [reason.code for reason in letter.file.reasons]
    return [(code,) for code in codes] + list(itertools.combinations(codes, 3))


def between(body: str) -> str:
    """What stands between greeting and sign-off."""
    return "\n\n".join(body.split("\n\n")[1:-1])


def five_words(text: str) -> set[tuple[str, ...]]:
    """Its sequences of five words, in small letters and without punctuation."""
    words = re.findall(r"\w+", re.sub(r"['’]", "", text.casefold()))
    return set(zip(*(words[start:] for start in range(5)), strict=False))


def test_the_letters_of_the_project_have_no_errors() -> None:
    assert [str(finding) for finding in check(ROOT / "letters", date(2026, 11, 24)) if finding.level == "error"] == []


def test_there_are_letters_to_be_written() -> None:
    assert SLUGS
    assert {letter.slug for letter in BANK.shown("live")} == set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_letter_can_be_assembled_for_everybody(slug: str) -> None:
    letter = BANK.letter(slug)
    standings = itertools.cycle(["", *STANDINGS])
    for role, chamber, reasons in itertools.product(BANK.roles, CHAMBERS, choices(letter)):
        for place in range(3):
            addressee = Addressee(chamber, "Dear Sir", place, next(standings), "Committee")
            wish = Wish(role, reasons, "My own words.", "Ana Reyes", Address("1 Elm", "Bath", "DC", "20001"))
            draft = assemble(BANK, letter, addressee, wish, "seed")
            paragraphs = draft.body.split("\n\n")
            assert paragraphs[:2] == ["Dear Sir,", "My own words."]
            assert paragraphs[-1].split("\n")[1:4] == ["Ana Reyes", "1 Elm", "Bath, DC 20001"]
            assert len(paragraphs) == 5 + len(reasons)
            assert ("Committee" in draft.body) == bool(addressee.standing)
            assert re.search(r"[{}]|  |\bin District", draft.subject + draft.body) is None


@pytest.mark.parametrize("slug", SLUGS)
def test_no_letter_can_grow_longer_than_it_may(slug: str) -> None:
    """Counted from the longest alternatives, so that no seed is left untried."""
    letter = BANK.letter(slug)

    def longest(groups: dict[str, tuple[Passage, ...]]) -> list[int]:
        """The longest alternative of each text in words, and the longest of these first."""
        counts = (max(len(fill(text.text, BANK, LONGEST).split()) for text in group) for group in groups.values())
        return sorted(counts, reverse=True)

    words = longest(letter.openings)[0] + sum(longest(letter.reasons)[:3]) + longest(letter.asks)[0]
    names = max(len(place.short_name.split()) for place in COMMITTEES)
    assert words + longest(letter.committees)[0] + names <= MOST_WORDS


@pytest.mark.parametrize("slug", SLUGS)
def test_openings_do_not_ask_and_asks_do(slug: str) -> None:
    """One clear ask: an opening or a reason that asks as well would make it two."""
    letter = BANK.letter(slug)
    asking = re.compile(r"\b(please|I (ask|urge)|will you|I hope you|my request|what I ask)\b", re.IGNORECASE)
    asks = {passage.text for group in letter.asks.values() for passage in group}
    groups = (*letter.openings.values(), *letter.reasons.values(), *letter.committees.values())
    others = {passage.text for group in groups for passage in group}
    assert [text for text in asks if not asking.search(text)] == []
    assert [text for text in others if asking.search(text) or "?" in text] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_a_letter_to_the_house_asks_for_no_vote(slug: str) -> None:
    """Delegates and the resident commissioner have none on the floor."""
    texts = [passage.text for passage in BANK.letter(slug).asks["house"]]
    assert [text for text in texts if re.search(r"\bvot(e|es|ing)\b", text, re.IGNORECASE)] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_passages_are_whole_sentences_and_subjects_fit_a_line(slug: str) -> None:
    letter = BANK.letter(slug)
    for passage in set(letter.passages()) - set(letter.subjects):
        assert re.fullmatch(r"[A-Z].*[.?]", passage.text), passage
        assert ("{committee}" in passage.text) == (passage.file.parent.name == "committees")
    for passage in letter.subjects:
        assert len(passage.text) <= 70, passage
        assert not passage.text.endswith("."), passage


@pytest.mark.parametrize("slug", SLUGS)
def test_no_sentence_stands_in_two_places(slug: str) -> None:
    """A sentence that two alternatives share makes two letters alike."""
    sentences = [
        sentence
        for passage in BANK.letter(slug).passages()
        for sentence in re.split(r"(?<=[.?:]) ", passage.text)
        if len(sentence.split()) >= 5
    ]
    assert sorted({sentence for sentence in sentences if sentences.count(sentence) > 1}) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_two_letters_share_little_text(slug: str) -> None:
    """Offices file letters that share most of their text as one. This is the hardest case: nobody adds a word."""
    letter, chance = BANK.letter(slug), random.Random(slug)  # noqa: S311  (samples, no secrets)
    codes = [reason.code for reason in letter.file.reasons]
    sampled = []
    for seed in range(SAMPLES):
        reasons = tuple(chance.sample(codes, chance.randint(1, 3)))
        address = Address("1 Main Street", "Portland", "ME", "04101")
        wish = Wish(chance.choice(sorted(BANK.roles)), reasons, "", "Ana Reyes", address)
        addressee = Addressee(chance.choice(CHAMBERS), "Dear Senator", chance.randrange(3))
        sampled.append(five_words(between(assemble(BANK, letter, addressee, wish, f"{slug}-{seed}").body)))
    shared = [len(one & other) / min(len(one), len(other)) for one, other in itertools.combinations(sampled, 2)]
    median, worst = statistics.median(shared), statistics.quantiles(shared, n=20)[-1]
    assert median <= 0.2
    assert worst <= 0.45


@pytest.mark.parametrize("slug", SLUGS)
def test_a_supporters_letters_share_little_text(slug: str) -> None:
    """The hardest pair of all: the same person, the same reasons, two senators."""
    letter = BANK.letter(slug)
    address = Address("1 Main Street", "Portland", "ME", "04101")
    shared = []
    for seed, role, reasons in itertools.product(map(str, range(5)), BANK.roles, choices(letter)):
        wish = Wish(role, reasons, "", "Ana Reyes", address)
        one, other = (
            five_words(between(assemble(BANK, letter, Addressee("senate", "Dear Senator", place), wish, seed).body))
            for place in range(2)
        )
        shared.append(len(one & other) / min(len(one), len(other)))
    assert max(shared) <= 0.2
