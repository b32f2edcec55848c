"""Every page of the way holds on to what was typed on the others, whichever way somebody goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaign.web.carrying import KEPT_MAX
from tests.web.visitor import ANSWERS, Visitor

FIND, WRITE, READ = "Protect humanitarian parole", "In your own words", "Read your letters"
LAST = {
    "pledges": ["call", "share"],
    "email": "ana@example.org",
    "may_contact": "y",
    "may_print": "y",
    "may_quote": "y",
    "body__ME__S1": "Dear Senator King,\r\n\r\nMine is another letter.",
}
MINE = "Dear Senator King,\n\nMine is another letter."
COPIES = "Your letters as they stood, to copy from"


def to_answers(visitor: Visitor) -> Visitor:
    return visitor.write().press("Change my answers", **LAST)


def to_another_place(visitor: Visitor) -> Visitor:
    return to_answers(visitor).press("Another ZIP code").press("Find my offices", zip="82001", state="")


def to_a_choice(visitor: Visitor) -> Visitor:
    to_answers(visitor).press("Another ZIP code").press("Find my offices", zip="10001", state="", street="", city="")
    assert visitor.heading == "Who represents you in the House?"
    return visitor.press("Continue", seat="NY-12")


def to_a_bad_form(visitor: Visitor) -> Visitor:
    path, data = visitor.write().filled("Finish my letters", **LAST)
    visitor.post(path, {**data.to_dict(flat=False), "form_token": "bad"})
    assert (visitor.status, visitor.heading) == (422, FIND)
    return visitor.press("Find my offices")


def to_an_error(visitor: Visitor) -> Visitor:
    to_answers(visitor).press("Read my letters", name="")
    assert (visitor.status, visitor.heading) == (422, WRITE)
    return visitor


@pytest.mark.parametrize("go", [to_answers, to_another_place, to_a_choice, to_a_bad_form, to_an_error])
def test_the_last_pages_answers_come_back(visitor: Visitor, go: Callable[[Visitor], Visitor]) -> None:
    go(visitor)
    assert visitor.heading == WRITE
    visitor.press("Read my letters", **{**ANSWERS, "city": "Portland"})
    assert visitor.heading == READ
    ticked = {(tag["name"], tag["value"]) for tag in visitor.soup.select("input[type=checkbox][checked]")}
    assert ticked == {
        ("pledges", "call"),
        ("pledges", "share"),
        ("may_contact", "y"),
        ("may_print", "y"),
        ("may_quote", "y"),
    }
    assert visitor.value("email") == "ana@example.org"
    assert copies(visitor) == [MINE]


def copies(visitor: Visitor) -> list[str]:
    """The letters that stand there to copy from."""
    return [tag.text for tag in visitor.soup.select(".letter:not(.marked)")]


def test_a_letter_that_nobody_changed_is_not_copied(visitor: Visitor) -> None:
    visitor.write().press("Change my answers").press("Read my letters")
    assert COPIES not in visitor.text
    visitor.press("Finish my letters", name="")
    assert COPIES not in visitor.text
    visitor.press("Change my answers").press("Another ZIP code")
    assert COPIES not in visitor.text


def test_to_remove_a_passage_changes_no_letter(visitor: Visitor) -> None:
    visitor.write(story__tie="Her number is A123456789.").press("Remove it", body__ME__S1=f"{MINE} A123456789")
    visitor.press("Change my answers").press("Read my letters")
    assert copies(visitor) == [MINE]


def test_a_changed_letter_stands_beside_the_fields_for_letters_once(visitor: Visitor) -> None:
    to_answers(visitor).press("Another ZIP code")
    assert copies(visitor) == [MINE]
    visitor.press("Find my offices").press("Read my letters")
    assert copies(visitor) == [MINE]
    visitor.press("Change my answers", body__ME__S1=MINE).press("Read my letters")
    assert copies(visitor) == [MINE]
    visitor.press("Finish my letters", subject__ME__S1="")
    assert (visitor.status, copies(visitor)) == (422, [MINE])


def test_more_letters_than_a_form_can_hold_leave_out_the_oldest(visitor: Visitor) -> None:
    visitor.write()
    for number in range(KEPT_MAX + 2):
        visitor.press("Change my answers", body__ME__S1=f"Letter {number}").press("Read my letters")
    assert copies(visitor) == [f"Letter {number}" for number in range(2, KEPT_MAX + 2)]


def test_what_a_stranger_adds_to_a_form_is_not_carried(visitor: Visitor) -> None:
    path, data = visitor.write().filled("Change my answers", **LAST)
    visitor.post(path, {**data.to_dict(flat=False), "made_up": "x"})
    assert visitor.soup.find(True, {"name": "made_up"}) is None
