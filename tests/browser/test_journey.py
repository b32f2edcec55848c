"""A supporter's whole way, with and without JavaScript, on a telephone and on a desk."""

from __future__ import annotations

import re
import sqlite3
import time
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pypdf
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import way
from tests.browser.conftest import CITY, STREET, Visit
from tests.census import Census
from tests.serving import Server

LETTER = "/letters/protect-parole"


@pytest.mark.parametrize(
    ("js", "width", "choice"),
    [(True, 360, "street"), (False, 1280, "name")],
)
def test_from_the_first_page_to_the_count(
    visit: Visit, site: Server, census: Census, js: bool, width: int, choice: str
) -> None:
    site.wait_until_shown()
    page = visit("/", js=js, width=width)
    letters, pledged, handovers = _counts(page)

    page.get_by_role("link", name="Write a letter").click()
    page.locator(".card").first.get_by_role("link").click()
    page.get_by_label("ZIP code").fill("10001")
    way.press(page, "Find my offices")
    way.heading(page, "Who represents you in the House?")
    if choice == "name":
        page.get_by_label("district 12").check()
        way.press(page, "Continue")
    else:
        page.get_by_label("Street address").fill(STREET)
        page.get_by_label("Town or city").fill(CITY)
        way.press(page, "Look up my address")
        assert census.asked[-1]["street"] == STREET

    way.heading(page, "In your own words")
    expect(page.get_by_role("heading", name="Your letters go to these 3 offices")).to_be_visible()
    cards = page.locator(".office")
    expect(cards).to_contain_text(["Senator · New York", "Senator · New York", "New York, district 12"])
    for card in cards.all():
        expect(card.get_by_role("link")).to_have_attribute("href", re.compile(r"^tel:\+1-202-22[45]-\d{4}$"))
    house = cards.nth(2).locator(".name").inner_text()
    way.write(page)

    bodies = page.get_by_label("Letter", exact=True)
    expect(bodies).to_have_count(3)
    for salutation, body in zip(["Dear Senator ", "Dear Senator ", "Dear Representative "], bodies.all(), strict=True):
        text = body.input_value()
        assert text.startswith(salutation)
        assert way.WORDS in text
        assert "\nAna Reyes\n12 Congress Street\nPortland, NY 10001" in text
    bodies.nth(2).fill(bodies.nth(2).input_value().replace("to stay.", "to stay here."))
    page.get_by_label("Visit a district office").check()
    way.press(page, "Finish my letters")
    page.get_by_role("link", name="A pledge needs your email address").click()
    expect(page.get_by_label("Your email address")).to_be_focused()
    page.keyboard.type(f"ana-{js}-{width}@example.org")
    way.finish(page)

    sheet = page.locator("section.sheet").nth(2)
    expect(sheet.get_by_role("heading", level=2)).to_have_text(f"To Representative {house}")
    letter = sheet.locator(".letter").text_content() or ""
    assert "I want them to stay here." in letter
    copy = sheet.get_by_role("button", name="Copy the letter")
    if js:
        copy.click()
        expect(sheet.get_by_role("button", name="Copied")).to_be_visible()
        expect(page.locator("body > [role=status]")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == letter
    else:
        expect(copy).to_be_hidden()
    form = sheet.get_by_role("link", name=re.compile("^Open the (form|office’s site)$"))
    assert urlsplit(form.get_attribute("href") or "").scheme == "https"
    assert (form.get_attribute("target"), form.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    sheet.get_by_text("What to say").click()
    expect(sheet.locator("blockquote")).to_contain_text("my name is Ana Reyes")
    expect(sheet.locator("blockquote")).to_contain_text("I want them to stay here.")
    expect(page.get_by_role("term")).to_have_text("Visit a district office or a town hall")

    sheet.get_by_label("Addressed to").select_option("Washington, DC")
    seat = sheet.get_attribute("id")
    for button, kept, count in (
        (sheet.get_by_role("button", name="Print this letter (PDF)"), f"letter-{seat}.pdf", 1),
        (page.get_by_role("link", name="All my letters in one PDF"), "letters.pdf", 3),
    ):
        with page.expect_download() as download:
            button.click()
        assert download.value.suggested_filename == kept
        papers = [leaf.extract_text() for leaf in pypdf.PdfReader(download.value.path()).pages]
        assert len(papers) == count
        assert "I want them to stay here." in " ".join(papers[-1].split())

    sheet.get_by_label("I sent it with the form").check()
    sheet.get_by_label("I called").check()
    sheet.get_by_role("button", name=re.compile(f"^Save.*{re.escape(house)}$")).click()
    expect(sheet.get_by_role("status")).to_have_text("Saved. Thank you.")
    page.reload()
    expect(page.locator("section.sheet").nth(2).get_by_label("I called")).to_be_checked()
    expect(page.locator("section.sheet").nth(2).get_by_label("I printed it")).not_to_be_checked()
    expect(page.locator("section.sheet").nth(0).get_by_label("I called")).not_to_be_checked()

    assert _hand_over(page) == "https://www.example.org/donate"
    page.goto(_mailed_link(site, f"ana-{js}-{width}@example.org"))
    way.heading(page, "Confirm your pledge")
    expect(page.get_by_role("strong")).to_have_text("Visit a district office or a town hall")
    way.press(page, "Yes, I promise this")
    way.heading(page, "Thank you. Your pledge counts")
    site.wait_until_shown()
    page.goto(site.url)
    assert _counts(page) == (letters + 1, pledged + 1, handovers + 1)
    assert page.context.cookies() == []
    assert page.context.storage_state()["origins"] == []


def test_a_click_on_the_donation_link_is_counted_for_letter_and_state_and_for_nobody(visit: Visit) -> None:
    page = visit(LETTER)
    way.to_kit(page)
    link = page.get_by_role("link", name="Give to the work").get_attribute("href") or ""
    assert urlsplit(link).path == "/donate/give"
    assert parse_qs(urlsplit(link).query) == {"letter": ["protect-parole"], "state": ["ME"]}


@pytest.mark.parametrize("js", [True, False])
def test_the_enter_key_presses_the_main_button_of_each_step(visit: Visit, js: bool) -> None:
    page = visit(LETTER, js=js)
    page.get_by_label("ZIP code").fill("04101")
    page.get_by_label("ZIP code").press("Enter")
    way.heading(page, "In your own words")
    way.answer(page)
    page.get_by_label("Your full name").press("Enter")
    way.heading(page, "Read your letters")
    page.get_by_label("Subject").first.press("Enter")
    way.heading(page, "Your letters are ready")


@pytest.mark.parametrize("js", [True, False])
def test_back_after_an_error_finds_what_was_typed(visit: Visit, js: bool) -> None:
    page = visit(LETTER, js=js)
    page.get_by_label("ZIP code").fill("0410")
    way.press(page, "Find my offices")
    expect(page.get_by_role("alert")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("alert")).not_to_be_visible()
    expect(page.get_by_label("ZIP code")).to_have_value("0410")


def asked(page: Page, leave: str) -> str:
    """Leave a page, but answer that one stays; what kind of question the browser has asked."""
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as question:
        page.evaluate(leave)
    return str(question.value.type)


@pytest.mark.parametrize("leave", ["history.back()", "location.reload()"])
def test_before_words_are_lost_the_browser_asks(browser: Browser, site: Server, leave: str) -> None:
    page = browser.new_page()
    page.goto(site.url + LETTER)
    way.find(page)
    way.answer(page)
    assert asked(page, leave) == "beforeunload"
    expect(page.get_by_label("What ties you to this?")).to_have_value(way.WORDS)
    way.press(page, "Read my letters")  # by its own button, and nobody asks
    way.heading(page, "Read your letters")
    page.get_by_label("Letter", exact=True).first.fill("My own letter.")
    assert asked(page, leave) == "beforeunload"
    expect(page.get_by_label("Letter", exact=True).first).to_have_value("My own letter.")
    way.finish(page)
    expect(page.locator(".letter").first).to_have_text("My own letter.")
    assert page.evaluate("sessionStorage.length + localStorage.length + document.cookie.length") == 0
    page.on("dialog", lambda dialog: pytest.fail(f"what is finished can be left: {dialog.type}"))
    page.reload()
    page.close(run_before_unload=True)


@pytest.mark.parametrize("js", [True, False])
def test_the_way_back_inside_the_page_keeps_every_answer(visit: Visit, js: bool) -> None:
    page = visit(LETTER, js=js)
    way.find(page)
    way.write(page, way.WORDS)
    way.press(page, "Change my answers")
    words = page.get_by_label("What ties you to this?")
    expect(words).to_have_value(way.WORDS)
    page.get_by_role("button", name="Another ZIP code").click()
    expect(page.get_by_label("ZIP code")).to_have_value("04101")
    way.find(page, "82001")
    expect(words).to_have_value(way.WORDS)
    expect(page.locator('input[value="sponsor"]')).to_be_checked()
    expect(page.locator('input[value="family"]')).to_be_checked()
    expect(page.get_by_label("Your full name")).to_have_value(way.NAME)


@pytest.mark.parametrize("js", [True, False])
def test_a_double_click_on_finish_makes_one_message_and_reloading_the_kit_none(
    visit: Visit, site: Server, js: bool
) -> None:
    page = visit(LETTER, js=js)
    way.find(page)
    way.write(page)
    before = _messages(site)
    page.get_by_role("button", name="Finish my letters", exact=True).dblclick()
    way.heading(page, "Your letters are ready")
    assert _messages(site) == before + 1
    kit = page.url
    page.reload()
    way.heading(page, "Your letters are ready")
    assert page.url == kit
    assert _messages(site) == before + 1


def test_the_same_form_sent_twice_at_once_leads_to_the_same_kit(visit: Visit, site: Server) -> None:
    page = visit(LETTER)
    way.find(page)
    way.write(page)
    before = _messages(site)
    urls = page.evaluate(
        """async () => {
            const form = document.querySelector("form");
            const send = () => fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
            return (await Promise.all(Array.from({length: 8}, send))).map(response => response.url);
        }"""
    )
    assert len(urls) == 8
    assert len(set(urls)) == 1
    assert "/kit/" in urls[0]
    assert _messages(site) == before + 1


def _hand_over(page: Page) -> str:
    """Follow the donation link as far as our own server; where it would lead next."""
    led: list[str] = []

    def stop_there(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        led.append(answer.headers["location"])
        route.fulfill(body="<!doctype html><title>Give</title>", content_type="text/html")

    page.route("**/donate/**", stop_there)
    page.get_by_role("link", name="Give to the work").click()
    page.wait_for_url("**/donate/**")
    page.unroute("**/donate/**")
    return led[0]


def _mailed_link(site: Server, email: str) -> str:
    """The link in the mail that the worker has written for this address, once it has."""
    folder = Path(site.env["CAMPAIGN_DATA_DIR"]) / "mail"
    for _ in range(100):
        for file in folder.glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.SMTP)
            if mail["To"] == email and (link := re.search(r"http://\S+/confirm/\S+", mail.get_content())):
                return link[0]
        time.sleep(0.1)
    raise AssertionError("no mail came")


def _counts(page: Page) -> tuple[int, int, int]:
    """Letters, pledges and hand-overs, as the first page tells them."""
    text = page.locator(".count").inner_text()
    found = [re.search(rf"(\d+) {word}", text) for word in ("letter", "further step", "visit")]
    letters, pledged, handovers = (int(match[1]) if match else 0 for match in found)
    return letters, pledged, handovers


def _messages(site: Server) -> int:
    connection = sqlite3.connect(f"{site.env['CAMPAIGN_DATA_DIR']}/lifeline.db")
    try:
        return int(connection.execute("SELECT count(*) FROM messages").fetchone()[0])
    finally:
        connection.close()
