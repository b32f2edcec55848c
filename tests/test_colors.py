"""Whatever accent a partner chooses, text and focus rings can be read: in light, in dark, and under the pointer."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.colors import BLACK, TEXT, WHITE, Color, contrast, readable, text_on
from campaign.config import ROOT
from campaign.errors import Malformed
from campaign.web.look import BACKGROUNDS, SCHEMES, Look

GRID = [Color(*parts) for parts in product(range(0, 256, 17), repeat=3)]
PART = st.integers(0, 255)


def custom_properties(css: str) -> dict[str, Color]:
    return {name: Color.parse(value) for name, value in re.findall(r"--([a-z-]+): ?(#[0-9a-f]{6})", css)}


def check(accent: Color) -> None:
    """All that is written in an accent's colors has contrast enough, in both schemes."""
    for scheme in SCHEMES:
        css = Look(accent=accent.hex, scheme=scheme).css
        colors = custom_properties(css)
        assert set(colors) == {"fill", "fill-strong", "on-fill", "accent", "accent-strong"}
        assert colors["fill"] == accent
        for fill in ("fill", "fill-strong"):
            assert contrast(colors["on-fill"], colors[fill]) >= TEXT, (accent, scheme, fill)
        for name, behind in product(("accent", "accent-strong"), BACKGROUNDS[scheme]):
            assert contrast(colors[name], behind) >= TEXT, (accent, scheme, name, behind)  # a focus ring needs 3


def test_every_accent_of_a_grid_can_be_read() -> None:
    for accent in GRID:
        check(accent)


@given(st.builds(Color, PART, PART, PART))
def test_any_accent_can_be_read(accent: Color) -> None:
    check(accent)


@given(st.builds(Color, PART, PART, PART))
def test_black_or_white_can_be_read_on_anything(fill: Color) -> None:
    assert contrast(text_on(fill), fill) >= 4.58


@given(st.builds(Color, PART, PART, PART))
def test_what_can_be_read_already_stays_as_it_is(color: Color) -> None:
    behind = BACKGROUNDS["light"]
    if all(contrast(color, background) >= TEXT for background in behind):
        assert readable(color, behind) == color


def test_contrast_is_what_the_guideline_says() -> None:
    assert contrast(BLACK, WHITE) == contrast(WHITE, BLACK) == 21
    assert contrast(WHITE, WHITE) == 1
    assert contrast(Color.parse("777777"), WHITE) == pytest.approx(4.478, abs=0.001)  # the gray that is just too light
    assert contrast(Color.parse("767676"), WHITE) >= TEXT


def test_the_backgrounds_are_those_of_the_style_sheet() -> None:
    css = (ROOT / "static" / "site.css").read_text()
    light, dark, chosen = (
        re.search(pattern, css, re.DOTALL)
        for pattern in (r":root \{.*?\}", r":not\(\[data-scheme=light\]\) \{.*?\}", r"\[data-scheme=dark\] \{.*?\}")
    )
    assert light
    assert dark
    assert chosen
    assert custom_properties(dark.group()) == custom_properties(chosen.group())
    for scheme, block in (("light", light.group()), ("dark", dark.group())):
        found = custom_properties(block)
        assert tuple(found[name] for name in ("paper", "raised", "soft")) == BACKGROUNDS[scheme]
        for name, behind in product(("ink", "muted", "accent", "accent-strong", "wrong"), BACKGROUNDS[scheme]):
            assert contrast(found[name], behind) >= TEXT, (scheme, name)


def test_a_cards_colors_are_the_sites() -> None:
    sheets = [(ROOT / "static" / name).read_text() for name in ("site.css", "card.css")]
    for block in (r":root \{.*?\}", r"\(prefers-color-scheme: dark\) \{.*?\}"):
        site, card = (custom_properties(re.findall(block, css, re.DOTALL)[0]) for css in sheets)
        assert len(card) >= 7
        assert card.items() <= site.items()


@pytest.mark.parametrize("text", ["0b5f5a", "#0B5F5A", " 0B5F5A "])
def test_a_color_is_read_however_it_is_written(text: str) -> None:
    assert Color.parse(text).hex == "#0b5f5a"


@pytest.mark.parametrize(
    "text", ["", "#", "fff", "0b5f5", "0b5f5aa", "red", "0b5f5g", "##0b5f5a", "０b5f5a", "0b5f5a;}"]
)
def test_what_is_no_color_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Color.parse(text)
