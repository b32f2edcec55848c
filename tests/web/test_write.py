"""The second and third step: answers, and the letters made from them; each mistake has its message at its field."""

from __future__ import annotations

from typing import Any

import pytest

from campaign.database import Database
from campaign.letters import Bank
from tests.story import STORY
from tests.web.visitor import ANSWERS, Visitor, rows

LONG = "x" * 100_000
UNPRINTABLE = "This holds characters that cannot be printed. Please type it again."
UNPRINTABLE_PART = "This holds characters that cannot be printed. Please type that part again."


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("role", "", "Choose the one that fits you best."),
        ("role", "emperor", "Choose the one that fits you best."),
        ("role", LONG, "Choose the one that fits you best."),
        ("reasons", [], "Tick at least one reason."),
        ("reasons", ["nonsense"], "Tick only what is offered here."),
        ("reasons", ["s"], "Tick only what is offered here."),
        ("reasons", [LONG], "Tick only what is offered here."),
        ("reasons", ["safety", "order", "economy", "allies"], "Tick at most three reasons"),
        ("story-tie", LONG, "This is 100000 characters long; at most 3000 fit."),
        ("story-tie", "a\x00b", UNPRINTABLE_PART),
        ("story-tie", "a\x1b[31mb", UNPRINTABLE_PART),
        ("name", "", "Enter your name, as it should stand under your letter."),
        ("name", " \t ", "Enter your name, as it should stand under your letter."),
        ("name", "x" * 101, "This is longer than 100 characters."),
        ("name", LONG, "This is longer than 100 characters."),
        ("name", "A\x07na", UNPRINTABLE),
        ("street", "", "Enter your street address."),
        ("street", "x" * 101, "This is longer than 100 characters."),
        ("street", "1 Main\x00 Street", UNPRINTABLE),
        ("city", "", "Enter your town or city."),
        ("city", "x" * 61, "This is longer than 60 characters."),
        ("city", "Port\x9fland", UNPRINTABLE),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_mistake_in_an_answer_is_told_at_its_field(
    visitor: Visitor, database: Database, field: str, typed: Any, message: str
) -> None:
    visitor.write(**{field: typed})
    assert (visitor.status, visitor.heading) == (422, "In your own words")
    assert visitor.error(field).startswith(message)
    assert [str(link["href"]) for link in visitor.soup.select(".summary a")] == [f"#{field}"]
    assert visitor.soup.find(id=field) is not None
    kept = {name: value for name, value in ANSWERS.items() if name not in ("role", "reasons", field)}
    assert {name: visitor.value(name).replace("\r", "") for name in kept} == kept
    assert rows(database) == {}


