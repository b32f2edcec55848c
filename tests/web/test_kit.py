"""The send kit: all it takes to send each letter, for a day, for whoever has its address; and about nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from campaign import clock
from campaign.congress import LocalOffice
from campaign.database import Database
from campaign.letters import Bank
from campaign.models import Delivery, Message
from campaign.partners import Partner
from campaign.web.extensions import Parts
from tests.census import Census, found, match, send_json
from tests.web.conftest import MakeApp
from tests.web.visitor import ANSWERS, Visitor, pages


def said(database: Database) -> dict[str, str]:
    """What was said of each seat's letter, as far as anything was."""
    with database.read() as session:
        found: dict[str, Any] = {row.seat: row for row in session.query(Delivery)}
    words = ("opened", "sent", "printed", "called", "visited", "replied")
    all_said = {seat: " ".join(w for w in words if getattr(row, f"{w}_at")) for seat, row in found.items()}
    return {seat: text for seat, text in all_said.items() if text}


def test_each_letter_can_be_copied_sent_printed_and_read_out(visitor: Visitor) -> None:
    visitor.finish()
    sheet = visitor.soup.find(id="ME-S1")
    assert sheet is not None
    text = sheet.get_text(" ")
    assert "To Senator Angus S. King, Jr." in text
    assert [link["href"] for link in sheet.select("a[target=_blank]")] == [
        "https://www.king.senate.gov/contact",
    ]
    assert sheet.select_one('a[href="tel:+1-202-224-5344"]') is not None
    assert "Hello, my name is Ana Reyes. I am a constituent; I live in Portland, ME 04101." in text
    assert "My neighbor teaches at our school." in text
    for link in visitor.soup.select('a[href^="https:"]'):
        assert "noopener" in link["rel"]


def test_an_office_without_a_form_is_reached_by_its_site(visitor: Visitor) -> None:
    visitor.finish()
    sheet = visitor.soup.find(id="ME-01")
    assert sheet is not None
    assert sheet.select_one('a[href="https://pingree.house.gov"]') is not None
    assert "Look for “Contact” there." in sheet.get_text(" ")


def test_what_was_done_can_be_said_and_taken_back(visitor: Visitor, database: Database) -> None:
    visitor.finish().press("Save", said=["opened", "sent"])
    assert said(database) == {"ME-S1": "opened sent"}
    assert visitor.text.count("Saved. Thank you.") == 1
    ticked = [(tag.find_parent("section")["id"], tag["value"]) for tag in visitor.soup.select("input[checked]")]  # type: ignore[index]
    assert ticked == [("ME-S1", "opened"), ("ME-S1", "sent")]
    visitor.press("Save", said=["called"])
    assert said(database) == {"ME-S1": "called"}
    visitor.press("Save", said=[])
    assert said(database) == {}


@pytest.mark.parametrize("word", ["nonsense", "id", "seat", "opened_at", "", "\x00", "x" * 100_000], ids=repr)
def test_a_word_that_is_not_offered_says_nothing(visitor: Visitor, database: Database, word: str) -> None:
    path = visitor.finish().path
    assert visitor.post(f"{path}/ME-S1", {"said": word}).status == 200
    assert said(database) == {}


@pytest.mark.parametrize("seat", ["ME-02", "CA-12", "ME-S3", "nonsense", "ME-S1 ", "%00", "%F0%9F%92%A5"])
def test_a_seat_the_letters_do_not_go_to_is_not_found(visitor: Visitor, database: Database, seat: str) -> None:
    path = visitor.finish().path
    assert visitor.post(f"{path}/{seat}", {"said": "sent"}).status == 404
    assert said(database) == {}


def test_nobody_says_anything_of_somebody_elses_letters(app: Flask, database: Database, visitor: Visitor) -> None:
    visitor.finish()
    other = Visitor(app.test_client()).find("82001")
    other.press("Read my letters", **ANSWERS).press("Finish my letters")
    assert other.post(f"{other.path}/ME-S1", {"said": "sent"}).status == 404
    assert said(database) == {}


def forged(token: str) -> list[str]:
    payload, _, signature = token.partition(".")
    return [
        "x",
        payload,
        token[:-1],
        f"{payload}.{signature[::-1]}",
        f"{payload[:-1]}x.{signature}",
        f"{token}.{signature}",
        token.swapcase(),
        "%00",
        "x" * 5_000,
    ]


