"""The builder in a browser: its line keeps enough height free, before the script has measured and after."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from campaign.config import ROOT
from campaign.letters import load
from campaign.web.builder import NARROW, WIDE, height
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import inspect
from tests.serving import Server, campaign

LETTERS = sorted(load(ROOT / "letters").letters)


@pytest.fixture(scope="module")
def code(site: Server) -> str:
    added = campaign("partner", "add", "builder", "A Parish", "https://parish.example", env=site.env)
    assert added.returncode == 0, added.stderr
    return "builder"


def reserved(style: str, width: int) -> float:
    """What the line's style comes to where the page around is so wide."""
    found = re.search(r"height:max\((\d+)px,calc\((\d+)px - (\d+)vw\)\)", style)
    assert found, style
    least, tall, share = map(int, found.groups())
    return max(least, tall - share * width / 100)


def test_the_height_kept_free_is_enough_for_every_letter_at_every_width(visit: Visit, site: Server) -> None:
    page = visit("/embed")
    for width in (NARROW, 360, 420, 520, 640, WIDE, 1280):
        page.set_viewport_size({"width": width, "height": 300})
        for slug in LETTERS:
            page.goto(f"{site.url}/embed/letters/{slug}")
            tall = page.evaluate("document.body.getBoundingClientRect().height")
            assert tall <= reserved(f"height:{height()}", width) < tall + 500, (slug, width)


def test_it_measures_the_very_page_and_copies_the_line(visit: Visit, code: str) -> None:
    page = visit(f"/embed?p={code}&letter={LETTERS[0]}&accent=7a1fa2&radius=20")
    line = page.locator("#snippet")
    expect(line).not_to_contain_text(height())  # by now it has measured
    text = line.text_content() or ""
    for title, width in (("Preview on a telephone", NARROW), ("Preview on a desk", WIDE)):
        frame = page.frame_locator(f"iframe[title='{title}']")
        tall = frame.locator("body").evaluate("body => body.getBoundingClientRect().height")
        assert tall <= reserved(text, width) <= tall + 70
        expect(frame.get_by_role("button", name="Find my offices")).to_have_css("background-color", "rgb(122, 31, 162)")
    page.get_by_role("button", name="Copy the line").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    inspect(page)


def test_without_its_script_it_says_what_is_wrong_and_keeps_the_usual_height(visit: Visit, code: str) -> None:
    page = visit(f"/embed?p={code}", js=False)
    page.get_by_label("Color of buttons and links").fill("red")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("alert")).to_contain_text("six digits")
    expect(page.locator("#snippet")).to_contain_text(height())


@pytest.mark.parametrize("path", ["/embed", "/embed?p=nobody"])
def test_the_way_there_is_accessible(visit: Visit, path: str) -> None:
    inspect(visit(path))
