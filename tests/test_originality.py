"""How much of a letter is its writer's own."""

from __future__ import annotations

import struct
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.originality import keys, measure, middle, pack, sequences

OURS = "Parole is granted case by case, to people with an urgent need."  # twelve words: eight sequences
OWN = "My neighbor teaches at our school here, and I do not want her to go."  # fifteen words: eleven sequences
CAMPAIGNS = keys([OURS])
SIGN_OFF = "Sincerely,\nAna Reyes\n12 Congress Street\nPortland, ME 04101"


def letter(*paragraphs: str) -> str:
    return "\n\n".join(["Dear Senator King,", *paragraphs, SIGN_OFF])


@pytest.mark.parametrize(
    ("paragraphs", "sequences", "own", "percent"),
    [
        ([OURS], 8, 0, 0),
        ([OWN], 11, 11, 100),
        ([OWN, OURS], 19, 11, 57),
        ([f"{OWN} {OURS}"], 23, 15, 65),  # in one paragraph, four sequences more reach over the border
        ([OURS.upper().replace(",", " –").replace(".", "!")], 8, 0, 0),
        ([OURS.replace("granted", "given")], 8, 3, 37),
        (["Four words are few."], 0, 0, 100),
        ([], 0, 0, 100),
        ([OURS, OURS], 8, 0, 0),
        ([OURS, *[OWN] * 20], 19, 11, 57),
        ([OURS, " ".join([OWN] * 20)], 23, 15, 65),  # with the four that reach over the border from one to the next
    ],
)
def test_the_share_of_sequences_that_the_bank_cannot_supply(
    paragraphs: list[str], sequences: int, own: int, percent: int
) -> None:
    measured = measure(letter(*paragraphs), CAMPAIGNS)
    assert (measured.sequences, measured.own, measured.percent) == (sequences, own, percent)


def test_the_campaigns_text_is_marked_and_nothing_else() -> None:
    text = letter(OWN, OURS, f"I say it again: {OURS} That is all.", OWN)
    marked = [text[start:end] for start, end in measure(text, CAMPAIGNS).marks]
    assert marked == [OURS] * 2


@pytest.mark.parametrize(
    ("text", "middle_text"),
    [
        (letter(OURS), OURS),
        (letter(OWN, OURS), f"{OWN}\n\n{OURS}"),
        (letter(OWN).replace("\n", "\r\n"), OWN),
        (OWN, OWN),
        (f"{OWN}\n\n{OURS}", f"{OWN}\n\n{OURS}"),
        (f"Dear Delegate Norton\n\n{OWN}", OWN),
        (f"{OWN}\n\nWith respect,\nAna", OWN),
        # These only look like a greeting or a sign-off.
        (f"Dear God, what a year this was for the people on our street.\nIt was.\n\n{OWN}", None),
        (f"{OWN}\n\nIn the end, after all of this,\nwe stayed.", None),
        (f"{OWN}\n\nSincerely", None),
        ("Dear Senator King,", "Dear Senator King,"),
        ("", ""),
    ],
)
def test_greeting_and_sign_off_are_left_out(text: str, middle_text: str | None) -> None:
    start, end = middle(text)
    assert text[start:end] == (text if middle_text is None else middle_text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“One two,” three—four five.", "one two threefour five"),
        ("Don't re-enter the U.S. now", "dont reenter the us now"),
        ("Ⅳ ﬁve ONE two thRee", "iv five one two three"),
        ("Їхній дім — тут, у місті Портленд", "їхній дім тут у місті портленд"),
        ("e\u0301te\u0301 a b c d", "été a b c d"),
        ("הַבַּיִת שלי כאן בעיר הזאת", "הַבַּיִת שלי כאן בעיר הזאת"),
        ("a . b ! c ? d … e", "a b c d e"),
    ],
)
def test_words_are_compared_without_case_and_punctuation(text: str, words: str) -> None:
    flat = [" ".join(run) for run in sequences(text)]
    expected = unicodedata.normalize("NFKC", words).split()
    assert flat == [" ".join(expected[at : at + 5]) for at in range(len(expected) - 4)]


def test_keys_travel_as_four_bytes_each() -> None:
    assert struct.unpack(f"<{len(CAMPAIGNS)}I", pack(CAMPAIGNS)) == tuple(sorted(CAMPAIGNS))


texts = st.lists(st.sampled_from([*OURS.split(), *OWN.split(), "\n\n", "\n", "—", "Dear", "Sincerely,\n"])).map(
    " ".join
)


@given(st.one_of(texts, st.text()))
def test_marks_are_in_order_apart_and_made_of_whole_sequences(text: str) -> None:
    measured = measure(text, CAMPAIGNS)
    assert 0 <= measured.own <= measured.sequences
    assert 0 <= measured.percent <= 100
    last = -1
    for start, end in measured.marks:
        assert last < start < end <= len(text)
        assert keys([text[start:end]]) <= CAMPAIGNS
        last = end
    assert bool(measured.marks) == (measured.own < measured.sequences)
