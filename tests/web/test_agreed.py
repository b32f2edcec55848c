"""What a supporter agrees to, on every page where they are asked; and their address, corrected."""

from __future__ import annotations

import json
import re
from unittest.mock import ANY

import pytest
from flask import Flask
from sqlalchemy import select

from campaign import consents
from campaign.database import Database
from campaign.models import Mail, Supporter
from campaign.partners import Partner
from tests.web.test_pledge import ANSWERS as PROMISE
from tests.web.visitor import ANSWERS, Visitor, confirm_page, mailed, private_page, rows

EMAIL = "ana@example.org"
SHARE = "Riverside Church may have my email address, to write to me about its work for parole."
CONTACT = "The campaign may write to me about what I pledged."


def agreed(database: Database) -> dict[str, bool]:
    """What was ticked under the first supporter's address, and whether they agree to it."""
    with database.read() as session:
        return {consents.field((one.purpose, one.partner)): one.holds for one in consents.of(session, 1)}


def boxes(visitor: Visitor) -> dict[str, bool]:
    """The boxes on the page by which somebody agrees, and whether they are ticked."""
    found = visitor.soup.select("input[type=checkbox][name=agreed]")
    return {str(tag["value"]): tag.has_attr("checked") for tag in found}


def promise(visitor: Visitor, query: str = "", **answers: str) -> Visitor:
    return visitor.open(f"/pledge{query}").press("I promise", **{**PROMISE, **answers})


def test_nothing_is_agreed_to_by_silence(visitor: Visitor, riverside: Partner, database: Database) -> None:
    assert riverside.name in visitor.open("/pledge?p=riverside").text
    assert visitor.soup.select("input[checked]") == []
    promise(visitor, "?p=riverside")
    assert agreed(database) == {}


def test_a_partner_gets_an_address_only_if_it_is_told_so_and_on_its_own_pages(
    app: Flask, visitor: Visitor, riverside: Partner, database: Database
) -> None:
    assert SHARE in visitor.open("/pledge?p=riverside").text
    assert SHARE not in visitor.open("/pledge").text
    promise(visitor, may_share="y")
    assert agreed(database) == {}, "there is no partner to whom it could be given"
    promise(visitor, "?p=riverside", may_share="y")
    assert agreed(database) == {"share riverside": False}, "a wish, until its owner says so"


def test_with_a_letter_it_travels_through_every_step(visitor: Visitor, riverside: Partner, database: Database) -> None:
    visitor.find(partner="riverside").press("Read my letters", **ANSWERS)
    assert SHARE in visitor.text
    visitor.press("Change my answers", may_share="y").press("Read my letters")
    assert visitor.soup.select_one("input[name=may_share][checked]") is not None
    visitor.press("Finish my letters", pledges=["call"], email=EMAIL)
    assert agreed(database) == {"share riverside": False}


def test_whoever_confirms_says_it_once_more(
    app: Flask, visitor: Visitor, riverside: Partner, database: Database
) -> None:
    promise(visitor, "?p=riverside", may_share="y")
    visitor.open(confirm_page(app))
    assert boxes(visitor) == {"contact": False, "share riverside": False}, "anybody could have ticked it"
    path, data = visitor.filled("Yes, I promise this")
    data.setlist("agreed", ["share riverside"])
    visitor.post(path, data)
    assert agreed(database) == {"share riverside": True}


@pytest.mark.usefixtures("riverside")
def test_what_was_not_asked_is_not_answered(app: Flask, visitor: Visitor, database: Database) -> None:
    promise(visitor, may_contact="y")
    path, data = visitor.open(confirm_page(app)).filled("Yes, I promise this")
    visitor.post(path, {"pledges": data["pledges"], "agreed": "share riverside", "asked": "nonsense"})
    assert agreed(database) == {"contact": False}


