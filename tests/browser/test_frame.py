"""The script on a partner's page, and what answers it in the frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from campaign import clock, partners
from campaign.database import Database
from campaign.web import embed
from tests.browser import way
from tests.browser.hosting import Host, hosting
from tests.serving import Server

LETTER = "/embed/letters/protect-parole?p=church"
RESERVED, SCREEN = 600, 900

NOTES = """<script>
const told = [], heard = [], moved = [];
for (const name of ["ready", "submitted"]) addEventListener("lifeline:" + name, (event) => told.push(
  [name, event.target.id, event.detail]));
addEventListener("message", (event) => heard.push(event.data.lifeline));
new PerformanceObserver((list) => moved.push(...list.getEntries().map((entry) => entry.value)))
  .observe({ type: "layout-shift", buffered: true });
</script>"""
"""What a host page saw: our events, all messages, and each time that something moved, how much."""

VALUE = "name => document.querySelector(`[name=${name}]`).value"

READY = ["ready", "one", {"campaign": "protect-parole", "partner": "church"}]
SUBMITTED = ["submitted", *READY[1:]]

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def host(site: Server) -> Iterator[Host]:
    """A partner's site."""
    with hosting("localhost") as host:
        database = Database(f"sqlite:///{site.env['CAMPAIGN_DATA_DIR']}/lifeline.db")
        database.write(lambda session: partners.add(session, "church", "A church", [host.origin], now=clock.wall()))
        database.close()
        yield host


@pytest.fixture(scope="module")
def stranger() -> Iterator[Host]:
    """A site that is nobody's partner."""
    with hosting("127.0.0.2") as host:
        yield host


@pytest.fixture
def open_page(watched: Callable[..., BrowserContext], browser: Browser, host: Host, stranger: Host) -> Iterator[Open]:
    """Opens a page of the partner's, or of another site; nothing may go wrong on it, unless the test says so."""
    unwatched: list[BrowserContext] = []

    def open_page(body: str, after: str = "", *, at: Host = host, errors: bool = False, **headers: str) -> Page:
        address = at.page("/page", NOTES + body, **headers)
        screen: Any = {"width": 800, "height": SCREEN}
        if errors:
            context = browser.new_context(viewport=screen)
            context.set_default_timeout(5_000)
            unwatched.append(context)
        else:
            context = watched(host.origin, stranger.origin, viewport=screen, permissions=["clipboard-write"])
        page = context.new_page()
        page.goto(address + after)
        return page

    yield open_page
    for context in unwatched:
        context.close()


def frame(site: Server, name: str = "one", path: str = LETTER, more: str = "") -> str:
    """What a partner puts into a page, without the script."""
    return (
        f'<iframe id="{name}" src="{site.url}{path}" title="Write to Congress" referrerpolicy="strict-origin" {more} '
        f'style="width:100%;height:{RESERVED}px;border:0"></iframe><p><a href="/">In its own page</a></p>'
    )


def script(site: Server, name: str = "v1", more: str = "") -> str:
    return f'<script async src="{site.url}/embed/{name}.js" {more}></script>'


def inner(page: Page, name: str = "one") -> Frame:
    """The page in a frame."""
    element = page.query_selector(f"#{name}")
    found = element and element.content_frame()
    assert found
    return found


def wait_for(page: Page, *events: list[Any]) -> None:
    """Come back once the page was told of these events, and of no others."""
    page.wait_for_function("count => told.length >= count", arg=len(events))
    assert page.evaluate("told") == list(events)


def box(page: Page) -> tuple[int, int]:
    """Where the frame begins and ends on the screen."""
    found = page.evaluate("(({ top, bottom }) => [top, bottom])(one.getBoundingClientRect())")
    return int(found[0]), int(found[1])


def fits(page: Page) -> bool:
    """Whether the frame is as high as its page, and no higher; if not, it is as high as its partner wrote."""
    top, bottom = box(page)
    needed = inner(page).evaluate("document.documentElement.getBoundingClientRect().height")
    assert needed > RESERVED
    if inner(page).evaluate("document.documentElement.scrollHeight > innerHeight"):
        assert bottom - top == RESERVED
        return False
    assert bottom - top <= needed + 2  # a part of a pixel, and what only screen readers see
    return True


def goes_on_at(page: Page, heading: str) -> None:
    """The heading has the focus, and is to be seen."""
    focused = page.frame_locator("iframe").locator(":focus")
    expect(focused).to_have_text(heading)
    expect(focused).to_be_in_viewport()
    assert inner(page).evaluate("document.hasFocus()")


ALLOW = 'allow="clipboard-write"'


