"""A partner that an organizer has paused: nobody who comes through it is turned away, and it frames nothing."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from campaign import clock, partners
from campaign.database import Database
from campaign.models import Click, Consent, Message, Pledge
from campaign.partners import Partner
from tests.web.test_pledge import ANSWERS as PROMISE
from tests.web.visitor import ANSWERS, Visitor, confirm_page, count

LETTER = "/letters/protect-parole"
OWN = "frame-ancestors 'self'"
NOBODY = "frame-ancestors 'none'"


@pytest.fixture(autouse=True)
def _riverside(riverside: Partner) -> None:
    """Every test has this partner."""


def pause(database: Database) -> None:
    database.write(lambda session: partners.pause(session, "riverside", now=clock.wall()))


def ancestors(visitor: Visitor) -> str:
    return visitor.response.headers["Content-Security-Policy"].split("; ")[-1]


@pytest.mark.parametrize(
    "path", ["/", "/parole", "/contact", LETTER, "/pledge", f"/embed{LETTER}", "/embed/pledge", "/embed/abroad"]
)
def test_its_links_lead_to_pages_that_work_and_name_it_no_more(visitor: Visitor, database: Database, path: str) -> None:
    plain = visitor.open(path).text
    pause(database)
    visitor.open(f"{path}?p=riverside")
    assert (visitor.status, visitor.text) == (200, plain)
    assert ancestors(visitor) == (OWN if path.startswith("/embed") else NOBODY)
    assert not [link for link in visitor.soup.select("[href], [action]") if "riverside" in str(link)]
    assert visitor.open(f"{path}?p=unknown").status == 404
    database.write(partial(partners.resume, code="riverside"))
    visitor.open(f"{path}?p=riverside")
    assert ("https://riverside.example" in ancestors(visitor)) == path.startswith("/embed")


def test_nothing_new_counts_for_it(app: Flask, visitor: Visitor, database: Database) -> None:
    pause(database)
    visitor.find(partner="riverside").press("Read my letters", **ANSWERS)
    visitor.press("Finish my letters", pledges=["call"], email="ana@example.org", may_share="y")
    path, data = visitor.open("/pledge").filled("I promise", **{**PROMISE, "email": "ben@example.org"})
    visitor.post(f"{path}?p=riverside", {**data.to_dict(flat=False), "may_share": "y"})
    assert visitor.heading == "Look into your mail"
    assert visitor.client.get("/donate/give?p=riverside").status_code == 303
    with database.read() as session:
        for noun in (Message, Pledge, Click):
            assert set(session.scalars(select(noun.partner))) == {None}, noun
        assert session.scalars(select(Consent.partner)).all() == []


def test_its_figures_stay_its_own(app: Flask, visitor: Visitor, database: Database) -> None:
    for code in (*["riverside"] * 5, *[""] * 5):
        visitor.find(partner=code).press("Read my letters", **ANSWERS).press("Finish my letters")
    count(app)
    before = visitor.client.get("/api/v1/counts?p=riverside").json
    pause(database)
    assert visitor.client.get("/api/v1/counts?p=riverside").json == before
    assert (before or {})["letters"] == 5
    assert (visitor.client.get("/api/v1/counts").json or {})["letters"] == 10


@pytest.mark.parametrize("frame", ["", "/embed"])
@pytest.mark.parametrize("step", ["find", "write", "finish"])
def test_whoever_is_on_their_way_loses_nothing_that_they_wrote(
    visitor: Visitor, database: Database, frame: str, step: str
) -> None:
    visitor.open(f"{frame}{LETTER}?p=riverside")
    if step == "find":
        path, data = visitor.filled("Find my offices", zip="04101")
    else:
        visitor.find(partner="riverside", frame=frame)
        path, data = visitor.filled("Read my letters", **ANSWERS)
    if step == "finish":
        visitor.post(path, data)
        body = f"Dear Senator,\r\n\r\n{ANSWERS['story-tie'].splitlines()[0]} My own end.\r\n\r\nAna Reyes"
        path, data = visitor.filled("Finish my letters", body__ME__S1=body)
        data["body-ME-S1"] = body
    pause(database)
    visitor.post(path, data)
    if frame:
        leave(visitor)
    if step == "find":
        assert visitor.heading == "In your own words"
        return
    assert "what you wrote is kept" in visitor.notice
    assert rows_of_messages(database) == 0
    visitor.press("Find my offices", zip="04101")
    for name, typed in ANSWERS.items():
        if name in ("name", "street", "city", "story-tie"):
            assert visitor.value(name).replace("\r\n", "\n") == typed, name
    ticked = {str(tag["value"]) for tag in visitor.soup.select("[name=reasons][checked], [name=role][checked]")}
    assert ticked == {ANSWERS["role"], *ANSWERS["reasons"]}
    visitor.press("Read my letters")
    if step == "finish":
        assert "My own end." in visitor.response.text
    visitor.press("Finish my letters")
    assert visitor.heading == "Your letters are ready"
    assert rows_of_messages(database) == 1
    with database.read() as session:
        assert session.scalars(select(Message.partner)).all() == [None]


def rows_of_messages(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(Message.id)).all())


def leave(visitor: Visitor) -> None:
    """What answers in the frame is still shown there, and leads out of it with all that was typed."""
    assert (visitor.status, visitor.heading) == (409, "Go on in a page of its own")
    assert ancestors(visitor) == "frame-ancestors 'self' https://riverside.example https://www.riverside.example:8443"
    form = visitor.soup.form
    assert form is not None
    assert (form["target"], form["rel"]) == ("_blank", "noopener")
    assert not str(form["action"]).startswith("/embed")
    visitor.press("Go on there")
    assert ancestors(visitor) == NOBODY


def test_a_promise_and_a_kit_that_were_open_in_its_frame_go_on_outside(
    app: Flask, visitor: Visitor, database: Database
) -> None:
    visitor.find(partner="riverside", frame="/embed").press("Read my letters", **ANSWERS).press("Finish my letters")
    kit, kit_form = visitor.path, visitor.filled("Save", said=["sent"])
    promise = visitor.open("/embed/pledge?p=riverside").filled("I promise", **PROMISE)
    pause(database)
    visitor.open(f"{kit}?p=riverside")
    assert (visitor.status, visitor.heading, ancestors(visitor)) == (200, "Your letters are ready", OWN)
    visitor.post(*kit_form)
    leave(visitor)
    assert (visitor.path, "Saved. Thank you." in visitor.text) == (kit.removeprefix("/embed"), True)
    visitor.post(*promise)
    leave(visitor)
    assert visitor.heading == "Look into your mail"
    visitor.open(confirm_page(app)).press("Yes, I promise this")
    with database.read() as session:
        assert set(session.scalars(select(Pledge.partner))) == {None}


def test_what_another_sites_page_posts_into_the_frame_is_answered_nowhere_but_here(
    visitor: Visitor, database: Database
) -> None:
    pause(database)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://riverside.example"}):
        answer = visitor.client.post(f"/embed{LETTER}?p=riverside", data={"zip": "04101"}, headers=headers)
        assert (answer.status_code, answer.headers["Content-Security-Policy"].split("; ")[-1]) == (403, OWN)


def test_what_was_typed_is_data_on_the_page_that_leads_out(visitor: Visitor, database: Database) -> None:
    pause(database)
    typed = {"story-tie": "\r\n</form><script>alert(1)</script> \"'&amp; \u202e\0", '"><b>': "x"}
    visitor.post(f"/embed{LETTER}/finish?p=riverside", typed)
    fields = {str(tag["name"]): str(tag["value"]) for tag in visitor.soup.select("form input[type=hidden]")}
    assert fields.keys() == typed.keys()
    assert fields['"><b>'] == "x"
    assert "alert(1)" in fields["story-tie"]
    assert visitor.soup.select("main script, main b") == []


@pytest.mark.parametrize(
    "path", ["/embed/card/protect-parole?p=riverside", f"/oembed?url=http://localhost{LETTER}?p=riverside"]
)
def test_its_card_is_the_campaigns_own(visitor: Visitor, database: Database, path: str) -> None:
    assert "riverside" in visitor.open(path).response.text
    pause(database)
    visitor.open(path)
    assert (visitor.status, "riverside" in visitor.response.text) == (200, False)