def test_who_presses_the_button_and_means_nothing_is_told_so(app: Flask, visitor: Visitor, database: Database) -> None:
    promise(visitor)
    path, _data = visitor.open(confirm_page(app)).filled("Yes, I promise this")
    visitor.post(path, {"asked": "contact", "agreed": "contact"})
    assert (visitor.status, visitor.notice) == (422, "Tick what you promise.")
    assert agreed(database) == {}


def test_a_second_person_ticks_their_own_promise(app: Flask, visitor: Visitor, database: Database) -> None:
    promise(visitor, pledges="call")
    promise(visitor, pledges="call", name="Ben Reyes")
    visitor.open(confirm_page(app))
    ticks = visitor.soup.select("input[type=checkbox][name=pledges]")
    assert [(str(tag["value"])[-3:], tag.has_attr("checked")) for tag in ticks] == [("-ME", False)]
    visitor.press("Yes, I promise this")
    assert visitor.heading == "Confirm your pledge", "the second one still waits"
    visitor.press("Yes, I promise this", pledges=[str(ticks[0]["value"])])
    assert visitor.heading == "Thank you. Your pledge counts"


def test_the_private_page_shows_what_holds_and_changes_it(
    app: Flask, visitor: Visitor, riverside: Partner, database: Database
) -> None:
    promise(visitor, "?p=riverside", may_share="y")
    page = f"/mine/{private_page(app, EMAIL)}"
    visitor.open(page)
    assert (CONTACT in visitor.text, SHARE in visitor.text) == (True, True)
    assert boxes(visitor) == {"contact": False, "share riverside": False}
    visitor.press("Save : What you agree to", agreed=["share riverside"])
    assert agreed(database) == {"share riverside": True}
    visitor.press("Save : What you agree to", agreed=["contact"])
    assert visitor.soup.select_one("#agreed [role=status]") is not None
    assert boxes(visitor) == agreed(database) == {"contact": True, "share riverside": False}
    path, _data = visitor.filled("Save : What you agree to")
    visitor.post(path, {"agreed": ["share union", "share riverside", "print", "x"]})
    assert agreed(database) == {"contact": False, "share riverside": True}
    copy = visitor.client.get(f"{page}/copy.json").json
    assert copy is not None
    assert [(one["purpose"], one["partner"], bool(one["withdrawn_at"])) for one in copy["consents"]] == [
        ("share", "riverside", False),
        ("contact", None, True),
    ]


def test_letters_that_were_to_be_brought_are_taken_back(app: Flask, visitor: Visitor, database: Database) -> None:
    visitor.finish(pledges=["call"], email=EMAIL, may_print="y", may_quote="y")
    page = f"/mine/{private_page(app, EMAIL)}"
    copy = visitor.client.get(f"{page}/copy.json").json["messages"][0]  # type: ignore[index]
    assert (copy["may_print"], copy["may_quote"], copy["wording"]) == (True, True, consents.LETTERS)
    visitor.open(page).press("Do not bring these letters")
    assert (visitor.status, "Do not bring these letters" in visitor.text) == (200, False)
    copy = visitor.client.get(f"{page}/copy.json").json["messages"][0]  # type: ignore[index]
    assert (copy["may_print"], copy["may_quote"]) == (False, False)
    assert visitor.post(f"{page}/letters/unknown", {}).status == 404


def new_address(app: Flask) -> str:
    """The path of the newest link to a new address, as it was mailed."""
    found = re.search(r"http://[^/]+(/address/\S+)\s", mailed(app, "new_address")[-1])
    assert found
    return found[1]


