"""The meter that runs while somebody types says what the server says."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import way
from tests.browser.conftest import Visit
from tests.story import STORY

LETTER = "/letters/protect-parole"
TEXTS = [
    STORY,
    f"{STORY} {STORY} {STORY}",
    "Dear Senator King,\n\n" + STORY + "\n\nSincerely,\nAna Reyes\nPortland, ME 04101",
    "Їхній дім — тут, у місті Портленд, і ми хочемо, щоб так було й далі.",
    "הַבַּיִת שלי כאן, בעיר הזאת, עם כל מי שבא.\n\nمرحبا بكم في هذه المدينة الصغيرة الجميلة",
    "Don’t re-enter the U.S. now: e\u0301te\u0301, ﬁve Ⅳ “quoted” words—joined together.",
    "four words are few",
    "",
    "<b>bold</b> {{ 7 * 7 }} & one two three four five six",
]


DRAWN = """async () => {
  const form = new FormData(document.querySelector("form[data-keep]"));
  const answer = await fetch(location.href, { method: "POST", body: new URLSearchParams(form) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const all = (selector, read) => [...page.querySelectorAll(selector)].map(read);
  return [all("meter", (meter) => meter.getAttribute("value")), all("[data-marked]", (one) => one.innerHTML)];
}"""
"""The page as the server draws it, before any script of ours has run on it."""


def shares(page: Page) -> list[str]:
    return page.locator("meter").evaluate_all("meters => meters.map((meter) => String(meter.value))")


def marks(page: Page) -> list[str]:
    return page.locator("[data-marked]").evaluate_all("all => all.map((one) => one.innerHTML)")


def test_it_moves_while_somebody_types_and_marks_what_is_still_the_campaigns(visit: Visit) -> None:
    page = visit(LETTER)
    way.find(page)
    way.write(page, words="")
    assert shares(page) == ["0", "0", "0"]
    field = page.get_by_label("Letter", exact=True).first
    text = field.input_value()
    greeting, rest = text.split("\n\n", 1)
    field.fill(f"{greeting}\n\n{STORY}\n\n{rest}")
    share = int(shares(page)[0])
    assert 30 <= share < 100
    expect(page.get_by_text(f"{share} % of this letter is yours.")).to_be_visible()
    enough = page.locator("[data-high]")
    expect(enough).to_have_text(["An office will read it as one person’s own."] * 3)
    expect(enough.nth(0)).to_be_visible()
    expect(enough.nth(1)).to_be_hidden()
    page.get_by_text("Show what is still the campaign’s").first.click()
    assert "teaches" not in "".join(page.locator("[data-marked]").first.locator("mark").all_text_contents())
    field.fill(STORY)
    assert shares(page)[0] == "100"


def test_whoever_hears_the_page_hears_that_the_letter_is_their_own_now(visit: Visit) -> None:
    page = visit(LETTER)
    way.find(page)
    way.write(page, words="")
    heard = page.locator("body > [role=status]")
    expect(heard).to_have_text("")
    field = page.get_by_label("Letter", exact=True).first
    whole = field.input_value()
    field.fill(STORY)
    expect(heard).to_have_text("An office will read it as one person’s own.")
    field.fill(whole)
    expect(heard).to_have_text("0 % of this letter is yours.")
    page.get_by_text("Show what is still the campaign’s").first.click()
    before = page.locator("mark").first.evaluate("mark => getComputedStyle(mark, '::before').content")
    assert "The campaign’s:" in before


def test_the_share_of_ones_own_words_grows_while_they_are_written(visit: Visit) -> None:
    page = visit(LETTER)
    way.find(page)
    meter = page.locator("[data-story]")
    expect(meter).to_be_hidden()
    page.get_by_label("What ties you to this?").fill("Three words, here")
    page.get_by_label("What would be lost?").fill("and two")
    few = share_so_far(page)
    assert 0 < few < 10
    enough = "An office will read it as one person’s own."
    expect(meter.get_by_text(enough)).to_be_hidden()
    page.get_by_label("What would be lost?").fill(STORY)
    many = share_so_far(page)
    assert many >= 30
    expect(meter.get_by_text(enough)).to_be_visible()
    expect(page.locator("body > [role=status]")).to_have_text(enough)
    for reason in ("safety", "family", "order"):
        page.locator(f'input[value="{reason}"]').check()
    assert few < share_so_far(page) < many, "more reasons are more of the campaign's words"
    for question in ("What ties you to this?", "What would be lost?"):
        page.get_by_label(question).fill("")
    expect(meter).to_be_hidden()


def share_so_far(page: Page) -> int:
    said = page.locator("[data-story] [data-said]").inner_text()
    assert f"{page.locator('[data-story] meter').evaluate('meter => meter.value')} %" in said
    return int(re.findall(r"\d+", said)[0])


@pytest.mark.parametrize("reasons", [["safety"], ["safety", "family", "order"]])
def test_what_is_said_while_writing_comes_true(visit: Visit, reasons: list[str]) -> None:
    page = visit(LETTER)
    way.find(page)
    way.answer(page, STORY)
    for box in page.locator("input[name=reasons]").all():
        box.set_checked(box.get_attribute("value") in reasons)
    said = share_so_far(page)
    page.get_by_label("Your full name").fill("")
    way.press(page, "Read my letters")  # a mistake: the server shows the page again, and says the same
    expect(page.get_by_role("alert")).to_be_visible()
    assert share_so_far(page) == said
    page.get_by_label("Your full name").fill(way.NAME)
    way.press(page, "Read my letters")
    assert all(abs(int(share) - said) <= 8 for share in shares(page)), (said, shares(page))


def test_it_says_what_the_server_says(visit: Visit) -> None:
    page = visit(LETTER)
    way.find(page)
    way.write(page, words="")
    first, second = (page.get_by_label("Letter", exact=True).nth(number) for number in (0, 1))
    ours = second.input_value().split("\n\n")[1]
    page.get_by_label("Your email address").fill("nobody@")  # a mistake: the server shows the page again
    for text in TEXTS:
        first.fill(f"{text}\n\n{ours}".strip())
        second.fill(text)
        assert page.evaluate(DRAWN) == [shares(page), marks(page)], text
