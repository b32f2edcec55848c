"""Before anything is kept: how much of a letter is its writer's own, and what in it could endanger somebody."""

from __future__ import annotations

import pytest

from campaign.database import Database
from campaign.letters import Bank
from campaign.originality import GOAL
from tests.story import STORY
from tests.web.visitor import ANSWERS, Visitor, rows

READ = "Read your letters"
KIT = "Your letters are ready"


def share(visitor: Visitor, seat: str = "ME-S1") -> int:
    meter = visitor.soup.select_one(f"[data-meter=body-{seat}] meter")
    assert meter is not None
    return int(str(meter["value"]))


def marked(visitor: Visitor, seat: str = "ME-S1") -> list[str]:
    return [tag.text for tag in visitor.soup.select(f"[data-meter=body-{seat}] mark")]


def test_each_letter_tells_how_much_of_it_is_the_writers_own(visitor: Visitor) -> None:
    visitor.write(story__tie="")
    assert share(visitor) == 0
    assert "70 percent" in visitor.text
    assert len(marked(visitor)) == 4  # opening, two reasons, ask
    visitor.press("Change my answers").press("Read my letters", story__tie=STORY)
    assert share(visitor) >= 30
    assert "teaches" not in " ".join(marked(visitor))


def test_the_measure_is_of_the_text_as_it_was_changed(visitor: Visitor) -> None:
    visitor.write(story__tie="")
    visitor.press("Finish my letters", body__ME__S1="Dear Senator King,\n\n" + STORY, name="")
    assert (visitor.status, visitor.heading, share(visitor), marked(visitor)) == (422, READ, 100, [])
    assert share(visitor, "ME-01") == 0


def test_a_letter_of_the_campaigns_words_alone_can_be_finished(visitor: Visitor) -> None:
    assert visitor.write(story__tie="").press("Finish my letters").heading == KIT


def test_the_questions_are_answered_first_in_the_letter_and_in_their_order(visitor: Visitor) -> None:
    visitor.write(story__tie="One tie.", story__seen="", story__lost="The loss.", story__ask="An ask of mine.")
    body = visitor.value("body-ME-S1").replace("\r\n", "\n")
    assert body.startswith("Dear Senator King,\n\nOne tie.\n\nThe loss.\n\nAn ask of mine.\n\n")
    visitor.press("Change my answers")
    assert [visitor.value(f"story-{code}") for code in ("tie", "seen", "lost", "ask")] == [
        *("One tie.", "", "The loss.", "An ask of mine.")
    ]
    assert visitor.text.count("For example:") == 4


def test_what_could_endanger_somebody_is_shown_before_anything_is_kept(visitor: Visitor, database: Database) -> None:
    visitor.write(story__tie="Her number is A123456789 and her phone is 207-555-0123.")
    assert [tag.text for tag in visitor.soup.select(".spots mark")] == ["A123456789", "207-555-0123"]
    visitor.press("Finish my letters")
    assert (visitor.status, visitor.heading, rows(database)) == (422, READ, {})
    assert len(visitor.soup.select(".spots mark")) == 2


def test_one_click_takes_it_out_of_every_letter_and_of_the_answers(visitor: Visitor, database: Database) -> None:
    visitor.write(story__tie="Her number is A123456789 and her phone is 207-555-0123.")
    before = visitor.value("body-ME-S2")
    visitor.press("Remove it")
    assert (visitor.status, visitor.heading, rows(database)) == (200, READ, {})
    assert [tag.text for tag in visitor.soup.select(".spots mark")] == ["207-555-0123"]
    assert visitor.value("body-ME-S2") == before.replace(" A123456789", "")
    assert "A123456789" not in visitor.response.text
    visitor.press("Remove it").press("Finish my letters")
    assert visitor.heading == KIT
    assert "number is and her phone is." in visitor.text


def test_a_subject_is_looked_over_like_a_letter(visitor: Visitor) -> None:
    visitor.write().press("Finish my letters", subject__ME__S1="About A123456789 and parole")
    assert (visitor.status, [tag.text for tag in visitor.soup.select(".spots mark")]) == (422, ["A123456789"])
    visitor.press("Remove it")
    assert visitor.value("subject-ME-S1") == "About and parole"
    assert visitor.press("Finish my letters").heading == KIT


def test_the_goal_is_what_an_office_no_longer_files_with_others(visitor: Visitor, bank: Bank) -> None:
    assert bank.figure("filed-as-one") == f"{100 - GOAL} percent"
    visitor.write()
    (low, high) = visitor.soup.select("[data-meter=body-ME-S1] .hint")
    assert (low.has_attr("hidden"), high.has_attr("hidden")) == (False, True)
    visitor.press("Finish my letters", body__ME__S1=STORY, name="")
    (low, high) = visitor.soup.select("[data-meter=body-ME-S1] .hint")
    assert (low.has_attr("hidden"), high.has_attr("hidden")) == (True, False)


def test_what_is_meant_to_be_there_stays(visitor: Visitor, database: Database) -> None:
    visitor.write(story__tie="My own phone is 207-555-0123.").press("It is meant to be there")
    assert (visitor.heading, rows(database)["messages"]) == (KIT, 1)
    assert "My own phone is 207-555-0123." in visitor.text


def test_a_mistake_elsewhere_is_told_first_and_forgets_no_warning(visitor: Visitor) -> None:
    visitor.write(story__tie="Her number is A123456789.").press("It is meant to be there", pledges=["call"], email="")
    assert (visitor.status, visitor.heading) == (422, READ)
    assert visitor.error("email")
    assert len(visitor.soup.select(".spots mark")) == 1


def test_the_writers_own_address_and_email_are_theirs_to_give(visitor: Visitor) -> None:
    visitor.write(story__tie="I have lived at 12 Congress Street for years. Write to ana@example.org.")
    assert [tag.text for tag in visitor.soup.select(".spots mark")] == ["ana@example.org"]
    visitor.press("Finish my letters", pledges=["call"], email="ana@example.org")
    assert visitor.heading == KIT


@pytest.mark.parametrize("passage", ["", "x" * 100_000, "<b>", "\x00", "Dear"])
def test_only_what_stands_there_is_taken_out(visitor: Visitor, passage: str) -> None:
    path, data = visitor.write().filled("Finish my letters")
    before = visitor.value("body-ME-S1")
    visitor.post(path, {**data, "remove": passage})
    assert (visitor.status, visitor.heading) == (200, READ)
    assert visitor.value("body-ME-S1") == before


def test_nothing_of_it_is_in_the_address(visitor: Visitor) -> None:
    visitor.write(story__tie="Her number is A123456789.").press("Remove it")
    assert visitor.path == "/letters/protect-parole/finish"
    assert ANSWERS["name"] in visitor.response.text
