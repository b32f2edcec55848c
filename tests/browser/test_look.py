"""A partner's look as a browser paints it: every accent can be read, and the chosen scheme is the one that is seen."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from campaign.colors import TEXT, Color, contrast, text_on
from campaign.web.look import BACKGROUNDS
from tests.browser import way
from tests.browser.conftest import Visit
from tests.browser.test_accessibility import inspect
from tests.browser.test_embed import PARTNER, other_site
from tests.serving import Server, campaign

FRAMED = "/embed/letters/protect-parole"
ACCENTS = ["ffff00", "000000", "ffffff", "777777", "ff0000"]
"""Too light, too dark, in the middle where neither black nor white is far, and the one that burns."""
OTHER = {"light": "dark", "dark": "light"}


def color(place: Page | Frame, selector: str, name: str) -> Color:
    """A color as it is computed for an element: it has to be opaque."""
    value = place.locator(selector).first.evaluate("(element, name) => getComputedStyle(element)[name]", name)
    assert value.startswith("rgb("), f"{selector}: {name} is {value}"
    return Color(*(int(part) for part in value.removeprefix("rgb(").removesuffix(")").split(", ")))


def scheme_of(place: Page | Frame) -> str:
    """The scheme in which a page is painted, by its background and by what its fields and bars follow."""
    (scheme,) = (name for name, behind in BACKGROUNDS.items() if behind[0] == color(place, "body", "backgroundColor"))
    follows = place.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert follows in (scheme, "light dark")
    return scheme


@pytest.mark.parametrize(("accent", "scheme"), list(zip(ACCENTS, itertools.cycle(OTHER), strict=False)))
def test_an_awkward_accent_can_be_read(visit: Visit, accent: str, scheme: str) -> None:
    page = visit(f"{FRAMED}?accent={accent}&scheme={scheme}&radius=24", scheme=OTHER[scheme])
    fill = Color.parse(accent)
    for button in ("Find my offices", "Read my letters"):
        assert scheme_of(page) == scheme
        pressed = ".actions .button"
        assert color(page, pressed, "backgroundColor") == fill
        assert color(page, pressed, "color") == text_on(fill)
        assert page.locator(pressed).first.evaluate("element => getComputedStyle(element).borderRadius") == "24px"
        behind = BACKGROUNDS[scheme][0]
        assert contrast(color(page, pressed, "borderTopColor"), behind) >= TEXT
        assert contrast(color(page, "footer a", "color"), behind) >= TEXT
        page.get_by_role("button", name=button).hover()
        assert contrast(color(page, pressed, "color"), color(page, pressed, "backgroundColor")) >= TEXT
        page.keyboard.press("Tab")
        assert contrast(color(page, ":focus-visible", "outlineColor"), behind) >= TEXT
        inspect(page)
        if button == "Find my offices":
            way.find(page)


@pytest.mark.parametrize(
    ("accent", "scheme"), [pytest.param("ffffff", "light", marks=pytest.mark.soak), ("000000", "dark")]
)
def test_an_accent_like_the_paper_can_be_read_to_the_end_of_the_way(visit: Visit, accent: str, scheme: str) -> None:
    page = visit(f"{FRAMED}?accent={accent}&scheme={scheme}&radius=0")
    way.press(page, "Find my offices")
    inspect(page)
    way.find(page)
    way.press(page, "Read my letters")
    inspect(page)
    way.write(page)
    inspect(page)
    way.finish(page)
    for summary in page.locator("summary").all():
        summary.click()
    inspect(page)


@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_frame_without_a_scheme_is_as_the_device_is(visit: Visit, system: str) -> None:
    page = visit(f"{FRAMED}?accent=ffff00&scheme=auto", scheme=system)
    assert scheme_of(page) == system
    assert contrast(color(page, "footer a", "color"), BACKGROUNDS[system][0]) >= TEXT
    page.emulate_media(color_scheme="dark" if system == "light" else "light")
    assert scheme_of(page) == OTHER[system]
    assert contrast(color(page, "footer a", "color"), BACKGROUNDS[OTHER[system]][0]) >= TEXT


@pytest.mark.parametrize("query", ["scheme=dark", "scheme=dark&accent=ffff00", "accent=ffff00"])
def test_on_paper_every_look_is_dark_on_white(visit: Visit, query: str) -> None:
    page = visit(f"{FRAMED}?{query}", scheme="dark")
    assert scheme_of(page) == "dark"
    page.emulate_media(media="print")
    white = Color.parse("ffffff")
    assert color(page, "body", "backgroundColor") == white
    for selector in ("body", "h1", ".hint", "summary"):
        assert contrast(color(page, selector, "color"), white) >= TEXT, selector


def test_the_site_itself_has_no_partners_look(visit: Visit) -> None:
    page = visit("/letters/protect-parole?accent=ff0000&scheme=dark&radius=24")
    assert scheme_of(page) == "light"
    assert color(page, ".actions .button", "backgroundColor") == Color.parse("0b5f5a")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_look_stays_in_a_partners_page_to_the_end_of_the_way(
    watched: Callable[..., BrowserContext], site: Server, scheme: str
) -> None:
    code = f"look-{scheme}"
    query = f"p={code}&accent=ff0000&scheme={scheme}&radius=24&lang=en"
    address = f"{site.url}{FRAMED}?{query}".replace("&", "&amp;")
    frame = f'<iframe src="{address}" title="Write to Congress" width="900" height="700"></iframe>'
    with other_site(PARTNER, frame) as origin:
        added = campaign("partner", "add", code, "The look", origin, env=site.env)
        assert added.returncode == 0, added.stderr
        page = watched(origin, color_scheme=OTHER[scheme]).new_page()
        page.goto(origin)
        way.to_kit(page.frame_locator("iframe"))
        framed = page.frames[1]
        for token in query.split("&"):
            assert token in framed.url
        assert scheme_of(framed) == scheme
        place = page.frame_locator("iframe")
        place.get_by_role("button", name="Save").first.click()
        expect(place.get_by_text("Saved. Thank you.")).to_be_visible()
        assert scheme_of(framed) == scheme
        assert contrast(color(framed, ".saved", "color"), BACKGROUNDS[scheme][1]) >= TEXT
