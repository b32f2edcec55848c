"""The form inside a partner's page: where it may not be framed, who may post to it, what it weighs."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Response, expect
from sqlalchemy import func, select

from campaign.database import Database
from campaign.models import Message
from tests.browser import way
from tests.browser.conftest import Visit
from tests.serving import Server, campaign

# Other hosts, not only other ports: pages that differ in their port alone are one site to a browser.
PARTNER, STRANGER = "localhost", "127.0.0.2"
FRAMED_BYTES, FRAMED_SCRIPT_BYTES, FRAMED_REQUESTS = 20 * 1024, 3 * 1024, 4


@contextmanager
def other_site(host: str, body: str, headers: dict[str, str] | None = None) -> Iterator[str]:
    """A site on another host with one page, which sets a cookie; gives its origin."""
    page = f'<!doctype html><html lang="en"><title>Another site</title><link rel="icon" href="data:,">{body}'.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Set-Cookie", "canary=1")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer((host, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://{host}:{server.server_port}"
        server.shutdown()
        thread.join()


def frame(site: Server, code: str) -> str:
    """What a partner puts into a page."""
    return (
        f'<iframe src="{site.url}/embed/letters/protect-parole?p={code}" title="Write to Congress" '
        'allow="clipboard-write" referrerpolicy="strict-origin" style="width:100%;height:800px;border:0"></iframe>'
    )


@pytest.fixture(scope="module")
def partner(site: Server) -> Iterator[str]:
    """The origin of a partner's page with the form in it."""
    with other_site(PARTNER, frame(site, "parish")) as origin:
        added = campaign("partner", "add", "parish", "St. Anne’s Parish", origin, env=site.env)
        assert added.returncode == 0, added.stderr
        yield origin


@pytest.mark.parametrize(
    ("host", "code"), [(STRANGER, "parish"), (PARTNER, "parish"), (PARTNER, "nobody")], ids=["site", "port", "code"]
)
def test_a_page_that_is_not_listed_cannot_frame_the_form(
    browser: Browser, site: Server, partner: str, host: str, code: str
) -> None:
    context = browser.new_context()
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text))
    with other_site(host, frame(site, code)) as origin:
        page = context.new_page()
        page.goto(origin)
        expect(page.frame_locator("iframe").get_by_label("ZIP code")).to_have_count(0)
        assert page.frames[1].url.startswith("chrome-error:")
    context.close()
    assert any("frame-ancestors" in line for line in said)


@pytest.mark.parametrize("js", [True, False])
def test_what_was_typed_in_the_frame_of_a_partner_that_is_paused_goes_on_outside(
    watched: Callable[..., BrowserContext], site: Server, js: bool
) -> None:
    code = f"paused-{js}".lower()
    with other_site(PARTNER, frame(site, code)) as origin:
        assert campaign("partner", "add", code, "Paused", origin, env=site.env).returncode == 0
        context = watched(origin, java_script_enabled=js)
        page = context.new_page()
        page.goto(origin)
        place = page.frame_locator("iframe")
        way.find(place)
        way.answer(place)
        assert campaign("partner", "pause", code, env=site.env).returncode == 0
        way.press(place, "Read my letters")
        way.heading(place, "Go on in a page of its own")
        with context.expect_page() as opened:
            way.press(place, "Go on there")
        alone = opened.value
        expect(alone.get_by_text("what you wrote is kept")).to_be_visible()
        way.find(alone)
        expect(alone.get_by_label("Your full name")).to_have_value(way.NAME)
        way.press(alone, "Read my letters")
        way.finish(alone)
        assert letters_of(site, code) == 0
    with other_site(PARTNER, frame(site, code)) as other:
        campaign("partner", "origins", code, other, env=site.env)
        blocked = context.browser.new_context().new_page()  # type: ignore[union-attr]
        blocked.goto(other)
        expect(blocked.frame_locator("iframe").get_by_label("ZIP code")).to_have_count(0)
        blocked.context.close()


@pytest.mark.parametrize("frame_path", ["", "/embed"])
@pytest.mark.parametrize("host", [STRANGER, PARTNER])
def test_a_post_from_another_sites_page_is_refused_and_stores_nothing(
    browser: Browser, visit: Visit, site: Server, host: str, frame_path: str
) -> None:
    page = visit(f"{frame_path}/letters/protect-parole")
    way.find(page)
    way.write(page)
    honest = page.evaluate("[...new FormData(document.querySelector('form'))]")
    fields = "".join(f'<textarea name="{name}">{html.escape(value)}</textarea>' for name, value in honest)
    context = browser.new_context()
    before = letters_of(site, "")
    action = page.url.replace("/write", "/finish")
    with other_site(host, f'<form method="post" action="{action}">{fields}<button>Win</button></form>') as origin:
        attacked = context.new_page()
        attacked.goto(origin)
        with attacked.expect_navigation() as navigation:
            attacked.get_by_role("button", name="Win").click()
        assert navigation.value.status == 403
        expect(attacked.get_by_text("sent from another site")).to_be_visible()
    assert letters_of(site, "") == before
    context.close()
    way.finish(page)  # the very same form, from where it belongs


def test_what_a_visitor_of_the_partner_loads_at_first_is_light(
    watched: Callable[..., BrowserContext], site: Server, partner: str
) -> None:
    page = watched(partner).new_page()
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response))
    page.goto(partner)
    expect(page.frame_locator("iframe").get_by_label("ZIP code")).to_be_visible()
    page.wait_for_load_state("networkidle")
    ours = [response for response in loaded if response.url.startswith(site.url)]
    assert {response.request.resource_type for response in ours} == {"document", "stylesheet", "script"}
    assert len(ours) <= FRAMED_REQUESTS
    # Chromium takes brotli over https, and from its own machine.
    assert {response.header_value("Content-Encoding") for response in ours} == {"br"}
    sizes = {response: response.request.sizes() for response in ours}
    assert all(size["responseBodySize"] > 0 for size in sizes.values())
    scripts = sum(size["responseBodySize"] for of, size in sizes.items() if of.request.resource_type == "script")
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes.values()) <= FRAMED_BYTES
    assert scripts <= FRAMED_SCRIPT_BYTES


def letters_of(site: Server, code: str = "parish") -> int:
    """The letters counted for a partner, or in all. Few of one partner are nobody's to see but the database's."""
    site.wait_until_counted()
    database = Database(f"sqlite:///{site.env['CAMPAIGN_DATA_DIR']}/lifeline.db")
    with database.read() as session:
        counted = select(func.count()).where(Message.counted)
        found = session.scalars(counted.where(Message.partner == code) if code else counted).one()
    database.close()
    return found
