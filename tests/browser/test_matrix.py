"""The whole way inside a partner's page, whatever the browser blocks and the partner's page demands, in pairs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import BrowserContext, expect

from tests.browser import way
from tests.browser.conftest import Launcher, Watch
from tests.browser.hosting import Host, hosting
from tests.browser.test_embed import PARTNER, STRANGER, letters_of
from tests.serving import Server, campaign

# Said outright: Debian's Chromium blocks cookies of third parties unless told otherwise.
PREFERENCES = {
    "allowed": {"cookie_controls_mode": 0, "block_third_party_cookies": False},
    "third parties' blocked": {"cookie_controls_mode": 1, "block_third_party_cookies": True},
    "all blocked": {"default_content_setting_values": {"cookies": 2}},
}
KEPT = {"allowed": ["first", "third"], "third parties' blocked": ["first"], "all blocked": []}
"""What such a Chromium keeps of the cookies that the partner's page and a stranger's frame in it set."""

ISOLATED = {"Cross_Origin_Embedder_Policy": "require-corp"}
LOADABLE = ISOLATED | {"Cross_Origin_Resource_Policy": "cross-origin"}
SANDBOX = (
    ' sandbox="allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads"'
)

Start = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def line(site: Server, host: Host) -> str:
    """The line that a partner copies from the builder."""
    added = campaign("partner", "add", "matrix", "A Parish", host.origin, env=site.env)
    assert added.returncode == 0, added.stderr
    page = BeautifulSoup(site.read("/embed?p=matrix"), "html.parser").find(id="snippet")
    assert page is not None
    return page.get_text()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosting(PARTNER) as host:
        yield host


@pytest.fixture(scope="module")
def stranger() -> Iterator[Host]:
    with hosting(STRANGER) as stranger:
        yield stranger


@pytest.fixture
def start(launcher: Launcher, site: Server, host: Host, stranger: Host, tmp_path: Path) -> Iterator[Start]:
    """Starts a Chromium with these preferences, watched like every other."""
    started: list[tuple[BrowserContext, Watch]] = []

    def start(cookies: str, **options: Any) -> BrowserContext:
        (tmp_path / "Default").mkdir()
        (tmp_path / "Default" / "Preferences").write_text(json.dumps({"profile": PREFERENCES[cookies]}))
        context = launcher.launch_with(tmp_path, **options)
        watch = Watch({site.url, host.origin, stranger.origin})
        watch.over(context)
        started.append((context, watch))
        return context

    yield start
    for context, watch in started:
        context.close()
        assert watch.complaints == []


@pytest.mark.parametrize(
    ("cookies", "js", "isolated", "sandboxed"),
    [
        ("allowed", True, False, False),
        ("allowed", False, True, True),
        ("third parties' blocked", True, True, False),
        ("third parties' blocked", False, False, True),
        ("all blocked", True, False, True),
        ("all blocked", False, True, False),
    ],
)
def test_the_whole_way(
    start: Start,
    site: Server,
    host: Host,
    stranger: Host,
    line: str,
    cookies: str,
    js: bool,
    isolated: bool,
    sandboxed: bool,
) -> None:
    third = stranger.page("/", "A stranger’s frame", Set_Cookie="third=1; SameSite=None; Secure", **LOADABLE)
    pasted = line.replace("<iframe", f"<iframe{SANDBOX}") if sandboxed else line
    demands = ISOLATED if isolated else {}
    address = host.page("/", f'{pasted}<iframe src="{third}" title="third"></iframe>', Set_Cookie="first=1", **demands)
    context = start(cookies, java_script_enabled=js)
    page = context.new_page()
    before = letters_of(site, "matrix")
    page.goto(address)
    place = page.frame_locator("iframe").first
    way.to_kit(place)
    if js:
        place.get_by_role("button", name="Copy the letter").first.click()
        expect(place.get_by_role("button", name="Copied")).to_be_visible()
    place.get_by_label("I called").first.check()
    place.get_by_role("button", name="Save").first.click()
    expect(place.get_by_text("Saved. Thank you.")).to_be_visible()
    expect(place.get_by_label("I called").first).to_be_checked()
    assert page.url == address
    assert any(f"{site.url}/embed/kit/" in frame.url for frame in page.frames)
    assert letters_of(site, "matrix") == before + 1
    assert sorted(cookie["name"] for cookie in context.cookies()) == KEPT[cookies]
