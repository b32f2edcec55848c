"""From a ZIP code to the kit, as somebody without JavaScript and without a cookie walks it."""

from __future__ import annotations

import pytest

from campaign.database import Database
from tests.web.visitor import ANSWERS, Visitor, count, rows


def test_the_whole_way(visitor: Visitor, database: Database) -> None:
    visitor.open("/letters/protect-parole")
    assert visitor.heading == "Protect humanitarian parole"
    visitor.finish()
    assert visitor.heading == "Your letters are ready"
    assert visitor.path.startswith("/kit/")
    assert visitor.offices == ["ME-S1", "ME-S2", "ME-01"]
    count(visitor.client.application)
    assert "1 letter written" in visitor.open("/").text
    assert rows(database) == {"messages": 1, "deliveries": 3, "totals": 9}


def test_nothing_is_stored_and_no_cookie_is_set_before_the_last_step(visitor: Visitor, database: Database) -> None:
    visitor.write()
    assert rows(database) == {}
    visitor.press("Finish my letters")
    assert "Set-Cookie" not in visitor.response.headers
    assert visitor.client._cookies == {}


def test_each_office_gets_a_letter_of_its_own_with_name_address_and_own_words(visitor: Visitor) -> None:
    visitor.write()
    bodies = [visitor.value(f"body-{seat}") for seat in visitor.offices]
    assert [body.split(",")[0] for body in bodies] == [
        "Dear Senator King",
        "Dear Senator Collins",
        "Dear Representative Pingree",
    ]
    for body in bodies:
        assert ANSWERS["story-tie"].replace("\n", "\r\n") in body
        assert body.endswith("Ana Reyes\r\n12 Congress Street\r\nPortland, ME 04101")
    assert len(set(bodies)) == 3


def test_what_is_edited_is_what_stands_in_the_kit(visitor: Visitor) -> None:
    visitor.write()
    visitor.press("Finish my letters", subject__ME__S1="Parole", body__ME__S1="Dear A,\r\n\r\nB")
    assert [tag.text for tag in visitor.soup.select("#subject-ME-S1, #body-ME-S1")] == ["Parole", "Dear A,\n\nB"]


def test_looking_at_the_letters_twice_shows_the_same_letters(visitor: Visitor) -> None:
    path, data = visitor.find().filled("Read my letters", **ANSWERS)
    first = [visitor.post(path, data).value(f"body-{seat}") for seat in visitor.offices]
    assert [visitor.post(path, data).value(f"body-{seat}") for seat in visitor.offices] == first


def test_two_supporters_with_the_same_answers_get_letters_that_differ(visitor: Visitor) -> None:
    texts = {visitor.write().value("body-ME-S1") for _ in range(8)}
    assert len(texts) > 1


def test_changing_the_answers_keeps_them(visitor: Visitor) -> None:
    visitor.write().press("Change my answers")
    assert visitor.heading == "In your own words"
    assert visitor.value("story-tie") == ANSWERS["story-tie"].replace("\n", "\r\n")
    ticked = [tag["value"] for tag in visitor.soup.select("input[checked]")]
    assert ticked == ["neighbor", "safety", "order"]
    visitor.press("Read my letters", story__tie="Something else.")
    assert "Something else." in visitor.value("body-ME-S1")
    assert "teaches at our school" not in visitor.value("body-ME-S1")


def test_another_zip_code_from_the_writing_page_keeps_what_was_typed(visitor: Visitor) -> None:
    visitor.find().press("Another ZIP code", **ANSWERS)
    assert visitor.heading == "Protect humanitarian parole"
    assert visitor.value("zip") == "04101"
    assert visitor.value("street") == "12 Congress Street"
    visitor.press("Find my offices", zip="82001", state="WY", street="", city="Cheyenne")
    assert "Hageman" in visitor.text
    assert visitor.value("story-tie") == ANSWERS["story-tie"].replace("\n", "\r\n")
    assert visitor.value("name") == "Ana Reyes"
    visitor.press("Read my letters", street="1 Capitol Avenue").press("Finish my letters")
    assert visitor.offices == ["WY-S1", "WY-S2", "WY-AL"]
    assert visitor.text.count("Cheyenne, WY 82001") >= 3


def test_the_way_starts_at_its_beginning_for_whoever_asks_for_a_later_step(visitor: Visitor) -> None:
    for step in ("write", "finish"):
        assert visitor.open(f"/letters/protect-parole/{step}").path == "/letters/protect-parole"
        assert visitor.client.get(f"/letters/no-such-letter/{step}").status_code == 404


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (1, "/letters/protect-parole"),
        (2, "/letters/protect-parole"),
        (3, "/letters/protect-parole/write"),
        (4, "/kit/"),
    ],
)
def test_each_page_says_which_step_it_is(visitor: Visitor, step: int, path: str) -> None:
    (lambda: visitor.open("/letters/protect-parole"), visitor.find, visitor.write, visitor.finish)[step - 1]()
    assert visitor.path.startswith(path)
    steps = visitor.soup.select(".steps li")
    assert [number for number, tag in enumerate(steps, 1) if tag.get("aria-current") == "step"] == [step]
