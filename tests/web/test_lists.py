"""The organizers' lists and files: who sees them, what stands in an address, and what is never in them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from campaign import listed, listing
from campaign.database import Database
from campaign.keys import Keys
from campaign.listable import NOUNS
from campaign.models import Entry
from tests.invented import fill
from tests.web.conftest import SignIn
from tests.web.visitor import Visitor

LAST = date(2026, 11, 24)


@pytest.fixture
def room(sign_in: SignIn, database: Database, keys: Keys) -> Visitor:
    """An organizer of a campaign of 160 supporters."""
    fill(database, keys, 160, last=LAST, days=3)
    return sign_in()


def numbers(visitor: Visitor) -> list[str]:
    return [tag.get_text() for tag in visitor.soup.select("tbody th[scope=row]")]


def follow(visitor: Visitor, link: str) -> Visitor:
    found = next(tag for tag in visitor.soup.select("main a") if tag.get_text() == link)
    return visitor.open(str(found["href"]))


@pytest.mark.parametrize("name", sorted(NOUNS))
def test_every_list_is_led_to_and_opens(room: Visitor, name: str) -> None:
    index = room.open("/organize/lists")
    assert f"/organize/lists/{name}" in {tag["href"] for tag in index.soup.select("main a")}
    page = room.open(f"/organize/lists/{name}")
    assert page.status == 200
    heads = page.soup.select("thead th")
    assert len(heads) == (len(listed.COLUMNS[NOUNS[name].model]) if numbers(page) else 0)
    assert "@" not in page.soup.article.get_text()  # type: ignore[union-attr]


def test_what_is_chosen_stands_in_the_address_and_goes_along(room: Visitor) -> None:
    page = room.open("/organize/lists/messages?order=oldest&since=2026-11-23&stands=counted")
    assert page.value("since") == "2026-11-23"
    first = numbers(page)
    assert first == sorted(first, key=int)
    assert len(first) == listing.PAGE
    second = numbers(follow(page, "Next page"))
    assert page.response.request.args["stands"] == "counted"
    assert not set(first) & set(second)
    assert numbers(follow(page, "Page before")) == first
    assert numbers(follow(follow(page, "Next page"), "First page")) == first


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("since=yesterday", "since", "Enter a day like 2026-11-24."),
        ("state=QQ", "state", "Choose one of these."),
        ("partner=' OR 1=1", "partner", "Choose one of these."),
        ("district=CA-99", "district", "There is no such district."),
        ("order=sideways", "order", "Choose one of these."),
        ("letter=%3Cb%3E", "letter", "Choose one of these."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_rest_is_kept(
    room: Visitor, query: str, field: str, message: str
) -> None:
    for path in ("", "/file", "/rows"):
        page = room.open(f"/organize/lists/messages{path}?until=2026-11-24&{query}")
        assert (page.status, page.value("until")) == (422, "2026-11-24")
        assert page.error(field).startswith(message)
    assert not room.soup.select("option b")


def test_what_a_list_does_not_know_is_passed_over(room: Visitor) -> None:
    page = room.open("/organize/lists/clicks?fate=confirmed&nonsense=1&kind=call")
    assert (page.status, len(numbers(page)) > 0) == (200, True)
    page = room.open("/organize/lists/clicks?after=nonsense")
    assert (page.status, "leads to no place in the list" in page.notice) == (422, True)
    assert room.open("/organize/lists/supporters").status == 404


ROUTES = ["", "/messages", "/pledges/file", "/clicks/rows", "/mails/rows?form=jsonl"]


@pytest.mark.parametrize(("role", "status"), [(None, 302), ("viewer", 403), ("organizer", 200), ("admin", 200)])
def test_each_role(visitor: Visitor, sign_in: SignIn, role: str | None, status: int) -> None:
    client = sign_in(role).client if role else visitor.client
    assert {client.get(f"/organize/lists{path}").status_code for path in ROUTES} == {status}


def rows_of(visitor: Visitor, query: str, name: str = "messages") -> Any:
    answer = visitor.client.get(f"/organize/lists/{name}/rows?{query}")
    assert answer.status_code == 200
    return answer


def test_a_file_is_csv_or_lines_of_json(room: Visitor, database: Database) -> None:
    plain = rows_of(room, "order=oldest").get_data()
    marked = rows_of(room, "order=oldest&bom=1")
    assert marked.get_data() == b"\xef\xbb\xbf" + plain
    assert marked.headers["Content-Disposition"] == 'attachment; filename="messages-2026-11-24.csv"'
    table = list(csv.DictReader(io.StringIO(plain.decode(), newline="")))
    lines = rows_of(room, "order=oldest&form=jsonl")
    assert lines.mimetype == "application/jsonl"
    found = [json.loads(line) for line in lines.get_data(as_text=True).splitlines()]
    assert found == table
    assert len(found) == 160
    assert all(row["state"] == "CA" for row in csv.DictReader(io.StringIO(rows_of(room, "state=CA").text)))
    with database.read() as session:
        acts = [(row.action, row.about) for row in session.scalars(select(Entry)) if row.action == "exported"]
    assert acts == [("exported", "messages")] * 4


def test_nothing_in_a_file_is_taken_for_a_formula(room: Visitor, database: Database) -> None:
    with database.engine.execution_options(campaign_writes=True).begin() as connection:
        connection.exec_driver_sql("UPDATE messages SET letter = '=1+1', quarantined_for = '@x', quarantined_at = day")
    cells = {cell for row in csv.reader(io.StringIO(rows_of(room, "").text)) for cell in row}
    assert {"'=1+1", "'@x"} <= cells
    assert not {cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))}


def test_a_file_is_sent_while_it_is_read_and_no_read_is_left_open(
    app: Flask, room: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "CHUNK", 20)
    reads: list[str] = []
    engine = app.extensions["campaign"].database.engine
    event.listen(engine, "before_cursor_execute", lambda *about: reads.append(about[2]))
    answer = room.client.get("/organize/lists/messages/rows")
    pieces = iter(answer.response)  # type: ignore[arg-type]
    next(pieces)  # the heads
    first = next(pieces)
    assert len(str(first).splitlines()) == 1 or first
    before = len([read for read in reads if "messages" in read])
    next(pieces)
    assert len([read for read in reads if "messages" in read]) > before, "more is read as it goes on"
    assert engine.pool.checkedout() == 0, "between two pieces nothing is held"
    answer.close()  # whoever downloads has gone away
    assert engine.pool.checkedout() == 0


@pytest.mark.parametrize(("counted", "said"), [(100_000, "160 rows."), (100, "More than 100 rows.")])
def test_the_page_before_a_download_says_how_many_rows_there_are(
    room: Visitor, monkeypatch: pytest.MonkeyPatch, counted: int, said: str
) -> None:
    monkeypatch.setattr(listing, "COUNTED", counted)
    page = room.open("/organize/lists/messages/file?order=oldest")
    assert said in page.text
    path, data = page.filled("Download")
    assert (path, data.to_dict()) == (
        "/organize/lists/messages/rows",
        {"order": "oldest", "form": "csv", "bom": "1"},
    )


def test_where_few_fit_among_many_the_page_leads_further(room: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", 30)
    page = room.open("/organize/lists/messages?stands=quarantined")
    assert "among the 30 rows that were looked through" in page.notice
    found = []
    for _ in range(10):
        found += numbers(page)
        if "Look further" not in page.text:
            break
        follow(page, "Look further")
    with room.client.application.extensions["campaign"].database.read() as session:
        wanted = listing.Wanted(NOUNS["quarantined-messages"], {})
        assert found == [str(row[0].id) for row in listing.page(session, wanted).rows]
