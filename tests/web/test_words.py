"""Every visible word of ours goes through gettext: with a catalog that puts ⟦ ⟧ around each, only data is outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_babel
import msgspec
import pytest
from babel.support import NullTranslations
from bs4 import BeautifulSoup, Comment, Doctype
from flask import Flask, Response, request

from campaign.addresses import STATES
from campaign.congress import Congress
from campaign.delivery.kit import call_script
from campaign.letters import Bank
from campaign.web.extensions import Parts
from tests.web.conftest import MakeApp, SignIn
from tests.web.test_pages import SET
from tests.web.visitor import ANSWERS, Visitor, confirm_page, mailed, private_page

pytestmark = pytest.mark.anywhere

Pages = tuple[Flask, list[tuple[str, str]]]
"""An application, and address and HTML of each page that it has made."""

NAMES = (
    "WhatsApp",
    "Bluesky",
    "Facebook",
    "Lifeline",
    "A Way to Safety",
    "America/New_York",
    "riverside",
    "Riverside Church",
    "They were people.",
    "Chief of staff",
    "My neighbor teaches at our school.",
)
PEOPLE = (
    "Ana Reyes",
    "Bea Reyes",
    "viewer@example.org",
    "organizer@example.org",
    "us@harbor.example",
    "ben@example.org",
    "ana.reyes@example.org",
)
COMMAND = "campaign organizer reset EMAIL"
LETTER = "textarea, .letter, .subject strong, .fields span[id], .findings span, code, pre, time"
"""Where letters stand: these are in the language of the offices, whatever the page's. And a command, and times."""

SPOKEN = ("content", "placeholder", "title", "aria-label", "alt", "data-done")
"""Attributes that somebody sees or hears; `content` of the meta elements that describe a page."""


class Marked(NullTranslations):
    """A language in which every sentence of English stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    ugettext, ungettext = gettext, ngettext


@pytest.fixture
def pages(make_app: MakeApp, letters_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Pages:
    """The application in that language, with everything set that can be set; and what it makes."""
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _domain: Marked())
    file = letters_dir / "campaign.toml"
    text = file.read_text()
    for commented, meant in SET.items():
        text = text.replace(commented, meant, 1)
    file.write_text(text)
    file = letters_dir / "extend-status" / "letter.toml"
    file.write_text(file.read_text().replace('status = "live"', 'status = "ended"\noutcome = "Parole is safe."'))
    app = make_app(letters_dir=letters_dir)
    app.add_url_rule("/broken", view_func=lambda: str(1 // 0))
    made: list[tuple[str, str]] = []

    @app.after_request
    def keep(response: Response) -> Response:
        if response.mimetype == "text/html" and response.status_code not in (302, 303, 308):
            made.append((f"{request.method} {request.path}", response.get_data(as_text=True)))
        return response

    return app, made


def content(bank: Bank) -> Iterator[str]:
    """What the campaign's files say: it is written anew for each language, not translated."""
    yield from (str(value) for value in msgspec.structs.asdict(bank.campaign).values())
    yield from (account.name for account in bank.campaign.accounts)
    for fact in bank.facts.values():
        yield from (fact.figure, fact.source, fact.date)
    yield from bank.roles.values()
    for question in bank.questions.values():
        yield from (question.label, question.example)
    for code, kind in bank.pledges.items():
        yield from (code, kind.label, kind.next)
    yield from (destination.label for destination in bank.destinations.values())
    for letter in bank.letters.values():
        yield from (letter.file.title, letter.file.summary, letter.file.about, letter.file.outcome or "")
        yield from (reason.label for reason in letter.file.reasons)


def facts(congress: Congress) -> Iterator[str]:
    """Every seat, its member and their committees; and addresses in the states that are visited here."""
    yield from ("S1", "S2", "S3", "AL")
    for office in congress.roster.offices.values():
        yield from (office.seat, office.seat[:2], office.name or "")
        for place in office.committees:
            yield from (place.name, place.role, place.short_name, f"{place.name}: {place.subcommittee}")
        if office.seat[:2] not in ("DC", "ME", "NY", "OH", "TX"):
            continue
        yield from (office.address or "", *office.in_washington)
        yield from (
            part for local in office.local_offices for part in (", ".join(local.lines), *local.lines, local.city)
        )
        yield from (f"{local.city}, {local.state}" for local in office.local_offices)
        yield from (local.hours or "" for local in office.local_offices)


