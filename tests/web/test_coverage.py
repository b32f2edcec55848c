"""Congress in the organizers' room: the map of all seats, and the page of each office."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy import select, update

from campaign import office_reports
from campaign.congress import Congress
from campaign.congress.seats import SEATS
from campaign.database import Database
from campaign.models import Delivery, Entry, Share
from tests.totals import bring_all
from tests.web.conftest import SignIn
from tests.web.visitor import ANSWERS, Visitor, confirm_page, private_page

PAGE = "/organize/congress"
STORY = "My neighbor teaches at our school."
"""The first paragraph of the answers' story."""

AGREED = {"may_print": "y", "may_quote": "y"}


def tiles(page: Visitor) -> dict[str, int]:
    """The figures on top of a page, by their labels."""
    found = {}
    for tile in page.soup.select(".tiles div"):
        assert tile.dt
        assert tile.dd
        found[tile.dt.get_text()] = int(tile.dd.get_text())
    return found


def squares(page: Visitor) -> dict[str, Tag]:
    """The seats of the map, by their codes."""
    found = page.soup.select(".seatmap a[data-seat]")
    assert len({str(tag["data-seat"]) for tag in found}) == len(found)
    return {str(tag["data-seat"]): tag for tag in found}


def table(page: Visitor) -> list[list[str]]:
    """The rows of the table of seats."""
    return [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in page.soup.select(".tall tbody tr")
    ]


def test_the_map_and_the_table_say_who_has_heard(visitor: Visitor, database: Database, sign_in: SignIn) -> None:
    visitor.finish()
    visitor.press("Save", said=["sent"])
    bring_all(database)
    with database.read() as session:
        (sent,) = session.scalars(select(Delivery.seat).where(Delivery.sent_at.is_not(None)))
    written = {"ME-01", "ME-S1", "ME-S2"} - {sent}
    page = sign_in("viewer").open(PAGE)
    assert "1 of the 541 seats in Congress have heard from somebody." in page.text
    vacant = tiles(page)["Vacant"]
    assert tiles(page) == {
        "Have heard from somebody": 1,
        "Letters written, none sent yet": 2,
        "No letter yet": 538 - vacant,
        "Vacant": vacant,
    }
    shown = squares(page)
    assert set(shown) == SEATS
    assert all(tag["href"] == f"{PAGE}/{seat}" for seat, tag in shown.items())
    assert {seat for seat, tag in shown.items() if "few" in tag["class"]} == {sent}
    assert {seat for seat, tag in shown.items() if "written" in tag["class"]} == written
    rows = {row[0]: row for row in table(page)}
    assert set(rows) == SEATS
    assert rows[sent][2:5] == ["Has heard of fewer than 10 letters", "1", "1"]
    assert all(rows[seat][2:5] == ["Letters written, none sent yet", "1", "0"] for seat in written)
    for seat, tag in shown.items():
        assert tag.title
        assert rows[seat][1] in tag.title.get_text()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=ME", {"ME-S1", "ME-S2", "ME-01", "ME-02"}),
        ("state=ME&chamber=senate", {"ME-S1", "ME-S2"}),
        ("committee=SSJU&state=TX", {"TX-S1", "TX-S2"}),
        ("reach=many", set()),
        ("state=nowhere", set()),
        ("reach=nothing&committee=x", set()),
    ],
)
def test_the_table_is_filtered_by_its_address(sign_in: SignIn, query: str, found: set[str]) -> None:
    page = sign_in("viewer").open(f"{PAGE}?{query}")
    assert {row[0] for row in table(page)} == found
    assert len(squares(page)) == 541
    for name, _, value in (part.partition("=") for part in query.split("&")):
        assert page.value(name) == (value if found or value == "many" else "")


def test_where_the_next_supporter_matters_most_is_said_with_a_reason(sign_in: SignIn, shipped: Congress) -> None:
    page = sign_in("viewer").open(PAGE)
    items = page.soup.select(".next li")
    assert len(items) == 10
    for item in items:
        link = item.find("a")
        assert link
        office = shipped.roster.offices[str(link["href"]).rpartition("/")[2]]
        assert office.weightiest
        assert office.weightiest.standing in ("chair", "ranking")
        assert office.weightiest.role in item.get_text()
        assert "Nobody has written yet." in item.get_text()


