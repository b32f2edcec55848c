"""Every page and state: what axe-core finds, what the keyboard reaches, what fits a narrow screen."""

from __future__ import annotations

import io
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect
from pypdf import PdfReader

from campaign import clock, sharing
from campaign import keys as campaign_keys
from campaign.config import Settings
from tests.browser import way
from tests.browser.conftest import Visit
from tests.serving import Server, campaign

LETTER = "/letters/protect-parole"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe()
NARROW: ViewportSize = {"width": 320, "height": 256}
"""1280 by 1024 at four times the size."""

PAGES = [
    "/",
    "/parole",
    "/privacy",
    "/about/counting",
    "/api",
    "/contact",
    "/accessibility",
    "/mine",
    "/abroad",
    "/pledge",
    LETTER,
    "/letters/past-letter",
    "/no-such-page",
    "/organize/sign-in",
    "/organize/sign-in/used-up",
    f"/embed{LETTER}",
    "/embed/abroad",
    "/embed/pledge",
    "/embed/letters/past-letter",
    "/embed/letters/no-such-letter",
]


def inspect(page: Page) -> None:
    """What must hold of every page as it stands: axe finds nothing, in light and in dark, and nothing sticks out."""
    page.evaluate(AXE.axe_script)
    found = _violations(page, {"runOnly": TAGS})
    page.emulate_media(color_scheme="dark")
    found += _violations(page, {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}})
    page.emulate_media(color_scheme="light")
    size = page.viewport_size
    assert size
    page.set_viewport_size(NARROW)
    if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]:
        found.append(f"it is {width} pixels wide where {NARROW['width']} are to be had")
    page.set_viewport_size(size)
    assert found == [], page.url