@pytest.mark.parametrize("number", range(9))
@pytest.mark.parametrize("frame", ["", "/embed"])
def test_a_forged_or_cut_address_is_not_found(visitor: Visitor, number: int, frame: str) -> None:
    path = visitor.finish().path
    address = f"{frame}/kit/{forged(path.removeprefix('/kit/'))[number]}"
    for answer in (visitor.client.get(address), visitor.client.get(f"{address}/letters.pdf")):
        assert answer.status_code == 404
        assert "Ana Reyes" not in answer.text
        assert "Not found" in answer.text
    assert visitor.client.post(f"{address}/ME-S1", data={"said": "sent"}).status_code == 404


def test_a_form_token_does_not_open_a_kit(visitor: Visitor) -> None:
    token = visitor.write().value("form_token")
    visitor.press("Finish my letters")
    assert visitor.client.get(f"/kit/{token}").status_code == 404


def test_a_kit_of_another_campaigns_key_is_not_found(visitor: Visitor, make_app: MakeApp) -> None:
    path = visitor.finish().path
    assert make_app(secret_key="another" * 5).test_client().get(path).status_code == 404


@pytest.mark.parametrize("how", ["its time is over", "its text is destroyed"])
def test_a_kit_ends(visitor: Visitor, database: Database, how: str) -> None:
    path = visitor.finish().path
    changed: dict[str, Any] = {"sealed": None} if "text" in how else {"text_until": clock.wall() - timedelta(seconds=1)}
    database.write(lambda session: session.execute(update(Message).values(changed)).close())
    for address in (path, f"{path}/letters.pdf", f"{path}/ME-S1.pdf"):
        assert visitor.open(address).status == 404
        assert "This page has ended, and the letters on it are gone." in visitor.text
        assert "Ana Reyes" not in visitor.text
    assert visitor.post(f"{path}/ME-S1", {"said": "sent"}).status == 404
    assert said(database) == {}


@pytest.mark.parametrize(
    ("minutes", "says"),
    [
        (0, "in 24 hours"),
        (3, "in 24 hours"),
        (6, "in 23 hours"),
        (22 * 60 + 30, "in 1 hour,"),
        (1430, "in less than an"),
    ],
)
def test_a_kit_says_how_long_it_lasts(visitor: Visitor, database: Database, minutes: int, says: str) -> None:
    path = visitor.finish().path
    made = clock.wall() - timedelta(minutes=minutes)
    database.write(lambda session: session.execute(update(Message).values(created_at=made)).close())
    assert f"It ends {says}" in visitor.open(path).text


def test_a_kit_that_has_ended_says_so_in_the_partners_frame_too(
    visitor: Visitor, riverside: Partner, database: Database
) -> None:
    visitor.find(partner="riverside", frame="/embed").press("Read my letters", **ANSWERS).press("Finish my letters")
    address = visitor.response.request.path + "?p=riverside"
    database.write(lambda session: session.execute(update(Message).values(sealed=None)).close())
    answer = visitor.client.get(address)
    assert answer.status_code == 404
    assert riverside.origins[0] in answer.headers["Content-Security-Policy"]


def test_all_letters_are_one_pdf_each_from_a_new_page_to_the_nearest_office(visitor: Visitor) -> None:
    papers = pages(visitor, f"{visitor.finish().path}/letters.pdf")
    assert len(papers) == 3
    for paper in papers:
        text = " ".join(paper.split())
        assert "November 24, 2026" in text
        assert "My neighbor teaches at our school." in text
        assert "12 Congress Street Portland, ME 04101" in text
    assert "Representative Chellie Pingree 2 Portland Fish Pier, Suite 304 Portland, ME 04101" in " ".join(
        papers[2].split()
    )


def test_a_letter_is_addressed_to_the_office_of_ones_choice(visitor: Visitor) -> None:
    visitor.finish()
    chosen = visitor.soup.select("#ME-S2 select option")
    assert [option.text for option in chosen][-1] == "Washington, DC"
    assert len(chosen) == 1 + 6
    path = visitor.path
    for option in chosen:
        (page,) = pages(visitor, f"{path}/ME-S2.pdf?to={option['value']}")
        assert option.text.split(",")[0] in page
    (page,) = pages(visitor, f"{path}/ME-S2.pdf?to=washington")
    assert "413 Dirksen Senate Office Building" in page
    (page,) = pages(visitor, f"{path}/ME-S2.pdf")
    assert chosen[0].text.split(",")[0] in page
    for odd in ("0", "99", "x", "9" * 5000, "²"):
        assert "not listed any more" in visitor.open(f"{path}/ME-S2.pdf?to={odd}").text
        assert visitor.status == 404


