"""A visitor in tests: opens pages, fills in the forms that stand there, presses their buttons."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import brotli
import pypdf
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from campaign import clock, mine, partners, shares, tasks
from campaign.database import Database
from campaign.models import Base, Mail
from campaign.web.extensions import Parts

ANSWERS: dict[str, Any] = {
    "role": "neighbor",
    "reasons": ["safety", "order"],
    "story-tie": "My neighbor teaches at our school.\n\nI do not want her to go.",
    "name": "Ana Reyes",
    "street": "12 Congress Street",
    "city": "Portland",
}
"""What a supporter of the letter `protect-parole` may answer."""


@dataclass
class Visitor:
    """One visitor and the page they are looking at."""

    client: FlaskClient
    response: TestResponse = field(init=False)
    _parsed: tuple[TestResponse, BeautifulSoup] | None = field(init=False, default=None)

    def open(self, path: str, **request: Any) -> Visitor:
        """Go to a page, following redirects."""
        self.response = self.client.get(path, follow_redirects=True, buffered=True, **request)
        return self

    def press(self, button: str, **filled: Any) -> Visitor:
        """Fill in the form of a button, by its visible text, and press it. Redirects are followed."""
        return self.post(*self.filled(button, **filled))

    def post(self, path: str, data: Any, **request: Any) -> Visitor:
        """Send a form as it is. Redirects are followed."""
        self.response = self.client.post(path, data=data, follow_redirects=True, **request)
        return self

    def filled(self, button: str, **filled: Any) -> tuple[str, MultiDict[str, Any]]:
        """Where a form's button leads, and what it sends: all fields of the page's form as they stand, and `filled`."""
        pressed = next(tag for tag in self.soup.find_all("button") if tag.get_text(" ", strip=True).startswith(button))
        form = pressed.find_parent("form")
        assert form is not None
        fields: MultiDict[str, Any] = MultiDict(fields_of(form))
        for name, value in filled.items():
            fields.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
        if pressed.get("name"):
            fields[str(pressed["name"])] = pressed.get("value", "")
        return str(pressed.get("formaction") or form["action"]), fields

    def find(
        self, zip_code: str = "04101", letter: str = "protect-parole", partner: str = "", frame: str = "", **more: str
    ) -> Visitor:
        """The way to the writing page; `frame` is `/embed` for the one inside a partner's page."""
        query = f"?p={partner}" if partner else ""
        return self.open(f"{frame}/letters/{letter}{query}").press("Find my offices", zip=zip_code, **more)

    def write(self, **answers: Any) -> Visitor:
        """The way to the finished letters."""
        return self.find().press("Read my letters", **{**ANSWERS, **answers})

    def finish(self, **last: Any) -> Visitor:
        """The whole way to the kit."""
        return self.write().press("Finish my letters", **last)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def path(self) -> str:
        """The path of the page, without its query."""
        return urlsplit(self.response.request.url).path

    @property
    def soup(self) -> BeautifulSoup:
        if self._parsed is None or self._parsed[0] is not self.response:
            self._parsed = self.response, BeautifulSoup(unpacked(self.response).decode(), "html.parser")
        return self._parsed[1]

    @property
    def text(self) -> str:
        """All visible text, with single spaces."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def heading(self) -> str:
        heading = self.soup.h1
        assert heading is not None
        return heading.get_text(" ", strip=True)

    @property
    def notice(self) -> str:
        """What the page has to say before anything else."""
        return " ".join(tag.get_text(" ", strip=True) for tag in self.soup.select(".notice"))

    @property
    def offices(self) -> list[str]:
        """The seats whose letters stand on the page."""
        return [str(tag["id"]).removeprefix("to-") for tag in self.soup.select(".sheet h2")]

    def value(self, name: str) -> str:
        """What stands in a field."""
        tag = self.soup.find(True, {"name": name})
        assert isinstance(tag, Tag), f"no field {name}"
        return _typed(tag)

    def error(self, name: str) -> str:
        """The message at a field, empty if there is none."""
        tag = self.soup.find(id=f"{name}-error")
        return tag.get_text(" ", strip=True) if tag else ""


def unpacked(answer: TestResponse) -> bytes:
    """The content of an answer, whatever coding it came in."""
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
    content: bytes = decode[answer.headers.get("Content-Encoding")](answer.data)
    return content


def framed_way(visitor: Visitor, query: str) -> Iterator[None]:
    """The whole way inside a partner's frame, with what can go wrong on it: stops at each page."""
    visitor.open(f"/embed/letters/protect-parole?{query}")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("Find my offices", {"zip": "x"}),
        ("Find my offices", {"zip": "10001"}),
        ("Another ZIP code", {}),
        ("Find my offices", {"zip": "10001"}),
        ("Continue", {"seat": "NY-10"}),
        ("Read my letters", {"name": ""}),
        ("Read my letters", ANSWERS),
        ("Finish my letters", {"email": "x"}),
        ("Finish my letters", {"email": ""}),
        ("Save", {"said": ["sent"]}),
    ]
    for button, filled in steps:
        yield
        visitor.press(button, **filled)
    yield


