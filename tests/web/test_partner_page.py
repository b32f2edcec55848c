"""What a partner sees of its own campaign, and its list of those who let it have their email address."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from campaign import clock, consents, donations, erasing, partners, sharing
from campaign.consents import SHARE
from campaign.database import Database
from campaign.keys import Keys
from campaign.models import Mail, Message, Supporter
from campaign.models import Pledge as PledgeRow
from campaign.partners import Partner
from tests.conftest import NOON
from tests.hostile import TEXTS
from tests.totals import bring_all
from tests.web.conftest import MakeApp
from tests.web.test_pledge import ANSWERS as PROMISE
from tests.web.visitor import ANSWERS, Visitor, confirm_page, mailed, rows

OFFICE = "office@riverside.example"
PERSONAL = ("ana", "Ana Reyes", "Portland", "04101", "Maine", "teaches")


@pytest.fixture
def page(riverside: Partner, database: Database, keys: Keys) -> str:
    """The path of the partner's page; it has a contact address."""

    def make(session: Session) -> str:
        partners.change_email(session, keys, "riverside", OFFICE)
        return partners.new_link(session, "riverside")

    return f"/partner/{database.write(make)}"


def agree(app: Flask, email: str = "ana@example.org", code: str = "riverside") -> None:
    """Pledge through a partner, and let it have one's address, on the page behind the link."""
    supporter = Visitor(app.test_client())
    supporter.open(f"/pledge?p={code}").press("I promise", **{**PROMISE, "email": email, "may_share": "y"})
    path, data = supporter.open(confirm_page(app)).filled("Yes, I promise this")
    data.setlist("agreed", [f"share {code}"])
    supporter.post(path, data)


def list_link(app: Flask) -> str:
    """The path of the newest link to a list, as it was mailed."""
    found = re.search(r"http://[^/]+(/partner/list/[\w=-]+)\s", mailed(app, sharing.MAIL)[-1])
    assert found
    return found[1]


def download(app: Flask, link: str) -> TestResponse:
    return app.test_client().post(link)


def listed(answer: TestResponse) -> list[list[str]]:
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))[1:]


def table(visitor: Visitor) -> list[str]:
    rows = visitor.soup.select("table tbody tr")
    return [" | ".join(cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])) for row in rows]


def totals(visitor: Visitor) -> list[str]:
    return [tag.get_text(strip=True) for tag in visitor.soup.select(".tiles dd")]


def test_the_page_counts_what_came_through_the_partner_by_day(
    make_app: MakeApp, database: Database, page: str, now: Any
) -> None:
    database.write(lambda session: partners.add(session, "other", "Other", ["https://other.example"], now=now))
    monday = Visitor(make_app(today=NOON - timedelta(days=1)).test_client())
    monday.find(partner="riverside").press("Read my letters", **ANSWERS)
    monday.press("Finish my letters", pledges=["call", "give"], email="ana@example.org")
    app = make_app()
    tuesday = Visitor(app.test_client())
    tuesday.open(confirm_page(app)).press("Yes, I promise this")
    for code in ("riverside", "riverside", "other", ""):
        tuesday.find(partner=code).press("Read my letters", **ANSWERS).press("Finish my letters")
        tuesday.client.get(f"/donate/give?p={code}&state=ME")
    database.write(lambda session: donations.record_click(session, "give", day=now.date(), now=now, by="bot"))
    bring_all(database)
    tuesday.open(page)
    assert (tuesday.status, tuesday.heading) == (200, "Riverside Church")
    assert table(tuesday) == ["Nov 24 | 2 | 0 | 0 | 2", "Nov 23 | 1 | 2 | 2 | 0"]
    assert totals(tuesday) == ["3", "2", "2", "2"]
    for word in PERSONAL:
        assert word not in tuesday.soup.main.get_text(" "), word  # type: ignore[union-attr]


def test_a_day_is_a_day_in_the_campaigns_time_zone(make_app: MakeApp, database: Database, page: str) -> None:
    late = Visitor(make_app(today=NOON.replace(hour=23, minute=30)).test_client())
    late.find(partner="riverside").press("Read my letters", **ANSWERS).press("Finish my letters")
    bring_all(database)
    assert table(late.open(page)) == ["Nov 24 | 1 | 0 | 0 | 0"]


def test_what_is_quarantined_is_not_counted_and_its_day_does_not_tell_of_it(
    visitor: Visitor, database: Database, page: str, now: Any
) -> None:
    visitor.find(partner="riverside").press("Read my letters", **ANSWERS)
    visitor.press("Finish my letters", pledges=["call"], email="ana@example.org")
    for noun in (Message, PledgeRow):
        database.write(partial(Session.execute, statement=update(noun).values(quarantined_at=now)))  # type: ignore[arg-type]
    bring_all(database)
    visitor.open(page)
    assert (totals(visitor), table(visitor)) == (["0", "0", "0", "0"], [])
    assert "Nothing yet." in visitor.text


