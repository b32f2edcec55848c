"""A card in pages of other sites: in the sandbox that WordPress puts it into, and in a plain frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from campaign.web.oembed import HEIGHTS
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import inspect
from tests.browser.test_embed import PARTNER, STRANGER, other_site
from tests.serving import Server, campaign

CARD = "/embed/card/protect-parole"
SIGN = "qW3rTy"
"""By which WordPress knows that it was the card that spoke: its `secret`."""

RECEIVER = """<script>
// Does to a frame what WordPress does, written from a description of it: it believes the frame alone, and only with
// its secret; sets its height within bounds; and leads to the frame's own host alone, if the frame has the focus.
const frame = document.querySelector("iframe"), host = (address) => new URL(address).host;
window.said = window.heard = [];
addEventListener("message", ({ source, data }) => {
  said = [...said, data.message];
  if (source !== frame.contentWindow || data.secret !== frame.dataset.secret) return;
  heard = [...heard, data];
  if (data.message === "height") frame.height = Math.min(1000, Math.max(200, Math.round(data.value)));
  if (data.message === "link" && host(data.value) === host(frame.src) && document.activeElement === frame)
    top.location.href = data.value;
});
</script>"""


def pasted(site: Server, width: int = 600, named: str = SIGN) -> str:
    """An article in WordPress, whose author has pasted a letter's address."""
    src = f"{site.url}{CARD}#?secret={named}"
    frame = f'<iframe sandbox="allow-scripts" data-secret="{SIGN}" src="{src}" width="{width}" height="338"></iframe>'
    return f"<p>Read, then write:</p>{frame}{RECEIVER}"


@contextmanager
def article(watched: Callable[..., BrowserContext], body: str) -> Iterator[Page]:
    with other_site(STRANGER, body) as origin:
        page = watched(origin).new_page()
        page.goto(origin)
        yield page


def settled(page: Page) -> int:
    """The frame's height, once the card in it fits."""
    card = page.frames[1]
    page.wait_for_function("heard.some(({ message }) => message === 'height')")
    card.wait_for_function("document.documentElement.scrollHeight <= innerHeight")
    return int(page.evaluate("document.querySelector('iframe').height"))


@pytest.mark.parametrize("width", [320, 600])
def test_wordpress_makes_room_for_the_card_and_goes_where_its_button_leads(
    watched: Callable[..., BrowserContext], site: Server, width: int
) -> None:
    with article(watched, pasted(site, width)) as page:
        height = settled(page)
        assert 200 <= height <= 400
        page.evaluate("document.querySelector('iframe').width = 240")  # a telephone that is turned
        page.wait_for_function(f"document.querySelector('iframe').height > {height}")
        settled(page)
        page.frame_locator("iframe").get_by_role("link", name="Write to Congress").click()
        page.wait_for_url(f"{site.url}/letters/protect-parole")
        expect(page.get_by_label("ZIP code")).to_be_visible()


def test_the_card_speaks_again_to_a_page_whose_script_came_later(
    watched: Callable[..., BrowserContext], site: Server
) -> None:
    with article(watched, pasted(site)) as page:
        settled(page)
        page.evaluate("heard = []; frame.contentWindow.postMessage({ message: 'ready' }, '*')")
        page.wait_for_function("heard.length > 0")
        assert {name: page.evaluate(f"typeof heard[0].{name}") for name in page.evaluate("Object.keys(heard[0])")} == {
            "message": "string",
            "value": "number",
            "secret": "string",
        }


def test_with_another_secret_nothing_is_believed(watched: Callable[..., BrowserContext], site: Server) -> None:
    with article(watched, pasted(site, named="another")) as page:
        page.frame_locator("iframe").get_by_role("link", name="Write to Congress").click()
        page.wait_for_function("said.at(-1) === 'link'")
        assert page.evaluate("[said[0], heard, frame.height]") == ["height", [], "338"]
        assert len(page.context.pages) == 1


@pytest.mark.parametrize(("mark", "said"), [("", []), (f"#?secret={SIGN}", ["height"])], ids=["plain", "named"])
def test_without_a_sandbox_the_button_opens_a_tab_by_itself(
    watched: Callable[..., BrowserContext], site: Server, mark: str, said: list[str]
) -> None:
    frame = f'<iframe src="{site.url}{CARD}{mark}" width="600" height="320"></iframe>{RECEIVER}'
    with article(watched, frame) as page:
        with page.expect_popup() as opened:
            page.frame_locator("iframe").get_by_role("link", name="Write to Congress").click()
        expect(opened.value.get_by_label("ZIP code")).to_be_visible()
        assert opened.value.evaluate("opener") is None
        assert page.evaluate("[...new Set(said)]") == said


def test_what_we_say_of_a_partners_link_shows_its_card_without_javascript(
    watched: Callable[..., BrowserContext], site: Server
) -> None:
    added = campaign("partner", "add", "chapel", "Hill Chapel", f"http://{PARTNER}:1", env=site.env)
    assert added.returncode == 0, added.stderr
    context = watched(java_script_enabled=False)
    query = urlencode({"url": f"{site.url}/letters/protect-parole?p=chapel", "maxwidth": "480"})
    said = context.request.get(f"{site.url}/oembed?{query}").json()
    with other_site(STRANGER, said["html"]) as origin:
        page = watched(origin, java_script_enabled=False).new_page()
        page.goto(origin)
        expect(page.locator("iframe")).to_have_js_property("offsetWidth", 480)
        with page.expect_popup() as opened:
            page.frame_locator("iframe").get_by_role("link", name="Write to Congress").click()
        opened.value.wait_for_url(f"{site.url}/letters/protect-parole?p=chapel")
        assert page.context.cookies(site.url) == []


@pytest.mark.parametrize("path", [CARD, "/embed/card", "/embed/card/past-letter", "/embed/card/nothing"])
def test_a_card_is_accessible_and_no_higher_than_we_say(visit: Visit, path: str) -> None:
    page = visit(path, width=600)
    inspect(page)
    for width, height in ((600, HEIGHTS[0][1]), (380, HEIGHTS[1][1]), (320, HEIGHTS[2][1])):
        page.set_viewport_size({"width": width, "height": 200})
        assert page.evaluate("document.documentElement.scrollHeight") <= height
    page.keyboard.press("Tab")
    expect(page.get_by_role("link")).to_be_focused()


def test_a_badge_is_a_picture_in_a_page_that_asks_for_leave(
    watched: Callable[..., BrowserContext], site: Server
) -> None:
    body = f'<img src="{site.url}/embed/count.svg" alt="Letters to Congress">'
    strict = {"Cross-Origin-Embedder-Policy": "require-corp"}
    with other_site(STRANGER, body, strict) as origin:
        page = watched(origin).new_page()
        page.goto(origin)
        assert page.evaluate("crossOriginIsolated === false && document.images[0].naturalHeight") == 28
        page.goto(f"{site.url}/embed/count.svg")
        fits = "[...document.querySelectorAll('text')].map(text => [+text.getAttribute('textLength'), text])"
        for room, own in page.evaluate(
            f"{fits}.map(([room, text]) => (text.removeAttribute('textLength'), [room, text.getComputedTextLength()]))"
        ):
            assert abs(room - own) < 2  # in the font that it was measured for, which stands in for it here