@pytest.mark.anywhere
def test_every_seat_has_a_page_and_no_other_has(sign_in: SignIn, shipped: Congress) -> None:
    viewer = sign_in("viewer")
    for seat in sorted(SEATS):
        answer = viewer.client.get(f"{PAGE}/{seat}")
        office = shipped.roster.offices[seat]
        assert answer.status_code == 200, seat
        assert ("This seat is vacant" in answer.text) == office.vacant, seat
        assert f'<span class="seat">{seat}</span>' in answer.text
    for seat in ("CA-53", "ME-S3", "me-01", "XX-AL", "ME-1", "x"):
        assert viewer.open(f"{PAGE}/{seat}").status == 404, seat


def test_an_offices_page_has_its_figures_towns_words_and_places(
    app: Flask, visitor: Visitor, database: Database, sign_in: SignIn, shipped: Congress
) -> None:
    for number in range(5):
        visitor.finish(email=f"p{number}@example.org", pledges=["visit"], **AGREED)
        if number < 2:
            Visitor(app.test_client()).open(confirm_page(app)).press("Yes, I promise this")
    page = sign_in("viewer").open(f"{PAGE}/ME-01")
    assert tiles(page) == {"Letters written": 5, "Have reached the office": 0, "Visits pledged": 2, "Replies": 0}
    assert [row.get_text(" ", strip=True) for row in page.soup.select(".towns tbody tr")] == ["Portland 5"]
    assert [quote.get_text(strip=True) for quote in page.soup.select("blockquote")] == [STORY]
    assert [town.get_text(strip=True) for town in page.soup.select("figcaption")] == ["Portland"]
    office = shipped.roster.offices["ME-01"]
    assert (page.heading, office.local_offices != ()) == ("Representative Chellie Pingree", True)
    for place in office.local_offices:
        assert all(line in page.text for line in (*place.lines, place.phone or ""))
    calendars = [str(link["href"]) for link in page.soup.select(".calendar")]
    assert len(calendars) == len(office.local_offices)
    assert all(page.client.get(path).mimetype == "text/calendar" for path in calendars)


def test_committee_roles_stand_on_the_page(sign_in: SignIn) -> None:
    page = sign_in("viewer").open(f"{PAGE}/OH-04")
    assert [tag.get_text(" ", strip=True) for tag in page.soup.select(".roles li")] == [
        "Chair House Committee on the Judiciary"
    ]


def test_letters_to_who_held_the_seat_before_are_told_apart(
    visitor: Visitor, database: Database, sign_in: SignIn
) -> None:
    visitor.finish()
    visitor.finish()
    change = update(Delivery).where(Delivery.seat == "ME-01", Delivery.message_id == 1).values(bioguide="X000001")
    database.write(lambda session: str(session.execute(change)))
    page = sign_in("viewer").open(f"{PAGE}/ME-01")
    assert tiles(page)["Letters written"] == 1
    assert "One letter more was written to this seat while somebody else held it." in page.notice


def test_a_page_is_worked_out_again_when_a_letter_has_come_and_not_before(
    visitor: Visitor, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str] = []
    voices = office_reports.voices

    def watch(*args: Any) -> Any:
        worked.append(args[2])
        return voices(*args)

    monkeypatch.setattr(office_reports, "voices", watch)
    viewer = sign_in("viewer")
    for _ in range(3):
        viewer.open(f"{PAGE}/ME-01")
    assert worked == ["ME-01"]
    visitor.finish(**AGREED)
    for _ in range(3):
        assert STORY in viewer.open(f"{PAGE}/ME-01").text
    assert worked == ["ME-01"] * 2


def test_what_is_taken_back_is_gone_at_the_next_look(app: Flask, visitor: Visitor, sign_in: SignIn) -> None:
    visitor.finish(email="ana@example.org", **AGREED)
    viewer = sign_in("viewer")
    assert STORY in viewer.open(f"{PAGE}/ME-01").text
    visitor.open(f"/mine/{private_page(app, 'ana@example.org')}").press("Do not bring these letters to the offices")
    assert STORY not in viewer.open(f"{PAGE}/ME-01").text