def test_a_chosen_office_stays_the_chosen_one_when_the_list_changes(visitor: Visitor) -> None:
    visitor.finish()
    path, (first, chosen) = visitor.path, visitor.soup.select("#ME-S2 select option")[:2]
    change_local_offices(visitor, "ME-S2", lambda places: [place for place in places if place.code != first["value"]])
    (page,) = pages(visitor, f"{path}/ME-S2.pdf?to={chosen['value']}")
    assert chosen.text.split(",")[0] in page
    assert visitor.client.get(f"{path}/ME-S2.pdf?to={first['value']}").status_code == 404


def test_no_letter_is_printed_to_an_office_that_takes_no_mail(visitor: Visitor) -> None:
    visitor.finish()
    path, nearest = visitor.path, visitor.soup.select("#ME-S2 select option")[0]
    first, town = nearest["value"], nearest.text.split(",")[0]
    change_local_offices(
        visitor, "ME-S2", lambda places: [replace(place, takes_mail=place.code != first) for place in places]
    )
    visitor.open(path)
    assert first not in [option["value"] for option in visitor.soup.select("#ME-S2 select option")]
    assert len(visitor.soup.select("#ME-S2 .ways > li:first-child details li")) == 6, "it can be visited still"
    assert visitor.client.get(f"{path}/ME-S2.pdf?to={first}").status_code == 404
    assert f"{town}, ME" not in pages(visitor, f"{path}/letters.pdf")[1].split("Dear")[0]
    change_local_offices(visitor, "ME-S2", lambda places: [replace(place, takes_mail=False) for place in places])
    assert "Washington" in pages(visitor, f"{path}/letters.pdf")[1]
    assert "Washington" in pages(visitor, f"{path}/ME-S2.pdf")[0]


def change_local_offices(visitor: Visitor, seat: str, change: Callable[[list[LocalOffice]], list[LocalOffice]]) -> None:
    """Change the local offices of a seat, as a refresh of the roster does."""
    parts: Parts = visitor.client.application.extensions["campaign"]
    office = parts.congress.roster.offices[seat]
    changed = replace(office, local_offices=tuple(change(list(office.local_offices))))
    roster = replace(parts.congress.roster, offices={**parts.congress.roster.offices, seat: changed})
    new = replace(parts, congress=replace(parts.congress, current_roster=lambda: roster))
    visitor.client.application.extensions["campaign"] = new


def test_a_letter_whose_subject_cannot_be_seen_is_refused_and_one_with_odd_spaces_printed(visitor: Visitor) -> None:
    visitor.write().press("Finish my letters", subject__ME__S1="\u200b\u2060 \u202e")
    assert visitor.error("subject-ME-S1") == "A letter needs a subject."
    visitor.press("Finish my letters", subject__ME__S1="\u3164")
    assert "12 Congress Street" in pages(visitor, f"{visitor.path}/ME-S1.pdf")[0]


def test_what_cannot_be_printed_is_named_before_printing_and_not_dropped(visitor: Visitor) -> None:
    visitor.write(story__tie="We said 你好 and 🕊️ to them, Їхній дім тут.").press("Finish my letters")
    assert "will stand as codes in square brackets: 你 好 🕊" in visitor.text
    paper = " ".join(pages(visitor, f"{visitor.path}/ME-S1.pdf")[0].split())
    assert "We said [U+4F60][U+597D] and" in paper.replace("\u200b", "")
    assert "Їхній дім тут." in paper
    assert "cannot be printed" not in visitor.finish().text
    visitor.write().press("Finish my letters", subject__ME__S1="Welcome 你")
    assert "will stand as codes in square brackets: 你" in visitor.text


def test_the_kit_shows_what_was_pledged_now_and_nothing_about_the_address_behind_it(
    app: Flask, visitor: Visitor, bank: Bank
) -> None:
    visitor.finish(pledges=["call", "give"], email="ana@example.org")
    assert "What you pledged" in visitor.text
    stranger = Visitor(app.test_client()).finish(pledges=["visit"], email="ana@example.org", may_contact="y")
    promised = [tag.get_text() for tag in stranger.soup.select("dl:not(.fields) dt")]
    assert promised == [bank.pledges["visit"].label]
    for page in (visitor, stranger):
        assert "ana@example.org" not in page.response.text