@pytest.mark.parametrize(("lead", "allow"), [("100px", ALLOW), ("120vh", "")], ids=["on the first screen", "below it"])
def test_nothing_on_the_partners_page_moves_on_the_whole_way(
    open_page: Open, site: Server, host: Host, lead: str, allow: str
) -> None:
    above = f'<div style="height:{lead}"><input id="search"></div><script>search.focus()</script>'
    page = open_page(
        above + frame(site, more=allow) + '<div style="height:3000px">Below</div>' + script(site), errors=not allow
    )
    place = page.frame_locator("iframe")
    wait_for(page, READY)
    assert fits(page) == (lead != "100px")
    assert page.evaluate("[document.activeElement.id, scrollY, moved]") == ["search", 0, []]

    way.find(place)
    goes_on_at(page, "In your own words")
    page.wait_for_function("heard.includes('step')")
    assert 0 <= box(page)[0] <= SCREEN
    way.write(place, words="")  # many letters of this site with the same words would be quarantined
    page.evaluate("one.scrollIntoView(false)")
    way.finish(place)
    goes_on_at(page, "Your letters are ready")
    wait_for(page, READY, SUBMITTED)
    top, bottom = box(page)
    assert 0 <= top <= SCREEN
    assert bottom - top == RESERVED if lead == "100px" else bottom - top > 2 * RESERVED

    place.get_by_role("button", name="Copy the letter").first.click()
    if allow:
        expect(place.get_by_role("button", name="Copied")).to_be_visible()
    else:  # one keystroke copies what is marked
        letter = place.locator("[id^=body-]").first.text_content() or ""
        assert inner(page).evaluate("getSelection().toString()").split() == letter.split()
    place.get_by_label("I called").first.check()
    place.get_by_role("button", name="Save").first.click()
    expect(place.get_by_text("Saved. Thank you.")).to_be_visible()
    goes_on_at(page, place.locator(".sheet h2").first.inner_text())
    page.wait_for_function("heard.filter(word => word === 'submitted').length === 2")
    wait_for(page, READY, SUBMITTED)  # of each only once
    assert sum(page.evaluate("moved")) <= 0.01

    page.goto(host.page("/other", ""))
    page.go_back()  # to the kit, as the browser remembers it
    wait_for(page, READY)
    assert "/embed/kit/" in inner(page).url
    assert page.evaluate("[document.activeElement.id, told.length, heard.includes('step')]") == ["search", 1, False]


@pytest.mark.parametrize(
    ("before", "after", "grows"),
    [
        ("", "", True),
        ("", "<p>Below</p>", False),
        ('<div style="display:grid;grid-template-columns:1fr 1fr;align-items:center"><h1>Beside</h1>', "</div>", False),
        ('<div style="position:fixed;inset:0;display:grid;align-items:center">', "</div>", False),
    ],
    ids=["alone", "something below", "something beside", "in the middle"],
)
def test_a_frame_grows_only_where_nothing_that_is_seen_moves(
    open_page: Open, site: Server, before: str, after: str, grows: bool
) -> None:
    page = open_page(before + frame(site).split("<p>")[0] + after + script(site))
    wait_for(page, READY)
    assert fits(page) == grows
    assert page.evaluate("moved") == []


def test_what_a_link_says_is_filled_in_where_nothing_stands_and_leaves_the_address(
    open_page: Open, site: Server
) -> None:
    said = f"zip=04101&name={'Ana+' * 40}&street=12+Congress+Street&city=Portland&state=zz"
    more = "story-tie=x&may_print=y&form_token=x&homepage=x"
    state = "<script>history.replaceState({ own: 1 }, '', location.href)</script>"
    page = open_page(state + frame(site), f"?ref=letter&utm_source={'s' * 99}&q=1#lifeline?{said}&{more}")
    place = page.frame_locator("iframe")
    place.get_by_label("ZIP code").fill("04102")
    page.add_script_tag(url=f"{site.url}/embed/v1.js")
    wait_for(page, READY)
    assert page.url.endswith("&q=1")
    assert page.evaluate("history.state") == {"own": 1}
    for label, value in {"ZIP code": "04102", "Street address": "12 Congress Street", "State or territory": ""}.items():
        expect(place.get_by_label(label)).to_have_value(value)
        expect(place.get_by_label(label)).to_be_visible()
    assert [inner(page).evaluate(VALUE, name) for name in ("ref", "utm_source", "utm_term")] == ["letter", "s" * 64, ""]

    place.get_by_label("ZIP code").fill("")
    way.press(place, "Find my offices")
    expect(place.locator(".summary")).to_be_focused()
    expect(place.get_by_label("ZIP code")).to_have_value("04101")
    place.get_by_label("Street address").fill("")  # which would be asked for
    way.press(place, "Find my offices")
    way.heading(place, "In your own words")
    expect(place.get_by_label("Your full name")).to_have_value(("Ana " * 25)[:100])
    expect(place.get_by_label("Town or city")).to_have_value("Portland")
    assert inner(page).evaluate("[...document.querySelectorAll('textarea')].map(one => one.value).join('')") == ""
    assert inner(page).evaluate("document.querySelectorAll('[type=checkbox]:checked').length") == 0
    assert "x" not in (inner(page).evaluate(VALUE, "form_token"), page.evaluate("location.hash"))


FORGED = """<script>
const forge = (to) => ["ready", "step", "submitted", "size"].forEach(
  (lifeline) => to.postMessage({ lifeline, height: 5000 }, "*"));
const hello = { lifeline: "hello", prefill: { zip: "99999" }, tags: { ref: "forged" } };
addEventListener("message", ({ data }) => {
  if (data !== "now") return;
  forge(parent);
  parent.frames[0].postMessage(hello, "*");
  parent.postMessage("done", "*");
});
if (parent !== self) parent.postMessage({ lifeline: "here" }, "*");
</script>"""


