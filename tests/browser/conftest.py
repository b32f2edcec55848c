"""A running server, Chromium, and pages that fail their test when anything goes wrong on them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    WebError,
    sync_playwright,
)

from campaign.config import ROOT
from tests import census as stand_in
from tests.census import Census, found, match, send_json
from tests.serving import Server, serving

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE 127.0.0.2",
]
"""The last one keeps Chromium on this machine, whatever a page asks for; the one before it hides that it is headless:
who says so is counted as a program."""

STREET, CITY = "12 West 27th Street", "New York"
"""What the stand-in for the geocoder finds, in NY-12; the ZIP code 10001 lies in NY-10 and NY-12."""

CAMPAIGN = """
name = "Lifeline"
timezone = "America/New_York"
goal = 5000
organization = "An organization with a long name for tests of the pages"
website = "https://organization.example/"
contact = "mailto:campaign@organization.example"
article = "https://organization.example/article"
volunteer = "https://organization.example/volunteer"

[[accounts]]
name = "Mastodon"
url = "https://social.example/@organization"
"""

Visit = Callable[..., Page]


@dataclass(frozen=True)
class Launcher:
    """Chromium, ready to be started: with a fresh profile, or with the preferences of a profile's folder."""

    playwright: Playwright
    path: str

    def launch(self) -> Browser:
        # Debian's `chromium-headless-shell` is the same browser without what nobody sees, and takes a fifth less time;
        # but it reads no preferences.
        light = shutil.which("chromium-headless-shell") or self.path
        return self.playwright.chromium.launch(executable_path=light, args=FLAGS)

    def launch_with(self, profile: Path, **options: Any) -> BrowserContext:
        context = self.playwright.chromium.launch_persistent_context(
            profile, executable_path=self.path, args=FLAGS, **options
        )
        context.set_default_timeout(5_000)
        return context


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a browser's."""
    for item in items:
        if "/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where Chromium is. Without one these tests are skipped, but never where CI is set."""
    found_at = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found_at:
        return found_at
    reason = "there is no Chromium: install Debian's package `chromium`, or set CHROMIUM to its path"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="package")
def launcher(chromium: str) -> Iterator[Launcher]:
    with sync_playwright() as playwright:
        yield Launcher(playwright, chromium)


@pytest.fixture(scope="package")
def browser(launcher: Launcher) -> Iterator[Browser]:
    browser = launcher.launch()
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def census() -> Iterator[Census]:
    """The stand-in for the geocoder; it knows one address."""
    with stand_in.serve() as census:
        census.reply = send_json(found(match("3612", state="NY", zip_code="10001")))
        yield census


@pytest.fixture(scope="package")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's letters, one more that has ended, and a campaign in which everything is set."""
    folder = tmp_path_factory.mktemp("campaign") / "letters"
    shutil.copytree(ROOT / "letters", folder)
    (folder / "campaign.toml").write_text(CAMPAIGN, encoding="utf-8")
    shutil.copytree(folder / "extend-status", folder / "past-letter")
    ended = folder / "past-letter" / "letter.toml"
    text = ended.read_text(encoding="utf-8")
    assert 'status = "live"' in text
    outcome = 'status = "ended"\noutcome = "The campaign ended this letter. Thank you for every one of them."'
    ended.write_text(text.replace('status = "live"', outcome), encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, census: Census, letters: Path) -> Iterator[Server]:
    """`campaign serve`, asked to stop at the end; it has to, with status 0."""
    with serving(tmp_path_factory.mktemp("site"), census_url=census.url, letters_dir=letters) as server:
        yield server


@dataclass
class Watch:
    """Looks at every page of one context, and remembers what should not have happened."""

    origins: set[str]
    complaints: list[str] = field(default_factory=list)
    documents: set[str] = field(default_factory=set)

    def over(self, context: BrowserContext) -> None:
        """Look at all pages that this context has or will have."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if request.is_navigation_request():
            self.documents.add(request.url)
        if f"{parts.scheme}://{parts.netloc}" not in self.origins and parts.scheme not in ("data", "about"):
            self.complaints.append(f"asked another site: {request.method} {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports what the content security policy stops here, too. The one error that is none is a document
        # that was refused on purpose.
        refused = re.search(r"^Failed to load resource: .* status of 4\d\d", message.text)
        if message.type == "error" and not (refused and message.location["url"] in self.documents):
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog opened: {dialog.message}")
        dialog.dismiss()


@pytest.fixture
def watched(browser: Browser, site: Server) -> Iterator[Callable[..., BrowserContext]]:
    """Makes contexts whose pages may speak with the site and the given origins only, without a single error."""
    made: list[tuple[BrowserContext, Watch]] = []

    def new(*others: str, **options: Any) -> BrowserContext:
        context = browser.new_context(reduced_motion="reduce", **options)  # no waiting for scrolling to end
        context.set_default_timeout(5_000)
        watch = Watch({site.url, *others})
        watch.over(context)
        made.append((context, watch))
        return context

    yield new
    for context, _watch in made:
        context.close()
    assert [watch.complaints for _context, watch in made if watch.complaints] == []


@pytest.fixture
def visit(watched: Callable[..., BrowserContext], site: Server) -> Visit:
    """Opens a page of the site in a fresh context: `visit("/parole", js=False, width=360, scheme="dark")`."""

    def open_page(path: str = "/", *, js: bool = True, width: int = 1280, scheme: str = "light") -> Page:
        context = watched(
            java_script_enabled=js,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        page = context.new_page()
        page.goto(site.url + path)
        return page

    return open_page
