"""What could endanger or expose people is spotted, and left to the writer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign import discretion
from campaign.discretion import _PATTERNS, around, spots, without


def found(text: str, *own: str) -> list[tuple[str, str]]:
    return [(spot.kind, spot.text) for spot in spots(text, own)]


@pytest.mark.parametrize(
    ("text", "kind", "passage"),
    [
        ("Her number is A123456789.", "a_number", "A123456789"),
        ("Her number is a12345678", "a_number", "a12345678"),
        ("A 123-456-789 is on the card", "a_number", "A 123-456-789"),
        ("(A# 087 654 321)", "a_number", "A# 087 654 321"),
        ("alien registration number: 123456789", "a_number", "123456789"),
        ("USCIS# 123-456-789", "a_number", "123-456-789"),
        ("Her alien number is 123456789.", "a_number", "123456789"),
        ("Her A number is 123-456-789.", "a_number", "123-456-789"),
        ("Alien registration number is 123 456 789.", "a_number", "123 456 789"),
        ("USCIS Number: 123456789.", "a_number", "123456789"),
        ("I-94: 123456789A1", "i94", "123456789A1"),
        ("her I-94 number is 12345678901", "i94", "12345678901"),
        ("the case IOE0912345678 waits", "receipt", "IOE0912345678"),
        ("IOE 09 1234 5678", "receipt", "IOE 09 1234 5678"),
        ("receipt msc 21 901 23456,", "receipt", "msc 21 901 23456"),
        ("EAC-21-901-23456", "receipt", "EAC-21-901-23456"),
        ("her SSN is 123-45-6789", "ssn", "123-45-6789"),
        ("123 45 6789", "ssn", "123 45 6789"),
        ("123–45–6789", "ssn", "123–45–6789"),
        ("social security number 123456789", "ssn", "123456789"),
        ("Her social is 123456789.", "ssn", "123456789"),
        ("123.45.6789", "ssn", "123.45.6789"),
        ("his passport FA123456", "passport", "FA123456"),
        ("passport no. is 012345678", "passport", "012345678"),
        ("P01234567 was stamped", "passport", "P01234567"),
        ("passport FA 123456", "passport", "FA 123456"),
        ("mail ana.reyes+x@mail.example.org.", "email", "ana.reyes+x@mail.example.org"),
        ("пишіть олена@приклад.укр", "email", "олена@приклад.укр"),
        ("call 207-555-0123", "phone", "207-555-0123"),
        ("call (207) 555-0123 now", "phone", "(207) 555-0123"),
        ("2075550123", "phone", "2075550123"),
        ("Call 555-0123 at night", "phone", "555-0123"),
        ("207 - 555 - 0123", "phone", "207 - 555 - 0123"),
        ("+380 44 123 45 67", "phone", "+380 44 123 45 67"),
        ("1.207.555.0123", "phone", "1.207.555.0123"),
        ("tel ٢٠٧٥٥٥٠١٢٣", "phone", "٢٠٧٥٥٥٠١٢٣"),
        ("She lives at 12 Elm Street, upstairs", "street", "12 Elm Street"),
        ("at 400 N. Main St., Apt 4B.", "street", "400 N. Main St., Apt 4B"),
        ("221b baker street", "street", "221b baker street"),
        ("2500 Martin Luther King Jr Blvd", "street", "2500 Martin Luther King Jr Blvd"),
        ("write to P.O. Box 12", "street", "P.O. Box 12"),
        ("at RR 2 Box 15", "street", "RR 2 Box 15"),
        ("210 Route 9", "street", "210 Route 9"),
        ("500 County Road 12", "street", "500 County Road 12"),
        ("1200 US Highway 1\nPort St. Lucie", "street", "1200 US Highway 1"),
        ("12 Elm Crescent", "street", "12 Elm Crescent"),
        ("45 Fox Run, by the lake", "street", "45 Fox Run"),
        ("90 Albany Pike", "street", "90 Albany Pike"),
    ],
)
def test_it_is_spotted(text: str, kind: str, passage: str) -> None:
    assert found(text) == [(kind, passage)]


@pytest.mark.parametrize(
    "text",
    [
        "It is a 20 minute drive to court.",
        "a 3 hour drive from here",
        "Last winter 10 volunteers drive them to class.",
        "the 2 best workers drive the bus",
        "The judge set 2 immigration court dates in one month.",
        "It takes 45 minutes by highway.",
        "I work at Exit 12 off Highway 40.",
        "1 food drive, and 1 blood drive at our school",
        "there are 2 buses each way",
        "it is 1 block way down",
        "encounters fell from over 20,000 in April 2022 to 21 in November 2024",
        "Uniting for Ukraine, U4U, and form I-94",
        "from 2021-2022 on, and on 2022-02-24 10:00",
        "Portland, ME 04101-1234",
        "In 2022 we went one way",
        "I met 3 families on the way",
        "We have 12 street lamps",
        "20 years on Main Street",
        "5 children on our street",
        "A 100 percent A student",
        "We raised $1,250,000.00 for it",
        "In 2022 I moved to Port St. Lucie with my wife.",
        "There were 50 people at Market Square that night.",
        "They waited 18 months for a court date.",
        "Our 7 Ukrainian neighbors lead the way.",
        "In 2024 our town square was full.",
        "Please vote for H.R. 1234 and S. 567.",
        "The bill H.R. 8000 and S. 4787 would help.",
        "I have lived here 30 years, on Elm Street.",
        "Form I-131 and I-765 cost us $1,050.",
        "It ended on 05/12/2026 for them.",
        "We met at the corner of 5th and Main.",
        "The 4 boys play soccer on our court.",
        "Interstate 95 runs through our town.",
        "Our parish runs 6 food drives a year.",
        "After 25 years as a teacher I retired.",
        "Since 1998 we have worshiped at St. Mary's.",
        "A veteran of 2 tours, I keep my word.",
        "We have 120 Ukrainian students in our district way out here.",
        "They run 3 restaurants on Congress Street.",
        "He drove 12 miles along Route 9.",
        "We opened 4 classrooms on Grove Street.",
        "In 2023 First Baptist Church on Main Street opened its doors.",
        "They hold 2 jobs and still run a food pantry.",
        "Our 3 points are these.",
        "Psalm 23 and Matthew 25:35",
        "on 9/11 and in 1994",
        "The 101st and the 82nd",
        "It costs 1,200 to 1,500 dollars a month.",
        "I am 62, she is 58, and we have 4 grown children.",
        "Each of the 30 children has a place here.",
        "We served 12,000 meals on the street last year.",
        "In grade 3 Ukrainian children lead the way in math.",
        "The score was 21-14 in the 4th quarter.",
        "Room 12 is where I teach.",
        "about 800,000 people and 29 offices",
        "call (202) on the phone",
        "A passport is a document",
        "at 5 o'clock @ noon",
        "Main Street is where I met her",
        "",
    ],
)
def test_what_is_harmless_is_not(text: str) -> None:
    assert found(text) == []


def test_several_are_told_in_their_order_and_apart() -> None:
    text = "Ana (A123456789, ana@example.org) lives at 12 Elm Street, 207-555-0123."
    assert [kind for kind, _ in found(text)] == ["a_number", "email", "street", "phone"]


@pytest.mark.parametrize(
    "own",
    [
        *("12 Elm Street", "12 elm street", " 12  Elm Street, Apt 4", "Apt 4, 12 Elm Street", "12 Elm St"),
        *("c/o Smith 12 Elm Street", "12 Elm Street, P.O. Box 5", "Oak Hall, 12 Elm Street"),
    ],
)
def test_the_writers_own_address_is_theirs_to_give(own: str) -> None:
    assert found("I live at 12 Elm Street.", own) == []
    assert found(f"Ana Reyes\n{own}\nPortland, ME 04101", own) == []
    assert found("They live at 13 Elm Street.", own) == [("street", "13 Elm Street")]
    assert found("They live at 2 Elm Street.", own) == [("street", "2 Elm Street")]


def test_without_an_address_of_ones_own_every_one_is_spotted() -> None:
    assert found("I live at 12 Elm Street.", "") == [("street", "12 Elm Street")]


@pytest.mark.parametrize(
    ("text", "passage", "left"),
    [
        ("Her number is A123456789.", "A123456789", "Her number is."),
        ("A123456789 is hers, A123456789.", "A123456789", "is hers,."),
        ("One\n\n12 Elm Street\n\nTwo", "12 Elm Street", "One\n\n\n\nTwo"),
        ("Call (207) 555-0123 now", "(207) 555-0123", "Call now"),
        ("Nothing", "A123456789", "Nothing"),
    ],
)
def test_a_passage_is_taken_out_wherever_it_stands(text: str, passage: str, left: str) -> None:
    assert without(text, passage) == left


def test_nothing_else_is_cut_and_least_of_all_ones_own_address() -> None:
    text = "I live at 12 Elm Street. They live at 2 Elm Street, near us.\n\nAna\n12 Elm Street\nPortland"
    assert without(text, "2 Elm Street", ["12 Elm Street"]) == text.replace(" at 2 Elm Street", " at")
    assert without(text, "Elm", ["12 Elm Street"]) == text
    assert without("Call 207-555-0123, or A12345678.", "A12345678") == "Call 207-555-0123, or."


def test_a_passage_is_shown_in_its_place() -> None:
    text = "word " * 40 + "A123456789" + " word" * 40
    (spot,) = spots(text)
    before, after = around(text, spot)
    assert before.startswith("… word")
    assert before.endswith("word ")
    assert after.startswith(" word")
    assert after.endswith("word …")
    assert len(before) < 70
    assert len(after) < 70
    (spot,) = spots("Call\n207-555-0123\nnow")
    assert around("Call\n207-555-0123\nnow", spot) == ("Call ", " now")


def test_what_was_spotted_does_not_show_in_debug_output() -> None:
    assert "A123456789" not in repr(spots("A123456789"))


@given(st.text(st.sampled_from("aA1 -.@(#\nЖ٣")))
def test_spots_are_apart_in_order_and_as_they_stand(text: str) -> None:
    last = 0
    for spot in spots(text):
        assert last <= spot.start < spot.end
        assert text[spot.start : spot.end] == spot.text
        last = spot.end


WORDS = (
    *("passport", "Passport number is", "A", "12", "Elm Street", "A123456789", "FA123456", "012345678", "on and on"),
    *("207-555-0123", "@", "ana@example.org", "P.O.", "Box 9", "Her alien number is", "IOE 09 1234 5678", "1 Hwy 3"),
)


@settings(max_examples=500)
@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", "\n", "\n\n", ": "])), max_size=12))
def test_what_is_passed_over_holds_nothing(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discretion, "_suspicious", lambda text: [(0, len(text))])
        everywhere = spots(text)
    assert spots(text) == everywhere


def test_a_number_may_stand_below_its_name() -> None:
    assert found("word " * 60 + "my passport:\n012345678") == [("passport", "012345678")]


def test_no_run_of_blanks_is_tried_in_a_million_ways() -> None:
    """How long it takes is measured in the bench; here, that nothing repeats blanks without a bound."""
    assert [pattern.pattern for _, pattern in _PATTERNS if re.search(r"\\s[*+]", pattern.pattern)] == []