def _violations(page: Page, options: dict[str, object]) -> list[str]:
    found = page.evaluate("options => axe.run(options)", {**options, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {violation['help']}: {node['html']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_every_page(visit: Visit, path: str) -> None:
    inspect(visit(path))


@pytest.mark.parametrize("frame", ["", "/embed"])
def test_every_state_of_the_way(visit: Visit, frame: str) -> None:
    page = visit(f"{frame}{LETTER}")
    way.press(page, "Find my offices")
    expect(page.get_by_role("alert")).to_be_visible()
    inspect(page)
    page.get_by_label("ZIP code").fill("10001")
    way.press(page, "Find my offices")
    way.heading(page, "Who represents you in the House?")
    inspect(page)
    page.get_by_label("district 12").check()
    way.press(page, "Continue")
    way.heading(page, "In your own words")
    inspect(page)
    way.press(page, "Read my letters")
    expect(page.get_by_role("alert")).to_be_visible()
    inspect(page)
    way.write(page)
    inspect(page)
    page.get_by_label("Call one of my offices").check()
    way.press(page, "Finish my letters")
    expect(page.get_by_role("alert")).to_be_visible()
    inspect(page)
    page.get_by_label("Your email address").fill(f"axe{len(frame)}@example.org")
    way.finish(page)
    for summary in page.locator("summary").all():
        summary.click()
    inspect(page)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved. Thank you.")).to_be_visible()
    inspect(page)


@pytest.mark.parametrize("zip_code", ["09001", "86515", "30301"])
def test_a_zip_code_that_needs_another_answer(visit: Visit, zip_code: str) -> None:
    page = visit(LETTER)
    page.get_by_label("ZIP code").fill(zip_code)
    way.press(page, "Find my offices")
    expect(page.locator(".notice, .lead").first).to_be_visible()
    inspect(page)


def test_the_organizers_room(visit: Visit, site: Server) -> None:
    way.to_kit(visit(LETTER))
    link = campaign("organizer", "add", "axe@example.org", "--role", "admin", env=site.env).stdout.strip()
    page = visit(link.removeprefix(site.url))
    inspect(page)
    way.press(page, "Sign in")
    for grouping in ("By day", "By state", "By partner"):
        page.get_by_role("link", name=grouping).click()
        expect(page.get_by_role("link", name=grouping)).to_have_attribute("aria-current", "page")
        inspect(page)
    for name in ("Lists", "Partners", "To do", "Organizers", "Log", "axe@example.org"):
        page.get_by_role("link", name=name, exact=True).click()
        inspect(page)
    for path in (
        "lists/messages?state=ME",
        "lists/pledges/file",
        "partners/new",
        "partners/parish",
        "lists/clicks?state=x",
    ):
        page.goto(f"{site.url}/organize/{path}")
        inspect(page)
    page.get_by_role("link", name="axe@example.org", exact=True).click()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_text("Or type the secret").click()
    inspect(page)
    secret = page.locator("details code").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("no code")
    way.press(page, "Turn it on")
    expect(page.get_by_text("This code is not right")).to_be_visible()
    inspect(page)
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    way.press(page, "Turn it on")
    way.heading(page, "Your recovery codes")
    inspect(page)
    page.get_by_role("link", name="I have kept them").click()
    inspect(page)
    campaign("organizer", "add", "viewer@example.org", "--role", "viewer", env=site.env)
    page.get_by_role("link", name="Organizers", exact=True).click()
    for opened in ("Change", "Remove this account"):
        page.get_by_text(opened).first.click()
    inspect(page)
    page.get_by_role("link", name="Quarantine").click()
    inspect(page)
    page.get_by_label("To the end of the minute").fill("2099-01-01T00:00")
    way.press(page, "Look how many")
    page.get_by_label("Why", exact=True).first.fill("For a test of the page")
    inspect(page)
    way.press(page, "Put into quarantine")
    expect(page.get_by_role("row", name="For a test of the page")).to_be_visible()
    inspect(page)


def test_congress_and_an_offices_page(visit: Visit, site: Server) -> None:
    page = visit(LETTER)
    way.find(page)
    way.write(page)
    page.locator("[name=may_print]").check()
    page.locator("[name=may_quote]").check()
    way.finish(page)
    link = campaign("organizer", "add", "map@example.org", env=site.env).stdout.strip()
    page = visit(link.removeprefix(site.url))
    way.press(page, "Sign in")
    page.get_by_role("link", name="Congress", exact=True).click()
    way.heading(page, "Congress")
    page.get_by_label("State").select_option("ME")
    way.press(page, "Show these")
    expect(page.locator(".tall tbody tr")).to_have_count(4)
    for summary in page.locator("summary").all():
        summary.click()
    inspect(page)
    page.locator(".seatmap [data-seat=ME-01]").click()
    way.heading(page, "Representative Chellie Pingree")
    expect(page.locator("blockquote")).to_contain_text("We welcomed a family last year.")
    inspect(page)
    assert len(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages) == 1
    way.press(page, "Make a link")
    expect(page.get_by_role("alert")).to_be_visible()
    inspect(page)
    page.get_by_label("For whom").fill("Chief of staff")
    way.press(page, "Make a link")
    expect(page.get_by_role("button", name="End it now")).to_be_visible()
    inspect(page)
    page = visit((page.locator("#made code").text_content() or "").removeprefix(site.url))
    way.heading(page, "Representative Chellie Pingree")
    inspect(page)


def test_a_partners_own_page(visit: Visit, site: Server) -> None:
    code = ("axe", "Axe Parish", "https://axe.example", "--email", "office@axe.example")
    assert campaign("partner", "add", *code, env=site.env).returncode == 0
    link = campaign("partner", "link", "axe", env=site.env).stdout.strip().removeprefix(site.url)
    page = visit(f"{LETTER}?p=axe")
    way.to_kit(page)
    site.wait_until_counted()
    page.goto(site.url + link)
    expect(page.get_by_role("row")).to_have_count(2)
    inspect(page)
    way.press(page, "Mail me the list")
    expect(page.get_by_text("A link is on its way")).to_be_visible()
    keys = campaign_keys.load(Settings(data_dir=Path(site.env["CAMPAIGN_DATA_DIR"])))
    page.goto(f"{site.url}/partner/list/{sharing.link(keys, 'axe', 'office@axe.example', clock.wall())}")
    inspect(page)
    campaign("partner", "pause", "axe", env=site.env)
    page.goto(site.url + link)
    inspect(page)


def test_the_first_key_leads_past_the_navigation(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Write a letter")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_keyboard_reaches_everything_in_the_order_of_the_page_and_shows_where_it_is(
    visit: Visit, scheme: str
) -> None:
    page = visit(LETTER, scheme=scheme)
    way.find(page)
    reached = _walk(page)
    names = [name for name, _outline, _forward in reached]
    assert [name for name, outline, _forward in reached if outline < 2] == []
    assert [name for name, _outline, forward in reached if not forward] == []
    fields = page.locator("main a, main button:not([tabindex='-1']), main input[type=checkbox], textarea")
    text_fields = ["name", "street", "city"]
    assert len(names) >= fields.count() + len(text_fields)
    assert [name for name in names if name in text_fields] == text_fields


def _walk(page: Page) -> list[tuple[str, float, bool]]:
    """Press Tab to the end of the page: each stop's name, the width of its outline, whether it comes after the last."""
    reached: list[tuple[str, float, bool]] = []
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const now = document.activeElement, last = window.lastStop;
                if (now === document.body) return null;
                window.lastStop = now;
                const style = getComputedStyle(now);
                const forward = !last || !!(last.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING);
                const outline = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
                return [now.name || now.textContent.trim().slice(0, 40), outline, forward];
            }"""
        )
        if stop is None:
            return reached
        assert len(reached) < 200, "the keyboard is caught"
        reached.append((stop[0], stop[1], stop[2]))


def test_after_an_error_the_summary_has_the_focus_and_leads_to_each_field(visit: Visit) -> None:
    page = visit(LETTER)
    way.find(page)
    way.press(page, "Read my letters")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    links = summary.get_by_role("link")
    expect(links).to_have_count(5)
    for link in links.all():
        link.focus()
        page.keyboard.press("Enter")
        target = page.locator(link.get_attribute("href") or "")
        expect(target).to_be_focused()
        expect(target).to_be_in_viewport()
    name = page.get_by_label("Your full name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("Enter your name, as it should stand under your letter.")


def test_what_is_pressed_with_a_finger_is_large_enough(visit: Visit) -> None:
    page = visit(LETTER, width=320)
    way.to_kit(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, summary, .choice, input:not([type=checkbox]), nav a")]
            .map(element => [element.textContent.trim() || element.name, element.getBoundingClientRect().height])
            .filter(([, height]) => height > 1 && height < 44)"""
    )
    assert small == []
