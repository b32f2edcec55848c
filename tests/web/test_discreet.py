"""What nobody who reads the logs, an address bar or the database's file learns about a supporter."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request

from campaign import logs
from campaign.config import Settings
from campaign.database import Database
from tests.census import Census, send, send_json
from tests.web.conftest import MakeApp, SignIn
from tests.web.visitor import Visitor

SECRETS = {
    "zip": "10001",
    "street": "12 Hidden Street",
    "city": "Ploughkeepsie",
    "name": "Ana Zzyzx Reyes",
    "story-tie": "My neighbor Olena teaches at our school.",
    "email": "ana.zzyzx@example.org",
}
WORDS = ("10001", "Hidden", "Ploughkeepsie", "Zzyzx", "Olena", "zzyzx", "ora@example.org")


class Listener(logging.Handler):
    """Keeps every line as the process would write it."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The lines of a process that logs as ours does, and at its most talkative."""
    root = logging.getLogger()
    libraries = [logging.getLogger(name) for name in ("requests", "alembic", "granian", "urllib3")]
    before = root.handlers[:], root.level, [library.level for library in libraries]
    root.handlers.clear()
    logs.configure()
    formatter = root.handlers[0].formatter
    assert formatter is not None
    listener = Listener(formatter)
    root.handlers[:] = [listener]
    root.setLevel(logging.DEBUG)
    yield listener.lines
    root.handlers[:], root.level = before[0], before[1]
    for library, level in zip(libraries, before[2], strict=True):
        library.setLevel(level)


def journey(visitor: Visitor) -> None:
    """The whole way, with every mistake on it."""
    answers = {name: SECRETS[name] for name in ("story-tie", "name", "street", "city")}
    visitor.find(SECRETS["zip"], street="\x00")
    visitor.find(SECRETS["zip"]).press("Look up my address", street=SECRETS["street"], city=SECRETS["city"])
    visitor.press("Continue", seat="NY-10").press("Read my letters", **answers)
    path, data = visitor.press("Read my letters", role="neighbor", reasons="safety").filled(
        "Finish my letters", email="not-" + SECRETS["email"] + "@", pledges=["call"]
    )
    visitor.post(path, {**data, "form_token": "x"}).post(path, data)
    path, data = visitor.filled("Finish my letters", email=SECRETS["email"], pledges=["call"])
    visitor.post(path, data).post(path, {**data, "story-tie": "Olena!"}).post(path, data)
    assert visitor.heading == "Your letters are ready"
    visitor.press("Save", said=["sent"])


def test_the_log_of_a_whole_journey_names_nobody(
    make_app: MakeApp, census: Census, heard: list[str], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(census_url=census.url)
    for reply in (send_json({}), send(b"<html>", 500), send_json({"result": {"addressMatches": []}})):
        census.reply = reply
        journey(Visitor(app.test_client()))
    visitor = Visitor(app.test_client())
    journey(visitor)
    kit = visitor.path.removeprefix("/kit/")
    monkeypatch.setattr("campaign.web.kit.kits.open_kit", lambda *_, **__: 1 / 0)
    assert visitor.open(f"/kit/{kit}").status == 500
    organizer = sign_in(email="ora@example.org", app=app)
    organizer.open("/organize/?by=state").open("/organize/pledges.csv")
    monkeypatch.setattr("campaign.web.letters.compose.write_message", lambda *_: dict[str, str]()[SECRETS["name"]])
    visitor.find().press(
        "Read my letters", role="neighbor", reasons="safety", **{k: SECRETS[k] for k in ("name", "street", "city")}
    )
    assert visitor.press("Finish my letters").status == 500
    assert any("geocoder unavailable" in line for line in heard)
    assert sum("page failed" in line for line in heard) == 2
    for word in (*WORDS, kit):
        assert [line for line in heard if word in line] == []


def test_no_address_a_supporter_is_sent_to_names_them(app: Flask) -> None:
    addresses: list[str] = []
    app.before_request(lambda: addresses.append(request.url))
    journey(Visitor(app.test_client()))
    assert len(addresses) > 10
    for word in WORDS:
        assert [address for address in addresses if word in address] == []


@pytest.mark.sqlite
def test_the_database_holds_nobodys_name_or_words_in_the_clear(
    visitor: Visitor, settings: Settings, database: Database
) -> None:
    journey(visitor)
    files = [file.read_bytes() for file in Path(settings.data_dir).glob("lifeline.db*")]
    assert any(b"NY-10" in content for content in files)
    for word in WORDS:
        assert [word for content in files if word.encode() in content] == []