def test_forged_messages_do_nothing(open_page: Open, site: Server, stranger: Host, host: Host) -> None:
    host.page("/sibling", FORGED)
    evil = stranger.page("/evil", FORGED)
    page = open_page(
        frame(site) + f'<iframe id="sibling" src="/sibling"></iframe><iframe id="evil" src="{evil}"></iframe>' + FORGED
    )
    page.evaluate("forge(window)")
    for name in ("sibling", "evil"):
        page.evaluate("name => document.getElementById(name).contentWindow.postMessage('now', '*')", name)
    page.wait_for_function("heard.filter(word => !word).length === 2")
    assert inner(page).evaluate("[...new FormData(document.forms[0]).values()].join('')").count("99999") == 0
    page.add_script_tag(url=f"{site.url}/embed/v1.js")
    wait_for(page, READY)
    page.evaluate("forge(window)")
    for name in ("sibling", "evil"):
        page.evaluate("name => document.getElementById(name).contentWindow.postMessage('now', '*')", name)
    page.wait_for_function("heard.filter(word => !word).length === 4")
    wait_for(page, READY)
    top, bottom = box(page)
    assert bottom - top == RESERVED
    assert [inner(page).evaluate(VALUE, name) for name in ("zip", "ref")] == ["", ""]

    inner(page).evaluate("evil => location.replace(evil)", evil)  # another page where ours was
    page.wait_for_function("heard.filter(word => word === 'here').length === 3")
    page.evaluate("one.contentWindow.postMessage('now', '*')")
    page.wait_for_function("heard.filter(word => !word).length === 5")
    wait_for(page, READY)
    assert box(page) == (top, bottom)


def test_a_page_that_is_not_listed_is_told_heights_alone(open_page: Open, site: Server, stranger: Host) -> None:
    """Where a browser would frame it against our word: here its policy is taken off on the way."""
    page = open_page("", at=stranger)

    def without_policy(route: Any) -> None:
        answer = route.fetch()
        kept = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        route.fulfill(response=answer, headers=kept)

    page.route("**/embed/letters/**", without_policy)
    page.goto(stranger.page("/framing", NOTES + frame(site) + script(site)) + "#lifeline?zip=04101")
    place = page.frame_locator("iframe")
    expect(place.get_by_label("ZIP code")).to_be_visible()
    page.wait_for_function("heard.length > 0 && !location.hash")
    way.find(place)
    page.wait_for_function("heard.length > 1")
    assert page.evaluate("[...new Set(heard), ...told]") == ["size"]


def test_several_frames_now_and_later_each_speak_once(open_page: Open, site: Server) -> None:
    two = frame(site, "two", "/embed/pledge?p=church")
    page = open_page(frame(site) + script(site) + two + script(site))
    page.wait_for_function("told.length === 2")
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", frame(site, "three"))
    page.locator("#three").scroll_into_view_if_needed()
    page.wait_for_function("told.length === 3 && heard.filter(word => word === 'ready').length >= 3")
    assert sorted(page.evaluate("told.map(([name, frame, { partner }]) => [name, frame, partner])")) == [
        ["ready", name, "church"] for name in ("one", "three", "two")
    ]
    own = page.evaluate("Object.keys(window)")
    page.goto("about:blank")
    assert "lifeline" not in own
    assert page.context.cookies() == []


def test_a_page_that_isolates_itself_loads_the_frame_and_the_script_it_checks(open_page: Open, site: Server) -> None:
    pinned = embed.script()
    page = open_page(
        frame(site) + script(site, f"v1.{pinned.version}", f'crossorigin integrity="{pinned.integrity}"'),
        Cross_Origin_Embedder_Policy="require-corp",
        Cross_Origin_Opener_Policy="same-origin",
    )
    wait_for(page, READY)
    assert page.evaluate("crossOriginIsolated")


def test_in_a_sandbox_that_lets_no_form_be_sent_a_link_stands_in_its_place(open_page: Open, site: Server) -> None:
    page = open_page(frame(site, more='sandbox="allow-scripts"') + script(site))
    place = page.frame_locator("iframe")
    link = place.get_by_role("link", name="Open this form in its own page")
    expect(link).to_have_attribute("href", "/letters/protect-parole?p=church")
    expect(link).to_be_visible()
    expect(place.get_by_label("ZIP code")).to_be_hidden()
    assert page.evaluate("told") == []


def test_without_the_script_the_page_in_the_frame_still_goes_on_at_its_heading(open_page: Open, site: Server) -> None:
    page = open_page(frame(site))
    place = page.frame_locator("iframe")
    way.find(place)
    goes_on_at(page, "In your own words")
    way.press(place, "Read my letters")
    expect(place.locator(".summary")).to_be_focused()
    place.get_by_role("link", name="Enter your name").click()
    expect(place.get_by_label("Your full name")).to_be_focused()
    assert page.evaluate("[...new Set(heard)]") == ["size"]