def test_an_address_is_corrected_once_its_mail_is_read(
    app: Flask, visitor: Visitor, riverside: Partner, database: Database
) -> None:
    promise(visitor)
    promise(visitor, "?p=riverside", pledges="visit")
    confirm, page = confirm_page(app), f"/mine/{private_page(app, EMAIL)}"
    visitor.open(page).press("Save : What you agree to", agreed=["contact"])
    visitor.open(page).press("Mail me the link", email="ana.reyes@example.net")
    assert "Look into the mail of the new address" in visitor.text
    assert visitor.client.get(f"{page}/copy.json").json["email"] == EMAIL  # type: ignore[index]
    link = new_address(app)
    assert "example.net" not in link
    visitor.open(link)
    assert (visitor.heading, "ana.reyes@example.net" in visitor.text) == ("Your new address", True)
    assert (CONTACT in visitor.text, boxes(visitor)) == (True, {"contact": False})
    assert visitor.client.get(f"{page}/copy.json").json["email"] == EMAIL, "looking is not pressing"  # type: ignore[index]
    visitor.press("Yes, this is my address")
    assert visitor.heading == "This is your address now"
    # Whoever reads the old mailbox sees nothing any more; what leads on is in the new one.
    assert [visitor.open(path).status for path in (page, f"{page}/copy.json", confirm)] == [404] * 3
    assert (mailed(app, "reminder"), len(mailed(app, "confirm")), len(mailed(app, "private_page"))) == ([ANY], 1, 1)
    with database.read() as session:
        sealed = session.scalars(select(Mail.sealed).where(Mail.sealed.is_not(None))).all()
        keys = app.extensions["campaign"].keys
        assert {json.loads(keys.unseal(one))["to"] for one in sealed} == {"ana.reyes@example.net"}
    page = re.findall(r"/mine/[\w-]{32}", mailed(app, "private_page")[0])[0]
    assert visitor.client.get(f"{page}/copy.json").json["email"] == "ana.reyes@example.net"  # type: ignore[index]
    assert agreed(database)["contact"] is False
    assert visitor.open(link).press("Yes, this is my address").status == 404
    assert confirm_page(app) != confirm
    visitor.open(confirm_page(app)).press("Yes, I promise this")
    assert visitor.heading == "Thank you. Your pledge counts"


def test_what_is_ticked_beside_a_new_address_goes_on(app: Flask, visitor: Visitor, database: Database) -> None:
    promise(visitor)
    page = f"/mine/{private_page(app, EMAIL)}"
    visitor.open(page).press("Save : What you agree to", agreed=["contact"])
    visitor.open(page).press("Mail me the link", email="ana.reyes@example.net")
    visitor.open(new_address(app)).press("Yes, this is my address", agreed=["contact", "share riverside"])
    assert agreed(database) == {"contact": True}


def test_an_address_that_is_somebodys_is_told_to_whoever_reads_its_mail_alone(app: Flask, visitor: Visitor) -> None:
    promise(visitor)
    promise(visitor, email="ben@example.org")
    told = []
    for email in ("ben@example.org", "nobody@example.org"):
        visitor.open(f"/mine/{private_page(app, EMAIL)}").press("Mail me the link", email=email)
        told.append(re.sub(r"/mine/[\w-]{32}", "", visitor.response.text))
    assert told[0] == told[1]
    visitor.open(re.findall(r"/address/\S+", mailed(app, "new_address")[0])[0]).press("Yes, this is my address")
    assert (visitor.status, "is kept under this address already" in visitor.notice) == (409, True)


@pytest.mark.parametrize("typed", ["", "x", "ana@", "a@b@c"])
def test_what_is_no_address_is_told_at_its_field(app: Flask, visitor: Visitor, database: Database, typed: str) -> None:
    promise(visitor)
    before = rows(database)
    visitor.open(f"/mine/{private_page(app, EMAIL)}").press("Mail me the link", email=typed)
    assert (visitor.status, visitor.error("email")) == (422, "Enter an email address like name@example.org.")
    assert visitor.value("email") == typed
    assert rows(database) == {**before, "mails": before["mails"] + 1}
    with database.read() as session:
        assert session.get(Supporter, 1) is not None


def test_a_link_that_is_none_opens_nothing(visitor: Visitor) -> None:
    for token in ("x", "gAAAAA", "%ff", "é"):
        assert visitor.open(f"/address/{token}").status == 404
        assert visitor.post(f"/address/{token}", {}).status == 404
