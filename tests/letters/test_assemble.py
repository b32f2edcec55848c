"""A letter is made of the supporter's words and the campaign's, each in its place and just as they were written."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.addresses import STATES, Address, in_a_sentence
from campaign.letters import Addressee, Bank, Letter, Wish, assemble, load
from campaign.letters.assemble import SIGN_OFFS
from tests.letters.conftest import edit

PORTLAND = Address("12 Congress Street", "Portland", "ME", "04101")
SENATOR = Addressee("senate", "Dear Senator King", 0)
REPRESENTATIVE = Addressee("house", "Dear Representative Doe", 2)
WORDS = "Neighbors of mine came that way.\n\nThey are missed when they are away."


def wish(**other: object) -> Wish:
    """What a supporter chose; what is not named stands as here."""
    chosen = {"role": "neighbor", "reasons": ("safety",), "words": WORDS, "name": "Ana Reyes", "address": PORTLAND}
    return Wish(**(chosen | other))  # type: ignore[arg-type]


@pytest.fixture
def bank(folder: Path) -> Bank:
    return load(folder)


@pytest.fixture
def letter(bank: Bank) -> Letter:
    return bank.letter("door")


def in_portland(group: object) -> set[str]:
    """A group of passages as they read in Portland, Maine."""
    return {
        passage.text.replace("{city}", "Portland")
        .replace("{state}", "Maine")
        .replace("{fact:u4u-border}", "from 20 to 1")
        for passage in group  # type: ignore[attr-defined]
    }


def test_the_greeting_comes_first_then_the_own_words_and_the_sign_off_last(bank: Bank, letter: Letter) -> None:
    draft = assemble(bank, letter, SENATOR, wish(), "seed")
    greeting, *own, opening, reason, ask, sign_off = draft.body.split("\n\n")
    assert greeting == "Dear Senator King,"
    assert own == WORDS.split("\n\n")
    assert opening in in_portland(letter.openings["neighbor"])
    assert reason in in_portland(letter.reasons["safety"])
    assert ask in in_portland(letter.asks["senate"])
    closing, *rest = sign_off.split("\n")
    assert closing in SIGN_OFFS
    assert rest == ["Ana Reyes", "12 Congress Street", "Portland, ME 04101", "(Prepared with the help of Harbor Aid)"]
    assert draft.subject in in_portland(letter.subjects)


def test_a_member_with_a_say_in_a_committee_reads_so_before_the_ask(bank: Bank, letter: Letter) -> None:
    chair = Addressee("house", "Dear Representative Doe", 2, "chair", "House Committee on Doors")
    *_, ask, _sign_off = assemble(bank, letter, chair, wish(), "seed").body.split("\n\n")
    said = {text.replace("{committee}", "House Committee on Doors") for text in in_portland(letter.committees["chair"])}
    assert ask in {f"{one} {other}" for one in said for other in in_portland(letter.asks["house"])}


def test_an_organization_that_is_not_set_is_not_named(folder: Path) -> None:
    edit(folder / "campaign.toml", 'organization = "Harbor Aid"\n', "")
    bank = load(folder)
    assert assemble(bank, bank.letter("door"), SENATOR, wish(), "seed").body.endswith("\nPortland, ME 04101")


@pytest.mark.parametrize("words", ["", " ", "\n\n", "\t\r\n"])
def test_without_own_words_the_campaigns_follow_the_greeting(bank: Bank, letter: Letter, words: str) -> None:
    greeting, opening, *_ = assemble(bank, letter, SENATOR, wish(words=words), "seed").body.split("\n\n")
    assert greeting == "Dear Senator King,"
    assert opening in in_portland(letter.openings["neighbor"])


@pytest.mark.parametrize("reasons", [(), ("safety",), ("border",), ("safety", "border"), ("border", "safety")])
def test_only_chosen_reasons_are_given_and_each_once(bank: Bank, letter: Letter, reasons: tuple[str, ...]) -> None:
    for seed in map(str, range(20)):
        paragraphs = assemble(bank, letter, SENATOR, wish(reasons=reasons), seed).body.split("\n\n")
        for code in ("safety", "border"):
            given = [text for text in paragraphs if text in in_portland(letter.reasons[code])]
            assert len(given) == (code in reasons)


def test_a_reason_that_the_letter_does_not_offer_is_left_out(bank: Bank, letter: Letter) -> None:
    known, unknown = (
        assemble(bank, letter, SENATOR, wish(reasons=reasons), "seed") for reasons in (("safety",), ("safety", "gone"))
    )
    assert known == unknown


@pytest.mark.parametrize("addressee", [SENATOR, REPRESENTATIVE])
def test_there_is_one_ask_and_it_is_for_the_right_chamber(bank: Bank, letter: Letter, addressee: Addressee) -> None:
    for seed in map(str, range(20)):
        body = assemble(bank, letter, addressee, wish(), seed).body
        asks = {chamber: [p.text for p in letter.asks[chamber] if p.text in body] for chamber in letter.asks}
        assert {chamber: len(found) for chamber, found in asks.items()} == {
            "house": int(addressee.chamber == "house"),
            "senate": int(addressee.chamber == "senate"),
        }


def test_the_order_of_reasons_differs_among_letters(bank: Bank, letter: Letter) -> None:
    first = {
        assemble(bank, letter, SENATOR, wish(reasons=("safety", "border")), seed).body.split("\n\n")[4]
        in in_portland(letter.reasons["safety"])
        for seed in map(str, range(20))
    }
    assert first == {True, False}


def test_the_same_seed_gives_the_same_text(folder: Path, bank: Bank, letter: Letter) -> None:
    for place in range(3):
        addressee = Addressee("senate", "Dear Senator", place)
        again = load(folder)
        assert assemble(bank, letter, addressee, wish(), "seed") == assemble(
            again, again.letter("door"), addressee, wish(), "seed"
        )


def test_a_seed_gives_the_same_draft_in_every_process_and_release(bank: Bank, letter: Letter) -> None:
    draft = assemble(bank, letter, SENATOR, wish(reasons=("safety", "border")), "a seed")
    assert draft.subject == "The open door and Maine"
    assert draft.body.split("\n\n")[3:-1] == [
        "As a neighbor in Portland I care.",
        "Safety is the reason for it.",
        "Encounters fell from 20 to 1.",
        "Please vote for it in the Senate.",
    ]


def test_supporters_with_other_seeds_get_other_texts(bank: Bank, letter: Letter) -> None:
    bodies = {assemble(bank, letter, SENATOR, wish(), str(seed)).body for seed in range(200)}
    # two openings, three reasons, two asks, four closings
    assert len(bodies) > 40


def test_every_alternative_is_used(bank: Bank, letter: Letter) -> None:
    drafts = [
        assemble(
            bank,
            letter,
            Addressee(chamber, "Dear", 0, standing, "{committee}"),
            wish(role=role, reasons=("safety", "border")),
            str(seed),
        )
        for seed in range(60)
        for role in bank.roles
        for chamber in ("house", "senate")
        for standing in ("", "chair", "ranking", "member")
    ]
    text = "\n\n".join(f"{draft.subject}\n\n{draft.body}" for draft in drafts)
    found = set(text.split("\n\n"))
    assert in_portland(set(letter.passages()) - {p for group in letter.committees.values() for p in group}) <= found
    for passage in (passage for group in letter.committees.values() for passage in group):
        assert any(paragraph.startswith(f"{passage.text} ") for paragraph in found)
    assert all(f"\n\n{closing}\n" in text for closing in SIGN_OFFS)


def test_one_supporters_offices_get_as_many_texts_as_there_are_alternatives(bank: Bank, letter: Letter) -> None:
    for seed in map(str, range(50)):
        drafts = [assemble(bank, letter, Addressee("senate", "Dear", n), wish(), seed) for n in range(3)]
        parts = list(zip(*(draft.body.split("\n\n")[3:] for draft in drafts), strict=True))
        assert len({draft.subject for draft in drafts}) == 3
        assert [len(set(part)) for part in parts] == [2, 3, 2, 3]  # opening, reason, ask, sign-off


ODD = [
    "{city} and {state}",
    "{fact:u4u-border}",
    "{fact:nothing} {unknown} {} { }",
    "{{ config }} {% raw %} {# note #}",
    "{{city}}",
    "%(name)s %s %d 100 %",
    "\\1 \\g<0> \\n",
    "$city ${state}",
    "<script>alert(1)</script> &amp; \"quotes\" 'n' ‘so’",
    "עברית العربية \u202eturned\u202c",
    "👩🏽‍🏫 🇺🇦 e\u0301",
    "#not a note",
    "a\0b",
]


@pytest.mark.parametrize("words", ODD)
def test_own_words_are_set_in_as_they_are(bank: Bank, letter: Letter, words: str) -> None:
    body = assemble(bank, letter, SENATOR, wish(words=words), "seed").body
    assert body.startswith(f"Dear Senator King,\n\n{words}\n\n")
    assert body.count(words) == 1


anything = st.text() | st.lists(st.sampled_from([*ODD, "\n", "\n\n", " "]) | st.text(max_size=5)).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the bank is read, and never changed
@given(words=anything, name=anything, street=anything, city=anything, seed=st.text(max_size=10))
def test_nothing_that_a_supporter_typed_is_expanded(
    bank: Bank, letter: Letter, words: str, name: str, street: str, city: str, seed: str
) -> None:
    address = Address(street, city, "ME", "04101")
    draft = assemble(bank, letter, SENATOR, wish(words=words, name=name, address=address), seed)
    texts = (
        [f"Dear Senator King,\n\n{words}\n\n" if words.strip() else "Dear Senator King,\n\n"],
        [passage.text.replace("{state}", "Maine").replace("{city}", city) for passage in letter.openings["neighbor"]],
        [passage.text for passage in letter.reasons["safety"]],
        [passage.text for passage in letter.asks["senate"]],
        [
            f"{closing}\n{name}\n{street}\n{city}, ME 04101\n(Prepared with the help of Harbor Aid)"
            for closing in SIGN_OFFS
        ],
    )
    possible = {greeting + "\n\n".join(rest) for greeting, *rest in itertools.product(*texts)}
    assert draft.body in possible
    assert draft.subject in {
        passage.text.replace("{state}", "Maine").replace("{city}", city) for passage in letter.subjects
    }


def test_a_city_named_like_a_placeholder_stays_what_it_is(bank: Bank, letter: Letter) -> None:
    for city in ("{state}", "{city}", "{fact:u4u-border}", "\\g<0>"):
        address = Address("1 Main Street", city, "ME", "04101")
        draft = [assemble(bank, letter, SENATOR, wish(address=address), str(seed)) for seed in range(20)]
        assert {d.subject for d in draft} == {
            "Keep the door open",
            f"A request from {city}",
            "The open door and Maine",
        }


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("ME", "Maine"),
        ("NY", "New York"),
        ("DC", "the District of Columbia"),
        ("PR", "Puerto Rico"),
        ("GU", "Guam"),
        ("AS", "American Samoa"),
        ("VI", "the Virgin Islands"),
        ("MP", "the Northern Mariana Islands"),
    ],
)
def test_a_state_has_its_article_in_a_sentence(bank: Bank, letter: Letter, state: str, name: str) -> None:
    assert in_a_sentence(state) == name
    address = Address("1 Main Street", "Somewhere", state, "00001")
    bodies = {assemble(bank, letter, SENATOR, wish(address=address), str(seed)).body for seed in range(20)}
    assert any(f"A good neighbor cares, here in {name}.\n" in body for body in bodies)


def test_every_state_has_a_name_in_a_sentence() -> None:
    assert all(in_a_sentence(state).removeprefix("the ") == name for state, name in STATES.items())