def fields_of(form: Tag) -> list[tuple[str, str]]:
    fields = []
    for tag in form.find_all(["input", "textarea", "select"]):
        if not tag.get("name"):
            continue
        if tag.get("type") in ("radio", "checkbox") and not tag.has_attr("checked"):
            continue
        fields.append((str(tag["name"]), _typed(tag)))
    return fields


def _typed(tag: Tag) -> str:
    if tag.name == "textarea":
        # A browser drops the line break that follows the opening tag, and sends CR LF for every other.
        return tag.get_text().removeprefix("\n").replace("\n", "\r\n")
    if tag.name == "select":
        chosen = tag.find("option", selected=True) or tag.find("option")
        return str(chosen["value"]) if chosen else ""
    return str(tag.get("value", "on"))


def pages(visitor: Visitor, path: str) -> list[str]:
    """The text of each page of a PDF."""
    answer = visitor.client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages]


def private_page(app: Flask, email: str) -> str:
    """The token of a fresh link to the private page of whoever has this address."""
    parts: Parts = app.extensions["campaign"]
    made: list[str] = []

    def write(token: str) -> tuple[str, str]:
        made.append(token)
        return "Subject", "Text"

    parts.database.write(lambda session: mine.ask_for_link(session, parts.keys, email, write, now=clock.wall()))
    return made[-1]


def partner_page(app: Flask, code: str, email: str) -> str:
    """The token of the page of a new partner with this contact address."""
    parts: Parts = app.extensions["campaign"]

    def add(session: Session) -> str:
        partners.add(session, code, code.title(), [f"https://{code}.example"], now=clock.wall())
        partners.change_email(session, parts.keys, code, email)
        return partners.new_link(session, code)

    return parts.database.write(add)


def shared_office(app: Flask, seat: str = "ME-01", days: int = 7, ago: timedelta = timedelta()) -> str:
    """The token of a new link to an office's page."""
    parts: Parts = app.extensions["campaign"]
    held, now = parts.congress.office(seat, clock.calendar(parts.settings)), clock.wall() - ago

    def make(session: Session) -> str:
        return shares.make(session, seat, held.bioguide or "", "staff", days, "ora@example.org", now=now)

    return parts.database.write(make)


def mailed(app: Flask, kind: str) -> list[str]:
    """The texts of the mails of a kind that wait to be sent, in order."""
    parts: Parts = app.extensions["campaign"]
    with parts.database.read() as session:
        sealed = session.scalars(select(Mail.sealed).where(Mail.kind == kind).order_by(Mail.id)).all()
    return [json.loads(parts.keys.unseal(one))["text"] for one in sealed if one]


def confirm_page(app: Flask, kind: str = "confirm") -> str:
    """The path of the newest link to confirm a pledge, as it was mailed."""
    return link_in(mailed(app, kind)[-1])


def link_in(text: str) -> str:
    """The path of the link to confirm a pledge in a mail's text."""
    found = re.search(r"http://[^/]+(/confirm/[\w-]{32})\s", text)
    assert found
    return found[1]


def count(app: Flask) -> None:
    """Bring the public count forward, as the worker does every second."""
    parts: Parts = app.extensions["campaign"]
    tasks.count(parts.database)


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has, without those that have none, and without what tells of nobody: the worker's signs
    of life, and how often steps were taken, which a process stores when it likes."""
    with database.read() as session:
        counted = {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in TABLES.items()}
    return {name: count for name, count in counted.items() if count}


TABLES = {name: table for name, table in Base.metadata.tables.items() if name not in ("beats", "steps")}
