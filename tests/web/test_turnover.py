"""A new Congress, or a new member, while a form or a kit is open: nobody's letter goes to the wrong office."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from campaign.config import EASTERN
from campaign.database import Database
from campaign.web.extensions import Parts
from tests.web.conftest import MakeApp
from tests.web.visitor import ANSWERS, Visitor, pages, rows

NOON = datetime(2027, 1, 3, 12, tzinfo=EASTERN)
BEFORE, AFTER = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)
FIND = "Protect humanitarian parole"
CHANGED = "Who sits in Congress for you has changed"


def at(make_app: MakeApp, moment: datetime) -> Visitor:
    return Visitor(make_app(today=moment).test_client())


def test_a_zip_code_tells_its_district_until_noon_and_not_after(make_app: MakeApp) -> None:
    assert at(make_app, BEFORE).find("04101").heading == "In your own words"
    visitor = at(make_app, AFTER).find("04101")
    assert visitor.heading == "Who represents you in the House?"
    assert "Districts may have changed" in visitor.notice
    assert visitor.soup.select("input[name=seat][value=ME-01]") == []
    visitor.press("Continue with this one", seat="ME-01")
    assert "Check before you send" in visitor.text, "the roster is the old Congress's"


@pytest.mark.parametrize("button", ["Read my letters", "Finish my letters"])
def test_a_form_of_the_old_congress_begins_again_with_everything_typed(
    make_app: MakeApp, database: Database, button: str
) -> None:
    old, new = at(make_app, BEFORE), at(make_app, AFTER)
    if button == "Read my letters":
        path, data = old.find().filled(button, **ANSWERS)
    else:
        path, data = old.write().filled(button, **{"body__ME-01": "My own letter."})
    new.post(path, data)
    assert (new.status, new.heading, CHANGED in new.notice) == (409, FIND, True)
    assert rows(database) == {}
    if button == "Finish my letters":
        assert "My own letter." in [tag.text for tag in new.soup.select(".letter")]
    new.press("Find my offices").press("Continue with this one", seat="ME-01")
    assert new.value("story-tie") == ANSWERS["story-tie"].replace("\n", "\r\n")
    new.press("Read my letters").press("Finish my letters")
    assert (new.heading, rows(database)["messages"]) == ("Your letters are ready", 1)


def change(visitor: Visitor, seat: str, **held: object) -> None:
    """Let somebody else hold a seat, or nobody, as after a refresh of the roster."""
    parts: Parts = visitor.client.application.extensions["campaign"]
    roster = parts.congress.roster
    offices = {**roster.offices, seat: replace(roster.offices[seat], **held)}  # type: ignore[arg-type]
    new = replace(roster, offices=offices)
    congress = replace(parts.congress, current_roster=lambda: new)
    visitor.client.application.extensions["campaign"] = replace(parts, congress=congress)


NEW = {"bioguide": "X000001", "name": "New Member", "last_name": "Member"}
NOBODY = {"bioguide": None, "name": None, "last_name": None, "vacant": True}


@pytest.mark.parametrize("held", [NEW, NOBODY], ids=["another member", "nobody"])
@pytest.mark.parametrize("button", ["Read my letters", "Finish my letters"])
def test_a_form_begins_again_when_a_seat_has_changed_hands(
    visitor: Visitor, database: Database, held: dict[str, object], button: str
) -> None:
    visitor.find() if button == "Read my letters" else visitor.write()
    change(visitor, "ME-01", **held)
    visitor.press(button, **(ANSWERS if button == "Read my letters" else {}))
    assert (visitor.status, visitor.heading, CHANGED in visitor.notice) == (409, FIND, True)
    assert rows(database) == {}
    visitor.press("Find my offices")
    assert visitor.heading == "In your own words"
    assert ("New Member" in visitor.text) == (held is NEW)
    assert ("This seat is vacant" in visitor.text) == (held is NOBODY)


def test_a_kit_says_when_a_seat_has_changed_hands_since(visitor: Visitor) -> None:
    visitor.finish()
    path = visitor.path
    assert "changed hands" not in visitor.text
    change(visitor, "ME-01", **NEW)
    visitor.open(path)
    assert visitor.text.count("changed hands") == 1


def test_a_change_elsewhere_disturbs_nobody(visitor: Visitor) -> None:
    visitor.find()
    change(visitor, "ME-02", **NEW)
    assert visitor.press("Read my letters", **ANSWERS).heading == "Read your letters"


def test_a_kit_says_when_a_new_congress_has_begun_since(make_app: MakeApp) -> None:
    old, new = at(make_app, BEFORE), at(make_app, AFTER)
    old.finish()
    assert "A new Congress has begun" not in old.text
    assert "A new Congress has begun" in new.open(old.path).text


@pytest.mark.parametrize("held", [NEW, NOBODY], ids=["another member", "nobody"])
def test_no_letter_is_printed_for_somebody_else(visitor: Visitor, held: dict[str, object]) -> None:
    visitor.finish()
    kit = visitor.path
    assert len(pages(visitor, f"{kit}/letters.pdf")) == 3
    change(visitor, "ME-01", **held)
    assert len(pages(visitor, f"{kit}/letters.pdf")) == 2
    assert visitor.open(f"{kit}/ME-01.pdf").status == 404
    assert "changed hands" in visitor.text
    visitor.open(kit)
    assert ("become vacant" in visitor.text) == (held is NOBODY)
    assert "None" not in visitor.text


def test_a_vacant_seat_in_the_senate_is_shown_as_vacant(visitor: Visitor) -> None:
    change(visitor, "ME-S1", **NOBODY)
    visitor.find()
    assert "these 2 offices" in visitor.text
    (card,) = [card for card in visitor.soup.select(".office") if "vacant" in card.text]
    assert "Senator" in card.text
    assert "House leadership" not in card.text


def test_a_vacant_delegates_seat_leaves_the_house_leadership(visitor: Visitor) -> None:
    change(visitor, "DC-AL", **NOBODY)
    visitor.find("20001")
    assert (visitor.status, visitor.heading) == (200, FIND)
    assert "The seat of the District of Columbia (at large) was vacant" in visitor.notice
    assert "202-224-3121" in visitor.notice
    assert "Your senators" not in visitor.notice


def test_committees_of_the_old_congress_are_not_spoken_of_in_the_new(make_app: MakeApp) -> None:
    def letter(moment: datetime) -> str:
        visitor = at(make_app, moment).find("50301").press("Continue", seat="none")
        return visitor.press("Read my letters", **ANSWERS).value("body-IA-S3")

    assert "Committee" in letter(BEFORE - timedelta(days=1))
    assert "Committee" not in letter(AFTER)
