"""The private page as a supporter sees it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from campaign import clock
from campaign.database import Database
from campaign.keys import Keys
from campaign.letters import Bank
from campaign.models import Mail, Message, Pledge
from tests.web.visitor import Visitor, confirm_page, count, mailed, rows

EMAIL = "ana@example.org"


def link(app: Flask) -> str:
    """The path of the newest link that was mailed."""
    found = re.search(r"http://\S+?(/mine/[\w-]+)", mailed(app, "private_page")[-1])
    assert found
    return found[1]


@pytest.fixture
def page(app: Flask, visitor: Visitor) -> Visitor:
    """Somebody who gave their address with a letter, on their private page."""
    visitor.finish(email=EMAIL)
    visitor.press("Mail me the link")
    assert "Look into your mail" in visitor.text
    return visitor.open(link(app))


def test_the_page_shows_what_was_written_and_leads_back_to_the_letters(page: Visitor) -> None:
    assert (page.status, page.heading) == (200, "Your private page")
    assert "Protect humanitarian parole" in page.text
    assert page.text.count("What have you done?") == 0
    assert [tag.text for tag in page.soup.select("legend")] == [
        *("To Senator Angus S. King, Jr.", "To Senator Susan M. Collins", "To Representative Chellie Pingree")
    ]
    link = page.soup.find("a", string="Open the letters, and finish sending them")
    assert link is not None
    assert page.open(str(link["href"])).heading == "Your letters are ready"  # type: ignore[index]


def test_a_pledge_is_done_or_withdrawn_there(app: Flask, visitor: Visitor, database: Database, bank: Bank) -> None:
    visitor.finish(email=EMAIL, pledges=["call", "visit"]).press("Mail me the link")
    confirming = confirm_page(app)
    visitor.open(link(app))
    labels = [tag.text for tag in visitor.soup.select("#pledges strong")]
    assert labels == [bank.pledges["call"].label, bank.pledges["visit"].label]
    assert visitor.text.count("not confirmed yet") == 2
    page = visitor.path
    visitor.open(confirming).press("Yes, I promise this").open(page)
    assert "not confirmed yet" not in visitor.text
    assert bank.pledges["call"].next in visitor.text
    visitor.press("I did it")
    assert f"{labels[0]} · done" in visitor.text
    assert "Saved. Thank you." in visitor.text
    visitor.press("Not done after all")
    assert "· done" not in visitor.text
    visitor.press("Withdraw")
    assert [tag.text for tag in visitor.soup.select("#pledges strong")] == labels[1:]
    count(app)
    assert visitor.client.get("/api/v1/counts").json["pledges"] == {"total": 1, "by_kind": {"visit": 1}}  # type: ignore[index]
    with database.read() as session:
        found = session.scalars(select(Pledge).order_by(Pledge.id))
        states = [(row.kind, bool(row.fulfilled_at), bool(row.withdrawn_at)) for row in found]
    assert states == [("call", False, True), ("visit", False, False)]
    for gone in (1, 99):
        assert visitor.post(f"{page}/pledges/{gone}", {"pledge": "done"}).status == 404
    copy = visitor.client.get(f"{page}/copy.json").json
    assert [bool(pledge["withdrawn_at"]) for pledge in copy["pledges"]] == [True, False]  # type: ignore[index]


def test_a_reply_is_recorded(page: Visitor, database: Database) -> None:
    page.press("Save", said=["sent", "replied"])
    assert "Saved. Thank you." in page.text
    ticked = [str(tag["value"]) for tag in page.soup.select("input[name=said][checked]")]
    assert ticked == ["sent", "replied"]


def test_after_a_day_the_letters_are_gone_and_the_rest_is_not(page: Visitor, database: Database) -> None:
    path = page.path
    old = {"sealed": None, "created_at": clock.wall() - timedelta(days=2)}
    database.write(lambda session: session.execute(update(Message).values(old)).close())
    page.open(path)
    assert "The letters themselves are destroyed" in page.text
    page.press("Save", said=["replied"])
    assert "Saved. Thank you." in page.text


def test_a_copy_can_be_taken(page: Visitor) -> None:
    answer = page.client.get(f"{page.path}/copy.json")
    assert answer.json is not None
    assert answer.json["email"] == EMAIL
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_everything_is_erased_once_somebody_is_sure(page: Visitor, database: Database) -> None:
    path = page.path
    page.press("Erase everything about me")
    assert (page.status, "Tick the box first" in page.text) == (422, True)
    assert rows(database)["supporters"] == 1
    page.press("Erase everything about me", sure="y")
    assert (page.status, page.heading) == (200, "Everything about you is erased")
    assert rows(database) == {"messages": 1}
    assert page.open(path).status == 404


def test_whoever_asks_learns_nothing_about_an_address(app: Flask, page: Visitor, database: Database) -> None:
    stranger = Visitor(app.test_client())
    pages = []
    for email in (EMAIL, "nobody@example.org", EMAIL.upper()):
        stranger.open("/mine").press("Mail me the link", email=email)
        pages.append((stranger.status, stranger.response.text))
    assert pages[0] == pages[1] == pages[2]
    assert rows(database)["mails"] == 3, "three a day to one address, whoever asks"


@pytest.mark.parametrize("email", ["", "x", "a@", "a@b\r\nBcc: c@example.org", "x" * 10_000])
def test_what_is_no_address_is_told_at_its_field(visitor: Visitor, database: Database, email: str) -> None:
    visitor.open("/mine").press("Mail me the link", email=email)
    assert (visitor.status, visitor.error("email")) == (422, "Enter an email address like name@example.org.")
    assert rows(database) == {}


def test_an_address_can_be_given_in_the_kit(app: Flask, visitor: Visitor) -> None:
    visitor.finish()
    visitor.press("Mail me the link", email="x")
    assert (visitor.status, visitor.heading) == (422, "Your letters are ready")
    assert visitor.error("email")
    visitor.press("Mail me the link", email=EMAIL)
    assert visitor.open(link(app)).heading == "Your private page"
    assert "Protect humanitarian parole" in visitor.text


def test_the_kit_mails_to_the_address_that_was_given_and_to_no_other(
    visitor: Visitor, database: Database, keys: Keys
) -> None:
    kit = visitor.finish(email=EMAIL).path
    assert visitor.soup.find("input", {"name": "email"}) is None
    visitor.post(f"{kit}/mine", {"email": "stranger@example.org"})
    with database.read() as session:
        (sealed,) = session.scalars(select(Mail.sealed)).all()
    assert sealed
    assert json.loads(keys.unseal(sealed))["to"] == EMAIL


def test_the_page_is_framed_by_nobody_and_kept_nowhere(page: Visitor) -> None:
    headers = page.response.headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers
    assert page.soup.select_one("meta[name=robots][content=noindex]") is not None


@pytest.mark.parametrize("path", ["/mine/x", f"/mine/{'a' * 32}", "/mine/x/copy.json"])
def test_a_link_that_does_not_work_says_how_to_get_another(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    assert (visitor.status, "Ask for a new one" in visitor.text) == (404, True)


def test_nobody_says_anything_of_another_persons_letters(app: Flask, page: Visitor, database: Database) -> None:
    with database.read() as session:
        (message,) = session.scalars(select(Message)).all()
        delivery = message.id
    other = Visitor(app.test_client())
    assert other.post(f"/mine/{'a' * 32}/said/{delivery}", {"said": "sent"}).status == 404
    assert other.post(f"/mine/{'a' * 32}/erase", {"sure": "y"}).status == 404