def test_the_kit_tells_search_engines_and_caches_to_stay_away(visitor: Visitor) -> None:
    path = visitor.finish().path
    for address in (f"{path}/letters.pdf", f"{path}/ME-S1.pdf", f"{path}/ME-S1.txt", path):
        visitor.open(address)
        assert visitor.response.headers["Cache-Control"] == "no-store"
    if visitor.path == path:
        assert visitor.soup.select_one("meta[name=robots][content=noindex]") is not None
        assert visitor.soup.find(rel="canonical") is None
        assert all("og:" not in str(tag) for tag in visitor.soup.find_all("meta"))


def test_a_visit_and_a_reply_can_be_said(visitor: Visitor, database: Database) -> None:
    visitor.finish().press("Save", said=["visited", "replied"])
    assert said(database) == {"ME-S1": "visited replied"}


def test_each_field_that_a_form_asks_for_stands_by_itself(visitor: Visitor) -> None:
    visitor.write(name="Ana María Reyes", city="South, Portland").press("Finish my letters")
    fields = {str(tag["id"]): tag.text for tag in visitor.soup.select(".fields dd span[id$=-ME-S1]")}
    assert fields == {
        **{"first-ME-S1": "Ana María", "last-ME-S1": "Reyes", "street-ME-S1": "12 Congress Street"},
        **{"city-ME-S1": "South, Portland", "state-ME-S1": "Maine", "zip-ME-S1": "04101"},
    }
    copied = {str(tag["data-copy"]) for tag in visitor.soup.select("button[data-copy]")}
    assert {*fields, "subject-ME-S1", "body-ME-S1"} <= copied
    assert all(visitor.soup.find(id=name) for name in copied)


def test_a_single_name_is_a_last_name(visitor: Visitor) -> None:
    visitor.write(name="Suharto").press("Finish my letters")
    assert [tag.text for tag in visitor.soup.select(".fields [id=last-ME-S1]")] == ["Suharto"]
    assert not visitor.soup.select(".fields [id=first-ME-S1]")


def test_the_ways_stand_in_the_order_in_which_they_move_an_office(visitor: Visitor) -> None:
    visitor.finish()
    ways = [tag.text for tag in visitor.soup.select(".ways")[0].select("li > strong")]
    assert ways == ["In person.", "By the office’s own form.", "On paper.", "By phone:"]
    assert "A visit weighs most" in visitor.text


def test_a_letter_can_be_kept_as_plain_text(visitor: Visitor) -> None:
    visitor.finish(body__ME__S1="Dear Senator King,\n\n“Ця” <b>שלום</b>", subject__ME__S1="My subject")
    answer = visitor.client.get(f"{visitor.path}/ME-S1.txt")
    assert answer.text == "My subject\n\nDear Senator King,\n\n“Ця” <b>שלום</b>\n"
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="letter-ME-S1.txt"'
    assert "no-store" in answer.headers["Cache-Control"]
    for seat in ("NY-S1", "x", "%2e%2e"):
        assert visitor.client.get(f"{visitor.path}/{seat}.txt").status_code == 404
    assert visitor.client.get("/kit/x/ME-S1.txt").status_code == 404


def test_a_letter_goes_to_the_office_that_is_nearest_to_the_address(make_app: MakeApp, census: Census) -> None:
    at_home = match("4827", state="TX", zip_code="78401") | {"coordinates": {"x": -97.4, "y": 27.8}}
    census.reply = send_json(found(at_home))
    visitor = Visitor(make_app(census_url=census.url).test_client())
    visitor.find("78401", street="1 Shoreline Blvd", city="Corpus Christi")
    visitor.press("Read my letters", **{**ANSWERS, "city": "Corpus Christi"}).press("Finish my letters")
    nearest = [tag.select("option")[0].text for tag in visitor.soup.select("select[name=to]")]
    assert nearest[2] == "Corpus Christi, TX"
    assert nearest[0] in ("San Antonio, TX", "McAllen, TX", "Harlingen, TX")
    assert "27.8" not in visitor.response.text


def test_a_kit_ends_after_a_day_also_where_the_letters_are_kept_longer(visitor: Visitor, database: Database) -> None:
    path = visitor.finish(may_print="y").path
    assert visitor.open(path).status == 200
    old = clock.wall() - timedelta(hours=24, seconds=1)
    database.write(lambda session: session.execute(update(Message).values(created_at=old)).close())
    assert visitor.open(path).status == 404
