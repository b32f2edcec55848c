"""Colors that can be read: contrast as WCAG 2.2 reckons it, and what becomes of an accent that has too little.

The formulas are those of "relative luminance" and "contrast ratio" in https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
and https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from campaign.errors import Malformed

TEXT = 4.5
"""The least contrast of text with what is behind it (WCAG 1.4.3, AA). A focus ring needs 3 (1.4.11) and has as much."""

STEPS = 64
"""In so many steps a color goes to black or white."""


@dataclass(frozen=True, slots=True)
class Color:
    """A color of the screen: red, green and blue from 0 to 255."""

    red: int
    green: int
    blue: int

    @classmethod
    def parse(cls, text: str) -> Color:
        """A color from six hexadecimal digits, with a # before them or without.

        Raises:
            Malformed: they are none.
        """
        if not re.fullmatch(r"#?[0-9a-f]{6}", text.strip().lower(), re.ASCII):
            raise Malformed("Write a color as six digits from 0 to F, like 0B5F5A.", field="accent")
        return cls(*bytes.fromhex(text.strip().removeprefix("#")))

    @property
    def hex(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """How light it is, from 0 for black to 1 for white."""
        red, green, blue = (_linear(part / 255) for part in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def mixed(self, other: Color, share: float) -> Color:
        """This color with a share of another one, from 0 to 1."""
        pairs = ((self.red, other.red), (self.green, other.green), (self.blue, other.blue))
        return Color(*(round(own + (its - own) * share) for own, its in pairs))


BLACK, WHITE = Color(0, 0, 0), Color(255, 255, 255)


def contrast(one: Color, other: Color) -> float:
    """From 1 for the same color to 21 for black and white."""
    lighter, darker = sorted((one.luminance, other.luminance), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_on(fill: Color) -> Color:
    """Black or white, whichever is read better on a color. It always has a contrast of more than 4.5."""
    return max(BLACK, WHITE, key=lambda color: contrast(color, fill))


def readable(color: Color, backgrounds: Iterable[Color], least: float = TEXT) -> Color:
    """The color as it is where it can be read on all backgrounds; else as much darker, or lighter, as that takes."""
    behind = list(backgrounds)
    toward = text_on(behind[0])
    for step in range(STEPS + 1):
        mixed = color.mixed(toward, step / STEPS)
        if all(contrast(mixed, background) >= least for background in behind):
            return mixed
    return toward


def stronger(color: Color, background: Color, share: float = 0.25) -> Color:
    """A color that stands out more from its background: for what the pointer is on."""
    return color.mixed(text_on(background), share)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