def test_the_page_is_framed_by_nobody_kept_nowhere_and_no_search_engine_lists_it(visitor: Visitor, page: str) -> None:
    for path in (page, list_path(visitor, page)):
        visitor.open(path)
        headers = visitor.response.headers
        assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
        assert (headers["X-Frame-Options"], headers["Cache-Control"]) == ("DENY", "no-store")
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in headers
        robots = visitor.soup.find("meta", {"name": "robots"})
        assert robots is not None
        assert robots["content"] == "noindex"  # type: ignore[index]


def list_path(visitor: Visitor, page: str) -> str:
    visitor.open(page).press("Mail me the list")
    return list_link(visitor.client.application)


@pytest.mark.parametrize("path", ["/partner/{}", "/partner/{}/list", "/partner/list/{}"])
def test_what_is_no_link_opens_nothing_and_says_what_to_do(
    visitor: Visitor, database: Database, page: str, path: str
) -> None:
    before = rows(database)
    wrong = (
        "x",
        "riverside",
        page.removeprefix("/partner/") + "x",
        page.removeprefix("/partner/").swapcase(),
        "0" * 32,
    )
    for token in (*wrong, *(text for text in TEXTS if not set(text) & set("/?#") and text.strip(". "))):
        for answer in (
            visitor.client.get(path.format(_quoted(token))),
            visitor.client.post(path.format(_quoted(token))),
        ):
            assert answer.status_code in (404, 405), token
            if answer.status_code == 404 and token in wrong:
                assert "sk the campaign for it" in answer.text or "sk for a new one on your page" in answer.text
    assert rows(database) == before


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def test_an_older_link_ends_with_a_newer_one(visitor: Visitor, database: Database, page: str) -> None:
    newer = database.write(lambda session: partners.new_link(session, "riverside"))
    assert (visitor.open(page).status, visitor.open(f"/partner/{newer}").status) == (404, 200)


def test_the_list_is_mailed_to_the_contact_address_alone(
    app: Flask, visitor: Visitor, database: Database, keys: Keys, page: str
) -> None:
    visitor.open(page)
    assert "o…@riverside.example" in visitor.text
    assert OFFICE not in visitor.response.text
    path, _data = visitor.filled("Mail me the list")
    visitor.post(path, {"email": "thief@example.org", "to": "thief@example.org"})
    assert (visitor.status, visitor.path) == (200, page)
    assert "A link is on its way to o…@riverside.example." in visitor.text
    with database.read() as session:
        (sealed,) = session.scalars(select(Mail.sealed)).all()
    assert sealed
    assert json.loads(keys.unseal(sealed))["to"] == OFFICE


def test_without_a_contact_address_there_is_no_button(visitor: Visitor, database: Database, riverside: Partner) -> None:
    token = database.write(lambda session: partners.new_link(session, "riverside"))
    visitor.open(f"/partner/{token}")
    assert visitor.soup.find("form") is None
    assert "Ask the campaign to note one" in visitor.text
    visitor.post(f"/partner/{token}/list", {})
    assert (visitor.status, "Ask the campaign to note one" in visitor.text) == (409, True)
    assert rows(database) == {"partners": 1}


def test_enough_mails_are_enough_for_one_day(app: Flask, visitor: Visitor, database: Database, page: str) -> None:
    for _ in range(3):
        assert visitor.open(page).press("Mail me the list").status == 200
    visitor.open(page).press("Mail me the list")
    assert (visitor.status, "ask again tomorrow" in visitor.notice) == (429, True)
    assert (visitor.heading, len(mailed(app, sharing.MAIL))) == ("Riverside Church", 3)


def test_who_agreed_is_in_the_list_with_address_day_and_words_alone(
    app: Flask, visitor: Visitor, database: Database, page: str
) -> None:
    agree(app)
    agree(app, "ben@example.org")
    visitor.open(page).press("Mail me the list")
    visitor.open(list_link(app))
    assert visitor.heading == "Who wants to hear from you"
    assert "2 supporters let Riverside Church have their email address" in visitor.text
    assert "example.org" not in visitor.soup.main.get_text(" ")  # type: ignore[union-attr]
    path, data = visitor.filled("Download the list (CSV)")
    answer = visitor.client.post(path, data=data)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.text.splitlines()[0] == "\ufeffemail,agreed_on,wording"
    today = clock.wall().astimezone(NOON.tzinfo).date().isoformat()
    version = consents.WORDINGS[SHARE].version
    assert listed(answer) == [["ana@example.org", today, version], ["ben@example.org", today, version]]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="riverside-2026-11-24.csv"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_another_partners_supporters_are_never_in_it(
    app: Flask, visitor: Visitor, database: Database, keys: Keys, page: str, now: Any
) -> None:
    def other(session: Session) -> str:
        partners.add(session, "other", "Other", ["https://other.example"], now=now)
        partners.change_email(session, keys, "other", "office@other.example")
        return partners.new_link(session, "other")

    token = database.write(other)
    agree(app)
    agree(app, "ben@example.org", "other")
    visitor.open(page).press("Mail me the list")
    own = list_link(app)
    visitor.open(f"/partner/{token}").press("Mail me the list")
    assert [row[0] for row in listed(download(app, own))] == ["ana@example.org"]
    assert [row[0] for row in listed(download(app, list_link(app)))] == ["ben@example.org"]