def test_all_mistakes_are_told_at_once(visitor: Visitor) -> None:
    visitor.find().press("Read my letters", name="", street="", city="")
    assert [str(link["href"]) for link in visitor.soup.select(".summary a")] == [
        f"#{name}" for name in ("role", "reasons", "name", "street", "city")
    ]
    for name in ("role", "reasons", "name"):
        field = visitor.soup.find(id=name)
        assert field is not None
        assert f"{name}-error" in str(field["aria-describedby"]).split()


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("Two\r\nlines\rand\u2028more", "Two\nlines\nand\nmore"),
        ("\n\n  Indented, with blank lines around.\n\n", "Indented, with blank lines around."),
        ("A tab\tinside", "A tab\tinside"),
        ("שלום, مرحبا, 你好, 🕊️👩🏽\u200d🚀", "שלום, مرحبا, 你好, 🕊️👩🏽\u200d🚀"),
        ("{city} {fact:u4u-border} {{ 7 * 7 }} {% raw %} %(name)s %s 100%", None),
        ("x" * 3_000, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_own_words_stand_in_the_letter_as_they_were_typed(visitor: Visitor, typed: str, stands: str | None) -> None:
    visitor.write(story__tie=typed)
    assert visitor.status == 200
    paragraphs = visitor.value("body-ME-S1").replace("\r\n", "\n")
    assert paragraphs.startswith(f"Dear Senator King,\n\n{stands or typed}\n\n")


def test_own_words_may_be_left_out(visitor: Visitor) -> None:
    visitor.write(story__tie="")
    assert (visitor.status, visitor.heading) == (200, "Read your letters")


def test_a_reason_that_is_sent_twice_counts_once(visitor: Visitor) -> None:
    visitor.write(reasons=["safety", "safety", "order", "order"])
    assert visitor.status == 200
    body = visitor.value("body-ME-S1")
    paragraphs = body.split("\r\n\r\n")
    assert len(paragraphs) == len(set(paragraphs))


def test_spaces_and_line_breaks_in_a_line_are_folded(visitor: Visitor) -> None:
    visitor.write(name="  Ana \r\n Bcc:  Reyes ")
    assert "Ana Bcc: Reyes" in visitor.value("body-ME-S1")


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("subject-ME-S1", "", "A letter needs a subject."),
        ("subject-ME-S1", "x" * 201, "This is longer than 200 characters."),
        ("subject-ME-S1", "a\x00", UNPRINTABLE),
        ("body-ME-01", " \n ", "This letter is empty."),
        ("body-ME-01", LONG, "This is 100000 characters long; at most 20000 fit."),
        ("body-ME-01", "a\x00", UNPRINTABLE_PART),
        ("pledges", ["nonsense"], "Tick only what is offered here."),
        ("email", "nobody", "Enter an email address like name@example.org."),
        ("email", "a@b.example\r\nBcc: c@d.example", "Enter an email address like name@example.org."),
        ("email", "a" * 100_000 + "@example.org", "Enter an email address like name@example.org."),
        ("email", "\x00", "Enter an email address like name@example.org."),
        ("name", "", "Enter your name, as it should stand under your letter."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_mistake_on_the_last_page_is_told_and_stores_nothing(
    visitor: Visitor, database: Database, field: str, typed: Any, message: str
) -> None:
    visitor.write()
    before = visitor.value("body-ME-S2")
    visitor.press("Finish my letters", may_contact="y", **{field.replace("-", "__"): typed})
    assert (visitor.status, visitor.heading) == (422, "Read your letters")
    said = [link.text for link in visitor.soup.select(".summary a") if link["href"] == f"#{field}"]
    assert [text[: len(message)] for text in said] == [message]
    assert visitor.value("body-ME-S2") == before
    assert visitor.soup.select_one("input[name=may_contact][checked]") is not None
    assert rows(database) == {}


def test_a_pledge_needs_an_email_address(visitor: Visitor, database: Database, bank: Bank) -> None:
    visitor.write().press("Finish my letters", pledges=["call"])
    assert (visitor.status, visitor.error("email")[:14]) == (422, "A pledge needs")
    visitor.press("Finish my letters", email="ana@example.org")
    assert visitor.heading == "Your letters are ready"
    assert bank.pledges["call"].label in visitor.text
    mailed = {"confirm_links": 1, "mails": 2}  # the one to confirm, and the reminder
    assert rows(database) == {"messages": 1, "deliveries": 3, "supporters": 1, "pledges": 1, **mailed}


def test_a_pledge_that_is_sent_twice_stands_once_in_the_kit(visitor: Visitor, bank: Bank) -> None:
    visitor.finish(pledges=["call", "call"], email="ana@example.org")
    assert visitor.text.count(bank.pledges["call"].label) == 1


def test_the_page_says_of_which_day_the_members_are_and_whose_term_has_ended(visitor: Visitor) -> None:
    check = "This member’s term was to end on November 3, 2026."
    visitor.find("44101")  # Ohio: a senator's term had an end on election day
    assert "Members of Congress as of June 15, 2026." in visitor.text
    assert visitor.text.count(check) == 1
    visitor.press("Read my letters", **{**ANSWERS, "city": "Cleveland"})
    assert visitor.text.count(check) == 1
    visitor.press("Finish my letters")
    assert visitor.text.count(check) == 1
    assert check not in visitor.find("04101").text


def test_a_letter_to_a_member_with_a_say_in_a_committee_names_it(visitor: Visitor) -> None:
    visitor.find("50301").press("Continue", seat="none").press("Read my letters", **ANSWERS)
    assert "Senate Committee on the Judiciary" in visitor.value("body-IA-S3")
    assert "Senate Committee on Homeland Security" in visitor.value("body-IA-S2")
    visitor.write()
    assert "ommittee" not in visitor.value("body-ME-S1")


def test_the_share_of_ones_own_words_is_said_without_javascript(visitor: Visitor) -> None:
    meter = visitor.find().soup.select_one(".meter[data-story]")
    assert meter is not None
    assert meter.has_attr("hidden")
    visitor.press("Read my letters", **{**ANSWERS, "story-tie": STORY, "name": ""})
    meter = visitor.soup.select_one(".meter[data-story]")
    assert meter is not None
    assert not meter.has_attr("hidden")
    share = int(visitor.soup.select_one(".meter meter")["value"])  # type: ignore[index,arg-type]
    assert 30 <= share < 60
    assert f"About {share} % of each letter is yours so far." in visitor.text
    visitor.press("Read my letters", reasons=[code["value"] for code in visitor.soup.select("input[name=reasons]")])
    assert visitor.status == 422
