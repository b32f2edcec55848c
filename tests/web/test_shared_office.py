"""The page of one office for somebody outside: what it shows, what it never shows, and when it ends."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from campaign import clock
from campaign.database import Database
from campaign.models import Share
from campaign.web import limits
from tests.web.conftest import SignIn
from tests.web.test_coverage import AGREED, PAGE, STORY, tiles
from tests.web.visitor import ANSWERS, Visitor, private_page, rows, shared_office

GONE = "This link does not work any more. Ask whoever gave it to you for a new one."
EMAIL = "ana@example.org"


def test_a_link_shows_what_organizers_see_and_nothing_of_their_room(
    app: Flask, visitor: Visitor, sign_in: SignIn
) -> None:
    for _ in range(5):
        visitor.finish(**AGREED)
    path = f"/office/{shared_office(app)}"
    inside, outside = sign_in("viewer").open(f"{PAGE}/ME-01"), Visitor(app.test_client()).open(path)
    assert (outside.status, outside.path) == (200, path)
    assert str(outside.soup.select_one(".dossier")) == str(inside.soup.select_one(".dossier"))
    assert tiles(outside)["Letters written"] == 5
    assert STORY in outside.text
    assert "/organize" not in outside.response.text
    assert outside.soup.find("form") is None
    assert outside.soup.select_one("meta[name=robots][content=noindex]") is not None


def test_nobodys_name_address_or_email_stands_there(app: Flask, visitor: Visitor) -> None:
    for _ in range(5):
        visitor.finish(email=EMAIL, pledges=["visit"], **AGREED)
    page = visitor.open(f"/office/{shared_office(app)}")
    assert STORY in page.text
    for secret in (*str(ANSWERS["name"]).split(), ANSWERS["street"], "12 Congress", EMAIL, "ora@example.org", "staff<"):
        assert secret not in page.response.text, secret


def test_who_takes_back_what_they_agreed_to_is_quoted_no_more(app: Flask, visitor: Visitor) -> None:
    visitor.finish(email=EMAIL, **AGREED)
    path = f"/office/{shared_office(app)}"
    assert STORY in Visitor(app.test_client()).open(path).text
    visitor.open(f"/mine/{private_page(app, EMAIL)}").press("Do not bring these letters to the offices")
    page = Visitor(app.test_client()).open(path)
    assert (page.status, STORY in page.text) == (200, False)


def test_ended_expired_and_unknown_links_are_answered_alike(
    app: Flask, visitor: Visitor, sign_in: SignIn, database: Database
) -> None:
    expired = shared_office(app, days=7, ago=timedelta(days=7, seconds=1))
    ended = shared_office(app)
    sign_in().open(f"{PAGE}/ME-01").press("End it now")
    successor = shared_office(app, "ME-02")
    database.write(
        lambda session: str(session.execute(update(Share).where(Share.seat == "ME-02").values(bioguide="X000001")))
    )
    before, answers = rows(database), set()
    for token in (expired, ended, successor, "unknown", "x" * 32, f"{ended}x", "é", "%00", "0" * 5000):
        page = visitor.open(f"/office/{token}")
        answers.add((page.status, page.response.text, page.response.headers["Referrer-Policy"]))
        for method in ("POST", "PUT", "DELETE"):
            assert visitor.client.open(f"/office/{token}", method=method).status_code == 405
    ((status, text, referrer),) = answers
    assert (status, GONE in text, referrer) == (404, True, "no-referrer")
    assert rows(database) == before


def test_a_link_ends_by_the_clock(app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    token, begun = shared_office(app, days=1), clock.wall()
    for hours, status in ((0, 200), (23.9, 200), (24.1, 404)):
        monkeypatch.setattr(clock, "wall", lambda hours=hours: begun + timedelta(hours=hours))
        assert visitor.open(f"/office/{token}").status == status


def test_it_is_kept_nowhere_framed_nowhere_and_found_by_no_search(app: Flask, visitor: Visitor) -> None:
    headers = visitor.open(f"/office/{shared_office(app)}").response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in headers


def test_one_network_may_open_it_so_often(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits, "LOOKS", "3/hour")
    token = shared_office(app)
    with caplog.at_level(logging.DEBUG):
        answers = [visitor.open(f"/office/{path}").status for path in (token, "x", token, token)]
    assert answers == [200, 404, 200, 429]
    other = Visitor(app.test_client()).open(f"/office/{token}", environ_overrides={"REMOTE_ADDR": "198.51.100.7"})
    assert other.status == 200
    told = [record for record in caplog.records if record.name.startswith("campaign")]
    assert [record.__dict__["route"] for record in told if record.message == "limit reached"] == ["/office/<token>"]
    assert token not in " ".join(str(record.__dict__) for record in told)