def test_who_withdraws_or_is_erased_after_the_mail_is_not_in_the_list(
    app: Flask, visitor: Visitor, database: Database, page: str, now: Any
) -> None:
    for name in ("ana", "ben", "eva"):
        agree(app, f"{name}@example.org")
    visitor.open(page).press("Mail me the list")
    link = list_link(app)

    def change(session: Session) -> None:
        ana, ben, _eva = session.scalars(select(Supporter.id).order_by(Supporter.id)).all()
        consents.settle(session, ana, {(SHARE, "riverside"): False}, now=now)
        erasing.erase(session, ben)

    database.write(change)
    assert [row[0] for row in listed(download(app, link))] == ["eva@example.org"]


def test_no_address_becomes_a_formula(app: Flask, visitor: Visitor, page: str) -> None:
    for name in ("=cmd", "+1", "-2", "'x"):
        agree(app, f"{name}@example.org")
    visitor.open(page).press("Mail me the list")
    cells = [row[0] for row in listed(download(app, list_link(app)))]
    assert cells == ["'=cmd@example.org", "'+1@example.org", "'-2@example.org", "'x@example.org"]


def test_a_link_is_good_for_an_hour_by_the_clock(
    app: Flask, visitor: Visitor, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(app)
    visitor.open(page).press("Mail me the list")
    link, begun = list_link(app), clock.wall()
    for seconds, status in ((0, 200), (3590, 200), (3610, 404)):
        monkeypatch.setattr(clock, "wall", lambda seconds=seconds: begun + timedelta(seconds=seconds))
        assert visitor.open(link).status == status
        assert download(app, link).status_code == status
    assert "it is good for one hour" in visitor.text


def test_looking_changes_nothing_and_a_program_that_follows_the_link_gets_no_list(
    app: Flask, visitor: Visitor, database: Database, page: str
) -> None:
    agree(app)
    visitor.open(page).press("Mail me the list")
    link, before = list_link(app), rows(database)
    for method in ("GET", "HEAD"):
        for path in (page, link):
            answer = visitor.client.open(path, method=method)
            assert (answer.status_code, answer.mimetype) == (200, "text/html")
            assert "ana@example.org" not in answer.text
        assert visitor.client.open(f"{page}/list", method=method).status_code == 405
    assert rows(database) == before


def test_a_paused_partner_sees_its_counts_and_gets_no_list(
    app: Flask, visitor: Visitor, database: Database, page: str
) -> None:
    agree(app)
    visitor.open(page).press("Mail me the list")
    link = list_link(app)
    database.write(lambda session: partners.pause(session, "riverside", now=clock.wall()))
    bring_all(database)
    visitor.open(page)
    assert (visitor.status, totals(visitor)) == (200, ["0", "2", "2", "0"])
    assert "has paused your part" in visitor.notice
    assert visitor.soup.find("form") is None
    before = rows(database)
    for answer in (visitor.client.post(f"{page}/list"), visitor.client.get(link), download(app, link)):
        assert (answer.status_code, "has paused your part in it" in answer.text) == (403, True)
        assert "ana@example.org" not in answer.text
    assert rows(database) == before


def test_logs_name_the_partner_and_the_number_and_nobody(
    app: Flask, visitor: Visitor, database: Database, page: str, caplog: pytest.LogCaptureFixture
) -> None:
    agree(app)
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        visitor.open(page).press("Mail me the list")
        link = list_link(app)
        visitor.open(link)
        download(app, link)
        visitor.open(f"{page}x").open(f"{link}x")
    told = [record for record in caplog.records if record.name.startswith("campaign")]
    (record,) = [record for record in told if record.message == "list downloaded"]
    assert (record.__dict__["partner"], record.__dict__["rows"]) == ("riverside", 1)
    written = " ".join(str(record.__dict__) for record in told)
    for secret in ("ana", "office", page.removeprefix("/partner/"), link.removeprefix("/partner/list/")):
        assert secret not in written, secret


@pytest.mark.sqlite
def test_the_contact_address_stands_in_no_row_as_it_is(database: Database, page: str) -> None:
    database.close()  # and with that, everything is in the file
    assert OFFICE.encode() not in Path(str(database.url.database)).read_bytes()
