"""What people type is text on every page, whatever it looks like. A dialog or an error fails the test by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import way
from tests.browser.conftest import Visit

LETTER = "/letters/protect-parole"

HOSTILE = {
    "elements": "<script>alert(1)</script></textarea></title><svg/onload=alert(1)><img src=x onerror=alert(1)>",
    "attributes": '"><img src=x onerror=alert(1)>\' onfocus=alert(1) autofocus x=\'" onload="alert(1)',
    "templates": "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7} %(name)s {0} &lt;b&gt; &amp;amp; javascript:alert(1)",
    "scripts": "שלום \u202egnihtemos\u202c مرحبا 👩🏽‍🌾 🇺🇦 é e\u0301 ﷽",
    "one word": "A" * 99,
}

STRANGERS = "script:not([src]), iframe, img, svg[onload], b, [onerror], [onload], [onfocus], [srcdoc]"
"""Elements and attributes that only the texts above could have brought; the site's pages have none of them."""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_through_every_field_stays_text_to_the_last_page(visit: Visit, text: str) -> None:
    page = visit(LETTER)
    way.find(page)
    _nothing_strange(page)
    way.answer(page, words=f"{text}\n\n{text}", name=text, city=text[:60])
    page.get_by_label("Street address").fill(text)
    page.locator('input[value="safety"]').uncheck()
    page.locator('input[value="family"]').uncheck()
    way.press(page, "Read my letters")  # an error first: each field comes back
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Your full name")).to_have_value(text)
    expect(page.get_by_label("Street address")).to_have_value(text)
    expect(page.get_by_label("What ties you to this?")).to_have_value(f"{text}\n\n{text}")
    _nothing_strange(page)

    page.locator('input[value="safety"]').check()
    way.press(page, "Read my letters")
    way.heading(page, "Read your letters")
    body = page.get_by_label("Letter", exact=True).first
    assert f"{text}\n\n{text}" in body.input_value()
    assert f"{text}\n{text}\n{text[:60]}" in body.input_value()
    body.fill(f"{text}\n\nThe end of {text}")
    page.get_by_label("Subject").first.fill(text)
    _nothing_strange(page)

    way.finish(page)
    expect(page.locator(".letter").first).to_have_text(f"{text}\n\nThe end of {text}", use_inner_text=True)
    assert page.locator("[id^=subject-]").first.text_content() == text
    assert f"my name is {text}." in (page.locator("blockquote").first.text_content() or "")
    _nothing_strange(page)


def test_hostile_text_in_the_first_fields_comes_back_as_text(visit: Visit) -> None:
    page = visit(LETTER)
    page.get_by_text("Use my street address too").click()
    for text in HOSTILE.values():
        page.get_by_label("ZIP code").fill(text)
        page.get_by_label("Street address").fill(text)
        page.get_by_label("Town or city").fill(text)
        way.press(page, "Find my offices")
        expect(page.get_by_role("alert")).to_be_visible()
        for label in ("ZIP code", "Street address", "Town or city"):
            expect(page.get_by_label(label)).to_have_value(text)
        _nothing_strange(page)


def _nothing_strange(page: Page) -> None:
    expect(page.locator(STRANGERS)).to_have_count(0)


def test_ten_thousand_characters_without_a_space_stay_inside_a_narrow_screen(visit: Visit) -> None:
    page = visit(LETTER, width=320)
    way.find(page)
    way.write(page, words="W" * 3_000, name="N" * 100)
    _nothing_sticks_out(page)
    way.finish(page)
    for summary in page.locator("summary").all():
        summary.click()
    _nothing_sticks_out(page)


def _nothing_sticks_out(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 320
