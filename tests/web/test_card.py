"""A letter in brief, for anybody's page: without a form, without a cookie, and never broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaign.letters import Bank
from campaign.partners import Partner
from tests.web.conftest import MakeApp
from tests.web.test_pages import check
from tests.web.visitor import Visitor, count

HOME = "http://127.0.0.1:8000"


def button(visitor: Visitor) -> tuple[str, str]:
    """Where a card's one link leads, and what it says."""
    (link,) = visitor.soup.find_all("a")
    assert (link["target"], link["rel"]) == ("_blank", ["noopener"])
    return str(link["href"]), link.get_text(" ", strip=True)


def test_a_card_shows_the_letter_and_leads_to_its_form(visitor: Visitor, bank: Bank, riverside: Partner) -> None:
    letter = bank.letters["protect-parole"].file
    visitor.open("/embed/card/protect-parole?p=riverside")
    check(visitor.soup)
    assert visitor.heading == letter.title
    assert letter.summary in visitor.text
    assert "0 letters written" in visitor.text
    assert button(visitor) == (
        f"{HOME}/letters/protect-parole?p=riverside",
        "Write to Congress (in a tab of its own)",
    )
    assert visitor.soup.find_all(["form", "input", "button"]) == []
    assert visitor.open(button(visitor)[0]).heading == letter.title


def test_a_card_may_be_framed_by_anybody_and_kept_by_caches(visitor: Visitor) -> None:
    headers = visitor.open("/embed/card/protect-parole").response.headers
    assert "form-action 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "X-Frame-Options" not in headers
    assert headers["Cache-Control"] == "public, max-age=60"
    assert visitor.client._cookies == {}


@pytest.mark.parametrize("code", ["", "nobody", "RIVERSIDE", "<b>", "%00", "x" * 5_000])
def test_a_partner_that_we_do_not_know_is_left_out(visitor: Visitor, code: str) -> None:
    plain = visitor.open("/embed/card/protect-parole").response.text
    visitor.open(f"/embed/card/protect-parole?p={code}")
    assert (visitor.status, visitor.response.text) == (200, plain)
    assert button(visitor)[0] == f"{HOME}/letters/protect-parole"


def test_the_card_of_the_campaign_leads_to_its_letters(visitor: Visitor, riverside: Partner) -> None:
    visitor.open("/embed/card?p=riverside")
    assert visitor.heading == visitor.open("/").heading == "Keep a lawful way to safety open"
    visitor.open("/embed/card?p=riverside")
    assert button(visitor) == (f"{HOME}/?p=riverside#letters", "Choose a letter (in a tab of its own)")


def test_the_card_of_an_ended_letter_says_so(make_app: MakeApp, letters_dir: Path) -> None:
    file = letters_dir / "protect-parole" / "letter.toml"
    file.write_text(file.read_text().replace('status = "live"', 'status = "ended"\noutcome = "Parole is safe."'))
    visitor = Visitor(make_app(letters_dir=letters_dir).test_client()).open("/embed/card/protect-parole")
    assert visitor.status == 200
    assert "This letter has ended" in visitor.text
    assert "Parole is safe." in visitor.text
    assert button(visitor) == (f"{HOME}/#letters", "Letters that are open (in a tab of its own)")


def test_the_card_of_a_letter_that_is_gone_leads_to_the_others(visitor: Visitor, riverside: Partner) -> None:
    visitor.open("/embed/card/no-such-letter?p=riverside")
    assert (visitor.status, visitor.heading) == (404, "This letter is not here any more")
    assert button(visitor)[0] == f"{HOME}/?p=riverside#letters"
    assert visitor.response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert visitor.response.headers["Cache-Control"] == "no-store"


def test_the_public_count_stands_on_the_card_with_what_it_is_on_the_way_to(
    make_app: MakeApp, letters_dir: Path
) -> None:
    with (letters_dir / "campaign.toml").open("a") as file:
        file.write("milestones = [1000, 2000]\n")
    app = make_app(letters_dir=letters_dir)
    visitor = Visitor(app.test_client()).finish()
    count(app)
    visitor.open("/embed/card/protect-parole")
    assert "1 letter written of 1,000" in visitor.text
    bar = visitor.soup.progress
    assert bar is not None
    assert (bar["value"], bar["max"], bar["aria-label"]) == ("1", "1000", "Letters written")


def test_without_a_goal_there_is_no_bar(visitor: Visitor) -> None:
    assert visitor.open("/embed/card").soup.progress is None