def unmarked(html: str, data: list[str]) -> list[str]:
    """What can be read on a page outside of any brackets, and is not data."""
    while (shorter := re.sub("⟦[^⟦⟧]*⟧", "", html)) != html:
        html = shorter
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.select(LETTER):
        # A command, or what programs send and are told: the same in every language.
        assert tag.name != "pre" or tag.get_text() == COMMAND or tag.find_parent(class_="api")
        tag.decompose()
    found = [str(node) for node in soup.find_all(string=True) if not isinstance(node, (Comment, Doctype))]
    for tag in soup.find_all(True):
        described = str(tag.get("name", "")) == "description" or str(tag.get("property", "")) in (
            "og:title",
            "og:description",
            "og:image:alt",
            "og:site_name",
        )
        found += [str(tag[name]) for name in SPOKEN if tag.has_attr(name) and (name != "content" or described)]
    left = []
    for text in found:
        rest = " ".join(text.split())
        for known in data:
            if known in rest:
                rest = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", "", rest)
        if re.search("[^\\W\\d_]", rest):
            left.append(text.strip())
    return left


def visit_everything(app: Flask, sign_in: SignIn) -> list[str]:
    """Ask for every page, in every state it has; returns what the supporter sees of their own letters."""
    visitor = Visitor(app.test_client())

    def press(button: str, **filled: Any) -> None:
        visitor.press(f"⟦{button}", **filled)

    def find(zip_code: str, **more: str) -> None:
        visitor.open("/letters/protect-parole")
        press("Find my offices", zip=zip_code, **more)

    for path in (
        *("/", "/api", "/parole", "/privacy", "/contact", "/accessibility", "/abroad", "/embed/abroad"),
        *("/no-such-page", "/broken", "/?p=nobody", "/donate/nothing"),
        "/embed/letters/extend-status",
        *("/embed/card", "/embed/card/protect-parole", "/embed/card/extend-status", "/embed/card/nothing"),
    ):
        visitor.open(path)
    visitor.post("/letters/extend-status/finish", {"story-tie": "x", "body-ME-S1": "x"})
    for zip_code in ("x", "00000", "30165", "09012", "96940", "20001", "78840", "04112", "10001"):
        find(zip_code)
    press("Look up my address", street="1 Main Street")
    find("04101", state="NY")
    find("04101", street="\x00", city="x" * 100)
    find("04101")
    press("Read my letters", reasons=["x"], story__tie="x" * 20_000)
    press("Read my letters", **ANSWERS)
    press("Finish my letters", pledges=["call"], subject__ME__S1="", body__ME__S1="")
    visitor.post("/letters/protect-parole/finish", {"body-ME-S1": "x", "form_token": "x"})
    find("04101")
    press("Read my letters", **ANSWERS)
    path, data = visitor.filled("⟦Finish my letters", pledges=["call", "give"], email="ana@example.org", may_print="y")
    visitor.post(path, data).post(path, {**data, "name": "Bea Reyes"}).post(path, data)
    letters = [tag.get_text() for tag in visitor.soup.select(".letter")]
    kit = visitor.path
    visitor.client.get("/donate/give?p=riverside")
    press("Save", said=["sent"])
    visitor.open(f"{kit}x")
    visitor.open(f"{kit}?said=mine")
    visitor.open("/pledge?p=riverside")
    visitor.open("/pledge")
    press("I promise", zip="42223")
    press("I promise", name="Ana Reyes", email="ben@example.org", state="TN", pledges=["give"])
    for _ in range(10):
        visitor.open("/pledge")
        press("I promise", name="Ana Reyes", zip="04101", email=f"{_}@example.org", pledges=["give"])
    visitor.open("/pledge")
    press("I promise", name="Ana Reyes", zip="04101", email="x@mailinator.com", pledges=["give"], homepage="x")
    visitor.open("/mine")
    press("Mail me the link", email="x")
    press("Mail me the link", email="ana@example.org")
    page = f"/mine/{private_page(app, 'ana@example.org')}"
    visitor.open(page)
    press("Save", said=["replied"])
    visitor.open(confirm_page(app))
    press("Yes, I promise this")
    visitor.open(page)
    press("I did it")
    press("Not done after all")
    press("Withdraw")
    press("Withdraw")
    visitor.open(confirm_page(app))
    visitor.open(page)
    visitor.open(page)
    press("Mail me the link", email="x")
    press("Mail me the link", email="ben@example.org")
    press("Do not bring these letters to the offices")
    press("Save⟧ : ⟦What you agree to", agreed=["contact"])
    for email in ("ben@example.org", "ana.reyes@example.org"):
        visitor.open(page)
        press("Mail me the link", email=email)
        (link,) = re.findall(r"/address/[^\s⟧]+", mailed(app, "new_address")[-1])
        visitor.open(link)
        press("Yes, this is my address")
    page = f"/mine/{private_page(app, 'ana.reyes@example.org')}"
    visitor.open("/address/x")
    visitor.open(page)
    press("Erase everything about me")
    press("Erase everything about me", sure="y")
    visitor.client.delete("/")
    visitor.client.post("/letters/protect-parole", headers={"Sec-Fetch-Site": "cross-site"})
    visitor.client.post("/letters/protect-parole", data={"zip": "x" * 5_000_000})
    visitor.client.get("/", environ_overrides={"QUERY_STRING": "\xff"})
    visitor.client.post("/organize/sign-out")
    visitor.open("/organize/sign-in/x")
    press("Sign in")
    for role in ("viewer", "organizer"):
        organizer = sign_in(role, app=app, button="⟦Sign in")
        for path in ("?by=day", "?by=state", "?by=partner", "?by=letter", "?by=x", "pledges.csv"):
            organizer.open(f"/organize/{path}")
        organizer.open("/organize/batches")
        if role == "organizer":
            organizer.press("⟦Look how many", domain="?")
            organizer.press("⟦Look how many", domain="", quarantined_for="trap").press("⟦Restore")
            organizer.press("⟦Look how many").press("⟦Restore", reason="They were people.").press("⟦Look")
            organizer.press("⟦Look how many", quarantined_for="", network="0" * 64)
            wrong = dict.fromkeys(("noun", "partner", "network", "words_mark", "quarantined_for", "since"), "?")
            organizer.press("⟦Look how many", **wrong)
            find("04101")
            press("Read my letters", **ANSWERS)
            press("Finish my letters", may_print="y", may_quote="y")
            letters += [tag.get_text() for tag in visitor.soup.select(".letter")]
            for _office in range(3):
                press("Save", said=["sent", "printed", "called", "visited", "replied"])
            organizer.open("/organize/congress/ME-01").press("⟦Make a link", days="x")
            organizer.press("⟦Make a link", audience="Chief of staff", days="7")
            (link,) = [tag.get_text() for tag in organizer.soup.select("#made code")]
            visitor.open(link.removeprefix("http://127.0.0.1:8000"))
        for path in ("", "/ME-01", "/ME-S1", "/TX-23", "/OH-04", "/x"):
            organizer.open(f"/organize/congress{path}")
        if role == "organizer":
            organizer.open("/organize/congress/ME-01").press("⟦End it now")
            visitor.open("/office/x")
        organizer.open("/organize/").press("⟦Sign out")
    visitor.open("/pledge")
    promise = visitor.filled("⟦I promise")
    find("04101")
    press("Read my letters", **ANSWERS)
    finish = visitor.filled("⟦Finish my letters", pledges=["call"])
    parts: Parts = app.extensions["campaign"]
    file = parts.settings.letters_dir / "campaign.toml"
    file.write_text(file.read_text().replace("# ends = 2027-12-31", "ends = 2026-11-23"))
    parts.letters.reread()
    for path in ("/", "/pledge", "/privacy"):
        visitor.open(path)
    assert [visitor.post(*sent).status for sent in (promise, finish)] == [409, 409]
    return letters


