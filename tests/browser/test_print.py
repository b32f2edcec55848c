"""The letters on paper."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import way
from tests.browser.conftest import Visit


def _to_paper(page: Page) -> Page:
    way.to_kit(page)
    page.goto(page.url + "/print")
    return page


def test_each_letter_is_a_page_of_its_own_and_nothing_else_is_printed(visit: Visit) -> None:
    page = _to_paper(visit("/letters/protect-parole", scheme="dark"))
    page.emulate_media(media="print")
    expect(page.locator(".paper")).to_have_count(3)
    for part in (page.locator("header"), page.locator("footer"), page.locator(".screen"), page.locator(".skip")):
        expect(part).to_be_hidden()
    ink = page.locator(".letter").first.evaluate("element => getComputedStyle(element).color")
    assert ink == "rgb(0, 0, 0)"
    assert _sheets(page.pdf(format="Letter")) == 3
    assert _sheets(page.pdf(format="A4")) == 3


def test_the_print_button_prints(visit: Visit) -> None:
    page = _to_paper(visit("/letters/protect-parole"))
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    way.press(page, "Print")
    expect(page).to_have_title("printed")


def _sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))