ROUTES = [
    ("GET", PAGE),
    ("GET", f"{PAGE}/ME-01"),
    ("GET", f"{PAGE}/nowhere"),
    ("POST", f"{PAGE}/ME-01/share"),
    ("POST", f"{PAGE}/links/1/end"),
]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (None, [302, 302, 302, 302, 302]),
        ("viewer", [200, 200, 404, 403, 403]),
        ("organizer", [200, 200, 404, 303, 303]),
        ("admin", [200, 200, 404, 303, 303]),
    ],
)
def test_each_route_for_each_role(
    app: Flask, visitor: Visitor, database: Database, sign_in: SignIn, role: str | None, statuses: list[int]
) -> None:
    client = sign_in(role) if role else visitor
    data = {"audience": "staff", "days": "7"}
    if role:
        data["csrf_token"] = client.value("csrf_token")
    answers = [
        client.client.open(path, method=method, data=data if method == "POST" else None) for method, path in ROUTES
    ]
    assert [answer.status_code for answer in answers] == statuses
    with database.read() as session:
        assert len(session.scalars(select(Share.id)).all()) == (statuses[3] == 303)
        acts = [entry.action for entry in session.scalars(select(Entry).order_by(Entry.id))]
    acts = [act for act in acts if act != "signed_in"]
    assert acts == (["share", "unshare"] if statuses[3] == 303 else [])


def test_viewers_are_offered_no_link_and_told_of_none(sign_in: SignIn) -> None:
    sign_in("organizer").open(f"{PAGE}/ME-01").press("Make a link", audience="The chief of staff")
    for path in (PAGE, f"{PAGE}/ME-01"):
        page = sign_in("viewer", email=f"v{len(path)}@example.org").open(path)
        assert "Make a link" not in page.text
        assert "chief of staff" not in page.text.lower()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"audience": ""}, "audience"),
        ({"audience": "x" * 101}, "audience"),
        ({"audience": "staff", "days": "2"}, "days"),
        ({"audience": "staff", "days": ""}, "days"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_kept(
    sign_in: SignIn, database: Database, typed: dict[str, str], field: str
) -> None:
    page = sign_in().open(f"{PAGE}/ME-01").press("Make a link", **typed)
    assert page.status == 422
    assert page.error(field)
    assert page.value("audience") == typed["audience"]
    with database.read() as session:
        assert session.scalars(select(Share.id)).all() == []


def test_a_vacant_seat_gets_no_link(sign_in: SignIn, shipped: Congress) -> None:
    vacant = next(seat for seat, office in sorted(shipped.roster.offices.items()) if office.vacant)
    page = sign_in().open(f"{PAGE}/{vacant}")
    assert "Make a link" not in page.text
    page.post(f"{PAGE}/{vacant}/share", {"csrf_token": page.value("csrf_token"), "audience": "x", "days": "1"})
    assert (page.status, "Nobody holds this seat now." in page.text) == (409, True)


def test_a_link_is_shown_once_and_listed_until_it_is_ended(sign_in: SignIn, database: Database) -> None:
    page = sign_in().open(f"{PAGE}/ME-01").press("Make a link", audience="Chief of staff", days="30")
    assert (page.status, page.path) == (200, f"{PAGE}/ME-01")
    (link,) = [tag.get_text() for tag in page.soup.select("#made code")]
    assert link.startswith("http://127.0.0.1:8000/office/")
    for path in (f"{PAGE}/ME-01", PAGE):
        page.open(path)
        assert link.rpartition("/")[2] not in page.response.text
        (row,) = page.soup.select("#links tbody tr")
        said = row.get_text(" ", strip=True)
        assert said.startswith("ME-01 Chief of staff")
        assert "organizer@example.org" in said
    page.press("End it now")
    assert (page.path, page.soup.select("#links tbody tr")) == (f"{PAGE}/ME-01", [])
    assert ANSWERS["name"] not in page.response.text