@pytest.mark.usefixtures("riverside")
def test_every_word_of_ours_can_be_translated(pages: Pages, sign_in: SignIn, shipped: Congress) -> None:
    app, made = pages
    letters = visit_everything(app, sign_in)
    bank: Bank = app.extensions["campaign"].letters.current()
    spoken = [" ".join(call_script(letter).split()) for letter in letters]
    data = {*NAMES, *PEOPLE, *STATES.values(), *content(bank), *facts(shipped), *spoken}
    known = sorted((" ".join(text.split()) for text in data if text.strip()), key=len, reverse=True)
    assert len(made) > 45
    found = {where: left for where, html in made if (left := unmarked(html, known))}
    assert found == {}


def test_programs_are_answered_in_the_same_language(pages: Pages) -> None:
    client = pages[0].test_client()
    for sent in ({"zip": "x"}, {"zip": "00000"}, {"zip": "04101", "street": "x" * 101}, {}):
        answer = client.post("/api/v1/lookup", json=sent).json
        assert answer is not None
        assert re.fullmatch("⟦.+⟧", answer["error"]["message"])
    for zip_code in ("09012", "96940", "20001", "78840", "04112", "30165"):
        answer = client.post("/api/v1/lookup", json={"zip": zip_code}).json
        assert answer is not None
        assert [note for note in answer["notes"] if not re.fullmatch("⟦.+⟧", note["text"])] == []
        assert answer["notes"]
