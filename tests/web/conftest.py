"""An application on a database of the test's own, and visitors who read its pages as a browser without JavaScript."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from campaign import clock, organizers, partners
from campaign.app import create_app
from campaign.config import ROOT, Settings
from campaign.congress import Congress
from campaign.congress.geocoder import Geocoder
from campaign.congress.inquiries import Inquiries
from campaign.database import Database
from campaign.keys import Keys
from campaign.letters import Bank, loading
from campaign.partners import Partner
from campaign.web.extensions import Parts
from tests.census import Census, serve
from tests.hostile import HARMLESS, REFUSED, TEXTS
from tests.web.visitor import Visitor

NOBODY_LISTENS = "http://127.0.0.1:9/"

MakeApp = Callable[..., Flask]
SignIn = Callable[..., Visitor]


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Congress:
    """Congress from the project's own tables, read once: they take longer to read than most tests to run."""
    return Congress.load(Settings(data_dir=tmp_path_factory.mktemp("congress")))


@pytest.fixture(scope="session")
def own_letters() -> Bank:
    """The project's own letters, read once for the same reason."""
    return loading.load(ROOT / "letters")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """The templates, compiled once."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def _routes_compiled_once() -> Iterator[None]:
    """Werkzeug writes and compiles two functions for each route of each application: half of what making one takes."""
    compiled: dict[tuple[Any, ...], Any] = {}
    compile_builder = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, tuple(rule._trace), tuple(rule.defaults or ()), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture
def make_app(
    settings: Settings,
    database: Database,
    shipped: Congress,
    own_letters: Bank,
    compiled: FileSystemBytecodeCache,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MakeApp]:
    """Makes applications that share the test's database and keys, each with the settings it is given."""
    made: list[Flask] = []
    load = loading.load
    monkeypatch.setattr(loading, "load", lambda folder: own_letters if folder == ROOT / "letters" else load(folder))
    monkeypatch.setattr("campaign.web.passing.STORED_EVERY", 3600.0)  # no test is so slow that it would be stored
    monkeypatch.setattr("campaign.web.counts.KEPT_SECONDS", 0.0)  # what a test has counted, it looks at at once
    monkeypatch.setattr("campaign.web.shelf.KEPT_SECONDS", 0.0)
    monkeypatch.setattr(
        Congress,
        "load",
        lambda settings, commons: replace(
            shipped, geocoder=Inquiries([Geocoder(settings.census_url, shipped.terms)], commons=commons)
        ),
    )

    def make(**changed: Any) -> Flask:
        app = create_app(replace(settings, **{"census_url": NOBODY_LISTENS, **changed}))
        app.jinja_env.bytecode_cache = compiled
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["campaign"].database.close()
        app.extensions["campaign"].commons.close()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The application, with the project's own letters and a geocoder that cannot be reached."""
    return make_app()


@pytest.fixture
def bank(app: Flask) -> Bank:
    """What the campaign says and offers; its words are free to change."""
    parts: Parts = app.extensions["campaign"]
    return parts.letters.current()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who has never been here."""
    return Visitor(app.test_client())


@pytest.fixture
def texts(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Hostile texts to try: a fourth of them, another one for each test; all with `--whole`."""
    if request.config.option.whole:
        return (HARMLESS, REFUSED, *TEXTS)
    return (HARMLESS, REFUSED, *TEXTS[zlib.crc32(request.node.originalname.encode()) % 4 :: 4])


@pytest.fixture
def census() -> Iterator[Census]:
    """The Census Bureau's stand-in, for an application made with its address."""
    with serve() as stand_in:
        yield stand_in


@pytest.fixture
def letters_dir(tmp_path: Path) -> Path:
    """A copy of the project's letters, to be changed."""
    return Path(shutil.copytree(ROOT / "letters", tmp_path / "letters"))


@pytest.fixture
def riverside(database: Database, now: datetime) -> Partner:
    """A partner with two origins."""
    origins = ["https://riverside.example", "https://www.riverside.example:8443"]
    return database.write(lambda session: partners.add(session, "riverside", "Riverside Church", origins, now=now))


@pytest.fixture
def sign_in(app: Flask, database: Database, keys: Keys) -> SignIn:
    """Signs a new organizer in, with a browser of their own."""

    def sign_in(role: str = "organizer", email: str = "", app: Flask = app, button: str = "Sign in") -> Visitor:
        secret = database.write(
            lambda session: organizers.add(session, keys, email or f"{role}@example.org", role=role, now=clock.wall())
        )
        return Visitor(app.test_client()).open(f"/organize/sign-in/{secret}").press(button)

    return sign_in
